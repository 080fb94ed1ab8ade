#include "replayer/template.h"

#include <gtest/gtest.h>

namespace blobgauge::replayer {
namespace {

Scope scope() {
  Scope scope;
  scope.values["c"] = "box";
  scope.functions["join"] = [](std::string_view argument) -> model::Result<std::string> {
    return "<" + std::string(argument) + ">";
  };
  return scope;
}

TEST(Template, FillsAndNests) {
  EXPECT_EQ(*expand("/${c}/b", scope()), "/box/b");
  EXPECT_EQ(*expand("${join r ${c}/x}!", scope()), "<r box/x>!");
  EXPECT_EQ(*expand("${join}", scope()), "<>");
  EXPECT_EQ(*expand("$$5 and $5 and $", scope()), "$5 and $5 and $");
}

TEST(Template, SaysWhatIsMissing) {
  EXPECT_FALSE(expand("${d}", scope()));
  EXPECT_FALSE(expand("${c", scope()));
  EXPECT_FALSE(expand("${join ${c}", scope()));
  EXPECT_EQ(expand("${d}", scope()).error().message, "'d' has no value here");
}

TEST(Template, ListsItsHoles) {
  EXPECT_EQ(*holes("a ${x} ${f ${y}} $${z}"), (std::vector<std::string>{"x", "f", "y"}));
}

}  // namespace
}  // namespace blobgauge::replayer
