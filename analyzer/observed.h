#pragma once
// Exchanges -> observed surface. Streams: memory grows with the number of different names, which is bounded, and not
// with the number of exchanges, but for those of a scenario (traffic_meter.h). What a recording did not keep is never
// taken for absent (docs/formats/surface.md).
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/catalogue.h"
#include "model/exchange.h"
#include "model/surface.h"

namespace blobgauge::analyzer {

// The names that an API gives to what inference must know; data of the catalogue.
struct Vocabulary {
  std::string api_version;                 // header, of requests and of answers
  std::string error_code;                  // response header
  std::string error_element;               // XML path, for answers without that header; old versions sent none
  std::vector<std::string> open_headers;   // prefixes of headers whose rest the user chose (metadata)
  std::vector<std::string> open_elements;  // XML elements whose children's names the user chose
  // Query parameters and headers whose value belongs to one run (a SAS's dates, an ETag): kept as templates only.
  std::vector<std::string> of_one_run;
  std::vector<std::string> url_headers;  // whose value is the URL of a resource: kept without the resource
  std::string secondary_suffix = {};     // of an account's second host: the same account
};

Vocabulary vocabulary_of(const model::Catalogue& catalogue);

struct ObserveOptions {
  std::string trace;  // its name in the evidence; no folder, so that a surface does not tell where it was made
  std::string client, release;  // who sent it; empty where unknown
  std::string scenario;         // what the client was doing; empty where unknown
  // What the trace was made from, where that is partial evidence: the surface is then of kind "partial", has no counts,
  // and every field is undecided. Empty: a recording.
  std::string partial = {};
  bool values = true;    // keep values in bounded sets; off where a surface leaves the house
  bool evidence = true;  // keep the first exchanges of each field
  // Name the trace of an exchange and not its number, which depends on the order of what ran at the same time: two runs
  // of the same scenarios then give the same surface.
  bool repeatable = false;
  bool provenance = false;  // who recorded the answers, of how many accounts, in which years
};

// Not thread-safe; one per trace, merged afterwards, gives the same surface as any other split.
class Observer {
 public:
  // A name longer than this is cut, and names beyond the second bound are counted and not kept, per operation and
  // kind of field: a hostile trace must not fill the memory.
  static constexpr std::size_t longest_name = 200, most_names = 512;

  Observer(Vocabulary vocabulary, ObserveOptions options);
  ~Observer();

  // `operation` is what the classifier calls it.
  void add(const model::Exchange& exchange, std::string_view operation);
  model::Surface finish();

 private:
  class Operations;
  std::unique_ptr<Operations> operations_;
};

}  // namespace blobgauge::analyzer
