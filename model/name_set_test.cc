#include "model/name_set.h"

#include <gtest/gtest.h>

#include <random>

#include "model/text.h"

namespace blobgauge::model {
namespace {

TEST(NameSet, KnowsNamesAndGlobsWithoutCase) {
  const NameSet names({"sig", "*_token", "*secret*", "x-*-key"});
  for (const auto* name : {"sig", "SIG", "access_token", "_TOKEN", "secret", "client_Secret_id", "x-ms-key"})
    EXPECT_TRUE(names.contains(name)) << name;
  for (const auto* name : {"", "si", "sigs", "token", "access_tokens", "secre", "x-key", "key"})
    EXPECT_FALSE(names.contains(name)) << name;
  EXPECT_FALSE(NameSet().contains("sig"));
}

// The same answer as the plain way, for any globs and names.
TEST(NameSet, AnswersAsMatchesAny) {
  std::mt19937 random(3);
  const std::string_view pieces[] = {"a", "B", "b", "*", "?", "-", "ab"};
  const auto word = [&](std::size_t from) {
    std::string out;
    for (auto n = random() % 5; n > 0; --n) out += pieces[from + random() % (std::size(pieces) - from)];
    return out;
  };
  for (int i = 0; i < 20000; ++i) {
    const std::vector<std::string> globs{word(0), word(0)};
    std::string name = word(4);
    std::erase_if(name, [](char c) { return c == '*' || c == '?'; });
    if (name.empty()) continue;
    ASSERT_EQ(NameSet(globs).contains(name), matches_any(globs, name)) << globs[0] << " " << globs[1] << " " << name;
  }
}

}  // namespace
}  // namespace blobgauge::model
