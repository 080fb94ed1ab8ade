#include "replayer/answer_form.h"

#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

namespace blobgauge::replayer {
namespace {

using Texts = std::vector<std::string>;

TEST(AnswerForm, TakesWhatIsOfItsShapeAndNothingElse) {
  const std::vector<std::tuple<std::string, Texts, Texts>> table = {
      {"http date",
       {"Mon, 30 Nov 2026 12:00:00 GMT", "Thu, 29 Feb 2024 23:59:60 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"},
       {"Tue, 30 Nov 2026 12:00:00 GMT", "Mon, 30 Nov 2026 24:00:00 GMT", "Mon, 30 Nov 2026 12:00:00 UTC",
        "Mon, 30 Nov 2026 12:00:00", "2026-11-30T12:00:00Z", ""}},
      {"quoted hexadecimal",
       {"\"0x8DE59FD77D53FC9\""},
       {"0x8DE59FD77D53FC9", "\"8DE59FD77D53FC9\"", "\"0x\"", "\"0xg\""}},
      {"hexadecimal", {"0x8DE59FD77D53FC9"}, {"\"0x8DE59FD77D53FC9\"", "0x", "0x8de5"}},
      {"guid",
       {"72d657d8-b4fb-46fd-7015-353f2b5218f7", "00000000-0000-0000-0000-000000000000"},
       {"72d657d8b4fb46fd7015353f2b5218f7", "72d657d8-b4fb-46fd-7015-353f2b5218fg", "Sanitized"}},
      {"moment", {"2026-01-22T21:30:30.5251273Z"}, {"2026-01-22T21:30:30Z", "2026-13-22T21:30:30.5251273Z", ""}},
      {"base64 of 16 bytes", {"1B2M2Y8AsgTpgAmY7PhCfg=="}, {"1B2M2Y8AsgTpgAmY7PhCf===", "AAAAAAAAAAA=", "AAAA", ""}},
      {"base64 of 8 bytes", {"AAAAAAAAAAA="}, {"AAAAAAAAAAA", "AAAAAAAAAA-=", "1B2M2Y8AsgTpgAmY7PhCfg=="}},
      {"fraction", {"11/11", "0/5"}, {"12/11", "11", "a/b", "1/2/3"}},
      {"true or false", {"true", "false"}, {"True", "", "1"}},
      {"number", {"0", "4194304"}, {"-1", "", "1.5", "99999999999999999999999"}},
      {"day", {"2026-11-30"}, {"2026-11-3", "2026-13-01", "CLEARED"}},
      {"empty", {""}, {" "}},
  };
  for (const auto& [name, right, wrong] : table) {
    const auto form = answer_form(name);
    ASSERT_TRUE(form) << name;
    for (const auto& text : right) EXPECT_TRUE(form(text)) << name << ": " << text;
    for (const auto& text : wrong) EXPECT_FALSE(form(text)) << name << ": " << text;
  }
  EXPECT_FALSE(answer_form("no such form"));
}

TEST(AnswerForm, ReadsContentRanges) {
  ContentRange range;
  ASSERT_TRUE(parse_content_range("bytes 5-9/100", range));
  EXPECT_EQ(range.first, 5u);
  EXPECT_EQ(range.last, 9u);
  EXPECT_EQ(range.size, 100u);
  ASSERT_TRUE(parse_content_range("bytes */0", range));
  EXPECT_GT(range.first, range.last);
  for (const auto* text :
       {"bytes 5-9/*", "bytes 9-5/100", "bytes 5-100/100", "bytes=5-9/100", "5-9/100", "", "bytes -/"})
    EXPECT_FALSE(parse_content_range(text, range)) << text;
}

}  // namespace
}  // namespace blobgauge::replayer
