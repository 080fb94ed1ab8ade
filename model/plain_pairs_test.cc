#include "model/plain_pairs.h"

#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

namespace blobgauge::model {
namespace {

using testing::ElementsAre;
using testing::Pair;

struct Read {
  std::vector<std::pair<std::string, std::string>> pairs;
  bool whole = false;
};

// What follows the array in a line, and the padding.
Read read(std::string text) {
  text += R"(,"body":{"size":0}}})" + std::string(16, '"');
  static PlainPairs pairs;  // the memory of one array is used for the next
  pairs.begin(text.data());
  Read out;
  for (std::string_view first, second; pairs.next(first, second);) out.pairs.emplace_back(first, second);
  out.whole = pairs.whole();
  return out;
}

TEST(PlainPairs, TakesWhatAWriterWrites) {
  EXPECT_TRUE(read("[]").whole);
  EXPECT_THAT(read("[]").pairs, ElementsAre());
  const auto two = read(R"([["Date","Fri, 10 Dec 2021 23:18:29 GMT"],["x",""]])");
  EXPECT_TRUE(two.whole);
  EXPECT_THAT(two.pairs, ElementsAre(Pair("Date", "Fri, 10 Dec 2021 23:18:29 GMT"), Pair("x", "")));
  for (std::size_t size = 0; size < 70; ++size) {
    const std::string text(size, 'v');
    EXPECT_THAT(read("[[\"" + text + "\",\"a\"]]").pairs, ElementsAre(Pair(text, "a"))) << size;
  }
}

TEST(PlainPairs, KnowsTheEscapesOfQuotesAndSlashes) {
  const auto tag = read(R"([["ETag","\"0x8D9BC3360ED422D\""],["a\\b\/c","\""],["x","y"]])");
  EXPECT_TRUE(tag.whole);
  EXPECT_THAT(tag.pairs, ElementsAre(Pair("ETag", "\"0x8D9BC3360ED422D\""), Pair("a\\b/c", "\""), Pair("x", "y")));
}

TEST(PlainPairs, LeavesEveryOtherFormToAGeneralReader) {
  for (const auto* other :
       {R"([ ["a","b"]])", R"([["a" ,"b"]])", R"([["a","b"] ])", R"([["a\n","b"]])", R"([["a","b\u0041"]])",
        R"([["a",{"base64":"eA=="}]])", R"([["a","b"," ",""]])", R"([["a"]])", R"([["a","b"],])", R"({"a":"b"})",
        R"("a")", "null", R"([["a",1]])", R"(["a","b"])", R"([[]])"})
    EXPECT_FALSE(read(other).whole) << other;
}

}  // namespace
}  // namespace blobgauge::model
