#pragma once
// The one-screen summary: with a baseline what got worse, then per client command works or breaks, by which exchange;
// divergence and coverage below.
#include <cstddef>
#include <string>

#include "reports/overview.h"

namespace blobgauge::reports {

struct TerminalOptions {
  bool colour = false;      // ANSI; off in pipes and with NO_COLOR
  std::size_t width = 100;  // columns; titles are cut, exchanges are not
};

std::string to_terminal(const Input& input, const Overview& overview, const TerminalOptions& options);

}  // namespace blobgauge::reports
