// The contract of the committed spec against recorded answers of the real service: it raises no false alarm, it does
// not rest on one recorder alone without saying so, and changes of these answers that contradict it are noticed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>

#include "model/classifier.h"
#include "model/spec.h"
#include "model/text.h"
#include "recorder/import_recordings.h"
#include "replayer/answer_check.h"
#include "replayer/answer_history.h"
#include "replayer/answer_judge.h"
#include "replayer/answer_selfcheck.h"

namespace blobgauge {
namespace {

constexpr auto recordings = BLOBGAUGE_SOURCE_DIR "/../shared/azure-exchanges.jsonl.xz";

class RealAnswers : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(recordings)) {
      EXPECT_FALSE(std::getenv("CI")) << recordings << " must be there where CI is set";
      GTEST_SKIP() << "the recordings (" << recordings << ") are not beside this tree";
    }
  }
  template <class Use>
  void each(Use use) {
    const auto summary = recorder::import_recordings(recordings, {}, [&](model::Exchange&& exchange) -> model::Status {
      use(exchange, classifier_.classify(exchange));
      return {};
    });
    ASSERT_TRUE(summary) << describe(summary.error());
    ASSERT_EQ(summary->exchanges, 33'499u);
  }
  static std::string recorder_of(const model::Exchange& exchange) {
    return exchange.source.substr(0, exchange.source.find(':'));
  }

  const model::Catalogue catalogue_ = model::Catalogue::load(BLOBGAUGE_SOURCE_DIR "/specs/catalogue").value();
  const model::Classifier classifier_{catalogue_};
  const model::Spec spec_ = model::load_spec(BLOBGAUGE_SOURCE_DIR "/specs/azure-blob-mvp.yaml").value();
};

TEST_F(RealAnswers, RaiseNoAlarm) {
  auto check = replayer::AnswerCheck::create(spec_, catalogue_).value();
  each([&](const auto& exchange, const auto& named) { check.add(exchange, named, false); });
  EXPECT_EQ(check.judged(), 33'499u);
  std::vector<std::string> alarms;
  std::size_t shown = 0;
  const auto cases = check.finish();
  for (const auto& item : cases) {
    shown += item.verdict != model::Verdict::skipped;
    for (const auto& finding : item.findings)
      alarms.push_back(item.id + " (" + item.detail + "): " + finding.expected + ", not " + finding.actual + ": " +
                       finding.exchange);
  }
  // Of weight differs, too.
  EXPECT_THAT(alarms, testing::IsEmpty());
  EXPECT_GT(shown, 500u) << "of " << cases.size();
}

// A rule that one recorder alone shows may be that recorder's or its accounts' doing. Such a rule must rest on the
// reference, on recorded answers of others, or say that only a recording on the wire is held to it.
TEST_F(RealAnswers, SupportRulesByMoreThanOneRecorder) {
  const auto judge = replayer::AnswerJudge::create(spec_.answers, catalogue_).value();
  std::map<std::size_t, std::map<std::string, std::uint64_t>> support;
  std::vector<replayer::Look> looks;
  each([&](const auto& exchange, const auto& named) {
    judge.judge(exchange, named, replayer::Fidelity::brought, looks);
    for (const auto& look : looks) support[look.rule][recorder_of(exchange)] += look.holds;
  });
  std::size_t one = 0, two = 0, more = 0, none = 0;
  for (std::size_t i = 0; i < spec_.answers.rules.size(); ++i) {
    const auto& rule = spec_.answers.rules[i];
    const auto recorders = support[i].size();
    (recorders == 0 ? none : recorders == 1 ? one : recorders == 2 ? two : more) += 1;
    if (recorders >= 2) continue;
    // Recorded modern answers, the reference or an issue: the reason says so.
    const bool elsewhere = rule.whole || rule.reason.find("modern") != std::string::npos ||
                           rule.reason.find("reference") != std::string::npos ||
                           rule.reason.find("http") != std::string::npos ||
                           rule.reason.find("recorder") != std::string::npos;
    EXPECT_TRUE(elsewhere) << rule.id << " is shown by " << recorders
                           << " recorders, and its reason names nothing else";
  }
  RecordProperty("rules_by_three_or_more", static_cast<int>(more));
  RecordProperty("rules_by_two", static_cast<int>(two));
  RecordProperty("rules_by_one", static_cast<int>(one));
  RecordProperty("rules_by_none", static_cast<int>(none));
  EXPECT_GE(more, 90u) << two << " by two, " << one << " by one, " << none << " by none";
}

// Held out: of each recorder's answers, how many break a line that the other recorders' answers give n of n times? The
// plain lines ("every answer had this header") do; the rules, with their conditions, must not.
TEST_F(RealAnswers, OfARecorderThatWasHeldOutRaiseNoAlarm) {
  const auto judge = replayer::AnswerJudge::create(spec_.answers, catalogue_).value();
  struct Line {
    std::uint64_t looked = 0, held = 0;
  };
  using ByRecorder = std::map<std::string, Line>;
  std::map<std::pair<std::size_t, std::string>, ByRecorder> rules;      // by rule and operation
  std::map<std::pair<std::string, std::string>, ByRecorder> plain;      // by operation and header
  std::map<std::string, std::map<std::string, std::uint64_t>> answers;  // by operation and recorder
  std::vector<replayer::Look> looks;
  each([&](const auto& exchange, const auto& named) {
    const auto recorder = recorder_of(exchange);
    const std::string operation(named.name);
    judge.judge(exchange, named, replayer::Fidelity::brought, looks);
    for (const auto& look : looks) {
      auto& line = rules[{look.rule, operation}][recorder];
      ++line.looked;
      line.held += look.holds;
    }
    if (exchange.response.status >= 300) return;
    ++answers[operation][recorder];
    std::set<std::string> names;
    for (const auto& header : exchange.response.headers) names.insert(model::lower(header.name));
    for (const auto& name : names) ++plain[{operation, name}][recorder].held;
  });
  constexpr std::uint64_t minimum = 30;
  std::uint64_t rule_lines = 0, rule_alarms = 0, plain_lines = 0, plain_alarms = 0;
  for (const auto& [key, by_recorder] : rules)
    for (const auto& [out, line] : by_recorder) {
      std::uint64_t looked = 0, held = 0;
      for (const auto& [recorder, other] : by_recorder)
        if (recorder != out) {
          looked += other.looked;
          held += other.held;
        }
      if (looked < minimum || looked != held) continue;
      ++rule_lines;
      rule_alarms += line.looked - line.held;
    }
  for (const auto& [key, by_recorder] : plain)
    for (const auto& [out, count] : answers[key.first]) {
      std::uint64_t all = 0, had = 0;
      for (const auto& [recorder, other] : answers[key.first])
        if (recorder != out) {
          all += other;
          const auto found = by_recorder.find(recorder);
          had += found == by_recorder.end() ? 0 : found->second.held;
        }
      if (all < minimum || all != had) continue;
      ++plain_lines;
      const auto found = by_recorder.find(out);
      plain_alarms += count - (found == by_recorder.end() ? 0 : found->second.held);
    }
  RecordProperty("rule_lines", static_cast<int>(rule_lines));
  RecordProperty("plain_lines", static_cast<int>(plain_lines));
  RecordProperty("plain_alarms", static_cast<int>(plain_alarms));
  printf("held out: rules %llu lines, %llu alarms; plain n of n %llu lines, %llu alarms\n",
         static_cast<unsigned long long>(rule_lines), static_cast<unsigned long long>(rule_alarms),
         static_cast<unsigned long long>(plain_lines), static_cast<unsigned long long>(plain_alarms));
  EXPECT_GE(rule_lines, 1'000u);
  EXPECT_EQ(rule_alarms, 0u);
  EXPECT_GT(plain_alarms, 0u) << "the plain lines would do as well, so the rules could be simpler";
}

TEST_F(RealAnswers, ChangedAgainstTheContractAreNoticed) {
  auto selfcheck = replayer::AnswerSelfcheck::create(spec_, catalogue_).value();
  each([&](const auto& exchange, const auto& named) { selfcheck.learn(exchange, named, false); });
  std::map<std::string, int> taken;
  each([&](const auto& exchange, const auto& named) {
    if (++taken[std::string(named.name) + std::to_string(exchange.response.status) + recorder_of(exchange)] <= 4)
      selfcheck.mutate(exchange, named, false);
  });
  const auto report = selfcheck.finish();
  EXPECT_EQ(report.contradictions_caught, report.contradictions) << to_text(report);
  EXPECT_GT(report.contradictions, 10'000u);
  // What gets through does so for a reason.
  for (const auto& field : report.fields)
    if (field.caught < field.mutants) {
      EXPECT_FALSE(field.reason.empty()) << field.field << ' ' << field.kind;
    }
}

}  // namespace
}  // namespace blobgauge
