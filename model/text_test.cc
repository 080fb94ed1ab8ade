#include "model/text.h"

#include <gtest/gtest.h>

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
