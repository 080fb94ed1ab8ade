#pragma once
// One line as an SVG image for a README. It shows a count of client commands, or both figures side by side: never one
// figure alone, which would hide what was not reached.
#include <string>

#include "reports/overview.h"

namespace blobgauge::reports {

enum class BadgeFigure {
  commands,  // "20 of 22 client commands work"
  cases,     // "divergence 1.7%, coverage 87.6%"
  gate,      // "open", "shut: 2 regressions"
};

// Of the first column. `label` stands at the left; empty: the column's own.
std::string to_badge(const Input& input, const Overview& overview, BadgeFigure figure, const std::string& label);

}  // namespace blobgauge::reports
