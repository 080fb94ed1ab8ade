#include "replayer/staleness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace blobgauge::replayer {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Staleness, ComparesReleasesByTheirNumbers) {
  EXPECT_LT(compare_releases("10.9.0", "10.32.2"), 0);
  EXPECT_GT(compare_releases("10.32.10", "10.32.9"), 0);
  EXPECT_EQ(compare_releases("1.75", "1.75.0"), 0);
}

class StalenessTest : public testing::Test {
 protected:
  std::vector<std::string> found() const {
    std::vector<std::string> out;
    for (const auto& finding : stale({spec_, suite_, newest_, surfaces_, decisions_}, "2026-11-30")) {
      EXPECT_FALSE(finding.gap);
      out.push_back(finding.what);
    }
    return out;
  }
  model::Spec spec_;
  Suite suite_;
  NewestReleases newest_{"2026-11-30", {}};
  std::vector<model::Surface> surfaces_;
  std::vector<model::RationaleRow> decisions_;
};

TEST_F(StalenessTest, NamesClientsWithANewerRelease) {
  newest_.releases = {{"azcopy", "10.32.7", "npm"}, {"rclone", "1.76.0", "go"}};
  model::Surface surface;
  surface.client = "azcopy";
  for (const auto& [kind, release] : {std::pair{"static", "10.32.7"}, {"static", "10.9.0"}, {"observed", "10.32.2"}}) {
    surface.kind = kind;
    surface.release = release;
    surfaces_.push_back(surface);
  }
  EXPECT_THAT(found(), ElementsAre("azcopy 10.32.7 is newer than its newest observed surface, 10.32.2",
                                   "rclone has no surface"));
}

TEST_F(StalenessTest, NamesEvidenceOlderThanAYear) {
  model::SpecOperation put;
  put.operation = "Put";
  spec_.operations = {put};
  model::Surface real;
  real.kind = "observed";
  real.client = "real";
  for (const auto* name : {"Put", "Unused"})
    real.operations[name].answers[{201, "2021-08-06"}].years = {"2019", "2024"};
  surfaces_ = {real};
  Case item;
  item.id = "put/a";
  item.attested = {true, "2025-11-29", "r", "k", "v"};
  suite_.cases = {item};
  item.id = "put/b";
  item.attested.date = "2025-11-30";
  suite_.cases.push_back(item);
  model::RationaleRow row;
  row.topic = "append";
  row.date = "2025-01-01";
  decisions_ = {row};
  newest_.looked = "2025-06-01";
  EXPECT_THAT(found(), ElementsAre("the newest releases were looked up on 2025-06-01",
                                   "Put: its newest recorded answer of the real service is of 2024",
                                   HasSubstr("put/a was last confirmed on the real service on 2025-11-29"),
                                   "append was decided on 2025-01-01"));
}

TEST(NewestReleases, TheCommittedOnesCanBeRead) {
  const auto read = load_newest_releases(BLOBGAUGE_SOURCE_DIR "/specs/policy/releases.yaml");
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_FALSE(read->releases.empty());
}

}  // namespace
}  // namespace blobgauge::replayer
