#include "model/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace blobgauge::model {
namespace {

class File : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "file-XXXXXX";
    folder = ::mkdtemp(pattern.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder); }
  std::size_t entries() const {
    std::size_t n = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++n;
    return n;
  }
  std::string folder;
};

TEST_F(File, WritesWhatItReads) {
  const std::string path = folder + "/a", text(200'000, 'x');
  ASSERT_TRUE(write_file(path, text));
  EXPECT_EQ(read_file(path).value(), text);
  EXPECT_EQ(entries(), 1u);
}

TEST_F(File, UnfinishedLeavesTheOldFile) {
  const std::string path = folder + "/a";
  ASSERT_TRUE(write_file(path, "old"));
  {
    auto file = OutputFile::create(path);
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->write(std::string(100'000, 'n')));
  }
  EXPECT_EQ(read_file(path).value(), "old");
  EXPECT_EQ(entries(), 1u);
}

TEST_F(File, KeepsModeAndSymbolicLink) {
  const std::string path = folder + "/a", link = folder + "/link";
  ASSERT_TRUE(write_file(path, "old"));
  ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
  std::filesystem::create_symlink(path, link);
  ASSERT_TRUE(write_file(link, "new"));
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_EQ(read_file(path).value(), "new");
  struct stat state {};
  ASSERT_EQ(::stat(path.c_str(), &state), 0);
  EXPECT_EQ(state.st_mode & 0777u, 0600u);
}

TEST_F(File, AFullDiskIsAnOutputError) {
  const auto status = write_file("/dev/full", "text");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().category, Category::output);
  EXPECT_EQ(describe(status.error()),
            "/dev/full: cannot write: No space left on device; free some space, or choose another place with -o");
}

TEST_F(File, NamesWhatCannotBeReadOrWritten) {
  EXPECT_EQ(read_file(folder + "/none").error().category, Category::input);
  EXPECT_EQ(read_file(folder).error().category, Category::input);
  EXPECT_EQ(write_file(folder + "/no/such/folder", "x").error().category, Category::output);
  EXPECT_EQ(write_file(folder, "x").error().category, Category::output);
}

}  // namespace
}  // namespace blobgauge::model
