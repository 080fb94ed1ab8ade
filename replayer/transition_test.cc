#include "replayer/transition.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace blobgauge::replayer {
namespace {

using model::CaseChange;
using model::Verdict;
using Maybe = std::optional<Verdict>;

const Maybe no_case;
const std::vector<Maybe> all_verdicts = {Verdict::pass,  Verdict::fail,  Verdict::unsupported, Verdict::skipped,
                                         Verdict::xfail, Verdict::xpass, Verdict::blocked,     Verdict::indeterminate,
                                         Verdict::error, no_case};

std::string word(Maybe verdict) { return verdict ? std::string(name_of(*verdict)) : "no case"; }

// The rules in words, apart from the table: they are asked of every pair.
CaseChange by_the_rules(Maybe was, Maybe now) {
  if (!was && !now) return CaseChange::none;
  if (!was) return CaseChange::added;
  if (!now) return CaseChange::vanished;
  const auto then = model::plain(*was), today = model::plain(*now);
  if (then == Verdict::pass) return today == Verdict::pass ? CaseChange::none : CaseChange::regression;
  if (today == Verdict::pass) return then == Verdict::skipped ? CaseChange::none : CaseChange::unexpected_pass;
  if (today == Verdict::fail) return then == Verdict::fail ? CaseChange::expected : CaseChange::newly_reached;
  if (then == Verdict::skipped && today == Verdict::skipped) return CaseChange::none;
  return CaseChange::expected;
}

TEST(Transition, EveryPairIsWhatTheRulesSay) {
  for (const auto was : all_verdicts)
    for (const auto now : all_verdicts)
      EXPECT_EQ(name_of(transition(was, now)), name_of(by_the_rules(was, now))) << word(was) << " -> " << word(now);
}

TEST(Transition, OnlyAPassLostAndACaseLostAreRegressions) {
  for (const auto was : all_verdicts)
    for (const auto now : all_verdicts) {
      const bool passed = was && model::plain(*was) == Verdict::pass;
      const bool passes = now && model::plain(*now) == Verdict::pass;
      const auto change = transition(was, now);
      EXPECT_EQ(change == CaseChange::regression, passed && now && !passes) << word(was) << " -> " << word(now);
      EXPECT_EQ(change == CaseChange::vanished, was && !now) << word(was) << " -> " << word(now);
      EXPECT_EQ(model::gates(change, false), change == CaseChange::regression || change == CaseChange::vanished);
    }
}

TEST(Transition, WhatCouldNotBeJudgedAndFailsNowDoesNotGate) {
  for (const auto was : {Verdict::blocked, Verdict::unsupported, Verdict::indeterminate, Verdict::skipped}) {
    EXPECT_EQ(transition(was, Verdict::fail), CaseChange::newly_reached);
    for (const auto cover : {Cover::none, Cover::in_force})
      EXPECT_FALSE(model::gates(settle(was, Verdict::fail, cover), true)) << name_of(was);
  }
}

TEST(Transition, AnEntryInForceExcusesAndNothingElseChanges) {
  for (const auto was : all_verdicts)
    for (const auto now : all_verdicts) {
      const auto change = settle(was, now, Cover::in_force);
      if (change != CaseChange::vanished) {
        EXPECT_FALSE(model::gates(change, false)) << word(was) << " -> " << word(now);
      }
    }
  EXPECT_EQ(settle(Verdict::pass, Verdict::fail, Cover::in_force), CaseChange::excused);
  EXPECT_EQ(settle(Verdict::fail, Verdict::fail, Cover::in_force), CaseChange::expected);
  EXPECT_EQ(settle(Verdict::fail, Verdict::pass, Cover::in_force), CaseChange::unexpected_pass);
  EXPECT_EQ(settle(no_case, Verdict::fail, Cover::in_force), CaseChange::expected);
  EXPECT_EQ(settle(no_case, Verdict::pass, Cover::in_force), CaseChange::added);
}

TEST(Transition, AnExpiredEntryExcusesNoLonger) {
  for (const auto now :
       {Verdict::fail, Verdict::unsupported, Verdict::blocked, Verdict::indeterminate, Verdict::error}) {
    EXPECT_EQ(settle(Verdict::fail, now, Cover::expired), CaseChange::expired) << name_of(now);
    EXPECT_EQ(settle(Verdict::pass, now, Cover::expired), CaseChange::regression) << name_of(now);
    EXPECT_EQ(settle(Verdict::unsupported, now, Cover::expired), CaseChange::expired) << name_of(now);
  }
  EXPECT_EQ(settle(Verdict::fail, Verdict::pass, Cover::expired), CaseChange::unexpected_pass);
  EXPECT_EQ(settle(no_case, Verdict::fail, Cover::expired), CaseChange::added);
}

TEST(Transition, AFailureWithoutAnEntryIsNotExpectedByAnybody) {
  EXPECT_EQ(settle(Verdict::fail, Verdict::fail, Cover::none), CaseChange::unexcused);
  EXPECT_EQ(settle(Verdict::unsupported, Verdict::unsupported, Cover::none), CaseChange::none);
  EXPECT_EQ(settle(Verdict::fail, Verdict::blocked, Cover::none), CaseChange::none);
  EXPECT_EQ(settle(Verdict::fail, Verdict::error, Cover::none), CaseChange::unexcused);
}

TEST(Transition, AnUnexpectedPassGatesUnderStrictOnly) {
  EXPECT_FALSE(model::gates(CaseChange::unexpected_pass, false));
  EXPECT_TRUE(model::gates(CaseChange::unexpected_pass, true));
  EXPECT_FALSE(model::gates(CaseChange::added, true));
}

TEST(CaseChange, NamesComeBack) {
  for (int i = 0; i <= static_cast<int>(CaseChange::unexpected_pass); ++i) {
    const auto change = static_cast<CaseChange>(i);
    EXPECT_EQ(model::parse_change(name_of(change)), change);
  }
  EXPECT_FALSE(model::parse_change("better"));
}

}  // namespace
}  // namespace blobgauge::replayer
