#include "analyzer/entry_questions.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "analyzer/value_flow.h"

namespace blobgauge::analyzer {
namespace {

using model::Presence;
using model::Proof;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr EntryAnswer unset{true, false, false, {}, {}};
const EntryAnswer set{false, true, false, {"main.run main.go:7"}, {}};
const EntryAnswer found_both{true, true, false, {"main.run main.go:7"}, {}};
const EntryAnswer lost{false, false, true, {}, {"a channel"}};
const EntryAnswer half_lost{true, false, true, {}, {"a channel"}};

// A machine code that answers from a list, by the first offset of a path; "" is the argument itself.
struct Answers : EntryQuestions {
  EntryAnswer ask(const EntryQuestion& question, Proof ways) const override {
    const auto key = question.word.path.empty() ? "" : fmt::to_string(question.word.path[0]);
    const auto open = feasible.find(key);
    if (ways == Proof::open_ways && open != feasible.end()) return open->second;
    const auto found = all.find(key);
    return found == all.end() ? EntryAnswer{} : found->second;
  }
  std::map<std::string, EntryAnswer> all, feasible;
};

std::string test_of(const std::string& text, const std::string& word, const char* is = "nonnil") {
  return fmt::format(R"({{"is":"{}","e":{{"op":"the caller"}},"text":"{}"{}}})", is, text,
                     word.empty() ? "" : R"(,"word":{"in":"BX","width":8,)" + word + "}");
}

const std::string given = test_of("o != nil", R"("means":"set")"),
                  tiered = test_of("o.Tier != nil", R"("means":"set","path":[8])"),
                  all_given = R"({"is":"and","parts":[)" + given + "," + tiered + "]}";

class EntryDecisions : public ::testing::Test {
 protected:
  // One header, written under each of the guards.
  EntryDecision decided(const std::vector<std::string>& guards, const std::string& acts = "set",
                        bool by_policy = false) {
    std::string text = R"({"k":"facts","version":2}
{"k":"func","id":1,"name":"sdk.build","pkg":"sdk"}
{"k":"request","id":1,"fn":1,"at":"b.go:1","maker":"n","method":{"const":"PUT"},"endpoint":{"const":"/"}}
)";
    int line = 1;
    for (const auto& guard : guards) {
      ++line;
      text += fmt::format(
          R"({{"k":"write","what":"header","do":"{}","owner":{{"request":1}},"key":{{"const":"x-a"}},"value":{{"op":"f"}},{}"fn":1,"at":"b.go:{}"}})"
          "\n",
          line == 2 ? "set" : acts, guard.empty() ? "" : "\"guard\":" + guard + ",", line);
    }
    auto facts = facts_from_text(text + R"({"k":"end","counts":{}})", "test");
    EXPECT_TRUE(facts) << model::describe(facts.error());
    const ValueFlow flow(*facts);
    const auto shapes = shape_requests(*facts, flow, {});
    auto field = shapes.at(0).headers.at("x-a");
    if (by_policy) {
      field.emissions.push_back(field.emissions.front());
      field.emissions.back().by_policy = true;
    }
    asked_ = questions_of(field).size();
    explained_ = explain(field.emissions.front().condition, answers_);
    return decide(field, answers_);
  }

  std::string said(const EntryDecision& d) {
    const auto grade = model::name_of(d.presence, d.proof);
    return fmt::format("{}{}{}", model::name_of(d.presence), grade.empty() ? "" : ": ", grade);
  }

  std::string ask(const EntryAnswer& o, const EntryAnswer& t) {
    answers_.all = {{"", o}, {"8", t}};
    return said(decided({all_given}));
  }

  Answers answers_;
  std::size_t asked_ = 0;
  std::vector<std::string> explained_;
};

TEST_F(EntryDecisions, AnOptionIsSentWhereItsStructAndItAreSet) {
  EXPECT_EQ(ask(set, set), "always: set on every path");
  EXPECT_EQ(asked_, 2U);
  EXPECT_EQ(ask(found_both, set), "conditional") << "one caller hands nothing over";
  EXPECT_EQ(ask(set, found_both), "conditional");
  EXPECT_EQ(ask(unset, lost), "never: no store found");
  EXPECT_EQ(ask(found_both, unset), "never: no store found");
  EXPECT_EQ(ask(found_both, half_lost), "undecided");
  EXPECT_EQ(ask({}, {}), "undecided") << "no call was found, and that is no proof of anything";
}

TEST_F(EntryDecisions, TheTwoGradesAreToldApart) {
  answers_.all = {{"", set}, {"8", half_lost}};
  answers_.feasible = {{"8", unset}};
  EXPECT_EQ(said(decided({all_given})), "never: none on a feasible path");
  answers_.all = {{"", found_both}, {"8", found_both}};
  answers_.feasible = {{"", set}, {"8", set}};
  EXPECT_EQ(said(decided({all_given})), "always: set on every feasible path");
  answers_.all = {{"", set}, {"8", found_both}};
  answers_.feasible = {{"8", lost}};
  EXPECT_EQ(said(decided({all_given})), "conditional") << "a store that was found counts";
}

TEST_F(EntryDecisions, SaysWhereItIsSetAndWhyItIsNotKnown) {
  answers_.all = {{"", set}, {"8", found_both}};
  EXPECT_THAT(decided({all_given}).stores, ElementsAre("main.run main.go:7"));
  EXPECT_THAT(explained_, ElementsAre("o != nil: set by all ways; set by feasible ones", "  stored: main.run main.go:7",
                                      "o.Tier != nil: unset, set by all ways; unset, set by feasible ones",
                                      "  stored: main.run main.go:7"));
  answers_.all = {{"", set}, {"8", half_lost}};
  EXPECT_EQ(decided({all_given}).reason, "a channel");
}

TEST_F(EntryDecisions, EveryKindOfTestMeansWhatItSays) {
  answers_.all = {{"8", set}};
  const auto decide = [&](const char* is, const char* means) {
    return said(decided({test_of("o.X", fmt::format(R"("path":[8],"means":"{}")", means), is)}));
  };
  EXPECT_EQ(decide("nonempty", "set"), "always: set on every path");
  EXPECT_EQ(decide("empty", "unset"), "never: no store found");
  EXPECT_EQ(decide("loop", "needs"), "conditional") << "a map may be there and empty";
  answers_.all = {{"8", unset}};
  EXPECT_EQ(decide("nil", "unset"), "always: set on every path");
  EXPECT_EQ(decide("loop", "needs"), "never: no store found");
  EXPECT_EQ(said(decided({test_of("check(o)", "", "true")})), "undecided");
  EXPECT_EQ(decided({test_of("check(o)", "", "true")}).reason, "no argument decides check(o)");
}

TEST_F(EntryDecisions, APolicyLeavesTheHeaderOpenAndNotTheOption) {
  answers_.all = {{"", set}, {"8", unset}};
  const auto never = decided({all_given}, "set", true);
  EXPECT_EQ(said(never), "undecided");
  EXPECT_NE(never.reason.find("written on the way out at b.go:2"), std::string::npos) << never.reason;
  ASSERT_TRUE(never.option);
  EXPECT_EQ(model::name_of(never.option->presence, never.option->proof), "no store found");
  answers_.all = {{"", set}, {"8", half_lost}};
  EXPECT_FALSE(decided({all_given}, "set", true).option) << "nothing is known of it either";
  answers_.all = {{"", set}, {"8", set}};
  const auto always = decided({all_given}, "set", true);
  EXPECT_EQ(said(always), "always: set on every path") << "what is sent already is not sent less";
  EXPECT_FALSE(always.option);
}

TEST_F(EntryDecisions, TwoWritesAndRemovalsCountTogether) {
  answers_.all = {{"", set}, {"8", unset}};
  EXPECT_EQ(said(decided({tiered, given})), "always: set on every path") << "one of them is enough";
  EXPECT_EQ(said(decided({given, tiered}, "del")), "always: set on every path");
  EXPECT_EQ(said(decided({given, test_of("y", "", "true")}, "del")), "conditional") << "it may be taken away again";
  EXPECT_EQ(said(decided({R"({"is":"or","parts":[)" + tiered + "," + given + "]}"})), "always: set on every path");
}

}  // namespace
}  // namespace blobgauge::analyzer
