#include "replayer/baseline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/gate.h"

namespace blobgauge::replayer {
namespace {

using model::CaseChange;
using model::Results;
using model::Verdict;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto that_day = "2026-06-15";
const NewEntry known_entry{"known since 4.1", "GW-7", "2026-12-31"};

model::CaseResult one(std::string id, Verdict verdict, std::string operation = "O") {
  model::CaseResult out;
  out.id = std::move(id);
  out.operation = std::move(operation);
  out.tier = "mvp";
  out.tags = {"data"};
  out.verdict = verdict;
  return out;
}

Results run(std::vector<model::CaseResult> cases) {
  Results out;
  out.kind = "replay";
  out.endpoint = "http://127.0.0.1:1/a";
  out.endpoint_version = "4.2";
  out.cases = std::move(cases);
  return out;
}

std::vector<std::string> ids(const Results& results) {
  std::vector<std::string> out;
  for (const auto& item : results.cases) out.push_back(item.id);
  return out;
}

Results held(const Baseline& baseline, Results results, std::string_view day = that_day) {
  const auto known = ids(results);
  apply(baseline, "b.yaml", known, day, results);
  return results;
}

// What init wrote, read again.
Baseline made(const Results& results) {
  const auto baseline = make_baseline(results, known_entry, that_day);
  EXPECT_TRUE(baseline) << describe(baseline.error());
  const auto back = baseline_from_yaml(to_yaml(*baseline), "b.yaml");
  EXPECT_TRUE(back) << describe(back.error());
  EXPECT_EQ(to_yaml(*back), to_yaml(*baseline));
  return *back;
}

const Results accepted_run =
    run({one("a/fine", Verdict::pass), one("a/wrong", Verdict::fail), one("b/none", Verdict::unsupported, "P"),
         one("c/blocked", Verdict::blocked, "Q"), one("d/skipped", Verdict::skipped)});

TEST(Baseline, TheRunThatItWasMadeOfPasses) {
  const auto again = held(made(accepted_run), accepted_run);
  EXPECT_FALSE(model::gate_is_shut(again));
  EXPECT_EQ(again.cases[1].verdict, Verdict::xfail);
  EXPECT_EQ(again.cases[1].excuse->ticket, "GW-7");
  EXPECT_EQ(again.cases[2].verdict, Verdict::unsupported) << "only a failure becomes an expected one";
  EXPECT_THAT(again.baseline->notes, IsEmpty());
  EXPECT_EQ(again.figures().fail, accepted_run.figures().fail) << "a baseline moves no figure";
  EXPECT_EQ(again.figures().pass, accepted_run.figures().pass);
  EXPECT_EQ(again.figures().unsupported, accepted_run.figures().unsupported);
}

TEST(Baseline, SaysWhatGotWorseAndWhatGotBetter) {
  auto now = held(made(accepted_run), run({one("a/fine", Verdict::fail), one("a/wrong", Verdict::pass),
                                           one("b/none", Verdict::fail, "P"), one("e/new", Verdict::fail)}));
  EXPECT_EQ(now.cases[0].change, CaseChange::regression);
  EXPECT_EQ(now.cases[0].verdict, Verdict::fail);
  EXPECT_EQ(now.cases[1].change, CaseChange::unexpected_pass);
  EXPECT_EQ(now.cases[1].verdict, Verdict::xpass);
  EXPECT_EQ(now.cases[2].change, CaseChange::newly_reached);
  EXPECT_EQ(now.cases[2].verdict, Verdict::fail);
  EXPECT_EQ(now.cases[3].change, CaseChange::added);
  ASSERT_EQ(now.baseline->vanished.size(), 2u);
  EXPECT_EQ(now.baseline->vanished[0].id, "c/blocked");
  EXPECT_TRUE(model::gate_is_shut(now));
  now.baseline->vanished.clear();
  now.cases.erase(now.cases.begin());
  EXPECT_FALSE(model::gate_is_shut(now));
  now.strict = true;
  EXPECT_TRUE(model::gate_is_shut(now)) << "an unexpected pass";
}

TEST(Baseline, AnEntryIsInForceOnItsLastDayAndNotOnTheNext) {
  EXPECT_FALSE(model::gate_is_shut(held(made(accepted_run), accepted_run, "2026-12-31")));
  const auto late = held(made(accepted_run), accepted_run, "2027-01-01");
  EXPECT_TRUE(model::gate_is_shut(late));
  EXPECT_EQ(late.cases[1].change, CaseChange::expired);
  EXPECT_EQ(late.cases[1].verdict, Verdict::fail);
  ASSERT_EQ(late.baseline->notes.size(), 3u);
  EXPECT_EQ(late.baseline->notes[0], "a/wrong (GW-7) expired on 2026-12-31 and excuses nothing any more");
}

TEST(Baseline, EntriesNameCasesByIdGlobOperationTagAndTier) {
  for (const auto* word : {"a/fine", "a/*", "operation:O", "operation:o*", "tag:data", "tier:mvp", "*"}) {
    auto baseline = made(run({one("a/fine", Verdict::pass)}));
    baseline.expected = {{{*parse_case_term(word)}, "r", "t", "2026-12-31", "", {}}};
    const auto now = held(baseline, run({one("a/fine", Verdict::fail)}));
    EXPECT_EQ(now.cases[0].change, CaseChange::excused) << word;
    EXPECT_EQ(now.cases[0].verdict, Verdict::xfail) << word;
  }
  auto baseline = made(run({one("a/fine", Verdict::pass)}));
  baseline.expected = {{{*parse_case_term("b/*")}, "r", "t", "2026-12-31", "", {}}};
  const auto now = held(baseline, run({one("a/fine", Verdict::fail)}));
  EXPECT_EQ(now.cases[0].change, CaseChange::regression);
  EXPECT_THAT(now.baseline->notes, ElementsAre("b/* (t) stands for no case"));
}

TEST(Baseline, AcceptedDifferencesGateNotEvenUnderStrict) {
  auto results = run({one("a/fine", Verdict::pass)});
  results.cases[0].findings.push_back({model::Weight::differs, "header Date", "present", "absent", "", "", "put"});
  results.strict = true;
  EXPECT_TRUE(model::gate_is_shut(results));
  const auto baseline = made(results);
  EXPECT_FALSE(model::gate_is_shut(held(baseline, results)));
  results.cases[0].findings.push_back({model::Weight::differs, "header Via", "present", "absent", "", "", "put"});
  EXPECT_TRUE(model::gate_is_shut(held(baseline, results)));
  results.strict = false;
  EXPECT_FALSE(model::gate_is_shut(held(baseline, results)));
}

TEST(Baseline, SaysWhatARunOfEverythingDidNotAsk) {
  const auto baseline = made(accepted_run);
  const auto known = ids(accepted_run);
  auto less = run({one("a/fine", Verdict::pass)});
  apply(baseline, "b.yaml", known, that_day, less);
  EXPECT_FALSE(model::gate_is_shut(less));
  EXPECT_THAT(less.baseline->notes,
              testing::Contains(HasSubstr("3 accepted cases were not asked this time, a/wrong first")));
  less = run({one("a/fine", Verdict::pass)});
  less.selection = "select a/fine";
  apply(baseline, "b.yaml", known, that_day, less);
  EXPECT_THAT(less.baseline->notes, IsEmpty());
}

TEST(Baseline, ASelectionMissesNothingThatIsThere) {
  auto part = run({one("a/fine", Verdict::pass)});
  part.selection = "select a/*";
  apply(made(accepted_run), "b.yaml", {"a/fine", "a/wrong", "b/none", "c/blocked"}, that_day, part);
  ASSERT_EQ(part.baseline->vanished.size(), 1u);
  EXPECT_EQ(part.baseline->vanished[0].id, "d/skipped");
}

TEST(Baseline, AnInterruptedRunBlamesNobody) {
  auto cut = run({one("a/fine", Verdict::indeterminate), one("a/wrong", Verdict::fail)});
  cut.complete = false;
  cut = held(made(accepted_run), cut);
  EXPECT_EQ(cut.cases[0].change, CaseChange::none);
  EXPECT_FALSE(make_baseline(cut, known_entry, that_day));
}

TEST(Baseline, UpdateNeedsAReasonForWhatIsNew) {
  const auto now = run({one("a/fine", Verdict::fail), one("a/wrong", Verdict::pass)});
  const auto refused = update_baseline(made(accepted_run), now, {}, that_day);
  ASSERT_FALSE(refused);
  EXPECT_EQ(describe(refused.error()),
            "1 case has no entry in force: a/fine; accept them with --reason, --ticket and --expires");
  const auto updated = update_baseline(made(accepted_run), now, {"r", "GW-8", "2026-08-01"}, that_day);
  ASSERT_TRUE(updated) << describe(updated.error());
  ASSERT_EQ(updated->expected.size(), 1u) << to_yaml(*updated);
  EXPECT_EQ(updated->expected[0].ticket, "GW-8");
  EXPECT_EQ(updated->accepted.size(), 2u);
  EXPECT_FALSE(model::gate_is_shut(held(*updated, now)));
  auto strict = held(*updated, now);
  strict.strict = true;
  EXPECT_FALSE(model::gate_is_shut(strict)) << "a fresh baseline is exact";
}

TEST(Baseline, UpdateOfASelectionKeepsTheRest) {
  auto part = run({one("a/wrong", Verdict::pass)});
  part.selection = "select a/*";
  const auto updated = update_baseline(made(accepted_run), part, {}, that_day);
  ASSERT_TRUE(updated);
  EXPECT_EQ(updated->accepted.size(), 5u);
  EXPECT_EQ(updated->expected.size(), 2u) << "the entry of the case that passes is gone, the others stay";
}

TEST(Baseline, UpdateRenewsWhatHasExpired) {
  const auto updated = update_baseline(made(accepted_run), accepted_run, {"still", "GW-9", "2028-01-01"}, "2027-03-01");
  ASSERT_TRUE(updated);
  ASSERT_EQ(updated->expected.size(), 3u);
  for (const auto& each : updated->expected) EXPECT_EQ(each.ticket, "GW-9");
}

std::string message(std::string_view text) {
  const auto out = baseline_from_yaml(text, "b.yaml");
  return out ? "fine" : describe(out.error());
}

TEST(Baseline, NamesThePlaceOfAMistake) {
  const std::string head = "format: 1\n", tail = "accepted: {pass: [a]}\n";
  EXPECT_EQ(message(head + tail), "fine");
  EXPECT_THAT(message("format: 2\n" + tail), HasSubstr("b.yaml:1:9: this version reads baseline format 1 only"));
  EXPECT_THAT(message(head), HasSubstr("'accepted'"));
  EXPECT_THAT(message(head + "accepted: {}\n"), HasSubstr("blobgauge baseline init"));
  EXPECT_THAT(message(head + "accepted: {passed: [a]}\n"), HasSubstr("'pass'"));
  EXPECT_THAT(message(head + "accepted: {pass: [a], fail: [a]}\n"), HasSubstr("the case a stands here twice"));
  const auto with = [&](std::string_view fields) {
    return message(head + "expected:\n  - {" + std::string(fields) + "}\n" + tail);
  };
  EXPECT_EQ(with("cases: [a], reason: r, ticket: t, expires: 2026-01-31"), "fine");
  EXPECT_THAT(with("cases: [a], reason: r, ticket: t, expires: 2026-02-31"), HasSubstr("b.yaml:3:"));
  EXPECT_THAT(with("cases: [a], reason: ' ', ticket: t, expires: 2026-01-31"), HasSubstr("'reason' says nothing"));
  EXPECT_THAT(with("cases: [a], reason: r, expires: 2026-01-31"), HasSubstr("'ticket'"));
  EXPECT_THAT(with("cases: ['group:x'], reason: r, ticket: t, expires: 2026-01-31"), HasSubstr("selects nothing"));
  EXPECT_THAT(with("case: a, reason: r, ticket: t, expires: 2026-01-31"), HasSubstr("cases"));
  EXPECT_THAT(with("cases: [], reason: r, ticket: t, expires: 2026-01-31"), HasSubstr("names none"));
  EXPECT_NE(message("expected: [\n"), "fine");
  EXPECT_NE(message(""), "fine");
}

TEST(Baseline, HostileTextStaysText) {
  const NewEntry hostile{"a: b\n- c # d \"'\\ \xc3\xbc", "<script>|", "2026-12-31"};
  const auto baseline = make_baseline(accepted_run, hostile, that_day);
  ASSERT_TRUE(baseline);
  const auto back = baseline_from_yaml(to_yaml(*baseline), "b.yaml");
  ASSERT_TRUE(back) << describe(back.error()) << to_yaml(*baseline);
  EXPECT_EQ(back->expected[0].reason, hostile.reason);
  EXPECT_EQ(back->expected[0].ticket, hostile.ticket);
}

}  // namespace
}  // namespace blobgauge::replayer
