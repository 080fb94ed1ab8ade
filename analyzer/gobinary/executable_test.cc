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
  EXPECT_EQ(error_of(""), "is no ELF or PE file");
  EXPECT_EQ(error_of("#!/bin/sh\n"), "is no ELF or PE file");
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

TEST(GoBinary, WhatIsNoPeFileForAmd64IsNamed) {
  EXPECT_THAT(error_of("MZ\x90"), HasSubstr("no PE header"));
  std::string file(0x40, '\0');
  file[0] = 'M', file[1] = 'Z', file[0x3c] = 0x40;
  EXPECT_THAT(error_of(file), HasSubstr("no PE header"));
  file += std::string("PE\0\0", 4) + std::string(20, '\0');
  const auto set = [&](std::size_t at, std::uint64_t value, int size) {
    for (int i = 0; i < size; ++i) file[at + i] = static_cast<char>(value >> (8 * i));
  };
  set(0x44, 0xaa64, 2);
  EXPECT_EQ(error_of(file), "is for arm64");
  set(0x44, 0x14c, 2);
  EXPECT_EQ(error_of(file), "is for another processor (PE machine 0x14c)");
  set(0x44, 0x8664, 2);
  EXPECT_EQ(error_of(file), "is a PE file but no executable");
  set(0x40 + 22, 0x2022, 2);
  EXPECT_EQ(error_of(file), "is a PE file but no executable");
  set(0x40 + 22, 0x22, 2);
  EXPECT_THAT(error_of(file), HasSubstr("PE32+"));
  file.resize(0x58 + 112);
  set(0x40 + 20, 112, 2);
  set(0x58, 0x20b, 2);
  set(0x58 + 24, 0x140000000, 8);
  EXPECT_EQ(error_of(file), "loads nothing");
  set(0x46, 1, 2);
  EXPECT_THAT(error_of(file), HasSubstr("section headers"));
  file.resize(0x58 + 112 + 40);
  const std::size_t section = 0x58 + 112;
  set(section + 8, 16, 4);
  set(section + 16, 0x200, 4);
  set(section + 20, 0x100, 4);
  EXPECT_THAT(error_of(file), HasSubstr("truncated"));
  set(section + 20, 0, 4);
  EXPECT_EQ(error_of(file), "has no Go build information");
  set(0x58 + 24, ~std::uint64_t{0}, 8);
  EXPECT_THAT(error_of(file), HasSubstr("address space"));
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
