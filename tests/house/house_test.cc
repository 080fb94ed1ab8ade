// The rules of CONTRIBUTING.md that a program can check.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

#include "model/catalogue.h"
#include "model/text.h"
#include "tests/house/tree.h"

namespace blobgauge::house {
namespace {

// DESIGN: what each part may include; cli and tests may include all.
const std::map<std::string, std::set<std::string>> allowed = {
    {"model", {"model"}},
    {"wire", {"model", "wire"}},
    {"analyzer", {"model", "wire", "analyzer"}},
    {"recorder", {"model", "wire", "recorder"}},
    {"replayer", {"model", "wire", "replayer"}},
    {"clients", {"model", "wire", "clients"}},
    {"endpoint", {"model", "wire", "endpoint"}},
    {"reports", {"model", "wire", "reports"}},
};

TEST(House, PartsIncludeOnlyWhatTheyMayKnow) {
  for (const auto& source : sources()) {
    const auto may = allowed.find(source.part);
    for (const auto& include : quoted_includes(source.text)) {
      const auto part = include.text.substr(0, include.text.find('/'));
      EXPECT_NE(part, include.text) << source.path << ":" << include.line << ": write includes from the root";
      if (may == allowed.end()) continue;
      EXPECT_TRUE(may->second.count(part))
          << source.path << ":" << include.line << ": " << source.part << " may not know " << part;
    }
  }
}

// "The API is data": another API must be a new folder of specs/, with no change of a program. The endpoint is the
// service, and signing is defined over its names; tests talk about examples.
bool may_name_the_api(const Source& source) {
  return source.is_test() || source.part == "endpoint" || source.path.starts_with("wire/sign");
}

TEST(House, NoOperationOrHeaderOfTheServiceStandsInCode) {
  const auto catalogue = model::Catalogue::load(BLOBGAUGE_SOURCE_DIR "/specs/catalogue");
  ASSERT_TRUE(catalogue) << describe(catalogue.error());
  std::set<std::string> names;
  for (const auto& operation : catalogue->operations()) {
    names.insert(operation.name);
    names.insert(operation.full_name);
  }
  const std::string prefix(catalogue->role("service-prefix"));
  ASSERT_FALSE(prefix.empty());
  for (const auto& discriminator : catalogue->discriminators()) names.insert(discriminator + "=");
  for (const auto& source : sources()) {
    if (may_name_the_api(source)) continue;
    for (const auto& literal : string_literals(source.text)) {
      // The examples of --help are documentation.
      if (source.part == "cli" && literal.text.starts_with("blobgauge ")) continue;
      EXPECT_EQ(model::lower(literal.text).find(prefix), std::string::npos)
          << source.path << ":" << literal.line << ": a header of the service in \"" << literal.text << '"';
      for (const auto& name : names)
        EXPECT_EQ(literal.text.find(name), std::string::npos)
            << source.path << ":" << literal.line << ": '" << name << "' in \"" << literal.text << '"';
    }
  }
}

TEST(House, FormattedByClangFormat16) {
  if (run("clang-format-16 --version").code != 0) {
    EXPECT_FALSE(std::getenv("CI")) << "clang-format-16 must be there where CI is set";
    GTEST_SKIP() << "clang-format-16 is not installed";
  }
  std::string command = "cd '" BLOBGAUGE_SOURCE_DIR "' && clang-format-16 --dry-run -Werror --ferror-limit=1";
  for (const auto& source : sources()) command += " '" + source.path + "'";
  const auto ran = run(command);
  EXPECT_EQ(ran.code, 0) << ran.output << "run clang-format-16 -i on these";
}

// Long ones are listed and not refused: a table may be long, a class should not.
TEST(House, HeadersAreShort) {
  std::string list;
  for (const auto& source : sources()) {
    const auto lines = std::count(source.text.begin(), source.text.end(), '\n');
    const auto most = source.is_header() ? 110 : source.is_test() ? 1000 : 650;
    if (lines > most) list += fmt::format("  {} has {} lines\n", source.path, lines);
  }
  if (!list.empty()) fmt::print("long files (headers over 110 lines, sources over 650):\n{}", list);
}

TEST(House, HeadersGuardThemselvesAndSayWhatTheyAre) {
  for (const auto& source : sources()) {
    if (!source.is_header()) continue;
    EXPECT_TRUE(source.text.starts_with("#pragma once\n//"))
        << source.path << " must begin with #pragma once and a comment that says what it is";
  }
}

TEST(House, NothingBelowTheCommandLinePrintsOrExits) {
  for (const auto& source : sources()) {
    if (source.part == "cli" || source.is_test()) continue;
    std::size_t line = 0;
    for (const auto text : model::split(source.text, '\n')) {
      ++line;
      for (const auto* word : {"std::cout", "std::cerr", "fmt::print(", "std::exit(", "std::abort("})
        EXPECT_EQ(text.find(word), std::string_view::npos) << source.path << ":" << line << ": " << word;
    }
  }
}

TEST(Tree, FindsLiteralsAndPassesOverTheRest) {
  const auto found = string_literals("// \"no\"\nf(\"a\\\"b\", '\"', 1'000); /* \"no\n\" */ R\"x(r\"aw)x\" \"c\"");
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].text, "a\\\"b");
  EXPECT_EQ(found[0].line, 2u);
  EXPECT_EQ(found[1].text, "r\"aw");
  EXPECT_EQ(found[2].text, "c");
  EXPECT_EQ(found[2].line, 3u);
}

}  // namespace
}  // namespace blobgauge::house
