#pragma once
// Which client command breaks on an endpoint, from the verdicts of the cases that it stands on.
//
// A scenario stands on the `core` cases of each operation that it sends: what every use of the operation needs. A
// failed condition that no command of the scenario sends breaks nothing there. docs/formats/cases.md, "core".
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/results.h"
#include "model/spec.h"
#include "replayer/suite.h"

namespace blobgauge::replayer {

inline constexpr std::string_view core_tag = "core";

// One result a scenario that has a core case among `selected`, in the spec's order. A failing or unsupported core case
// makes it `fail`, as does what does not hold before the client's first request; an unanswered, blocked or missing case
// leaves it indeterminate. The results' cases may be a part of those selected: then predict_again() finds the rest once
// they are together.
std::vector<model::ScenarioResult> predict(const Suite& suite, const model::Spec& spec, const model::Results& results,
                                           const std::set<std::string>& selected);
// The same where all that was selected has run.
std::vector<model::ScenarioResult> predict(const Suite& suite, const model::Spec& spec,
                                           const std::vector<model::CaseResult>& cases);

// The predictions of these results anew from their cases, which have changed.
void predict_again(model::Results& results);

}  // namespace blobgauge::replayer
