#pragma once
// What became of a case since the run that a baseline accepted; docs/formats/baseline.md has the words and the table.
#include <optional>
#include <string_view>

#include "model/verdict.h"

namespace blobgauge::model {

enum class CaseChange {
  none,             // nothing to say
  regression,       // passed then, does not now
  vanished,         // was there then, and no case has this id any more
  expired,          // does not pass, and what excused it has expired
  unexcused,        // failed then and now, and no entry says why
  excused,          // a regression, but an entry expects it
  expected,         // did not pass then, does not now, and an entry says why
  newly_reached,    // could not be judged then, fails now
  added,            // not in the baseline
  unexpected_pass,  // did not pass then, does now
};

std::string_view name_of(CaseChange change);
std::optional<CaseChange> parse_change(std::string_view name);

// Whether a case with this change makes a run fail.
bool gates(CaseChange change, bool strict);

// xfail is a fail and xpass a pass: a baseline changes what a verdict means for the gate, not what was seen.
Verdict plain(Verdict verdict);

}  // namespace blobgauge::model
