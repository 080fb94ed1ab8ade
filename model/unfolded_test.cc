#include "model/unfolded.h"

#include <gtest/gtest.h>

#include <random>

#include "model/text.h"
#include "model/url.h"

namespace blobgauge::model {
namespace {

std::string unfold(std::string_view raw) {
  Unfolded unfolded;
  unfolded.read(raw);
  return std::string(unfolded.text());
}

TEST(Unfolded, SeesThroughEncodings) {
  EXPECT_EQ(unfold("plain & plain; 100%"), "plain & plain; 100%");
  EXPECT_EQ(unfold("a%3Db%253dc%25253Dd"), "a=b=c=d");
  EXPECT_EQ(unfold(R"(a\u003db\/\"c\\)"), "a=b/\"c\\");
  EXPECT_EQ(unfold("a&amp;b&#61;&#x3d;&lt;&unknown;"), "a&b==<&unknown;");
  EXPECT_EQ(unfold("%26amp%3Bx"), "&x");
  EXPECT_EQ(unfold("%2%35"), "%");
}

TEST(Unfolded, KnowsHowDeepACharacterStood) {
  Unfolded unfolded;
  unfolded.read(R"(x=%253D\u003D)");
  ASSERT_EQ(unfolded.text(), "x===");
  EXPECT_EQ(unfolded.percent(1), 0);
  EXPECT_EQ(unfolded.percent(2), 2);
  EXPECT_EQ(unfolded.quoting(2), 0);
  EXPECT_EQ(unfolded.percent(3), 0);
  EXPECT_EQ(unfolded.quoting(3), 1);
  EXPECT_EQ(unfolded.raw(2), 2U);
  EXPECT_EQ(unfolded.raw(3), 7U);
  EXPECT_EQ(unfolded.raw(4), 13U);
}

TEST(Unfolded, ABackslashAtTheEndOfAStringEscapesNoQuote) {
  Unfolded unfolded;
  unfolded.read(R"("a\\","b")");
  EXPECT_EQ(unfolded.text(), R"("a\","b")");
}

// Whatever was encoded, in whatever order, comes back; and every character knows its raw form.
TEST(Unfolded, UndoesAnyNesting) {
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    const std::string plain = "k=v/" + std::to_string(random()) + "?+ <x>";
    std::string raw = plain;
    for (auto depth = random() % 5; depth > 0; --depth) raw = percent_encode(raw);
    Unfolded unfolded;
    unfolded.read(raw);
    ASSERT_EQ(unfolded.text(), plain);
    ASSERT_EQ(unfolded.raw(plain.size()), raw.size());
    for (std::size_t at = 0; at < plain.size(); ++at) {
      const auto form = std::string_view(raw).substr(unfolded.raw(at), unfolded.raw(at + 1) - unfolded.raw(at));
      ASSERT_EQ(unfold(form), std::string(1, plain[at])) << raw;
    }
  }
}

}  // namespace
}  // namespace blobgauge::model
