#pragma once
// A HAR 1.2 file as exchanges, in its order; memory holds one entry. docs/formats/har.md says what is read of which
// writer, and what HAR does not know.
#include <cstdint>
#include <memory>
#include <string>

#include "model/error.h"
#include "model/exchange.h"
#include "model/trace.h"
#include "recorder/har_document.h"
#include "recorder/har_entry.h"

namespace blobgauge::recorder {

struct HarSummary {
  std::uint64_t exchanges = 0;
  std::uint64_t headers_incomplete = 0;  // request headers of which the writer does not say that they are whole
  std::uint64_t marked = 0;              // with a body or a head that the HAR does not have as it was
  std::uint64_t other_schemes = 0;       // left out: data, blob, WebSocket...
  std::uint64_t cached = 0;              // left out: never on the wire
};

// Not thread-safe.
class Har {
 public:
  // "-" is standard input. Errors are Category::input with file, line and column.
  static model::Result<Har> open(const std::string& path, HarEntryOptions options = {});
  static model::Result<Har> read(HarDocument document, HarEntryOptions options = {});

  // What an exported trace said of itself; empty for a HAR of somebody else.
  const model::TraceHead& head() const { return head_; }
  // False at the end. Numbered from 1.
  model::Result<bool> next(model::Exchange& exchange);
  const HarSummary& summary() const { return summary_; }

 private:
  Har(HarDocument document, HarEntryOptions options) : document_(std::move(document)), options_(options) {}
  void read_writer();
  HarDocument document_;
  HarEntryOptions options_;
  model::TraceHead head_;
  HarSummary summary_;
  std::string text_;
};

}  // namespace blobgauge::recorder
