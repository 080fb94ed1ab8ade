#pragma once
// Test Anything Protocol, version 13: a line per case, with a YAML block where it does not pass. "not ok" without a
// directive stands exactly where the case makes the exit code 1; what a baseline expects is TODO, what cannot be judged
// is SKIP.
#include <string>

#include "reports/overview.h"

namespace blobgauge::reports {

std::string to_tap(const Input& input);

}  // namespace blobgauge::reports
