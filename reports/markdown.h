#pragma once
// The same for a pull request or a wiki: GitHub-flavoured Markdown, no HTML but <details>.
#include <string>

#include "reports/overview.h"

namespace blobgauge::reports {

std::string to_markdown(const Input& input, const Overview& overview);

// Text that Markdown shows as it is, also inside a table cell.
std::string markdown_text(std::string_view text);
// As code; backticks inside are fenced by more of them.
std::string markdown_code(std::string_view text);

}  // namespace blobgauge::reports
