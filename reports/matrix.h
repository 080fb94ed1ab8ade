#pragma once
// Operations by client and endpoint in Markdown: who sends what, and who answers it.
#include <string>

#include "reports/overview.h"

namespace blobgauge::reports {

// `input.spec` is required.
std::string to_matrix(const Input& input, const Overview& overview);

// What the cases of an operation say of one endpoint: "all 9 pass", "**2 fail, 1 unsupported of 9**", "not asked".
std::string answers_of(const Overview& overview, const std::string& operation, std::size_t column);

}  // namespace blobgauge::reports
