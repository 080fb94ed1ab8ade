#include "wire/digest.h"

#include <gtest/gtest.h>

#include "model/text.h"

namespace blobgauge::wire {
namespace {

TEST(Digest, KnownValues) {
  EXPECT_EQ(hex(digest(Algorithm::md5, "")), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(hex(digest(Algorithm::md5, "abc")), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(hex(digest(Algorithm::sha256, "abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  // RFC 4231, case 2.
  EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

// NVM Express NVM Command Set Specification 1.0d, section 5.2.1.3.5: the same CRC over 4 KiB.
TEST(Digest, StreamsInAnyPortions) {
  std::string text(1000, '\0');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 7);
  for (const auto algorithm : {Algorithm::md5, Algorithm::sha256, Algorithm::crc64}) {
    const auto whole = digest(algorithm, text);
    for (std::size_t step = 1; step < 20; ++step) {
      Digest streamed(algorithm);
      for (std::size_t at = 0; at < text.size(); at += step) streamed.update(std::string_view(text).substr(at, step));
      EXPECT_EQ(streamed.finish(), whole);
    }
  }
}

TEST(Digest, ComparesSecrets) {
  EXPECT_TRUE(equal_secrets("abc", "abc"));
  EXPECT_FALSE(equal_secrets("abc", "abd"));
  EXPECT_FALSE(equal_secrets("abc", "ab"));
}

}  // namespace
}  // namespace blobgauge::wire
