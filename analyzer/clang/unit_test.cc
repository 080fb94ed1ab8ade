#include "analyzer/clang/unit.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace blobgauge::analyzer::clang {
namespace {

model::Result<Unit> with_body(const std::string& code) {
  return unit_from_text(
      fmt::format(R"({{"k":"unit","version":{},"file":"a.c","libclang":"16","warnings":0,"includes":[]}}
{{"k":"func","usr":"c:@F@f","name":"f","file":0,"line":1,"last":9,"params":[],"body":["{{",{}]}}
{{"k":"files","names":["a.c"]}}
{{"k":"end"}}
)",
                  unit_version, code),
      "a.c");
}

TEST(Unit, ReadsABody) {
  const auto unit = with_body(R"(["if",["t","x",["l",1,"x"]],["ret"]])");
  ASSERT_TRUE(unit) << unit.error().message;
  ASSERT_EQ(unit->functions.size(), 1u);
  EXPECT_EQ(unit->functions[0].file, "a.c");
  ASSERT_EQ(unit->functions[0].body.parts.size(), 1u);
  EXPECT_EQ(unit->functions[0].body.parts[0].kind, Code::Kind::branch);
}

// A damaged cache must not be followed: what follows the code takes these parts for granted.
TEST(Unit, RefusesCodeWithoutItsParts) {
  for (const auto* code : {R"(["if"])", R"(["if",["t","x",["o"]]])", R"(["loop",["t","x",["o"]]])",
                           R"(["do",["t","x",["o"]]])", R"(["case","1"])"}) {
    const auto unit = with_body(code);
    ASSERT_FALSE(unit) << code;
    EXPECT_EQ(unit.error().category, model::Category::input) << code;
    EXPECT_EQ(unit.error().where.line, 2u) << code;
    EXPECT_NE(unit.error().message.find("of its parts"), std::string::npos) << unit.error().message;
  }
}

}  // namespace
}  // namespace blobgauge::analyzer::clang
