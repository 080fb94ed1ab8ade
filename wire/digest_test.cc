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

TEST(Digest, Crc64IsTheServices) {
  Crc64 crc;
  crc.update("123456789");
  EXPECT_EQ(crc.value(), 0xAE8B14860A799888u);
  EXPECT_EQ(model::base64(digest(Algorithm::crc64, "")), "AAAAAAAAAAA=");
  EXPECT_EQ(hex(digest(Algorithm::crc64, "123456789")), "8898790a86148bae");
  // What the service answered to bodies like these (recorded traffic).
  EXPECT_EQ(model::base64(digest(Algorithm::crc64, "x")), "seRUZAJnvS0=");
  EXPECT_EQ(model::base64(digest(Algorithm::crc64, "xx")), "GkCMY8i4s0E=");
  EXPECT_EQ(model::base64(digest(Algorithm::crc64, std::string(1024, 'x'))), "n+cZD5pSOz0=");
  EXPECT_EQ(model::base64(digest(Algorithm::crc64, std::string(100, '\0'))), "dA8entnj04c=");
}

// NVM Express NVM Command Set Specification 1.0d, section 5.2.1.3.5: the same CRC over 4 KiB.
TEST(Digest, Crc64HasTheVectorsOfItsStandard) {
  const auto of = [](const std::string& bytes) {
    Crc64 crc;
    crc.update(bytes);
    return crc.value();
  };
  std::string rising(4096, '\0');
  for (std::size_t i = 0; i < rising.size(); ++i) rising[i] = static_cast<char>(i);
  EXPECT_EQ(of(std::string(4096, '\0')), 0x6482D367EB22B64Eu);
  EXPECT_EQ(of(std::string(4096, '\xFF')), 0xC0DDBA7302ECA3ACu);
  EXPECT_EQ(of(rising), 0x3E729F5F6750449Cu);
  EXPECT_EQ(of({rising.rbegin(), rising.rend()}), 0x9A2DF64B8E9E517Eu);
}

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
