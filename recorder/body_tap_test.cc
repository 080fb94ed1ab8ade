#include "recorder/body_tap.h"

#include <gmock/gmock.h>

namespace blobgauge::recorder {
namespace {

model::Body tapped(Hashes hashes, std::uint64_t keep, std::initializer_list<const char*> pieces) {
  BodyTap tap;
  tap.hash(hashes);
  tap.keep(keep);
  for (const auto* piece : pieces) tap.update(piece);
  return tap.finish(true);
}

TEST(BodyTap, ComputesWhatItIsAskedFor) {
  const auto none = tapped(Hashes::none, 0, {"1234", "", "56789"});
  EXPECT_EQ(none.size, 9u);
  EXPECT_EQ(none.sha256 + none.md5 + none.crc64, "");
  const auto one = tapped(Hashes::sha256, 0, {"1234", "", "56789"});
  EXPECT_EQ(one.sha256, "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225");
  EXPECT_EQ(one.md5 + one.crc64, "");
  const auto all = tapped(Hashes::all, 0, {"1234", "", "56789"});
  EXPECT_EQ(all.sha256, one.sha256);
  EXPECT_EQ(all.md5, "25f9e794323b453885f5181f1b624d0b");
  EXPECT_EQ(all.crc64, "8898790a86148bae");
}

TEST(BodyTap, ABodyWithoutBytesHasNoHash) {
  const auto body = tapped(Hashes::all, 10, {"", ""});
  EXPECT_EQ(body.size, 0u);
  EXPECT_EQ(body.sha256 + body.md5 + body.crc64, "");
  EXPECT_EQ(body.bytes, std::nullopt);
}

TEST(BodyTap, KeepsTheBeginning) {
  EXPECT_EQ(tapped(Hashes::none, 0, {"abc"}).bytes, std::nullopt);
  EXPECT_EQ(tapped(Hashes::none, 5, {"abc", "def"}).bytes, "abcde");
  EXPECT_EQ(tapped(Hashes::none, 9, {"abc", "def"}).bytes, "abcdef");
}

TEST(BodyTap, BodiesShareABudgetAndGiveItBack) {
  KeepBudget budget(5);
  {
    KeptShare share(budget);
    BodyTap first, second;
    first.keep(100, &share);
    second.keep(100, &share);
    first.update("abc");
    second.update("defg");
    second.update("h");
    EXPECT_EQ(budget.left(), 0u);
    EXPECT_FALSE(first.cut());
    EXPECT_TRUE(second.cut());
    EXPECT_EQ(first.finish(true).bytes, "abc");
    const auto body = second.finish(true);
    EXPECT_EQ(body.bytes, "de");
    EXPECT_EQ(body.size, 5u);
  }
  EXPECT_EQ(budget.left(), 5u);
}

}  // namespace
}  // namespace blobgauge::recorder
