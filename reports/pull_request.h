#pragma once
// The comment under a pull request: one screen of GitHub-flavoured Markdown. What got worse stands first, then which
// client commands break, then both figures; every list is cut, since the whole is a report of its own.
#include <string>

#include "reports/overview.h"

namespace blobgauge::reports {

std::string to_pull_request(const Input& input, const Overview& overview);

}  // namespace blobgauge::reports
