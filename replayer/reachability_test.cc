#include "replayer/reachability.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace blobgauge::replayer {
namespace {

using About = Expectation::About;
using Want = Expectation::Test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ReachabilityTest : public testing::Test {
 protected:
  ReachabilityTest() : catalogue_(*model::Catalogue::load(BLOBGAUGE_SOURCE_DIR "/specs/catalogue")) {
    item_.id = "o/case";
    step_.name = "it";
    step_.request.method = "GET";
    expect(About::status, {}, Want::one_of, {"200"});
  }
  Expectation& expect(About about, std::string name, Want test, std::vector<std::string> values) {
    Expectation out;
    out.about = about;
    out.name = std::move(name);
    out.test = test;
    out.values = std::move(values);
    step_.expectations.push_back(out);
    return step_.expectations.back();
  }
  std::vector<std::string> found() {
    item_.steps = {step_};
    suite_.cases = {item_};
    std::vector<std::string> out;
    for (const auto& finding : unreachable(spec_, suite_, catalogue_)) out.push_back(finding.what);
    return out;
  }
  model::Catalogue catalogue_;
  model::Spec spec_;
  Suite suite_;
  Case item_;
  Step step_;
};

TEST_F(ReachabilityTest, AnErrorCodeOfASuccess) {
  expect(About::error, {}, Want::one_of, {"BlobNotFound"});
  EXPECT_THAT(found(), ElementsAre(HasSubstr("error code of a success")));
  step_.expectations[0].values = {"200", "404"};
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(ReachabilityTest, ABodyOfAnAnswerThatHasNone) {
  expect(About::body, {}, Want::content, {});
  step_.contents = {{{"x", 0, 0, 0}}};
  EXPECT_THAT(found(), IsEmpty());
  step_.request.method = "HEAD";
  EXPECT_THAT(found(), ElementsAre(HasSubstr("a body of an answer that has none")));
  step_.contents = {{{"", 0, 0, 0}}};
  EXPECT_THAT(found(), IsEmpty()) << "that it is empty can be seen";
}

TEST_F(ReachabilityTest, TwoThingsThatCannotBothHold) {
  expect(About::header, "ETag", Want::equals, {"a"});
  expect(About::header, "etag", Want::equals, {"b"});
  EXPECT_THAT(found(), ElementsAre(HasSubstr("cannot both hold")));
  step_.expectations.back().from = "2021-08-06";
  EXPECT_THAT(found(), IsEmpty()) << "of different versions";
  step_.expectations.back() = step_.expectations[1];
  step_.expectations.back().test = Want::absent;
  EXPECT_THAT(found(), ElementsAre(HasSubstr("cannot both hold")));
}

TEST_F(ReachabilityTest, WhatNobodyCanAskFor) {
  expect(About::header, "x", Want::present, {}).from = "2999-01-01";
  EXPECT_THAT(found(), ElementsAre(HasSubstr("from 2999-01-01 on")));
}

TEST_F(ReachabilityTest, AnAnswerThatNoStepAsksFor) {
  suite_.answers["O"].headers.resize(1);
  EXPECT_THAT(found(), ElementsAre(HasSubstr("no step asks for a success")));
  step_.operation = "O";
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(ReachabilityTest, RulesForNothing) {
  model::AnswerRule rule;
  rule.id = "r";
  rule.operations = {"Put Blob*"};
  spec_.answers.rules = {rule};
  EXPECT_THAT(found(), IsEmpty());
  spec_.answers.rules[0].operations = {"Put Blub*"};
  spec_.answers.rules[0].from = "2021-08-06";
  spec_.answers.rules[0].until = "2020-08-04";
  EXPECT_THAT(found(), ElementsAre(HasSubstr("before it begins"), HasSubstr("'Put Blub*', which is no operation")));
}

TEST_F(ReachabilityTest, NothingOfTheCommittedCasesIsUnreachable) {
  const auto suite = load_suite(BLOBGAUGE_SOURCE_DIR "/specs/cases");
  const auto spec = model::load_spec(BLOBGAUGE_SOURCE_DIR "/specs/azure-blob-mvp.yaml");
  ASSERT_TRUE(suite && spec);
  std::vector<std::string> out;
  for (const auto& finding : unreachable(*spec, *suite, catalogue_)) out.push_back(finding.what);
  EXPECT_THAT(out, IsEmpty());
}

}  // namespace
}  // namespace blobgauge::replayer
