#pragma once
// The lines of a trace file, each of one of three kinds; what TraceReader and TraceWriter stand on.
#include <memory>
#include <string>
#include <variant>

#include "model/trace.h"

namespace blobgauge::model {

using TraceLine = std::variant<Exchange, TraceHead, TraceEnd>;

void append_json_line(const Exchange& exchange, std::string& out);
std::string to_json_line(const TraceHead& head);
std::string to_json_line(const TraceEnd& end);

// Keeps its scratch memory from line to line. Not thread-safe.
class TraceLineParser {
 public:
  TraceLineParser();
  ~TraceLineParser();
  // `capacity` counts the readable bytes from `data`; at least simdjson's padding more than `size`. Unknown keys are
  // passed over, as docs/formats/trace.md says. Errors carry no position: the caller knows the file and the line.
  Result<TraceLine> parse(const char* data, std::size_t size, std::size_t capacity);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace blobgauge::model
