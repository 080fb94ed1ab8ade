#include "replayer/content.h"

#include <gtest/gtest.h>

namespace blobgauge::replayer {
namespace {

TEST(Content, AnyRangeIsAPartOfTheWhole) {
  Content content;
  content.add_text("head");
  content.add_generated(7, 0, 100);
  content.add_generated(7, 13, 21);
  content.add_text("tail");
  const auto whole = content.bytes();
  ASSERT_EQ(whole.size(), 129u);
  EXPECT_EQ(whole.substr(0, 4), "head");
  EXPECT_EQ(whole.substr(104, 21), whole.substr(4 + 13, 21)) << "an offset is a place in the seed's stream";
  for (std::size_t at = 0; at <= whole.size(); ++at)
    for (const std::size_t size : {0u, 1u, 3u, 8u, 200u}) {
      std::string part(size, '?');
      part.resize(content.read(at, part));
      EXPECT_EQ(part, whole.substr(at, size)) << at << " " << size;
    }
}

TEST(Content, SeedsDiffer) {
  Content a, b;
  a.add_generated(1, 0, 64);
  b.add_generated(2, 0, 64);
  EXPECT_NE(a.bytes(), b.bytes());
}

TEST(Content, DigestsAreThoseOfTheBytes) {
  Content content;
  EXPECT_EQ(md5_base64(content), "1B2M2Y8AsgTpgAmY7PhCfg==");
  content.add_text("abc");
  EXPECT_EQ(md5_base64(content), "kAFQmDzST7DWlj99KOF/cg==");
  EXPECT_EQ(sha256_hex(content), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace blobgauge::replayer
