#include "wire/crc64.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "model/text.h"
#include "wire/digest.h"

namespace blobgauge::wire {
namespace {

TEST(Crc64, IsTheServices) {
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

TEST(Crc64, HasTheVectorsOfItsStandard) {
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

// Two ways to one answer, for every length around the steps of the fast one and wherever the state stands.
TEST(Crc64, MultiplicationAgreesWithTables) {
  if (!crc64_multiplies()) GTEST_SKIP() << "this processor has no carry-less multiplication";
  std::mt19937_64 random(11);
  std::string bytes(70'000, '\0');
  for (auto& c : bytes) c = static_cast<char>(random());
  const std::string_view all = bytes;
  for (std::size_t size = 0; size < 400; ++size)
    for (const std::size_t at : {0, 1, 7}) {
      const auto state = random();
      ASSERT_EQ(crc64_by_multiplication(state, all.substr(at, size)), crc64_by_tables(state, all.substr(at, size)))
          << size;
    }
  EXPECT_EQ(crc64_by_multiplication(~0ULL, all), crc64_by_tables(~0ULL, all));
}

TEST(Crc64, DoesNotDependOnHowItIsCut) {
  const std::string bytes(5'000, 'b');
  Crc64 whole;
  whole.update(bytes);
  std::mt19937 random(3);
  for (int i = 0; i < 50; ++i) {
    Crc64 cut;
    for (std::string_view rest = bytes; !rest.empty();) {
      const auto size = std::min<std::size_t>(random() % 900, rest.size());
      cut.update(rest.substr(0, size));
      rest.remove_prefix(size);
    }
    ASSERT_EQ(cut.value(), whole.value());
  }
}

}  // namespace
}  // namespace blobgauge::wire
