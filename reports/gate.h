#pragma once
// The gate in words: what shut it, first what got worse. Every renderer that speaks of a baseline prints these.
#include <string>
#include <vector>

#include "model/results.h"

namespace blobgauge::reports {

// One kind of change with the cases that it befell, the worst kind first.
struct ChangeGroup {
  model::CaseChange change = model::CaseChange::none;
  bool gates = false;
  std::vector<const model::CaseResult*> cases;
  std::vector<std::string> ids;  // of these cases, or of those that vanished
};

// Without a baseline: empty.
std::vector<ChangeGroup> changes_of(const model::Results& results);

// Cases with a difference that the baseline did not accept.
std::size_t new_differences(const model::Results& results);

// One line, "shut: 2 regressions, 1 vanished; also 3 newly reached" or "open: 9 expected, 1 new"; without a baseline
// what fails.
std::string gate_line(const model::Results& results);

}  // namespace blobgauge::reports
