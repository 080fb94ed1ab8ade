#pragma once
// The lines of a trace file, each of one of three kinds; what TraceReader and TraceWriter stand on.
#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "model/trace.h"

namespace blobgauge::model {

enum class TraceLine { exchange, head, end };

// The values of "framing", in the order of Framing.
inline constexpr std::array<std::string_view, 4> trace_framings = {"none", "length", "chunked", "close"};

void append_json_line(const Exchange& exchange, std::string& out);
std::string to_json_line(const TraceHead& head);
std::string to_json_line(const TraceEnd& end);

// Not thread-safe.
class TraceLineParser {
 public:
  TraceLineParser();
  TraceLineParser(TraceLineParser&&) noexcept;
  ~TraceLineParser();

  // What kind of line it is; an exchange is read into `exchange`, the other two kinds into head() and end(). Everything
  // that `exchange` held is replaced and its memory used again, so that a reader who gives the same one line after line
  // allocates nothing; after an error, and for another kind of line, what it holds is unspecified.
  // `capacity` counts the readable bytes from `data`; at least simdjson's padding more than `size`. Unknown keys are
  // passed over, as docs/formats/trace.md says. Errors carry no position: the caller knows the file and the line.
  Result<TraceLine> parse(const char* data, std::size_t size, std::size_t capacity, Exchange& exchange);
  // Of the last line of that kind.
  TraceHead& head();
  TraceEnd& end();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace blobgauge::model
