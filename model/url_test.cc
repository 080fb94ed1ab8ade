#include "model/url.h"

#include <gtest/gtest.h>

namespace blobgauge::model {
namespace {

TEST(Url, SplitsWithoutChangingAByte) {
  for (const auto* text : {"https://a.blob.example/c/b%2Fx?comp=block&sig=a%2B+b", "http://127.0.0.1:10000/x//y/",
                           "http://[::1]:1/?", "https://h/a?b=c?d"}) {
    const auto url = parse_url(text);
    ASSERT_TRUE(url) << text;
    EXPECT_EQ(url->text(), text);
  }
  EXPECT_EQ(parse_url("http://h:8080/p")->authority(), "h:8080");
  EXPECT_EQ(parse_url("HTTPS://h")->effective_port(), 443);
}

TEST(Url, RefusesWhatItWouldHaveToGuess) {
  for (const auto* text :
       {"", "h/p", "ftp://h", "http://", "http://u:p@h/", "http://h:0/", "http://h:65536/", "http://[::1/"})
    EXPECT_FALSE(parse_url(text)) << text;
}

TEST(Url, MessagesQuoteNoSecret) {
  for (const char* bad : {"ftp://h/c/b?sig=SENTINEL", "h/c/b?sig=SENTINEL", "http://u:SENTINEL@h/c",
                          "http://:1/c?sig=SENTINEL", "u:SENTINEL@h/c", "http://h:0/c?a=b?sig=SENTINEL"}) {
    const auto url = parse_url(bad);
    ASSERT_FALSE(url) << bad;
    EXPECT_EQ(url.error().message.find("SENTINEL"), std::string::npos) << url.error().message;
  }
  EXPECT_EQ(parse_target("c/b?sig=SENTINEL").error().message, "not a request target: 'c/b?...'");
  EXPECT_EQ(parse_url("ftp://h/c").error().message, "not a URL: 'ftp://h/c' (the scheme must be http or https)");
}

TEST(Url, QueryKeepsPlusAndOrder) {
  const auto query = parse_query("a=1+2&b&c=%2B%zz&&a=3");
  ASSERT_EQ(query.size(), 4u);
  EXPECT_EQ(query[0].value, "1+2");
  EXPECT_FALSE(query[1].has_value);
  EXPECT_EQ(query[2].value, "+%zz");
  EXPECT_EQ(query_value("a=1&a=3", "a"), "1");
}

TEST(Url, PercentCodingRoundTripsEveryByte) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(percent_decode(percent_encode(all)), all);
  EXPECT_EQ(percent_encode("a/b c", "/"), "a/b%20c");
  EXPECT_EQ(percent_decode("%4"), "%4");
}

}  // namespace
}  // namespace blobgauge::model
