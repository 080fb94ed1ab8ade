// What a client sends in addresses, queries and headers, through the parsers that read it.
#include <cstdint>
#include <cstdlib>

#include "endpoint/conditions.h"
#include "endpoint/list.h"
#include "endpoint/range.h"
#include "endpoint/request.h"

using namespace blobgauge;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto place = endpoint::decode_marker(text)) {
    const auto again = endpoint::decode_marker(endpoint::encode_marker(*place));
    if (!again || again->name != place->name || again->moment != place->moment) std::abort();
  }
  if (const auto range = endpoint::parse_range(text); range && range->last < range->first) std::abort();
  (void)endpoint::parse_address(text.substr(0, size / 2), text.substr(size / 2), size % 2 == 0);
  if (const auto moment = endpoint::parse_http_date(text))
    if (endpoint::parse_http_date(endpoint::http_date(*moment)) != moment) std::abort();
  if (const auto moment = endpoint::parse_iso_time(text))
    if (endpoint::parse_iso_time(endpoint::iso_time(*moment)) != moment) std::abort();
  (void)endpoint::read_conditions({{"If-Match", std::string(text)}, {"If-None-Match", std::string(text)}});
  return 0;
}
