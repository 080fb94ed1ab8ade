#include "replayer/prediction.h"

#include <gtest/gtest.h>

namespace blobgauge::replayer {
namespace {

using model::Verdict;

class Prediction : public testing::Test {
 protected:
  Prediction() {
    for (const auto& [id, operation, core] :
         {std::tuple{"a/1", "A", true}, std::tuple{"a/2", "A", false}, std::tuple{"b/1", "B", true}}) {
      Case item;
      item.id = id;
      item.operation = operation;
      if (core) item.tags = {"core"};
      suite_.cases.push_back(item);
    }
    spec_.scenarios = {{"up", "azcopy", "10", "upload", {"A"}}, {"both", "azcopy", "10", "both", {"A", "B"}}};
  }
  // Verdicts of a/1, a/2 and b/1 -> verdicts of the scenarios.
  std::vector<Verdict> predict_of(std::vector<Verdict> verdicts) {
    std::vector<model::CaseResult> cases;
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
      model::CaseResult result;
      result.id = suite_.cases[i].id;
      result.operation = suite_.cases[i].operation;
      result.verdict = verdicts[i];
      result.detail = "why";
      cases.push_back(result);
    }
    results_ = predict(suite_, spec_, cases);
    std::vector<Verdict> out;
    for (const auto& result : results_) out.push_back(result.verdict);
    return out;
  }
  Suite suite_;
  model::Spec spec_;
  std::vector<model::ScenarioResult> results_;
};

TEST_F(Prediction, OnlyCoreCasesOfItsOperationsBreakAScenario) {
  using V = Verdict;
  EXPECT_EQ(predict_of({V::pass, V::fail, V::pass}), (std::vector<V>{V::pass, V::pass}));
  EXPECT_EQ(predict_of({V::pass, V::pass, V::fail}), (std::vector<V>{V::pass, V::fail}));
  EXPECT_EQ(results_[1].broken_by, "B: why");
  EXPECT_EQ(results_[1].cases, std::vector<std::string>{"b/1"});
  EXPECT_EQ(predict_of({V::unsupported, V::pass, V::pass}), (std::vector<V>{V::fail, V::fail}));
  EXPECT_EQ(predict_of({V::blocked, V::pass, V::pass}), (std::vector<V>{V::indeterminate, V::indeterminate}));
  EXPECT_EQ(predict_of({V::indeterminate, V::pass, V::fail}), (std::vector<V>{V::indeterminate, V::fail}));
}

TEST_F(Prediction, WhatWasNotRunIsNotKnown) {
  EXPECT_EQ(predict_of({Verdict::pass, Verdict::pass}), (std::vector<Verdict>{Verdict::pass, Verdict::indeterminate}));
  EXPECT_TRUE(predict_of({}).empty());
}

}  // namespace
}  // namespace blobgauge::replayer
