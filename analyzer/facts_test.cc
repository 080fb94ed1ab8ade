#include "analyzer/facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace blobgauge::analyzer {
namespace {

using ::testing::HasSubstr;

constexpr const char* head =
    R"({"k":"facts","version":2,"language":"go","module":"m","release":"v1.2.3","modules":["m@v1.2.3"]})";
constexpr const char* tail = R"({"k":"end","counts":{}})";

std::string facts_of(std::initializer_list<std::string> lines) {
  std::string text = std::string(head) + "\n";
  for (const auto& line : lines) text += line + "\n";
  return text + tail + "\n";
}

std::string with_word(const std::string& word) {
  return facts_of({R"({"k":"write","what":"header","do":"set","guard":{"is":"nonnil","word":{)" + word + "}}}"});
}

TEST(Facts, ReadsEveryKind) {
  const auto facts = facts_from_text(
      facts_of(
          {R"({"k":"func","id":1,"name":"m.Run","pkg":"m","at":"m/a.go:3","root":"main"})",
           R"({"k":"func","id":2,"name":"m.send","pkg":"m","at":"m/a.go:9"})",
           R"({"k":"call","from":1,"to":2,"at":"m/a.go:4","how":"static"})",
           R"({"k":"node","id":1,"kind":"field","name":"m.T.F","filled":true})",
           R"({"k":"flow","to":1,"from":{"addr":{"const":"v"}},"fn":1,"at":"m/a.go:5","how":"dynamic"})",
           R"({"k":"request","id":1,"fn":2,"at":"m/a.go:9","maker":"n","method":{"const":"GET"},"endpoint":{"node":1}})",
           R"({"k":"write","what":"header","do":"assign","owner":{"request":1},"key":{"cat":[{"const":"a-"},{"node":1}]},)"
           R"("value":{"list":[{"op":"f"}]},"guard":{"is":"and","parts":[{"is":"nonnil","e":{"node":1},"text":"x != nil","word":{"in":"BX","path":[24,8],"width":8,"means":"set"}},)"
           R"({"is":"eq","e":{"any":[{"nil":true},{"zero":true}]},"c":"1","text":"y == 1"}]},"fn":2,"at":"m/a.go:10"})",
           R"({"k":"status","owner":{"request":1},"codes":["200"],"how":"accepted","fn":2,"at":"m/a.go:11"})",
           R"({"k":"read","what":"header","owner":{"request":1},"key":{"const":"ETag"},"into":["m.T.F"],"used":true,"fn":2,"at":""})",
           R"({"k":"unresolved","fn":2,"what":"f","at":"m/a.go:12"})"}),
      "test");
  ASSERT_TRUE(facts) << model::describe(facts.error());
  EXPECT_EQ(facts->functions.at(1).root, "main");
  EXPECT_EQ(facts->calls.at(0).to, 2);
  EXPECT_TRUE(facts->nodes.at(1).filled);
  EXPECT_TRUE(facts->nodes.at(1).inflows.at(0).dynamic);
  EXPECT_EQ(facts->requests.at(1).method.text, "GET");
  const auto& write = facts->writes.at(0);
  EXPECT_EQ(write.key.parts.size(), 2U);
  EXPECT_EQ(write.guard.kind, Guard::Kind::also);
  EXPECT_EQ(write.guard.parts.at(1).constant, "1");
  const auto& word = write.guard.parts.at(0).word;
  EXPECT_EQ(word.means, Word::Means::set);
  EXPECT_EQ(word.in, "BX");
  EXPECT_EQ(word.path, (std::vector<std::int32_t>{24, 8}));
  EXPECT_EQ(write.guard.parts.at(1).word.means, Word::Means::nothing);
  EXPECT_TRUE(facts->statuses.at(0).accepted);
  EXPECT_TRUE(facts->reads.at(0).used);
  EXPECT_EQ(facts->unresolved.at(0).what, "f");
}

struct Refusal {
  std::string text, message;
  std::size_t line;
};

class Refused : public ::testing::TestWithParam<Refusal> {};

TEST_P(Refused, WithItsLine) {
  const auto facts = facts_from_text(GetParam().text, "f.jsonl");
  ASSERT_FALSE(facts);
  EXPECT_EQ(facts.error().category, model::Category::input);
  EXPECT_THAT(facts.error().message, HasSubstr(GetParam().message));
  EXPECT_EQ(facts.error().where.line, GetParam().line);
}

INSTANTIATE_TEST_SUITE_P(
    Facts, Refused,
    ::testing::Values(
        Refusal{"", "no facts", 0}, Refusal{"[]\n", "object", 1}, Refusal{"{\"k\":\"func\"}\n", "first line", 1},
        Refusal{R"({"k":"facts","version":7})", "version 7", 1}, Refusal{std::string(head) + "\n", "cut short", 0},
        Refusal{std::string(head) + "\n{\"k\":\"fu", "no JSON", 2}, Refusal{facts_of({R"({"k":"guess"})"}), "guess", 2},
        Refusal{facts_of({R"({"k":"func","id":7,"name":"f"})"}), "id 7 where 1", 2},
        Refusal{facts_of({R"({"k":"call","from":1,"to":2})"}), "no line describes", 0},
        Refusal{facts_of({R"({"k":"call","from":-4,"to":2})"}), "out of range", 2},
        Refusal{facts_of({R"({"k":"flow","to":9,"from":{"nil":true}})"}), "no line before", 2},
        Refusal{facts_of({R"({"k":"write","what":"header","do":"burn"})"}), "burn", 2},
        Refusal{facts_of({R"({"k":"request","id":1,"method":{"wat":1}})"}), "wat", 2},
        Refusal{facts_of({R"({"k":"write","what":"header","do":"set","guard":{"is":"maybe"}})"}), "maybe", 2},
        Refusal{with_word(R"("in":"SP","width":8,"means":"set")"), "SP", 2},
        Refusal{with_word(R"("in":"AX","width":3,"means":"set")"), "3 bytes", 2},
        Refusal{with_word(R"("in":"AX","width":8,"means":"hot")"), "hot", 2},
        Refusal{with_word(R"("in":"AX","width":8,"means":"set","path":[-8])"), "out of range", 2},
        Refusal{std::string(head) + "\n" + tail + "\n{\"k\":\"func\",\"id\":1}\n", "after the last", 3}));

TEST(Facts, RefusesNestingThatWouldExhaustTheStack) {
  std::string deep;
  for (int i = 0; i < 400; ++i) deep += R"({"addr":)";
  deep += R"({"nil":true})" + std::string(400, '}');
  EXPECT_FALSE(facts_from_text(facts_of({R"({"k":"request","id":1,"method":)" + deep + "}"}), "deep"));
}

TEST(Facts, SurvivesEveryCut) {
  const auto text =
      facts_of({R"({"k":"func","id":1,"name":"m.Run"})",
                R"({"k":"request","id":1,"fn":1,"method":{"const":"GET"},"endpoint":{"cat":[{"const":"a"}]}})"});
  ASSERT_TRUE(facts_from_text(text, "whole"));
  // Without its last line feed it is still whole; shorter than that, never.
  for (std::size_t size = 0; size + 1 < text.size(); ++size)
    EXPECT_FALSE(facts_from_text(text.substr(0, size), "cut")) << size;
}

}  // namespace
}  // namespace blobgauge::analyzer
