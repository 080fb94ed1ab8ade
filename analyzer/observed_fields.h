#pragma once
// The fields of one kind (query parameters, request headers, ...) that one operation was seen with. What follows from a
// name's spelling is found once and then known by number (Spellings); what an exchange adds to a field that was seen
// before allocates nothing.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/name_ids.h"
#include "model/name_set.h"
#include "model/surface.h"
#include "model/text_memory.h"

namespace blobgauge::analyzer {

// Printable ASCII as it is, every other byte percent-encoded: a surface is UTF-8 whatever crossed the wire. What is
// beyond `longest` bytes is cut off, and "..." says so.
std::string printable(std::string_view text, std::size_t longest);

// One spelling of a name.
struct Spelling {
  std::string name;                             // as it is kept
  std::string key;                              // the same for all spellings of one name
  std::uint32_t id = model::NameIds::none;      // of the key, from 0; none beyond the bound on different names
  std::uint32_t number = model::NameIds::none;  // of the spelling itself, likewise
};

// Not thread-safe.
class Spellings {
 public:
  // `without_case`: the names are headers'. One of more than `longest` bytes is cut; one that goes on after a prefix in
  // `open` is kept as "prefix*".
  Spellings(bool without_case, std::size_t longest, std::vector<std::string> open);
  // Valid until the next call.
  const Spelling& of(std::string_view name);
  // Of keys that have a number.
  std::size_t size() const { return keys_.size(); }
  const std::string& key(std::uint32_t id) const { return keys_.text(id); }

 private:
  Spelling derived(std::string_view name) const;

  const bool without_case_;
  const std::size_t longest_;
  const std::vector<std::string> open_;
  model::NameIds spellings_, keys_;
  std::vector<Spelling> known_;  // by number of the spelling
  Spelling other_;
};

// What a surface keeps of a value: itself, in a bounded set; its template, because it belongs to one run; a URL without
// the resource that it names; nothing, because the user chose the name.
enum class Keeping { text, shape, url, nothing };

// A field and what is met with every sighting of it, in one place: the field itself is touched where something is new.
struct ObservedField {
  model::Field* field = nullptr;
  Keeping keeping = Keeping::nothing;
  bool has_evidence = false;                      // as much as is kept
  bool is_pattern = false;                        // of the value are templates kept, whatever `keeping` says
  std::uint32_t number = 0;                       // over all operations, from 1; 0: none
  std::uint32_t spelling = model::NameIds::none;  // the last one that it was sighted with
  std::uint64_t seen = 0;                         // sightings that tell_counts() has not told the field
  std::optional<std::string> shape = {};          // the last template that was added: mostly it comes again
};

// Values that a field was seen with: what was added to a set once, or is a part of its template, adds nothing again.
struct SeenValues {
  model::TextMemory texts;  // their kind is the field's number
  std::uint32_t fields = 0;
};

// Not thread-safe.
class ObservedFields {
 public:
  struct Rules {
    std::size_t most = 0;  // names that are kept of one operation
    bool counts = true, values = true;
    model::NameSet of_one_run, urls;  // names whose values are kept as shapes and as URLs
  };
  // All must outlive it; `seen` may be shared.
  ObservedFields(std::map<std::string, model::Field>& fields, const Rules& rules, SeenValues& seen)
      : fields_(&fields), rules_(&rules), seen_(&seen) {}

  // Counts one sighting. Null where there are as many names as are kept. Valid until the next call.
  ObservedField* sight(const Spelling& spelling);
  void add_value(ObservedField& field, std::string_view value) const;
  // To the fields; until then they lack them.
  void tell_counts();

 private:
  ObservedField* find(const Spelling& spelling);
  static void add_new_value(ObservedField& field, std::string_view value);
  ObservedField known(const Spelling& spelling, model::Field& field) const;

  std::map<std::string, model::Field>* fields_;
  const Rules* rules_;
  SeenValues* seen_;
  std::vector<std::uint16_t> places_;  // by number of the name: 1 and more in known_, 0 not known
  std::vector<ObservedField> known_;
  ObservedField other_;
};

}  // namespace blobgauge::analyzer
