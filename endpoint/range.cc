#include "endpoint/range.h"

#include "model/text.h"

namespace blobgauge::endpoint {

std::optional<ByteRange> parse_range(std::string_view text) {
  text = model::trim(text);
  constexpr std::string_view unit = "bytes=";
  if (text.size() < unit.size() || !model::iequals(text.substr(0, unit.size()), unit)) return std::nullopt;
  text.remove_prefix(unit.size());
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = model::parse_number(text.substr(0, dash));
  if (!first) return std::nullopt;
  if (dash + 1 == text.size()) return ByteRange{*first, UINT64_MAX};
  const auto last = model::parse_number(text.substr(dash + 1));
  if (!last || *last < *first) return std::nullopt;
  return ByteRange{*first, *last};
}

}  // namespace blobgauge::endpoint
