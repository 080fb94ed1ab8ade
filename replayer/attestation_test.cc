#include "replayer/attestation.h"

#include <gtest/gtest.h>

#include "model/file.h"
#include "model/temporary.h"

namespace blobgauge::replayer {
namespace {

using model::Verdict;

class AttestationTest : public testing::Test {
 protected:
  AttestationTest() {
    results_.kind = "replay";
    results_.started = "2026-11-30T10:00:00Z";
    results_.api_version = "2023-11-03";
    for (const auto& [id, verdict] : {std::pair{"a/pass", Verdict::pass},
                                      {"a/fail", Verdict::fail},
                                      {"a/blocked", Verdict::blocked},
                                      {"a/unsupported", Verdict::unsupported},
                                      {"a/differs", Verdict::pass}}) {
      model::CaseResult item;
      item.id = id;
      item.verdict = verdict;
      results_.cases.push_back(item);
    }
    results_.cases.back().findings.resize(1);
  }
  model::Results results_;
  Attestations known_;
};

TEST_F(AttestationTest, APassConfirmsAndEveryFindingContradicts) {
  ASSERT_TRUE(attest(results_, {"westeurope", "StorageV2"}, known_));
  EXPECT_EQ(text_of(known_.at("a/pass")),
            "confirmed on the real service on 2026-11-30 (westeurope, StorageV2, version 2023-11-03)");
  EXPECT_FALSE(known_.at("a/fail").confirmed);
  EXPECT_FALSE(known_.at("a/unsupported").confirmed);
  EXPECT_FALSE(known_.at("a/differs").confirmed);
  EXPECT_FALSE(known_.count("a/blocked")) << "the service was not asked";
}

TEST_F(AttestationTest, AnOlderRunChangesNothing) {
  known_["a/fail"] = {true, "2026-12-01", "r", "k", "v"};
  known_["a/pass"] = {false, "2026-01-01", "r", "k", "v"};
  ASSERT_TRUE(attest(results_, {"westeurope", "StorageV2"}, known_));
  EXPECT_TRUE(known_.at("a/fail").confirmed);
  EXPECT_TRUE(known_.at("a/pass").confirmed);
}

TEST_F(AttestationTest, TakesWholeReplaysOnly) {
  auto wrong = results_;
  wrong.kind = "check";
  EXPECT_FALSE(attest(wrong, {}, known_));
  wrong = results_;
  wrong.complete = false;
  EXPECT_FALSE(attest(wrong, {}, known_));
  wrong = results_;
  wrong.shard = model::ShardOf{};
  EXPECT_FALSE(attest(wrong, {}, known_));
  EXPECT_TRUE(known_.empty());
}

TEST_F(AttestationTest, ReadsWhatItWrites) {
  ASSERT_TRUE(attest(results_, {"west: europe", "StorageV2, \"hot\""}, known_));
  const auto folder = *model::TemporaryFolder::create();
  const auto path = folder.path() + "/attested.yaml";
  EXPECT_TRUE(load_attestations(path)->empty()) << "it need not be there";
  ASSERT_TRUE(model::write_file(path, to_yaml(known_)));
  const auto read = load_attestations(path);
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_EQ(to_yaml(*read), to_yaml(known_));
  ASSERT_TRUE(model::write_file(path, "format: 1\nattested:\n  - {case: a, verdict: maybe}\n"));
  EXPECT_FALSE(load_attestations(path));
}

TEST_F(AttestationTest, EveryReportIsToldWhatWasNeverConfirmed) {
  Suite suite;
  for (const auto& result : results_.cases) {
    Case item;
    item.id = result.id;
    suite.cases.push_back(item);
  }
  EXPECT_EQ(attested_remark(suite, results_), "5 of 5 cases were never confirmed on the real service");
  suite.cases[0].attested = {true, "2026-11-30", "r", "k", "v"};
  suite.cases[1].attested = {false, "2026-11-30", "r", "k", "v"};
  EXPECT_EQ(attested_remark(suite, results_),
            "3 of 5 cases were never confirmed on the real service; it contradicts a/fail");
  results_.cases.resize(1);
  EXPECT_EQ(attested_remark(suite, results_), "");
}

}  // namespace
}  // namespace blobgauge::replayer
