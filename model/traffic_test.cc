#include "model/traffic.h"

#include <gtest/gtest.h>

#include <sstream>

#include "model/yaml.h"

namespace blobgauge::model {
namespace {

ScenarioTraffic one_run(std::uint64_t requests, std::uint64_t size) {
  ScenarioTraffic traffic;
  traffic.runs = 1;
  auto& block = traffic.operations["Put Block"];
  block.requests = block.per_resource = {requests, requests};
  block.resources = block.per_target = {1, 1};
  block.sent.add(size);
  traffic.orders[{"Put Block", "Put Block List"}] = ScenarioTraffic::forwards;
  return traffic;
}

TEST(Traffic, OfSeveralRunsHasTheLeastAndTheMost) {
  auto other = one_run(5, 8);
  other.operations["Get Blob"].requests = {2, 2};
  other.operations["Get Blob"].errors[503] = {3, 2};
  const auto all = merge(one_run(3, 4), other);
  EXPECT_EQ(all.runs, 2U);
  const auto& block = all.operations.at("Put Block");
  EXPECT_EQ(text_of(block.requests), "3 to 5");
  EXPECT_EQ(text_of(block.per_target), "1");
  EXPECT_EQ(text_of(block.sent), "4, 8");
  EXPECT_EQ(text_of(all.operations.at("Get Blob").requests), "0 to 2") << "there is a run without it";
  EXPECT_EQ(merge(other, one_run(3, 4)), all);
  EXPECT_EQ(merge(all, all).operations.at("Get Blob").errors.at(503), (OperationTraffic::Errors{6, 4}));
}

TEST(Traffic, KeepsAnOrderThatAllRunsHave) {
  auto other = one_run(3, 4);
  const std::pair<std::string, std::string> both{"Put Block", "Put Block List"};
  EXPECT_EQ(text_of(both, merge(other, other).orders.at(both)), "Put Block -> Put Block List");
  other.orders[both] = ScenarioTraffic::backwards;
  EXPECT_EQ(text_of(both, other.orders.at(both)), "Put Block List -> Put Block");
  EXPECT_EQ(text_of(both, merge(one_run(3, 4), other).orders.at(both)), "Put Block <-> Put Block List");
}

TEST(Traffic, KeepsEightSizesAndThenTheirEnds) {
  Sizes sizes;
  for (std::uint64_t i = 1; i <= 8; ++i) sizes.add(i * 10);
  EXPECT_EQ(text_of(sizes), "10, 20, 30, 40, 50, 60, 70, 80");
  sizes.add(80);
  EXPECT_FALSE(sizes.many);
  Sizes other;
  other.add(5);
  sizes.merge(other);
  EXPECT_EQ(text_of(sizes), "5 to 80, many");
  other.merge(sizes);
  EXPECT_EQ(other, sizes);
  EXPECT_EQ(text_of(Sizes()), "");
}

Result<ScenarioTraffic> read(const std::string& text) {
  const auto node = yaml::parse(text, "test");
  EXPECT_TRUE(node);
  return read_traffic(*node, "test");
}

TEST(Traffic, IsReadAsItIsWritten) {
  auto traffic = merge(one_run(3, 4), one_run(5, 0));
  traffic.operations["Put Block"].errors = {{0, {1, 0}}, {503, {3, 2}}};
  traffic.orders[{"Get Blob", "Put Block"}] = ScenarioTraffic::backwards;
  traffic.orders[{"Get Blob", "Lease Blob: acquire"}] = ScenarioTraffic::either;
  for (std::uint64_t i = 0; i < 9; ++i) traffic.operations["Put Block"].received.add(i);
  std::ostringstream text;
  yaml::Writer out(text);
  write_traffic(out, traffic);
  const auto back = read(text.str());
  ASSERT_TRUE(back) << describe(back.error()) << text.str();
  EXPECT_EQ(*back, traffic) << text.str();
}

TEST(Traffic, RefusesWhatItCannotMean) {
  const std::string head =
      "runs: 1\noperations:\n  Put Block:\n    requests: 1\n    resources: 1\n    per_resource: 1\n";
  for (const std::string line :
       {"    per_target: 3 to 2\n", "    per_target: many\n", "    per_target: 1\n    sent: [x]\n", "    other: 1\n",
        "    per_target: 1\n    tried_again: {\"503\": \"3 of 2\"}\n",
        "    per_target: 1\n    tried_again: {\"5000\": \"1 of 2\"}\n", "    sent: [1]\n"}) {
    const auto traffic = read(head + line);
    ASSERT_FALSE(traffic) << line;
    EXPECT_EQ(traffic.error().category, Category::input) << line;
  }
  EXPECT_FALSE(read("runs: 1\noperations: [a]\n"));
  for (const std::string order : {"A", "A -> ", " -> B", "A - B"})
    EXPECT_FALSE(read("orders: [\"" + order + "\"]\n")) << order;
}

}  // namespace
}  // namespace blobgauge::model
