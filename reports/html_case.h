#pragma once
// A case that needs a look, as the page shows it: what was expected and what came, the exchanges, a line to repeat the
// last one by hand. Appends to `out`; keeps nothing.
#include <cstddef>
#include <string>
#include <string_view>

#include "model/results.h"
#include "reports/overview.h"

namespace blobgauge::reports {

struct HtmlCaseOptions {
  std::size_t column = 0;          // of the endpoint among the input's
  std::string_view label;          // the endpoint's, as readers know it
  std::size_t most_exchanges = 4;  // shown of one case, the last ones
};

// The case's findings of one weight as a table; nothing where it has none.
void html_findings(std::string& out, const model::CaseResult& item, model::Weight weight);

// Cases with one cause: closed, with what they share as its line; a single case stands for itself.
void html_group(std::string& out, const CaseGroup& group, const HtmlCaseOptions& options);

}  // namespace blobgauge::reports
