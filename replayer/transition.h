#pragma once
// What a pair of verdicts means, the one that a baseline accepted and the one of today: data, one cell a pair, so that
// the rule can be read, and a test that goes through all pairs has nothing to derive. docs/formats/baseline.md has the
// same table for people.
#include <optional>

#include "model/case_change.h"

namespace blobgauge::replayer {

// `was` and `now`: nothing where there is no such case. xfail and xpass stand for fail and pass. Gives `none`,
// `regression`, `vanished`, `newly_reached`, `added`, `unexpected_pass`, or `expected` for what did not pass then
// either.
model::CaseChange transition(std::optional<model::Verdict> was, std::optional<model::Verdict> now);

// Whether an entry of the baseline stands for the case today.
enum class Cover { none, in_force, expired };

// The transition in the light of the entries: an entry in force excuses, an expired one no longer does.
model::CaseChange settle(std::optional<model::Verdict> was, std::optional<model::Verdict> now, Cover cover);

}  // namespace blobgauge::replayer
