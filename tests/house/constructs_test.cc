// docs/constructs.md against what it points to: each construct is shown by a fixture or a test that says so, or stands
// there as a limit with how often the clients use it; and nothing is shown that the page does not have.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "model/file.h"
#include "model/text.h"

namespace blobgauge::house {
namespace {

namespace fs = std::filesystem;

std::string trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \r"), to = text.find_last_not_of(" \r");
  return from == std::string_view::npos ? std::string() : std::string(text.substr(from, to - from + 1));
}

// The names after "shows:" in comments of sources under the folders, with where they stand.
std::map<std::string, std::set<std::string>> shown() {
  std::map<std::string, std::set<std::string>> names;
  for (const std::string folder : {"analyzer", "tests/flow", "tests/surfaces"})
    for (const auto& entry : fs::recursive_directory_iterator(BLOBGAUGE_SOURCE_DIR "/" + folder)) {
      const auto extension = entry.path().extension();
      if (extension != ".go" && extension != ".cc") continue;
      const auto text = model::read_file(entry.path().string());
      if (!text) continue;
      for (const auto line : model::split(*text, '\n')) {
        constexpr std::string_view mark = "// shows: ";
        const auto at = line.find(mark);
        if (at == std::string_view::npos) continue;
        for (const auto name : model::split(line.substr(at + mark.size()), ','))
          names[trimmed(name)].insert(fs::relative(entry.path(), BLOBGAUGE_SOURCE_DIR).generic_string());
      }
    }
  return names;
}

TEST(Constructs, EachIsShownOrALimit) {
  const auto page = model::read_file(BLOBGAUGE_SOURCE_DIR "/docs/constructs.md");
  ASSERT_TRUE(page);
  const auto shows = shown();
  std::set<std::string> listed;
  std::size_t number = 0;
  for (const auto line : model::split(*page, '\n')) {
    ++number;
    if (line.rfind("| `", 0) != 0) continue;
    const auto cells = model::split(line, '|');
    ASSERT_EQ(cells.size(), 5U) << "line " << number;
    auto name = trimmed(cells[1]), by = trimmed(cells[3]);
    name = name.substr(1, name.size() - 2);
    EXPECT_TRUE(listed.insert(name).second) << name << " stands twice";
    const auto found = shows.find(name);
    if (by.rfind("limit: ", 0) == 0) {
      EXPECT_EQ(found, shows.end()) << name << " is a limit, and " << *found->second.begin() << " shows it";
      EXPECT_NE(by.find_first_of("0123456789"), std::string::npos) << name << ": how often do the clients use it?";
      continue;
    }
    ASSERT_GE(by.size(), 2U) << name;
    by = by.substr(1, by.size() - 2);
    ASSERT_NE(found, shows.end()) << "no comment says that it shows " << name;
    EXPECT_TRUE(std::any_of(found->second.begin(), found->second.end(),
                            [&](const std::string& file) { return file.find(by + "/") != std::string::npos; }))
        << name << " is shown by " << *found->second.begin() << ", not by " << by;
  }
  EXPECT_GT(listed.size(), 50U);
  for (const auto& [name, files] : shows)
    EXPECT_TRUE(listed.count(name)) << *files.begin() << " shows " << name
                                    << ", which docs/constructs.md does not have";
}

}  // namespace
}  // namespace blobgauge::house
