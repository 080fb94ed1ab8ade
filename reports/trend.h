#pragma once
// Figures over several runs in Markdown, a table per endpoint, the oldest run first. Runs of different specs do not
// compare, and a line between them says so.
#include <string>

#include "reports/overview.h"

namespace blobgauge::reports {

std::string to_trend(const Input& input);

}  // namespace blobgauge::reports
