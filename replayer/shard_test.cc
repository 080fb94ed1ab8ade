#include "replayer/shard.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace blobgauge::replayer {
namespace {

using model::Results;
using model::Verdict;
using testing::HasSubstr;

std::string refusal(const model::Result<Shard>& shard) { return shard ? "none" : describe(shard.error()); }

TEST(Shard, IsGivenByNumberOrByTheJob) {
  EXPECT_EQ(parse_shard("2/4", nullptr)->index, 2u);
  EXPECT_EQ(parse_shard("2/4", "3")->index, 2u) << "what is typed outranks the environment";
  EXPECT_EQ(parse_shard("4", "0")->index, 1u);
  EXPECT_EQ(parse_shard("4", "3")->index, 4u);
  EXPECT_THAT(refusal(parse_shard("4", nullptr)), HasSubstr("JOB_COMPLETION_INDEX is not set"));
  EXPECT_THAT(refusal(parse_shard("4", "4")), HasSubstr("JOB_COMPLETION_INDEX is '4', and there are 4 shards"));
  EXPECT_THAT(refusal(parse_shard("4", "-1")), HasSubstr("JOB_COMPLETION_INDEX is '-1'"));
  for (const auto* text : {"0/4", "5/4", "a/4", "/4", "1/0", "1/", "", "1/4/2", "-1/4", "1/99999"})
    EXPECT_NE(refusal(parse_shard(text, "0")), "none") << text;
}

class Split : public testing::Test {
 protected:
  void make(std::size_t count) {
    cases_.resize(count);
    chosen_.clear();
    for (std::size_t i = 0; i < count; ++i) {
      cases_[i].id = fmt::format("o/{}", (i * 7919) % count);
      chosen_.push_back({&cases_[i], "mvp"});
    }
  }
  // Ids of each shard.
  std::vector<std::vector<std::string>> split(std::size_t shards, const Results* former = nullptr) {
    std::vector<std::vector<std::string>> out(shards);
    for (std::size_t i = 0; i < shards; ++i)
      for (const auto& each : cases_of({i + 1, shards}, chosen_, former)) out[i].push_back(each.item->id);
    return out;
  }
  void expect_each_once(const std::vector<std::vector<std::string>>& parts) {
    std::vector<std::string> all, wanted;
    for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
    for (const auto& item : cases_) wanted.push_back(item.id);
    EXPECT_THAT(all, testing::UnorderedElementsAreArray(wanted));
  }
  std::vector<Case> cases_;
  std::vector<Chosen> chosen_;
};

TEST_F(Split, EveryCaseOnceWhateverTheNumbers) {
  for (const std::size_t count : {0, 1, 2, 7, 121})
    for (const std::size_t shards : {1, 2, 3, 8, 200}) {
      make(count);
      expect_each_once(split(shards));
      Results former;
      for (const auto& item : cases_)
        former.cases.push_back(
            {item.id, "O", "mvp", "t", {}, Verdict::pass, "", {}, 1 + (std::int64_t)item.id.size(), {}});
      expect_each_once(split(shards, &former));
    }
}

TEST_F(Split, DoesNotDependOnTheOrderOfTheCases) {
  make(50);
  const auto before = split(4);
  std::shuffle(chosen_.begin(), chosen_.end(), std::mt19937(7));
  auto after = split(4);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_THAT(after[i], testing::UnorderedElementsAreArray(before[i]));
}

TEST_F(Split, SpreadsMeasuredTimes) {
  make(40);
  Results former;
  std::int64_t sum = 0;
  std::map<std::string, std::int64_t> times;
  for (std::size_t i = 0; i < cases_.size(); ++i) {
    const std::int64_t time = i == 0 ? 90'000 : static_cast<std::int64_t>(1'000 + 37 * i);
    times[cases_[i].id] = time;
    sum += time;
    former.cases.push_back({cases_[i].id, "O", "mvp", "t", {}, Verdict::pass, "", {}, time, {}});
  }
  std::int64_t longest = 0;
  for (const auto& part : split(2, &former)) {
    std::int64_t load = 0;
    for (const auto& id : part) load += times[id];
    longest = std::max(longest, load);
  }
  EXPECT_LT(longest, std::max<std::int64_t>(90'000, sum / 2) * 4 / 3);
}

Results part(std::size_t index, std::size_t count, std::vector<std::string> ids) {
  Results out;
  out.tool = "t";
  out.kind = "replay";
  out.endpoint = "e";
  out.spec_digest = "d";
  out.started = fmt::format("2026-01-0{}T00:00:00Z", 9 - index);
  out.duration_us = static_cast<std::int64_t>(index);
  out.shard = model::ShardOf{index, count, {"a", "b", "c"}};
  for (auto& id : ids) out.cases.push_back({std::move(id), "O", "mvp", "t", {}, Verdict::pass, "", {}, 1, {}});
  model::ScenarioResult up{"up", "azcopy", "10", "t", "predicted", Verdict::indeterminate, "", "c not run", 0, 0, {}};
  up.stands_on = {"a", "c"};
  out.scenarios = {up};
  return out;
}

std::string refusal(std::vector<Results> parts) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < parts.size(); ++i) names.push_back(fmt::format("{}.json", i));
  const auto merged = merge_shards(std::move(parts), names);
  return merged ? "none" : describe(merged.error());
}

TEST(Merge, IsTheRunAsIfItHadNotBeenSplit) {
  const auto merged = merge_shards({part(2, 2, {"b"}), part(1, 2, {"c", "a"})}, {"2.json", "1.json"});
  ASSERT_TRUE(merged) << describe(merged.error());
  std::vector<std::string> ids;
  for (const auto& item : merged->cases) ids.push_back(item.id);
  EXPECT_EQ(ids, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_FALSE(merged->shard);
  EXPECT_EQ(merged->scenarios[0].verdict, Verdict::pass);
  EXPECT_EQ(merged->scenarios[0].detail, "");
  EXPECT_EQ(merged->started, "2026-01-07T00:00:00Z");
  EXPECT_EQ(merged->duration_us, 2);
}

TEST(Merge, RefusesHolesAndOverlaps) {
  EXPECT_EQ(refusal({part(1, 3, {"a"}), part(3, 3, {"b"})}), "shard 2 of 3 is missing");
  EXPECT_EQ(refusal({part(1, 2, {"a"}), part(1, 2, {"a"})}), "shard 1/2 stands in 0.json and 1.json");
  EXPECT_THAT(refusal({part(1, 2, {"a"}), part(2, 2, {"b"})}), HasSubstr("the case c stands in no part"));
  EXPECT_THAT(refusal({part(1, 2, {"a", "b"}), part(2, 2, {"b", "c"})}),
              HasSubstr("the case b stands in 0.json and 1.json"));
  EXPECT_THAT(refusal({part(1, 2, {"a", "b"}), part(2, 2, {"c", "d"})}), HasSubstr("the case d is not of this run"));
  EXPECT_NE(refusal(std::vector<Results>{}), "none");
}

TEST(Merge, RefusesPartsOfDifferentRuns) {
  const auto with = [](auto change) {
    auto other = part(2, 2, {"c"});
    change(other);
    return refusal({part(1, 2, {"a", "b"}), other});
  };
  EXPECT_EQ(with([](Results&) {}), "none");
  EXPECT_THAT(with([](Results& r) { r.spec_digest = "x"; }), HasSubstr("1.json has another spec than 0.json"));
  EXPECT_THAT(with([](Results& r) { r.endpoint = "x"; }), HasSubstr("another endpoint"));
  EXPECT_THAT(with([](Results& r) { r.endpoint_version = "x"; }), HasSubstr("another endpoint version"));
  EXPECT_THAT(with([](Results& r) { r.selection = "client azcopy"; }), HasSubstr("another selection"));
  EXPECT_THAT(with([](Results& r) { r.shard->count = 3; }), HasSubstr("another number of shards"));
  EXPECT_THAT(with([](Results& r) { r.shard->cases = {"a", "c", "b"}; }), HasSubstr("another list of cases"));
  EXPECT_THAT(with([](Results& r) { r.kind = "check"; }), HasSubstr("another kind"));
  EXPECT_THAT(with([](Results& r) { r.strict = true; }), HasSubstr("another strictness"));
  EXPECT_THAT(with([](Results& r) { r.baseline.emplace(); }), HasSubstr("another baseline"));
  EXPECT_THAT(with([](Results& r) { r.shard.reset(); }), HasSubstr("1.json is not of a shard"));
  EXPECT_THAT(with([](Results& r) { r.complete = false; }), HasSubstr("1.json is of an interrupted run"));
}

}  // namespace
}  // namespace blobgauge::replayer
