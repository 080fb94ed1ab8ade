// Any bytes are a line or an error; what was read writes a line that reads the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "model/trace.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto exchange = blobgauge::model::from_json_line({reinterpret_cast<const char*>(data), size});
  if (!exchange) return 0;
  const auto line = to_json_line(*exchange);
  const auto back = blobgauge::model::from_json_line(line);
  if (!back || to_json_line(*back) != line) std::abort();
  return 0;
}
