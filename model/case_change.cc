#include "model/case_change.h"

#include <algorithm>
#include <array>

namespace blobgauge::model {
namespace {

constexpr std::array<std::string_view, 10> changes = {"none",      "regression",     "vanished", "expired",
                                                      "unexcused", "excused",        "expected", "newly reached",
                                                      "new",       "unexpected pass"};

}  // namespace

std::string_view name_of(CaseChange change) { return changes[static_cast<std::size_t>(change)]; }

std::optional<CaseChange> parse_change(std::string_view name) {
  const auto found = std::find(changes.begin(), changes.end(), name);
  if (found == changes.end()) return std::nullopt;
  return static_cast<CaseChange>(found - changes.begin());
}

bool gates(CaseChange change, bool strict) {
  switch (change) {
    case CaseChange::regression:
    case CaseChange::vanished:
    case CaseChange::expired:
    case CaseChange::unexcused:
      return true;
    case CaseChange::unexpected_pass:
      return strict;
    case CaseChange::none:
    case CaseChange::excused:
    case CaseChange::expected:
    case CaseChange::newly_reached:
    case CaseChange::added:
      return false;
  }
  return true;
}

Verdict plain(Verdict verdict) {
  return verdict == Verdict::xfail ? Verdict::fail : verdict == Verdict::xpass ? Verdict::pass : verdict;
}

}  // namespace blobgauge::model
