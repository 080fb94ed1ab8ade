#include "replayer/selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace blobgauge::replayer {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class SelectionTest : public testing::Test {
 protected:
  SelectionTest() {
    suite_.tags = {{"core", ""}, {"copy", ""}, {"decline", ""}};
    for (const auto& [id, operation, tier, tag] :
         {std::tuple{"put/a", "Put", "mvp", "core"}, std::tuple{"put/b", "Put", "extended", "copy"},
          std::tuple{"get/a", "Get", "mvp", "core"}, std::tuple{"other/a", "Not in the spec", "mvp", "core"},
          std::tuple{"declined/a", "Nobody's", "mvp", "decline"}}) {
      Case item;
      item.id = id;
      item.operation = operation;
      item.tier = tier;
      item.tags = {tag};
      suite_.cases.push_back(item);
    }
    for (const auto& [name, tier, client] :
         {std::tuple{"Put", "mvp", "azcopy"}, std::tuple{"Get", "rclone", "rclone"}}) {
      model::SpecOperation operation;
      operation.operation = name;
      operation.tier = tier;
      operation.emitters = {{client, "1", {}, {}, 1}};
      spec_.operations.push_back(operation);
    }
    spec_.scenarios = {{"azcopy/up", "azcopy", "1", "t", {"Put"}}, {"rclone/down", "rclone", "1", "t", {"Get"}}};
  }
  std::vector<std::string> ids(const std::string& expression, const std::string& client = {}) {
    const auto chosen = select(suite_, spec_, client, expression);
    if (!chosen) return {describe(chosen.error())};
    std::vector<std::string> out;
    for (const auto& each : *chosen) out.push_back(each.item->id + " " + each.tier);
    return out;
  }
  Suite suite_;
  model::Spec spec_;
};

TEST_F(SelectionTest, AnyTermSelects) {
  EXPECT_THAT(ids(""), ElementsAre("put/a mvp", "put/b extended", "get/a rclone", "declined/a mvp"));
  EXPECT_THAT(ids("put/*"), ElementsAre("put/a mvp", "put/b extended"));
  EXPECT_THAT(ids("get/a, tag:copy"), ElementsAre("put/b extended", "get/a rclone"));
  EXPECT_THAT(ids("tier:rclone"), ElementsAre("get/a rclone"));
  EXPECT_THAT(ids("operation:P*"), ElementsAre("put/a mvp", "put/b extended"));
  EXPECT_THAT(ids("scenario:azcopy/*"), ElementsAre("put/a mvp")) << "a command stands on core cases";
  EXPECT_THAT(ids("", "rclone"), ElementsAre("get/a rclone", "declined/a mvp"))
      << "what no client sends is declined whoever is asked about";
}

TEST_F(SelectionTest, WhatIsNotThereIsAnError) {
  EXPECT_THAT(ids("tag:copi"), ElementsAre("no tag 'copi'; did you mean 'copy'?"));
  EXPECT_THAT(ids("tag:zzzzzz"), ElementsAre("no tag 'zzzzzz'; suite.yaml has copy, core, decline"));
  EXPECT_THAT(ids("tier:gold"), ElementsAre(HasSubstr("no tier 'gold'; there are extended, mvp, rclone")));
  EXPECT_THAT(ids("scenario:fly"), ElementsAre(HasSubstr("the spec has no scenario 'fly'")));
  EXPECT_THAT(ids("size:small"), ElementsAre(HasSubstr("'size:small' selects nothing")));
  EXPECT_THAT(ids("put/a,,"), ElementsAre(HasSubstr("'' selects nothing")));
  EXPECT_THAT(ids("other/a"), ElementsAre(HasSubstr("no case is selected"))) << "its operation is not in the spec";
  EXPECT_THAT(ids("", "curl"), ElementsAre("the spec has no client 'curl'; there are azcopy, rclone"));
}

TEST_F(SelectionTest, AWordOfWhichNothingComesIsAnErrorBesideOthersToo) {
  EXPECT_THAT(ids("put/a,put/aa"), ElementsAre(HasSubstr("'put/aa' selects no case; did you mean 'put/a'?")));
  EXPECT_THAT(ids("put/a,nothing/*"), ElementsAre(HasSubstr("'nothing/*' selects no case; look at the ids")));
  EXPECT_THAT(ids("operation:Gte"), ElementsAre(HasSubstr("'operation:Gte' selects no case; did you mean 'Get'?")));
  EXPECT_THAT(ids("put/*", "azcpy"), ElementsAre(HasSubstr("no client 'azcpy'; did you mean 'azcopy'?")));
  // There is such a case, and this client does not send it.
  EXPECT_THAT(ids("put/a,get/a", "azcopy"), ElementsAre("put/a mvp"));
}

TEST_F(SelectionTest, ADialectIsOneOfTheSpecs) {
  spec_.operations[0].dialects.emplace_back();
  spec_.operations[0].dialects.back().id = "azcopy-10.32.2";
  EXPECT_TRUE(check_dialect(spec_, ""));
  EXPECT_TRUE(check_dialect(spec_, "azcopy-10.32.2"));
  const auto wrong = check_dialect(spec_, "s3cmd-2");
  ASSERT_FALSE(wrong);
  EXPECT_THAT(describe(wrong.error()), HasSubstr("the spec has no dialect 's3cmd-2'; there are azcopy-10.32.2"));
}

}  // namespace
}  // namespace blobgauge::replayer
