#pragma once
// Whether results let a change through. One answer for the exit code and for every report, so that a red summary and a
// green job cannot stand side by side.
//
// Without a baseline a case gates that fails or is an error. With one, what changed since it decides
// (model/case_change.h). Differences, which break no known client, gate under `strict` only, and only those that the
// baseline did not accept.
#include "model/results.h"

namespace blobgauge::model {

bool gates(const CaseResult& item, const Results& results);
// A difference that the baseline did not accept; every one where there is no baseline.
bool is_new_difference(const Finding& finding);
// Exit code 1.
bool gate_is_shut(const Results& results);

}  // namespace blobgauge::model
