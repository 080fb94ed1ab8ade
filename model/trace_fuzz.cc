// Any bytes are a line or an error; what was read writes a line that reads the same; and it does not matter what the
// parser and the exchange that it reads into held before.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "model/lines.h"
#include "model/trace_line.h"

namespace {

using namespace blobgauge::model;

// As a reader of a whole trace has them.
void read_into_what_was_used_before(std::string_view line, const Result<Exchange>& fresh) {
  static TraceLineParser parser;
  static Exchange used;
  std::string padded(line);
  padded.reserve(line.size() + LineReader::padding);
  const auto kind = parser.parse(padded.data(), padded.size(), padded.capacity(), used);
  if (fresh.has_value() != (kind && *kind == TraceLine::exchange)) std::abort();
  if (fresh && to_json_line(used) != to_json_line(*fresh)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto exchange = from_json_line(text);
  read_into_what_was_used_before(text, exchange);
  if (!exchange) return 0;
  const auto line = to_json_line(*exchange);
  const auto back = from_json_line(line);
  if (!back || to_json_line(*back) != line) std::abort();
  return 0;
}
