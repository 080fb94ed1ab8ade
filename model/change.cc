#include "model/change.h"

#include <algorithm>
#include <array>

namespace blobgauge::model {
namespace {

constexpr std::array<std::string_view, 10> changes = {"none",      "regression",     "vanished", "expired",
                                                      "unexcused", "excused",        "expected", "newly reached",
                                                      "new",       "unexpected pass"};

}  // namespace

std::string_view name_of(Change change) { return changes[static_cast<std::size_t>(change)]; }

std::optional<Change> parse_change(std::string_view name) {
  const auto found = std::find(changes.begin(), changes.end(), name);
  if (found == changes.end()) return std::nullopt;
  return static_cast<Change>(found - changes.begin());
}

bool gates(Change change, bool strict) {
  switch (change) {
    case Change::regression:
    case Change::vanished:
    case Change::expired:
    case Change::unexcused:
      return true;
    case Change::unexpected_pass:
      return strict;
    case Change::none:
    case Change::excused:
    case Change::expected:
    case Change::newly_reached:
    case Change::added:
      return false;
  }
  return true;
}

Verdict plain(Verdict verdict) {
  return verdict == Verdict::xfail ? Verdict::fail : verdict == Verdict::xpass ? Verdict::pass : verdict;
}

}  // namespace blobgauge::model
