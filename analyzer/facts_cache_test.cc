#include "analyzer/facts_cache.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <thread>

#include "model/file.h"
#include "model/temporary.h"

namespace blobgauge::analyzer {
namespace {

namespace fs = std::filesystem;

std::string facts(const std::string& release, int version = facts_version) {
  return R"({"k":"facts","version":)" + std::to_string(version) + R"(,"language":"go","module":"m","release":")" +
         release + R"(","go":"go1.26.8","modules":[]})" + "\n" + R"({"k":"end","counts":{}})" + "\n";
}

class FactsCacheTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto folder = model::TemporaryFolder::create();
    ASSERT_TRUE(folder);
    folder_.emplace(std::move(*folder));
    cache_.emplace(folder_->path() + "/cache/blobgauge");
  }

  std::string found(const FactsCache::Question& question) {
    const auto entry = cache_->find(question);
    if (!entry) return "none";
    EXPECT_EQ(entry->text, facts(entry->facts.release));
    return entry->facts.release;
  }

  std::optional<model::TemporaryFolder> folder_;
  std::optional<FactsCache> cache_;
  const FactsCache::Question question_{"reader 1", R"({"packages":["."]})", "content 1", "go1.26.8"};
};

TEST_F(FactsCacheTest, AnswersWhatItWasAskedBeforeAndNothingElse) {
  EXPECT_EQ(found(question_), "none");
  cache_->keep(question_, facts("v1"));
  EXPECT_EQ(found(question_), "v1");
  auto other = question_;
  other.front_end = "reader 2";
  EXPECT_EQ(found(other), "none");
  other = question_;
  other.configuration = R"({"packages":["./..."]})";
  EXPECT_EQ(found(other), "none");
  other = question_;
  other.content = "content 2";
  EXPECT_EQ(found(other), "none");
  cache_->keep(other, facts("v2"));
  EXPECT_EQ(found(other), "v2");
  EXPECT_EQ(found(question_), "v1");
  other = question_;  // parts must not run into each other
  other.front_end += other.configuration;
  other.configuration = "";
  EXPECT_NE(cache_->file(other), cache_->file(question_));
}

TEST_F(FactsCacheTest, TakesFactsOfTheToolchainThatWouldReadNow) {
  cache_->keep(question_, facts("v1"));
  auto other = question_;
  other.toolchain = "go1.26.9";
  EXPECT_EQ(found(other), "none");
  other.toolchain = "go1.26.8 X:rangefunc";
  EXPECT_EQ(found(other), "v1");
  other.toolchain = "";
  EXPECT_EQ(found(other), "v1") << "without a Go there is nothing else";
}

TEST_F(FactsCacheTest, TakesADamagedEntryForNone) {
  cache_->keep(question_, facts("v1"));
  const auto file = cache_->file(question_);
  const auto whole = model::read_file(file);
  ASSERT_TRUE(whole);
  for (std::size_t at = 0; at < whole->size(); ++at) {
    auto damaged = *whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    ASSERT_TRUE(model::write_file(file, damaged));
    const auto release = found(question_);
    EXPECT_TRUE(release == "none" || release == "v1") << "byte " << at;  // some bits of a head mean nothing
    ASSERT_TRUE(model::write_file(file, whole->substr(0, at)));
    EXPECT_EQ(found(question_), "none") << "cut at " << at;
  }
  ASSERT_TRUE(model::write_file(file, facts("v1")));
  EXPECT_EQ(found(question_), "none") << "not packed";
  cache_->keep(question_, facts("v1", facts_version + 1));
  EXPECT_EQ(found(question_), "none") << "another version of facts";
  fs::remove(file);
  fs::create_directory(file);
  EXPECT_EQ(found(question_), "none") << "a folder";
  fs::remove(file);
  cache_->keep(question_, facts("v1"));
  EXPECT_EQ(found(question_), "v1") << "written again";
}

TEST_F(FactsCacheTest, KeepsNothingWhereItCannotWrite) {
  ASSERT_TRUE(model::write_file(folder_->path() + "/file", ""));
  for (const auto& folder : {std::string(), folder_->path() + "/file/below", std::string("/proc/none")}) {
    cache_.emplace(folder);
    cache_->keep(question_, facts("v1"));
    EXPECT_EQ(found(question_), "none") << folder;
  }
}

TEST_F(FactsCacheTest, KeepsTheOldEntryWhereTheDiskIsFull) {
  cache_->keep(question_, facts("v1"));
  auto other = question_;
  other.content = "content 2";
  struct rlimit before {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small {
    16, before.rlim_max
  };
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  cache_->keep(question_, facts("v2"));
  cache_->keep(other, facts("v2"));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, ignored);
  EXPECT_EQ(found(question_), "v1");
  EXPECT_EQ(found(other), "none");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_->path() + "/cache/blobgauge"), {}), 1)
      << "half an entry is left";
}

TEST_F(FactsCacheTest, DropsWhatWasNotUsedForLongest) {
  auto question = question_;
  const auto start = fs::file_time_type::clock::now() - std::chrono::hours{1};
  for (std::size_t i = 0; i < FactsCache::most_entries; ++i) {
    question.content = "tree " + std::to_string(i);
    cache_->keep(question, facts("v" + std::to_string(i)));
    fs::last_write_time(cache_->file(question), start + std::chrono::seconds{i});
  }
  const auto folder = fs::path(cache_->file(question)).parent_path();
  ASSERT_TRUE(model::write_file((folder / "another file").string(), "stays"));
  question.content = "tree 0";
  EXPECT_EQ(found(question), "v0");  // and is the one used last now
  cache_->keep(question_, facts("new"));
  EXPECT_EQ(found(question), "v0");
  EXPECT_EQ(found(question_), "new");
  question.content = "tree 1";
  EXPECT_EQ(found(question), "none");
  question.content = "tree 2";
  EXPECT_EQ(found(question), "v2");
  EXPECT_TRUE(fs::exists(folder / "another file"));
}

TEST_F(FactsCacheTest, IsReadWhileItIsWritten) {
  cache_->keep(question_, facts("v1"));
  std::thread writer([&] {
    for (int i = 0; i < 200; ++i) cache_->keep(question_, facts("v1"));
  });
  for (int i = 0; i < 200; ++i) EXPECT_EQ(found(question_), "v1");
  writer.join();
}

}  // namespace
}  // namespace blobgauge::analyzer
