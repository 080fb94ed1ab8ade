#include "model/text.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace blobgauge::model {
namespace {

TEST(Text, Base64KnowsTheVectorsOfRfc4648) {
  const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : vectors) {
    EXPECT_EQ(base64(plain), coded);
    EXPECT_EQ(from_base64(coded), plain);
  }
  for (const auto* bad : {"Zg", "Zg=", "Z===", "Zm9*", "=Zg=", "Zg==Zg=="}) EXPECT_FALSE(from_base64(bad)) << bad;
}

// Against the plain way, for texts around the sizes of words.
TEST(Text, NamesCompareWithoutCaseOfLettersOnly) {
  const auto plain = [](std::string_view a, std::string_view b) { return lower(a) == lower(b); };
  for (std::size_t size = 0; size < 20; ++size)
    for (std::size_t at = 0; at < size; ++at)
      for (int c = 0; c < 256; ++c)
        for (const int other : {c ^ 0x20, c ^ 0x40, c ^ 0x80, c}) {
          std::string a(size, 'n'), b(size, 'N');
          a[at] = static_cast<char>(c);
          b[at] = static_cast<char>(other);
          ASSERT_EQ(iequals(a, b), plain(a, b)) << size << ' ' << at << ' ' << c << ' ' << other;
        }
  EXPECT_FALSE(iequals("Date", "Dat"));
}

// Every byte at every place of a group, with each padding.
TEST(Text, Base64TakesItsDigitsOnly) {
  const std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (const std::string_view good : {"Zm9vZm9v", "Zm9vZm8=", "Zm9vZg=="})
    for (std::size_t at = 0; at < std::min(good.find('='), good.size()); ++at)
      for (int c = 0; c < 256; ++c) {
        std::string text(good);
        text[at] = static_cast<char>(c);
        const bool is_digit = digits.find(text[at]) != std::string_view::npos;
        if (c == '=') continue;
        EXPECT_EQ(from_base64(text).has_value(), is_digit) << text;
      }
}

TEST(Text, GlobMatchesHostNamesWithoutCase) {
  EXPECT_TRUE(glob_match("*.blob.core.windows.net", "Account.Blob.core.windows.net"));
  EXPECT_FALSE(glob_match("*.blob.core.windows.net", "blob.core.windows.net"));
  EXPECT_TRUE(glob_match("a*b*c", "axxbxxbc"));
  EXPECT_TRUE(glob_match("h?st", "host"));
  EXPECT_FALSE(glob_match("", "x"));
}

TEST(Text, NumbersHaveNoSignAndDoNotOverflow) {
  EXPECT_EQ(parse_number("18446744073709551615"), 18446744073709551615u);
  for (const auto* bad : {"", "-1", "+1", "1 ", "18446744073709551616", "0x1"}) EXPECT_FALSE(parse_number(bad)) << bad;
}

TEST(Text, ClosestFindsTypingErrorsOnly) {
  EXPECT_EQ(closest("expcet", {"given", "expect", "steps"}), "expect");
  EXPECT_EQ(closest("zzzz", {"given", "expect"}), std::nullopt);
}

}  // namespace
}  // namespace blobgauge::model
