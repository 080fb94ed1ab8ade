#include "analyzer/compared_codes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace blobgauge::analyzer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Three requests, one of them of another service, and errors that come from them.
Facts program(const std::string& codes) {
  auto facts =
      facts_from_text(
          R"~({"k":"facts","version":5,"language":"go"}
{"k":"func","id":1,"name":"app.Run","pkg":"app","at":"app/a.go:1","root":"Run"}
{"k":"node","id":1,"kind":"result","name":"app.Get:1","fn":1}
{"k":"node","id":2,"kind":"param","name":"app.missing(err)","fn":1}
{"k":"node","id":3,"kind":"param","name":"app.judge(err)","fn":1}
{"k":"node","id":4,"kind":"global","name":"app.final"}
{"k":"flow","to":1,"from":{"any":[{"nil":true},{"op":"errors.New"},{"request":1}]},"fn":1,"at":"app/a.go:2"}
{"k":"flow","to":2,"from":{"node":1},"fn":1,"at":"app/a.go:3"}
{"k":"flow","to":2,"from":{"request":2},"fn":1,"at":"app/a.go:4"}
{"k":"flow","to":3,"from":{"node":1},"fn":1,"at":"app/a.go:5"}
{"k":"flow","to":3,"from":{"unknown":"a plug-in's error"},"fn":1,"at":"app/a.go:6"}
{"k":"flow","to":4,"from":{"list":[{"const":"Held"},{"const":"Locked"}]},"fn":1,"at":"app/a.go:7"}
{"k":"request","id":1,"fn":1,"at":"app/a.go:8","maker":"new","method":{"const":"GET"},"endpoint":{"const":"/"}}
{"k":"request","id":2,"fn":1,"at":"app/a.go:9","maker":"new","method":{"const":"PUT"},"endpoint":{"const":"/"}}
{"k":"request","id":3,"fn":1,"at":"app/a.go:10","maker":"new","method":{"const":"PUT"},"endpoint":{"const":"/"}}
)~" + codes + R"({"k":"end","counts":{}})",
          "test");
  EXPECT_TRUE(facts) << model::describe(facts.error());
  return facts ? std::move(*facts) : Facts{};
}

std::string code(const std::string& owner, const std::string& text, bool listed = true) {
  return R"({"k":"code","owner":)" + owner + R"(,"code":)" + text + (listed ? R"(,"listed":true)" : "") +
         R"(,"fn":1,"at":"app/a.go:20"})" + "\n";
}

std::vector<ComparedCode> found(const std::string& codes) {
  const auto facts = program(codes);
  const ValueFlow flow(facts);
  return compared_codes(facts, flow, [](int request) -> std::set<std::string> {
    if (request == 1) return {"Get Blob", "Get Blob (range)"};
    if (request == 2) return {"Put Block"};
    return {};
  });
}

TEST(ComparedCodes, BelongToTheOperationsWhoseErrorsComeThere) {
  const auto one = found(code(R"({"request":2})", R"({"const":"Busy"})"));
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0].code, "Busy");
  EXPECT_THAT(one[0].operations, ElementsAre("Put Block"));
  EXPECT_EQ(one[0].open, "");
  EXPECT_EQ(one[0].at, "app/a.go:20");
}

// Errors that are made on the spot, and nil, are nobody's.
TEST(ComparedCodes, OfAMergedFlowAreCandidates) {
  const auto merged = found(code(R"({"node":2})", R"({"const":"Busy"})"));
  ASSERT_EQ(merged.size(), 1U);
  EXPECT_THAT(merged[0].operations, ElementsAre("Get Blob", "Get Blob (range)", "Put Block"));
  EXPECT_EQ(merged[0].open, "");
}

TEST(ComparedCodes, SayWhatElseMayComeThere) {
  const auto open = found(code(R"({"node":3})", R"({"const":"Busy"})"));
  ASSERT_EQ(open.size(), 1U);
  EXPECT_THAT(open[0].operations, ElementsAre("Get Blob", "Get Blob (range)"));
  EXPECT_THAT(open[0].open, HasSubstr("a plug-in's error"));
  const auto every = found(code(R"({"any":[{"every":true},{"request":2}]})", R"({"const":"Busy"})"));
  ASSERT_EQ(every.size(), 1U);
  EXPECT_THAT(every[0].open, HasSubstr("any request"));
}

TEST(ComparedCodes, OfAnErrorFromNowhereAreOfAnyOperation) {
  const auto any = found(code(R"({"op":"argument of root Run"})", R"({"const":"Busy"})"));
  ASSERT_EQ(any.size(), 1U);
  EXPECT_THAT(any[0].operations, IsEmpty());
  EXPECT_NE(any[0].open, "");
  EXPECT_THAT(found(code(R"({"op":"a word"})", R"({"const":"Busy"})", false)), IsEmpty()) << "it may be no code at all";
}

TEST(ComparedCodes, OfOtherServicesAreLeftOut) {
  EXPECT_THAT(found(code(R"({"request":3})", R"({"const":"Busy"})")), IsEmpty());
  const auto both = found(code(R"({"any":[{"request":3},{"request":2}]})", R"({"const":"Busy"})"));
  ASSERT_EQ(both.size(), 1U);
  EXPECT_THAT(both[0].operations, ElementsAre("Put Block"));
}

TEST(ComparedCodes, AreTakenOutOfVariables) {
  const auto two = found(code(R"({"request":2})", R"({"node":4})"));
  ASSERT_EQ(two.size(), 2U);
  EXPECT_EQ(two[0].code, "Held");
  EXPECT_EQ(two[1].code, "Locked");
  EXPECT_THAT(found(code(R"({"request":2})", R"({"const":""})")), IsEmpty()) << "asks whether there is a code";
}

}  // namespace
}  // namespace blobgauge::analyzer
