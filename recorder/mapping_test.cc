#include "recorder/mapping.h"

#include <gtest/gtest.h>

namespace blobgauge::recorder {
namespace {

Mapping mapping(std::string_view rule, MapStyle style) { return Mapping({MapRule::parse(rule).value()}, style); }

constexpr std::string_view azure = "*.blob.core.windows.net=http://127.0.0.1:10000";

TEST(Mapping, HostStyleChangesNothingButTheServer) {
  const auto map = mapping(azure, MapStyle::host);
  const auto* rule = map.find("Acct.blob.core.windows.net:443");
  ASSERT_NE(rule, nullptr);
  const auto route = map.route(*rule, "acct.blob.core.windows.net", "/c/b%2F?x=%20");
  EXPECT_EQ(route.server.text(), "http://127.0.0.1:10000/");
  EXPECT_EQ(route.target, "/c/b%2F?x=%20");
  EXPECT_EQ(route.host, "");
  EXPECT_EQ(map.find("blob.core.windows.net"), nullptr);
  EXPECT_EQ(map.find("acct.blob.core.windows.net.evil.test"), nullptr);
}

TEST(Mapping, PathStylePutsTheAccountIntoThePath) {
  const auto map = mapping(azure, MapStyle::path);
  const auto route = map.route(*map.find("acct.blob.core.windows.net"), "acct.blob.core.windows.net", "/?comp=list");
  EXPECT_EQ(route.target, "/acct/?comp=list");
  EXPECT_EQ(route.host, "127.0.0.1:10000");
  EXPECT_EQ(map.route(*map.find("a.blob.core.windows.net"), "a.blob.core.windows.net", "*").target, "*");
}

TEST(Mapping, APathOfTheTargetTakesTheAccountsPlace) {
  const auto map = mapping("*.blob.core.windows.net=http://gw.test/store1/", MapStyle::path);
  const auto route = map.route(*map.find("acct.blob.core.windows.net"), "acct.blob.core.windows.net", "/c");
  EXPECT_EQ(route.target, "/store1/c");
  EXPECT_EQ(route.host, "gw.test");
}

TEST(Mapping, AddressesInHeadersBecomePathStyleAndKeepTheirBytes) {
  const auto map = mapping(azure, MapStyle::host);
  EXPECT_EQ(map.address("https://acct.blob.core.windows.net/c/b%20?sv=1&sig=a%2Bb%3D"),
            "http://127.0.0.1:10000/acct/c/b%20?sv=1&sig=a%2Bb%3D");
  EXPECT_EQ(map.address("https://other.test/c/b"), std::nullopt);
  EXPECT_EQ(map.address("/acct/c/b"), std::nullopt);
  EXPECT_EQ(map.address(""), std::nullopt);
}

TEST(Mapping, WhatIsNoMappingIsRefused) {
  for (const auto* text : {"", "=http://a", "a", "a=b", "https://a=http://b", "a=http://b?c=d", "a=http://u:p@b"}) {
    const auto rule = MapRule::parse(text);
    ASSERT_FALSE(rule) << text;
    EXPECT_EQ(rule.error().category, model::Category::usage);
  }
}

}  // namespace
}  // namespace blobgauge::recorder
