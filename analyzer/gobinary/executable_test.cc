#include "analyzer/gobinary/executable.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analyzer/gobinary/build_info.h"

namespace blobgauge::analyzer::gobinary {
namespace {

using testing::HasSubstr;

std::string error_of(std::string_view bytes) {
  const auto read = Executable::from_bytes(bytes, "some");
  if (read) return "accepted";
  EXPECT_EQ(read.error().category, model::Category::input);
  EXPECT_EQ(read.error().where.file, "some");
  return read.error().message;
}

TEST(GoBinary, WhatIsNoElfFileForAmd64IsNamed) {
  EXPECT_EQ(error_of(""), "is no ELF file");
  EXPECT_EQ(error_of("#!/bin/sh\n"), "is no ELF file");
  EXPECT_THAT(error_of("MZ\x90"), HasSubstr("Windows"));
  EXPECT_THAT(error_of("\xcf\xfa\xed\xfe...."), HasSubstr("macOS"));
  EXPECT_THAT(error_of("\x7f"
                       "ELF"),
              HasSubstr("ends within"));
  std::string header(
      "\x7f"
      "ELF\2\1\1",
      7);
  header.resize(64);
  header[16] = 2;
  header[18] = static_cast<char>(183);
  EXPECT_EQ(error_of(header), "is for arm64");
  header[18] = 40;
  EXPECT_EQ(error_of(header), "is for another processor (ELF machine 40)");
  header[18] = 62;
  EXPECT_THAT(error_of(header), HasSubstr("program headers"));
}

// This one even holds the mark of build information, as a constant.
TEST(GoBinary, AProgramInAnotherLanguageIsRefused) {
  const auto read = Executable::open("/bin/sh");  // this test has the marks of Go programs among its texts
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "has no Go build information");
  EXPECT_FALSE(Executable::open("/nowhere"));
  EXPECT_FALSE(Executable::open("/"));
}

TEST(GoBinary, VersionsAreRead) {
  EXPECT_EQ(go_minor_of("go1.25.8"), 25);
  EXPECT_EQ(go_minor_of("go1.9"), 9);
  EXPECT_EQ(go_minor_of("go1.24.1 X:rangefunc"), 24);
  EXPECT_EQ(go_minor_of("devel go1.27-0123abc Fri"), 27);
  EXPECT_EQ(go_minor_of("unknown"), 0);
  EXPECT_EQ(go_minor_of("go1."), 0);
  EXPECT_EQ(go_minor_of("not go1.20"), 0);
  EXPECT_EQ(go_minor_of("go1.99999999999"), 0);
}

TEST(GoBinary, ModuleLinesAreRead) {
  BuildInfo info;
  read_module_lines(
      "path\texample.org/a/cmd\nmod\texample.org/a\tv1.2.3\th1:x=\ndep\texample.org/b\tv0.1.0\n"
      "=>\t../b\t\t\ndep\texample.org/"
      "c\tv2.0.0\th1:y=\nbuild\tGOOS=linux\nbuild\tvcs.revision=abc\nbuild\todd\n\nmod\n",
      info);
  EXPECT_EQ(info.package, "example.org/a/cmd");
  EXPECT_EQ(info.main.version, "v1.2.3");
  ASSERT_EQ(info.dependencies.size(), 2u);
  EXPECT_EQ(info.dependencies[0].replace_path, "../b");
  EXPECT_EQ(info.dependencies[1].sum, "h1:y=");
  EXPECT_EQ(info.revision, "abc");
  EXPECT_EQ(info.settings.size(), 2u);
}

}  // namespace
}  // namespace blobgauge::analyzer::gobinary
