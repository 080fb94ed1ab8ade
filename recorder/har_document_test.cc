#include "recorder/har_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace blobgauge::recorder::har_document_test {
namespace {

using testing::HasSubstr;

struct Read {
  std::vector<std::string> entries, places;
  std::string creator, own, error;
};

Read read(std::string text) {
  HarDocument document("a.har", bytes_of(std::move(text)));
  Read out;
  if (const auto status = document.start(); !status) {
    out.error = describe(status.error());
    return out;
  }
  out.creator = document.creator();
  out.own = document.own();
  std::string entry;
  for (;;) {
    const auto more = document.next(entry);
    if (!more) out.error = describe(more.error());
    if (!more || !*more) return out;
    out.entries.push_back(entry);
    out.places.push_back(std::to_string(document.where().line) + ":" + std::to_string(document.where().column));
  }
}

TEST(HarDocument, GivesEachEntryWithItsPlace) {
  const auto got = read(
      "{\"x\": [1, {\"log\": 2}], \"log\": {\n"
      "  \"version\": \"1.2\", \"creator\": {\"name\": \"a ] } \\\" b\"},\n"
      "  \"_blobgauge\": {}, \"pages\": [],\n"
      "  \"entries\": [\n"
      "    {\"a\": \"\\\\\", \"b\": [{}]},\n"
      "    {\"c\": \"}\"}\n"
      "  ], \"comment\": null\n"
      "}, \"y\": 1}\n ");
  EXPECT_EQ(got.error, "");
  EXPECT_EQ(got.creator, R"({"name": "a ] } \" b"})");
  EXPECT_EQ(got.own, "{}");
  EXPECT_EQ(got.entries, (std::vector<std::string>{R"({"a": "\\", "b": [{}]})", R"({"c": "}"})"}));
  EXPECT_EQ(got.places, (std::vector<std::string>{"5:5", "6:5"}));
  EXPECT_EQ(read(R"({"log":{"entries":[]}})").error, "");
}

TEST(HarDocument, LargeFilesOverEveryBorder) {
  std::string text = "{\"log\":{\"entries\":[";
  for (int i = 0; i < 3000; ++i)
    text += (i ? "," : "") + std::string("{\"n\":\"") + std::string(static_cast<std::size_t>(i % 97), 'x') + "\\\"\"}";
  const auto got = read(text + "]}}");
  EXPECT_EQ(got.error, "");
  ASSERT_EQ(got.entries.size(), 3000U);
  EXPECT_EQ(got.entries[1], R"({"n":"x\""})");
}

TEST(HarDocument, WhatIsNoHarIsRefusedWithItsPlace) {
  EXPECT_THAT(read("").error, HasSubstr("a.har:1:1: not a HAR: it ends too early"));
  EXPECT_THAT(read("[]").error, HasSubstr("'{' expected"));
  EXPECT_THAT(read("{}").error, HasSubstr("no 'log'"));
  EXPECT_THAT(read("{\"log\": 1}").error, HasSubstr("'{' expected"));
  EXPECT_THAT(read("{\"log\": {}}").error, HasSubstr("no 'entries'"));
  EXPECT_THAT(read("{\"log\":\n{\"entries\": {}}}").error, HasSubstr("a.har:2:13"));
  EXPECT_THAT(read("{\"log\": {\"a\" 1}}").error, HasSubstr("':' expected"));
  EXPECT_THAT(read("{\"log\": {\"a\": 1 \"b\": 2}}").error, HasSubstr("',' expected"));
  EXPECT_THAT(read("{\"log\": {a: 1}}").error, HasSubstr("a key expected"));
  EXPECT_THAT(read("{\"log\": {\"a\": }}").error, HasSubstr("a value expected"));
  EXPECT_THAT(read("{\"log\": {\"entries\": [1]}}").error, HasSubstr("an entry is no object"));
  EXPECT_THAT(read("{\"log\": {\"entries\": [{} {}]}}").error, HasSubstr("',' expected"));
  EXPECT_THAT(read("{\"log\": {\"entries\": [{}]}} x").error, HasSubstr("more after its end"));
  EXPECT_THAT(read("{\"log\": {\"" + std::string(2000, 'k') + "\": 1}}").error, HasSubstr("more than 1000 bytes"));
}

TEST(HarDocument, ACutIsSeenWhereverItIs) {
  const std::string text = R"({"log":{"creator":{"name":"x"},"entries":[{"a":[1,"\""]},{"b":2}],"c":[null]},"d":0})";
  for (std::size_t size = 0; size < text.size(); ++size) EXPECT_NE(read(text.substr(0, size)).error, "") << size;
  EXPECT_EQ(read(text).error, "");
}

TEST(HarDocument, DepthCostsNothing) {
  EXPECT_THAT(read("{\"log\":{\"entries\":[{\"a\":" + std::string(1 << 20, '[')).error, HasSubstr("ends too early"));
}

}  // namespace
}  // namespace blobgauge::recorder::har_document_test
