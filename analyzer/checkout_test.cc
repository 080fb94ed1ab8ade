#include "analyzer/checkout.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "model/file.h"
#include "model/temporary.h"

namespace blobgauge::analyzer {
namespace {

namespace fs = std::filesystem;

class Checkout : public ::testing::Test {
 protected:
  void SetUp() override {
    auto folder = model::TemporaryFolder::create();
    ASSERT_TRUE(folder);
    folder_.emplace(std::move(*folder));
    write("go.mod", "module example.org/m\n\ngo 1.26\n");
    write("go.sum", "");
    write("main.go", "package main\n");
    write("inner/a.go", "package inner\n");
  }

  void write(const std::string& name, const std::string& text) {
    const auto path = fs::path(folder_->path()) / "tree" / name;
    fs::create_directories(path.parent_path());
    ASSERT_TRUE(model::write_file(path.string(), text));
  }
  std::string digest(const std::string& tree = "tree") {
    const auto made = digest_of_checkout(folder_->path() + "/" + tree);
    EXPECT_TRUE(made);
    return made.value_or("error");
  }

  std::optional<model::TemporaryFolder> folder_;
};

TEST_F(Checkout, IsKnownByItsContentAndNotByItsPlace) {
  const auto before = digest();
  EXPECT_EQ(before.size(), 64U);
  EXPECT_EQ(digest(), before);
  fs::copy(folder_->path() + "/tree", folder_->path() + "/copy", fs::copy_options::recursive);
  EXPECT_EQ(digest("copy"), before);
  fs::last_write_time(folder_->path() + "/tree/main.go", fs::file_time_type::clock::now() + std::chrono::hours{1});
  EXPECT_EQ(digest(), before);
}

TEST_F(Checkout, ChangesWithWhatTheGoCommandReads) {
  auto before = digest();
  const auto changes = [&](const std::string& name, const std::string& text) {
    write(name, text);
    const auto after = digest();
    EXPECT_NE(after, before) << name;
    before = after;
  };
  changes("main.go", "package maim\n");
  changes("inner/a.go", "package inner\n\n");
  changes("go.mod", "module example.org/m\n\ngo 1.26\n\nrequire example.org/x v1.0.1\n");
  changes("go.sum", "example.org/x v1.0.1 h1:a\n");
  changes("inner/new.go", "package inner\n");
  changes("vendor/modules.txt", "# example.org/x v1.0.1\n");
  fs::rename(folder_->path() + "/tree/inner/new.go", folder_->path() + "/tree/inner/newer.go");
  EXPECT_NE(digest(), before);
}

TEST_F(Checkout, DoesNotChangeWithWhatIsNotRead) {
  const auto before = digest();
  write("README.md", "text");
  write("testdata/x.go", "package x\n");
  write(".git/hooks/h.go", "package h\n");
  write("web/node_modules/n.go", "package n\n");
  EXPECT_EQ(digest(), before);
}

TEST_F(Checkout, IsUnknownWhereMoreThanTheFolderIsRead) {
  const std::string head = "module example.org/m\n\nrequire example.org/x v1.0.1\n\n";
  for (const std::string away :
       {"replace example.org/x => ../x", "replace example.org/x => /src/x", "replace example.org/x =>\t\"../x\"",
        "replace (\n\texample.org/x v1.0.1 => ./testdata/x // a fork\n)", "replace example.org/x => ./.cache/x",
        "replace example.org/x => ./inner/../../x", "replace example.org/x => ..\r"}) {
    write("go.mod", head + away + "\n");
    EXPECT_EQ(digest(), "") << away;
  }
  for (const std::string known :
       {"replace example.org/x => example.org/fork v1.0.2", "replace example.org/x => ./inner",
        "// replace example.org/x => ../x", "replace example.org/x => ./inner // was => ../x"}) {
    write("go.mod", head + known + "\n");
    EXPECT_NE(digest(), "") << known;
  }
}

TEST_F(Checkout, IsUnknownInsideAModule) {
  EXPECT_EQ(digest("tree/inner"), "") << "its go.mod is above, and so is what it imports";
  EXPECT_EQ(digest("nowhere"), "");
}

}  // namespace
}  // namespace blobgauge::analyzer
