#pragma once
// JUnit XML, as Jenkins, GitLab and GitHub's actions read it: a suite per endpoint and operation, a test per case, and
// a suite for the client commands that really ran. A test has failed exactly where the case makes the exit code 1; what
// a baseline expects, and what cannot be judged, is skipped with its reason. No schema of it is official: only elements
// and attributes stand here that all known readers share.
#include <string>

#include "reports/overview.h"

namespace blobgauge::reports {

std::string to_junit(const Input& input);

}  // namespace blobgauge::reports
