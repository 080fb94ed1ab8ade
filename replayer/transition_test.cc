#include "replayer/transition.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace blobgauge::replayer {
namespace {

using model::Change;
using model::Verdict;
using Maybe = std::optional<Verdict>;

const Maybe no_case;
const std::vector<Maybe> all_verdicts = {Verdict::pass,  Verdict::fail,  Verdict::unsupported, Verdict::skipped,
                                         Verdict::xfail, Verdict::xpass, Verdict::blocked,     Verdict::indeterminate,
                                         Verdict::error, no_case};

std::string word(Maybe verdict) { return verdict ? std::string(name_of(*verdict)) : "no case"; }

// The rules in words, apart from the table: they are asked of every pair.
Change by_the_rules(Maybe was, Maybe now) {
  if (!was && !now) return Change::none;
  if (!was) return Change::added;
  if (!now) return Change::vanished;
  const auto then = model::plain(*was), today = model::plain(*now);
  if (then == Verdict::pass) return today == Verdict::pass ? Change::none : Change::regression;
  if (today == Verdict::pass) return then == Verdict::skipped ? Change::none : Change::unexpected_pass;
  if (today == Verdict::fail) return then == Verdict::fail ? Change::expected : Change::newly_reached;
  if (then == Verdict::skipped && today == Verdict::skipped) return Change::none;
  return Change::expected;
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
      EXPECT_EQ(change == Change::regression, passed && now && !passes) << word(was) << " -> " << word(now);
      EXPECT_EQ(change == Change::vanished, was && !now) << word(was) << " -> " << word(now);
      EXPECT_EQ(model::gates(change, false), change == Change::regression || change == Change::vanished);
    }
}

TEST(Transition, WhatCouldNotBeJudgedAndFailsNowDoesNotGate) {
  for (const auto was : {Verdict::blocked, Verdict::unsupported, Verdict::indeterminate, Verdict::skipped}) {
    EXPECT_EQ(transition(was, Verdict::fail), Change::newly_reached);
    for (const auto cover : {Cover::none, Cover::in_force})
      EXPECT_FALSE(model::gates(settle(was, Verdict::fail, cover), true)) << name_of(was);
  }
}

TEST(Transition, AnEntryInForceExcusesAndNothingElseChanges) {
  for (const auto was : all_verdicts)
    for (const auto now : all_verdicts) {
      const auto change = settle(was, now, Cover::in_force);
      if (change != Change::vanished) {
        EXPECT_FALSE(model::gates(change, false)) << word(was) << " -> " << word(now);
      }
    }
  EXPECT_EQ(settle(Verdict::pass, Verdict::fail, Cover::in_force), Change::excused);
  EXPECT_EQ(settle(Verdict::fail, Verdict::fail, Cover::in_force), Change::expected);
  EXPECT_EQ(settle(Verdict::fail, Verdict::pass, Cover::in_force), Change::unexpected_pass);
  EXPECT_EQ(settle(no_case, Verdict::fail, Cover::in_force), Change::expected);
  EXPECT_EQ(settle(no_case, Verdict::pass, Cover::in_force), Change::added);
}

TEST(Transition, AnExpiredEntryExcusesNoLonger) {
  for (const auto now :
       {Verdict::fail, Verdict::unsupported, Verdict::blocked, Verdict::indeterminate, Verdict::error}) {
    EXPECT_EQ(settle(Verdict::fail, now, Cover::expired), Change::expired) << name_of(now);
    EXPECT_EQ(settle(Verdict::pass, now, Cover::expired), Change::regression) << name_of(now);
    EXPECT_EQ(settle(Verdict::unsupported, now, Cover::expired), Change::expired) << name_of(now);
  }
  EXPECT_EQ(settle(Verdict::fail, Verdict::pass, Cover::expired), Change::unexpected_pass);
  EXPECT_EQ(settle(no_case, Verdict::fail, Cover::expired), Change::added);
}

TEST(Transition, AFailureWithoutAnEntryIsNotExpectedByAnybody) {
  EXPECT_EQ(settle(Verdict::fail, Verdict::fail, Cover::none), Change::unexcused);
  EXPECT_EQ(settle(Verdict::unsupported, Verdict::unsupported, Cover::none), Change::none);
  EXPECT_EQ(settle(Verdict::fail, Verdict::blocked, Cover::none), Change::none);
  EXPECT_EQ(settle(Verdict::fail, Verdict::error, Cover::none), Change::unexcused);
}

TEST(Transition, AnUnexpectedPassGatesUnderStrictOnly) {
  EXPECT_FALSE(model::gates(Change::unexpected_pass, false));
  EXPECT_TRUE(model::gates(Change::unexpected_pass, true));
  EXPECT_FALSE(model::gates(Change::added, true));
}

TEST(Change, NamesComeBack) {
  for (int i = 0; i <= static_cast<int>(Change::unexpected_pass); ++i) {
    const auto change = static_cast<Change>(i);
    EXPECT_EQ(model::parse_change(name_of(change)), change);
  }
  EXPECT_FALSE(model::parse_change("better"));
}

}  // namespace
}  // namespace blobgauge::replayer
