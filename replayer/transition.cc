#include "replayer/transition.h"

#include <array>

namespace blobgauge::replayer {
namespace {

using model::CaseChange;
using model::Verdict;

// The verdicts that a run gives, in the order of the table, and no case at all as the last.
constexpr std::size_t states = 8;

std::size_t state_of(std::optional<Verdict> verdict) {
  if (!verdict) return 7;
  switch (model::plain(*verdict)) {
    case Verdict::pass:
    case Verdict::xpass:
      return 0;
    case Verdict::fail:
    case Verdict::xfail:
      return 1;
    case Verdict::unsupported:
      return 2;
    case Verdict::blocked:
      return 3;
    case Verdict::indeterminate:
      return 4;
    case Verdict::error:
      return 5;
    case Verdict::skipped:
      return 6;
  }
  return 7;
}

// clang-format off
constexpr auto table = [] {
  constexpr auto same = CaseChange::none;
  constexpr auto worse = CaseChange::regression;
  constexpr auto gone = CaseChange::vanished;
  constexpr auto still = CaseChange::expected;
  constexpr auto reached = CaseChange::newly_reached;
  constexpr auto added = CaseChange::added;
  constexpr auto fixed = CaseChange::unexpected_pass;
  return std::array<std::array<CaseChange, states>, states>{{
    // now:              pass   fail     unsupported blocked indeterminate error  skipped  no case
    /* pass          */ {same,  worse,   worse,  worse,  worse,  worse,  worse,  gone},
    /* fail          */ {fixed, still,   still,  still,  still,  still,  still,  gone},
    /* unsupported   */ {fixed, reached, still,  still,  still,  still,  still,  gone},
    /* blocked       */ {fixed, reached, still,  still,  still,  still,  still,  gone},
    /* indeterminate */ {fixed, reached, still,  still,  still,  still,  still,  gone},
    /* error         */ {fixed, reached, still,  still,  still,  still,  still,  gone},
    /* skipped       */ {same,  reached, still,  still,  still,  still,  same,   gone},
    /* no case       */ {added, added,   added,  added,  added,  added,  added,  same},
}};
}();
// clang-format on

bool does_not_pass(std::optional<Verdict> verdict) {
  return verdict && model::plain(*verdict) != Verdict::pass && *verdict != Verdict::skipped;
}

}  // namespace

CaseChange transition(std::optional<Verdict> was, std::optional<Verdict> now) {
  return table[state_of(was)][state_of(now)];
}

CaseChange settle(std::optional<Verdict> was, std::optional<Verdict> now, Cover cover) {
  const auto change = transition(was, now);
  if (cover == Cover::in_force) {
    if (change == CaseChange::regression) return CaseChange::excused;
    if (change == CaseChange::added && does_not_pass(now)) return CaseChange::expected;
    return change;
  }
  if (cover == Cover::expired && does_not_pass(now) &&
      (change == CaseChange::expected || change == CaseChange::newly_reached))
    return CaseChange::expired;
  if (change != CaseChange::expected) return change;
  // What was never scored as wrong needs no excuse.
  const auto plain_now = model::plain(*now);
  return plain_now == Verdict::fail || plain_now == Verdict::error ? CaseChange::unexcused : CaseChange::none;
}

}  // namespace blobgauge::replayer
