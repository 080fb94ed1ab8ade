// docs/commands.md holds what --help prints, and the README lists what is refused. BLOBGAUGE_REWRITE=1 writes both
// lists anew, between their markers.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "model/file.h"
#include "model/text.h"
#include "tests/house/tree.h"

namespace blobgauge::house {
namespace {

const std::string program = BLOBGAUGE_PROGRAM;

struct Row {
  std::string path, summary;
  bool there = true;
};

std::vector<Row> table_of_help() {
  const auto help = run(program + " --help").output;
  std::vector<Row> rows;
  bool inside = false;
  for (const auto line : model::split(help, '\n')) {
    if (line == "Commands:") {
      inside = true;
      continue;
    }
    if (!inside) continue;
    if (line.empty()) break;
    Row row;
    // Two blanks, the path, at least two blanks, the summary.
    const auto body = line.substr(2);
    const auto gap = body.find("  ");
    row.path = body.substr(0, gap);
    row.summary = model::trim(body.substr(gap));
    static constexpr std::string_view not_yet = "(not yet) ";
    if (row.summary.starts_with(not_yet)) {
      row.there = false;
      row.summary.erase(0, not_yet.size());
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

// What stands between the markers of that name.
void expect_block(const std::string& path, const std::string& name, const std::string& wanted) {
  const auto start = fmt::format("<!-- {} -->\n", name), end = fmt::format("<!-- end of {} -->", name);
  auto text = model::read_file(path);
  ASSERT_TRUE(text) << describe(text.error());
  const auto from = text->find(start), to = text->find(end);
  ASSERT_TRUE(from != std::string::npos && to != std::string::npos) << path << " lacks the markers of " << name;
  const auto begin = from + start.size();
  if (std::getenv("BLOBGAUGE_REWRITE")) {
    text->replace(begin, to - begin, wanted);
    ASSERT_TRUE(model::write_file(path, *text));
    return;
  }
  EXPECT_EQ(text->substr(begin, to - begin), wanted)
      << path << " differs from --help; BLOBGAUGE_REWRITE=1 writes it anew";
}

TEST(Commands, TheDocsSayWhatHelpSays) {
  std::string wanted = "| command | does | |\n| --- | --- | --- |\n";
  for (const auto& row : table_of_help())
    wanted += fmt::format("| `{}` | {} | {} |\n", row.path, row.summary, row.there ? "" : "not yet");
  std::string pages;
  for (const auto& row : table_of_help())
    if (row.there)
      pages += fmt::format("\n### {}\n\n```text\n{}```\n", row.path, run(program + " " + row.path + " --help").output);
  expect_block(BLOBGAUGE_SOURCE_DIR "/docs/commands.md", "table", wanted);
  expect_block(BLOBGAUGE_SOURCE_DIR "/docs/commands.md", "pages", pages + "\n");
}

TEST(Commands, TheReadmeListsWhatIsRefused) {
  std::string wanted;
  for (const auto& row : table_of_help())
    if (!row.there) wanted += fmt::format("{}`{}`", wanted.empty() ? "" : ", ", row.path);
  expect_block(BLOBGAUGE_SOURCE_DIR "/README.md", "refused", wanted + "\n");
}

TEST(Commands, EveryCommandHasExamplesOfItself) {
  for (const auto& row : table_of_help()) {
    if (!row.there) continue;
    const auto help = run(program + " " + row.path + " --help");
    EXPECT_EQ(help.code, 0) << row.path;
    const auto examples = help.output.find("Examples:\n");
    ASSERT_NE(examples, std::string::npos) << row.path;
    EXPECT_THAT(help.output.substr(examples), testing::HasSubstr("blobgauge " + row.path)) << row.path;
  }
}

TEST(Commands, WhatIsNotThereIsRefusedWithWhereToLook) {
  for (const auto& row : table_of_help()) {
    if (row.there) continue;
    const auto refused = run(program + " " + row.path + " x --y z");
    EXPECT_EQ(refused.code, 2) << row.path;
    EXPECT_EQ(refused.output,
              fmt::format("blobgauge: '{}' is not there yet; the README lists what this version does\n", row.path));
  }
}

}  // namespace
}  // namespace blobgauge::house
