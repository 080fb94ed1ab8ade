#pragma once
// SARIF 2.1.0 (OASIS), for code scanning: a rule per case, a result per case that has findings. Level error where the
// case makes the exit code 1, warning where it fails and is let through, note for what breaks no known client or could
// not be judged. What a baseline expects is suppressed with its reason, and baselineState says what is new.
#include <string>

#include "reports/overview.h"

namespace blobgauge::reports {

std::string to_sarif(const Input& input);

}  // namespace blobgauge::reports
