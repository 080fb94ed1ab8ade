#include "model/results.h"

#include <gtest/gtest.h>

namespace blobgauge::model {
namespace {

Results sample() {
  Results results;
  results.tool = "blobgauge 0.1.0";
  results.kind = "replay";
  results.started = "2026-01-02T03:04:05Z";
  CaseResult failed{"put-blob/a", "Put Blob (block)", "mvp", "keeps bytes", {"data"}, Verdict::fail, "", {}, 7, {}};
  failed.findings.push_back({Weight::breaks, "status", "201", "500", "AzCopy stops", "PUT /c/b -> 500", "put"});
  results.cases.push_back(failed);
  results.cases.push_back({"x/b", "X", "extended", "t", {}, Verdict::pass, "", {}, 0, {}});
  results.cases.push_back({"x/c", "X", "mvp", "\xff\n\"", {}, Verdict::indeterminate, "no answer", {}, 0, {}});
  results.scenarios.push_back({"azcopy-up",
                               "azcopy",
                               "10.32.2",
                               "upload",
                               "predicted",
                               Verdict::fail,
                               "PUT /c/b -> 500",
                               "",
                               0,
                               3,
                               {"put-blob/a"}});
  return results;
}

TEST(Results, RoundTrips) {
  const auto text = to_json(sample());
  const auto back = results_from_json(text, "r.json");
  ASSERT_TRUE(back) << describe(back.error());
  ASSERT_EQ(back->cases.size(), 3u);
  EXPECT_EQ(back->cases[0].findings[0].reason, "AzCopy stops");
  EXPECT_EQ(back->scenarios[0].cases, sample().scenarios[0].cases);
  EXPECT_EQ(to_json(*back), to_json(*results_from_json(to_json(*back), "r.json")));
}

TEST(Results, CountsOverAFixedDenominator) {
  const auto results = sample();
  EXPECT_EQ(results.figures().total, 3u);
  EXPECT_DOUBLE_EQ(results.figures().divergence(), 1.0 / 3);
  EXPECT_DOUBLE_EQ(results.figures("mvp").coverage(), 0.5);
  EXPECT_DOUBLE_EQ(Results{}.figures().coverage(), 0);
}

TEST(Results, NamesThePlaceOfAMistake) {
  const auto cut = results_from_json("{\n \"format\": 1,\n", "r.json");
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().category, Category::input);
  EXPECT_EQ(cut.error().where.line, 3u);
  const auto wrong =
      results_from_json(R"({"format":1,"complete":true,"cases":[{"id":"a","verdict":"passed"}]})", "r.json");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(describe(wrong.error()), "r.json: 'cases[0].verdict' is no verdict: 'passed'");
  EXPECT_FALSE(results_from_json(R"({"format":2,"complete":true})", "r.json"));
  EXPECT_FALSE(results_from_json("[]", "r.json"));
  EXPECT_FALSE(results_from_json("", "r.json"));
}

}  // namespace
}  // namespace blobgauge::model
