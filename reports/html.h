#pragma once
// One page without external parts, for people: the first screen says which client command breaks on this endpoint and
// by which exchange. Readable in dark and light, without JavaScript and on paper; the script only filters.
#include <string>
#include <string_view>

#include "reports/overview.h"

namespace blobgauge::reports {

struct HtmlOptions {
  std::string title = "Which client commands break here?";
  std::size_t most_exchanges = 4;  // shown per failing case
};

std::string to_html(const Input& input, const Overview& overview, const HtmlOptions& options = {});

}  // namespace blobgauge::reports
