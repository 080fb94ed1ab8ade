#include "replayer/placement.h"

#include <gtest/gtest.h>

namespace blobgauge::replayer {
namespace {

Step step(std::string method, std::string target) {
  Step out;
  out.name = method;
  out.request.method = std::move(method);
  out.request.target = std::move(target);
  return out;
}

class PlacementTest : public testing::Test {
 protected:
  PlacementTest() {
    suite_.inside.list = "comp=list";
    suite_.inside.prefix = "prefix";
    item_.names = {"c"};
    auto container = step("PUT", "/${c}?restype=container");
    container.by_owner = true;
    auto blob = step("PUT", "/${c}/b");
    blob.by_owner = true;
    blob.instead = {step("HEAD", "/${c}/b")};
    item_.given = {container, blob};
  }
  std::string obstacle_of(std::string method, std::string target) {
    item_.steps = {step(std::move(method), std::move(target))};
    return obstacle(suite_, item_, {"shared", false});
  }
  std::string target_of(std::string target) {
    item_.steps = {step("GET", std::move(target))};
    return placed(suite_, item_, {"shared", false}, "bg1-0-").item.steps[0].request.target;
  }
  Suite suite_;
  Case item_;
};

TEST_F(PlacementTest, LeavesACaseAloneWhereItMakesItsOwnContainers) {
  item_.steps = {step("GET", "/${c}?comp=list")};
  const auto out = placed(suite_, item_, {}, "bg1-0-");
  EXPECT_EQ(obstacle(suite_, item_, {}), "");
  EXPECT_EQ(out.names.at("c"), "bg1-0-c");
  EXPECT_EQ(out.item.given.size(), 2u);
  EXPECT_EQ(out.item.steps[0].request.target, "/${c}?comp=list");
}

TEST_F(PlacementTest, DropsTheContainerAndPutsBlobsUnderAPrefix) {
  item_.steps = {step("GET", "/${c}/b")};
  const auto out = placed(suite_, item_, {"shared", false}, "bg1-0-");
  EXPECT_EQ(out.names.at("c"), "shared/bg1-0-c");
  ASSERT_EQ(out.item.given.size(), 1u);
  EXPECT_EQ(out.item.given[0].request.method, "PUT");
  EXPECT_EQ(out.item.steps[0].request.target, "/${c}/b");
}

TEST_F(PlacementTest, NarrowsAListToItsOwnNames) {
  EXPECT_EQ(target_of("/${c}?restype=container&comp=list"), "/shared?restype=container&comp=list&prefix=bg1-0-c/");
  EXPECT_EQ(target_of("/${c}?prefix=a/&comp=list&delimiter=/"), "/shared?prefix=bg1-0-c/a/&comp=list&delimiter=/");
  EXPECT_EQ(target_of("/${c}?Comp=List&Prefix=a"), "/shared?Comp=List&Prefix=bg1-0-c/a") << "names have no case";
  EXPECT_EQ(target_of("/${c}?restype=container"), "/shared?restype=container");
}

TEST_F(PlacementTest, KeepsAQuestionMarkInsideAHoleOutOfTheQuery) {
  EXPECT_EQ(target_of("/${c}/${encode a?b}?comp=list"), "/${c}/${encode a?b}?comp=list");
}

TEST_F(PlacementTest, RefusesWhatConcernsAContainerAsAWhole) {
  EXPECT_EQ(obstacle_of("GET", "/${c}/b"), "");
  EXPECT_EQ(obstacle_of("HEAD", "/${c}?restype=container"), "");
  EXPECT_NE(obstacle_of("DELETE", "/${c}?restype=container"), "");
  EXPECT_NE(obstacle_of("PUT", "/${c}?restype=container&comp=acl"), "");
  EXPECT_NE(obstacle_of("GET", "/?comp=list"), "");
  EXPECT_EQ(obstacle_of("GET", "/?comp=properties"), "");
  EXPECT_NE(obstacle_of("PUT", "/?comp=properties"), "");
  EXPECT_NE(obstacle_of("POST", "/?comp=key"), "");
  EXPECT_NE(obstacle_of("GET", "/other/b"), "");
  item_.own_container = true;
  EXPECT_NE(obstacle_of("GET", "/${c}/b"), "");
}

TEST_F(PlacementTest, LetsAFixtureAskTheAccountThatChangesNothing) {
  auto key = step("POST", "/?comp=key");
  key.reads = true;
  item_.given.push_back(key);
  EXPECT_EQ(obstacle_of("GET", "/${c}/b"), "");
}

TEST_F(PlacementTest, RefusesWhatRestsOnAContainerThatIsNotThere) {
  item_.given.clear();
  EXPECT_EQ(obstacle_of("GET", "/${c}/b"), "needs a container that is not there");
  EXPECT_EQ(obstacle_of("GET", "/?comp=properties"), "");
}

TEST_F(PlacementTest, LeavesToTheOwnerWhatIsKnownBeforeTheRun) {
  const auto out = placed(suite_, item_, {"", true}, "bg1-0-");
  EXPECT_EQ(out.loaded.size(), 2u);
  ASSERT_EQ(out.item.given.size(), 1u);
  EXPECT_EQ(out.item.given[0].request.method, "HEAD");

  auto boxless = item_;
  boxless.given.erase(boxless.given.begin());
  EXPECT_TRUE(placed(suite_, boxless, {"", true}, "bg1-0-").loaded.empty()) << "nobody loads its container";

  item_.given[0].captures = {{"etag", "ETag"}};
  item_.given[1].request.headers = {{"If-Match", "${etag}"}};
  EXPECT_EQ(placed(suite_, item_, {"", true}, "bg1-0-").loaded.size(), 1u);
}

}  // namespace
}  // namespace blobgauge::replayer
