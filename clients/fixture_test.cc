#include "clients/fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace blobgauge::clients {
namespace {

using testing::ElementsAre;

TEST(Generated, DependsOnTheSeedAlone) {
  EXPECT_EQ(generated("a", 1000), generated("a", 1000));
  EXPECT_NE(generated("a", 1000), generated("b", 1000));
  EXPECT_EQ(generated("a", 10), generated("a", 1000).substr(0, 10));
  for (const auto size : {0U, 1U, 7U, 8U, 9U}) EXPECT_EQ(generated("a", size).size(), size);
}

TEST(Md5, IsWhatTheServiceSays) { EXPECT_EQ(md5_base64(""), "1B2M2Y8AsgTpgAmY7PhCfg=="); }

class Files : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove_all(folder); }
  const std::string folder = testing::TempDir() + "fixture_test_" + std::to_string(::getpid());
};

TEST_F(Files, AreMadeWithTheirSizesInTurn) {
  ASSERT_TRUE(make_files(folder, {{"up/f-{n}.bin", 3, {0, 5}}, {"up/sub/one", 1, {7}}}, "seed"));
  const auto contents = read_folder(folder + "/up");
  ASSERT_TRUE(contents);
  std::vector<std::pair<std::string, std::size_t>> sizes;
  for (const auto& [name, bytes] : *contents) sizes.emplace_back(name, bytes.size());
  using Entry = std::pair<std::string, std::size_t>;
  EXPECT_THAT(sizes, ElementsAre(Entry("f-1.bin", 0), Entry("f-2.bin", 5), Entry("f-3.bin", 0), Entry("sub/one", 7)));
}

TEST_F(Files, AreOlderThanAnythingThatARunWrites) {
  ASSERT_TRUE(make_files(folder, {{"old", 1, {1}}}, "seed"));
  const auto age = std::filesystem::file_time_type::clock::now() - std::filesystem::last_write_time(folder + "/old");
  EXPECT_GT(age, std::chrono::hours{24 * 365});
}

TEST_F(Files, OfASingleFileAreItself) {
  ASSERT_TRUE(make_files(folder, {{"one", 1, {1}}}, "seed"));
  const auto entries = files_below(folder + "/one");
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].name, "one");
  EXPECT_TRUE(files_below(folder + "/none").empty());
}

TEST(Difference, NamesWhatItSees) {
  std::string name;
  EXPECT_EQ(difference({{"a", "x"}}, {{"a", "x"}}, name), "");
  EXPECT_EQ(difference({{"a", "xyz"}}, {{"a", "xxz"}}, name), "a: byte 1 of 3 differs");
  EXPECT_EQ(difference({{"a", "xyz"}}, {{"a", "x"}}, name), "a has 1 bytes, not 3");
  EXPECT_EQ(difference({{"a", "x"}}, {}, name), "a is missing");
  EXPECT_EQ(name, "a");
  EXPECT_EQ(difference({{"a", "x"}}, {{"b", "x"}}, name), "a is missing, and 1 more like it");
  EXPECT_EQ(difference({}, {{"b", ""}}, name), "b should not be there");
  EXPECT_EQ(name, "b");
}

}  // namespace
}  // namespace blobgauge::clients
