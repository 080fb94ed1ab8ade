#include "model/mask.h"

#include <gtest/gtest.h>

#include "model/text.h"

namespace blobgauge::model {
namespace {

std::string url_base64(std::string_view text) {
  std::string out = base64(text);
  while (out.ends_with('=')) out.pop_back();
  for (auto& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out;
}

std::string token(std::string_view claims) {
  return url_base64(R"({"typ":"JWT","alg":"RS256"})") + "." + url_base64(claims) + "." + url_base64("signature bytes");
}

TEST(Mask, SaysLengthOrNothing) {
  EXPECT_EQ(mask_of("abc", false), "REDACTED");
  EXPECT_EQ(mask_of("abc", true), "REDACTED-3");
  EXPECT_EQ(mask_of("-REDACTED-", true), "REDACTED");
  EXPECT_EQ(mask_of("eyJ but no token", false), "REDACTED");
}

TEST(Mask, KeepsTheNamesOfClaims) {
  const auto whole = token(R"({"aud":"https://storage.azure.com","nested":{"x":["y"]},"exp":1,"http://a/b":"\"c\":"})");
  EXPECT_EQ(mask_of(whole, true), "REDACTED-jwt.aud.nested.exp.http___a_b");
  EXPECT_EQ(mask_of(token(R"({"only":)"), false), "REDACTED-jwt.only");
  // Encrypted: five parts, and only the first can be read.
  EXPECT_EQ(mask_of(url_base64(R"({"alg":"RSA-OAEP","enc":"A256GCM"})") + ".a.b.c.d", false), "REDACTED-jwt");
  EXPECT_EQ(mask_of(whole + " and more", false), "REDACTED");
}

TEST(Mask, KnowsItself) {
  for (const auto* mask : {"REDACTED", "REDACTED-36", "REDACTED-jwt", "REDACTED-jwt.aud.exp_1"})
    EXPECT_TRUE(is_mask(mask)) << mask;
  for (const auto* other : {"", "REDACTE", "REDACTEDabc", "REDACTED-", "REDACTED-12345678", "REDACTED-3a", "xREDACTED",
                            "REDACTED-jwtx", "REDACTED-jwt.a/b", "redacted"})
    EXPECT_FALSE(is_mask(other)) << other;
  for (const auto* other : {"REDACTED", "-REDACTED-", "[REDACTED]"}) EXPECT_TRUE(is_foreign_mask(other)) << other;
  for (const auto* other : {"", "abcREDACTED", "REDACTED0"}) EXPECT_FALSE(is_foreign_mask(other)) << other;
}

TEST(Mask, FindsTokensInTexts) {
  const auto whole = token("{}");
  EXPECT_EQ(token_size(whole), whole.size());
  EXPECT_EQ(token_size(whole + "\" rest"), whole.size());
  EXPECT_EQ(token_size(whole.substr(0, whole.find('.'))), 0U);
  EXPECT_EQ(token_size("eyJ.eyJ.x"), 0U);
  EXPECT_EQ(token_size(""), 0U);
}

TEST(Mask, DecodesPrintableBase64Only) {
  std::string out;
  EXPECT_TRUE(decode_printable(base64("plain text?>"), out));
  EXPECT_EQ(out, "plain text?>");
  EXPECT_TRUE(decode_printable(url_base64("plain text?>"), out));
  EXPECT_EQ(out, "plain text?>");
  EXPECT_FALSE(decode_printable(base64("\x01\x02"), out));
}

}  // namespace
}  // namespace blobgauge::model
