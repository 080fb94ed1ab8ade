#pragma once
// Byte ranges as the Blob service takes them: one range, first and last or first alone ("Specifying the range header
// for Blob service operations"). Anything else is not a range, and the whole blob is given; so recordings show it.
#include <cstdint>
#include <optional>
#include <string_view>

namespace blobgauge::endpoint {

struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t last = UINT64_MAX;  // inclusive
};

std::optional<ByteRange> parse_range(std::string_view text);

}  // namespace blobgauge::endpoint
