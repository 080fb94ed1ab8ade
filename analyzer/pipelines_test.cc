#include "analyzer/pipelines.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analyzer/request_shape.h"

namespace blobgauge::analyzer {
namespace {

using model::Presence;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

// Functions 1 to 4 are stages of the names a, b, c, d; node 1 is what a test fills.
Facts facts(const std::string& lines) {
  std::string text = R"({"k":"facts","version":3,"language":"go","module":"m","platform":"linux/amd64","go":"go1.26"})"
                     "\n";
  for (int id = 1; id <= 5; ++id)
    text += fmt::format("{{\"k\":\"func\",\"id\":{},\"name\":\"m.{}\",\"pkg\":\"m\",\"at\":\"m/m.go:{}\"}}\n", id,
                        "abcdR"[id - 1], id);
  auto read = facts_from_text(text + lines + R"({"k":"end","counts":{}})", "test");
  EXPECT_TRUE(read) << model::describe(read.error());
  return read ? std::move(*read) : Facts{};
}

const std::string stage_a = R"({"stage":{"new":"m.A"},"fn":1})", stage_b = R"({"stage":{"new":"m.B"},"fn":2})",
                  stage_c = R"({"stage":{"new":"m.C"},"fn":3})";

std::set<StageList> lists(
    const std::string& nodes, const std::string& through,
    const std::function<bool(int)>& matters = [](int) { return true; }) {
  const auto read = facts(nodes + R"({"k":"send","request":{"op":"r"},"through":)" + through +
                          R"(,"fn":5,"at":"m/m.go:9"})"
                          "\n");
  const ValueFlow flow(read);
  return Pipelines(read, flow, matters).of(read.sends.at(0).through);
}

TEST(Pipelines, KeepTheOrderOfAppends) {
  EXPECT_THAT(
      lists("", R"({"seq":[{"list":[)" + stage_b + "," + stage_a + R"(]},{"nil":true},{"list":[)" + stage_c + "]}]}"),
      ElementsAre(StageList{2, 1, 3}));
}

TEST(Pipelines, AreOneForEachWay) {
  const auto node = R"({"k":"node","id":1,"kind":"local","name":"list"}
{"k":"flow","to":1,"from":{"list":[)" +
                    stage_a + "," + stage_b + R"(]},"fn":5,"at":"m/m.go:1"}
{"k":"flow","to":1,"from":{"list":[)" +
                    stage_c + R"(]},"fn":5,"at":"m/m.go:2"}
)";
  EXPECT_THAT(lists(node, R"({"node":1})"), UnorderedElementsAre(StageList{1, 2}, StageList{3}));
  EXPECT_THAT(lists(node, R"({"node":1})", [](int stage) { return stage != 2; }),
              UnorderedElementsAre(StageList{1}, StageList{3}));
}

TEST(Pipelines, MadeOfThemselvesComeToAnEnd) {
  const auto loop = R"({"k":"node","id":1,"kind":"local","name":"list"}
{"k":"flow","to":1,"from":{"list":[)" +
                    stage_a + R"(]},"fn":5,"at":"m/m.go:1"}
{"k":"flow","to":1,"from":{"seq":[{"list":[)" +
                    stage_b + R"(]},{"node":1}]},"fn":5,"at":"m/m.go:2"}
)";
  EXPECT_THAT(lists(loop, R"({"node":1})"), UnorderedElementsAre(StageList{1}, StageList{2, 1}));
  EXPECT_THAT(lists(R"({"k":"node","id":1,"kind":"local","name":"list"}
{"k":"flow","to":1,"from":{"node":1},"fn":5,"at":"m/m.go:1"}
)",
                    R"({"node":1})"),
              IsEmpty());
}

// Whether a stage is there hangs on something that is not followed; which list there is does not make its stages
// doubtful.
TEST(Pipelines, TellAStageThatMayBeThere) {
  const auto flows = [](const std::string& from) {
    return R"({"k":"node","id":1,"kind":"local","name":"x"}
{"k":"flow","to":1,"from":)" +
           from + R"(,"fn":5,"at":"m/m.go:1","guard":{"is":"true","e":{"unknown":"why"},"text":"on"}}
{"k":"flow","to":1,"from":{"nil":true},"fn":5,"at":"m/m.go:2"}
)";
  };
  EXPECT_THAT(lists(flows(stage_a), R"({"list":[{"node":1}]})"), UnorderedElementsAre(StageList{-1}, StageList{}));
  EXPECT_THAT(lists(flows(R"({"list":[)" + stage_a + "]}"), R"({"node":1})"),
              UnorderedElementsAre(StageList{1}, StageList{}));
}

TEST(Pipelines, SayWhereAStageIsNotFollowed) {
  EXPECT_THAT(lists("", R"({"list":[)" + stage_a + R"(,{"unknown":"why"}]})"),
              ElementsAre(StageList{1, unknown_stage}));
  EXPECT_THAT(lists("", R"({"op":"make"})"), ElementsAre(StageList{unknown_stage}));
  EXPECT_THAT(lists("", R"({"none":true})"), IsEmpty());
}

TEST(Pipelines, FindFactoriesHandlers) {
  const auto made = R"({"k":"node","id":1,"kind":"result","name":"m.New:0"}
{"k":"flow","to":1,"from":{"new":"func m.d","fn":4},"fn":5,"at":"m/m.go:1"}
)";
  EXPECT_THAT(lists(made, R"({"list":[{"stage":{"node":1}}]})"), ElementsAre(StageList{4}));
  const auto marker = R"({"k":"node","id":1,"kind":"result","name":"m.New:0"})"
                      "\n";
  EXPECT_THAT(lists(marker, R"({"list":[{"stage":{"node":1}},)" + stage_a + "]}"), ElementsAre(StageList{1}));
}

// Two clients; each write is by one of the stages a, b, c, d to the request that it is handed.
class Passing : public ::testing::Test {
 protected:
  // `writes`: "stage|name|guard or nothing", and a request whose builder writes nothing but X-Own.
  std::vector<RequestShape> shapes(const std::string& through, const std::vector<std::array<std::string, 3>>& writes,
                                   const ShapeOptions& options = {}) {
    std::string lines;
    for (int id = 1; id <= 4; ++id)
      lines += fmt::format(
          "{{\"k\":\"node\",\"id\":{0},\"kind\":\"param\",\"name\":\"m.x(req)\",\"fn\":{0}}}\n"
          "{{\"k\":\"flow\",\"to\":{0},\"from\":{{\"request\":1}},\"fn\":5,\"at\":\"m/"
          "m.go:9\",\"site\":{0},\"how\":\"dynamic\"}}\n",
          id);
    lines +=
        R"({"k":"node","id":5,"kind":"result","name":"m.d:0 @1","fn":4}
{"k":"flow","to":5,"from":{"op":"x"},"fn":4,"at":"m/m.go:8"}
)";
    lines +=
        R"({"k":"request","id":1,"fn":5,"at":"m/m.go:5","maker":"new","method":{"const":"GET"},"endpoint":{"op":"x"}}
{"k":"write","what":"header","do":"set","owner":{"request":1},"key":{"const":"X-Own"},"value":{"const":"first"},"fn":5,"at":"m/m.go:6"}
)";
    for (const auto& [stage, name, guard] : writes)
      lines += fmt::format(
          R"({{"k":"write","what":"header","do":"set","owner":{{"node":{}}},"key":{{"const":"{}"}},"value":{{"const":"by {}"}},{}"fn":{},"at":"m/m.go:{}"}})"
          "\n",
          stage, name, stage, guard.empty() ? "" : "\"guard\":" + guard + ",", stage, stage);
    lines += R"({"k":"send","request":{"request":1},"through":)" + through +
             R"(,"fn":5,"at":"m/m.go:9"})"
             "\n";
    // Another client's pipeline names all stages.
    lines += R"({"k":"send","request":{"op":"other"},"through":{"list":[)" + stage_a + "," + stage_b + "," + stage_c +
             R"(]},"fn":5,"at":"m/m.go:10"})"
             "\n";
    facts_ = facts(lines);
    const ValueFlow flow(facts_);
    return shape_requests(facts_, flow, options);
  }

  // What the function d answers about the request.
  static std::string asked(bool holds) {
    return fmt::format(R"({{"is":"{}","e":{{"node":5}},"text":"asked"}})", holds);
  }

  static std::string unless(const std::string& header) {
    return fmt::format(R"({{"is":"empty","e":{{"held":{{"request":1}},"key":{{"const":"{}"}}}},"text":"{} == \"\""}})",
                       header, header);
  }
  static std::string given(const std::string& header) {
    return fmt::format(
        R"({{"is":"nonempty","e":{{"held":{{"request":1}},"key":{{"const":"{}"}}}},"text":"{} != \"\""}})", header,
        header);
  }

  Facts facts_;
};

TEST_F(Passing, AStageOfEveryListWritesAlways) {
  const auto both = R"({"any":[{"list":[)" + stage_a + "," + stage_b + R"(]},{"list":[)" + stage_a + "]}]}";
  const auto shape = shapes(both, {{{"1", "X-A", ""}, {"2", "X-B", ""}, {"3", "X-C", ""}}}).at(0);
  EXPECT_EQ(shape.headers.at("x-a").presence, Presence::always);
  EXPECT_EQ(shape.headers.at("x-b").presence, Presence::conditional);
  EXPECT_FALSE(shape.headers.count("x-c")) << "no list has it";
}

TEST_F(Passing, TwoStagesThatExcludeEachOtherWriteAlways) {
  const auto either = R"({"any":[{"list":[)" + stage_a + R"(]},{"list":[)" + stage_b + "]}]}";
  const auto shape = shapes(either, {{{"1", "X-A", ""}, {"2", "x-a", ""}}}).at(0);
  EXPECT_EQ(shape.headers.at("x-a").presence, Presence::always);
  EXPECT_THAT(shape.headers.at("x-a").value.values, UnorderedElementsAre("by 1", "by 2"));
}

TEST_F(Passing, WhatIsThereIsKeptOrReplaced) {
  const auto list = R"({"list":[)" + stage_a + "," + stage_b + "]}";
  auto shape = shapes(list, {{{"1", "X-A", unless("X-A")}, {"2", "X-Own", ""}}}).at(0);
  EXPECT_EQ(shape.headers.at("x-a").presence, Presence::always) << "set where there was none";
  EXPECT_THAT(shape.headers.at("x-own").value.values, ElementsAre("by 2")) << "overwritten";
  shape = shapes(list, {{{"1", "X-Own", unless("X-Own")}, {"2", "X-A", given("X-Missing")}}}).at(0);
  EXPECT_THAT(shape.headers.at("x-own").value.values, ElementsAre("first"));
  EXPECT_EQ(shape.headers.at("x-a").presence, Presence::never) << "nobody writes X-Missing";
  shape = shapes(list, {{{"1", "X-A", ""}, {"2", "X-B", given("X-A")}}}).at(0);
  EXPECT_EQ(shape.headers.at("x-b").presence, Presence::always) << "an earlier stage writes X-A";
}

TEST_F(Passing, ATestOfTheRequestHoldsOnlyWithItsHeader) {
  const auto list = R"({"list":[)" + stage_a + "," + stage_b + "]}";
  const auto presence = [&](const std::string& header, bool holds) {
    const auto function = std::string("m.d");
    const auto shape =
        shapes(list, {{{"1", "X-A", ""}, {"2", "X-B", asked(holds)}}}, {{}, {}, {{function, header}}}).at(0);
    return shape.headers.at("x-b").presence;
  };
  EXPECT_EQ(presence("X-Missing", true), Presence::never);
  EXPECT_EQ(presence("X-A", true), Presence::conditional) << "it may say no all the same";
  EXPECT_EQ(presence("X-Missing", false), Presence::always);
  EXPECT_EQ(presence("X-A", false), Presence::conditional);
}

TEST_F(Passing, AnUnknownStageLeavesTheOthersUndecided) {
  const auto list = R"({"list":[)" + stage_a + R"(,{"unknown":"why"}]})";
  const auto shape = shapes(list, {{{"1", "X-A", ""}, {"2", "X-B", ""}}}).at(0);
  EXPECT_EQ(shape.headers.at("x-a").presence, Presence::always);
  EXPECT_EQ(shape.headers.at("x-own").presence, Presence::always);
  EXPECT_EQ(shape.headers.at("x-b").presence, Presence::undecided);
  EXPECT_EQ(shape.headers.at("x-b").reason, "a stage of its pipeline is not followed");
}

}  // namespace
}  // namespace blobgauge::analyzer
