#include "model/name_ids.h"

#include <gtest/gtest.h>

namespace blobgauge::model {
namespace {

TEST(NameIds, GiveTheSameNumberForTheSameText) {
  NameIds ids;
  EXPECT_EQ(ids.of("ETag"), 0u);
  EXPECT_EQ(ids.of("etag"), 1u);
  EXPECT_EQ(ids.of(""), 2u);
  EXPECT_EQ(ids.of("ETag"), 0u);
  EXPECT_EQ(ids.of(""), 2u);
  EXPECT_EQ(ids.text(1), "etag");
  EXPECT_EQ(ids.size(), 3u);
}

TEST(NameIds, KeepTheirNumbersWhenTheyBecomeManyAndEndAtTheirBound) {
  NameIds ids(1000);
  // Alike at both ends, which is all that the hash looks at.
  const auto name = [](int i) { return "x-ms-meta-" + std::to_string(i) + "-of-one-kind"; };
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(ids.of(name(i)), static_cast<std::uint32_t>(i));
  EXPECT_EQ(ids.of("one more"), NameIds::none);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(ids.of(name(i)), static_cast<std::uint32_t>(i));
  EXPECT_EQ(ids.size(), 1000u);
}

}  // namespace
}  // namespace blobgauge::model
