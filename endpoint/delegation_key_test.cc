#include "endpoint/delegation_key.h"

#include <gmock/gmock.h>

#include <pugixml.hpp>

#include "endpoint/bench.h"

namespace blobgauge::endpoint {
namespace {

using testing::HasSubstr;

class DelegationKey : public testing::Test {
 protected:
  DelegationKey() {
    bench_.store.tokens = {"first.token", "second.token"};
    bench_.make("box");
    bench_.put("/box/x", "hello");
  }

  Answer with_token(std::string method, const std::string& target, std::string token, model::Headers headers = {},
                    std::string body = {}) {
    auto request = bench_.request(std::move(method), target, std::move(headers), std::move(body));
    request.headers.add("Authorization", "Bearer " + std::move(token));
    return bench_.service.answer(std::move(request));
  }
  Answer key(const std::string& info) {
    return with_token("POST", "/?restype=service&comp=userdelegationkey", "first.token", {}, info);
  }
  static std::string info(const std::string& start, const std::string& expiry) {
    return "<?xml version=\"1.0\"?><KeyInfo><Start>" + start + "</Start><Expiry>" + expiry + "</Expiry></KeyInfo>";
  }

  // A SAS for the container, signed with the key of `answer`.
  std::string sas(const Answer& answer, const std::string& permissions = "rl") {
    pugi::xml_document parsed;
    EXPECT_TRUE(parsed.load_buffer(answer.text.data(), answer.text.size()));
    const auto root = parsed.child("UserDelegationKey");
    wire::Sas out;
    out.set("sv", "2022-11-02").set("sr", "c").set("sp", permissions).set("se", "2026-02-01");
    out.set("skoid", root.child_value("SignedOid")).set("sktid", root.child_value("SignedTid"));
    out.set("skt", root.child_value("SignedStart")).set("ske", root.child_value("SignedExpiry"));
    out.set("sks", root.child_value("SignedService")).set("skv", root.child_value("SignedVersion"));
    wire::sign_sas(out, {"acct", "box", "", ""}, wire::AccountKey::parse(root.child_value("Value")).value());
    return out.token();
  }
  Answer read(const std::string& token) { return bench_.service.answer(bench_.request("GET", "/box/x?" + token)); }

  Bench bench_;
};

TEST_F(DelegationKey, TokensThatItWasGivenOpenEverything) {
  EXPECT_EQ(Bench::bytes(with_token("GET", "/box/x", "first.token")), "hello");
  EXPECT_EQ(with_token("PUT", "/other?restype=container", "second.token").status, 201);
  EXPECT_EQ(with_token("PUT", "/box/y", "second.token", {{"x-ms-blob-type", "BlockBlob"}}, "1").status, 201);
}

TEST_F(DelegationKey, OtherTokensAreChallenged) {
  for (const auto token : {"third.token", "first.token2", "first", ""}) {
    const auto answer = with_token("GET", "/box/x", token);
    EXPECT_EQ(answer.status, 401) << token;
    EXPECT_EQ(code(answer), "InvalidAuthenticationInfo");
    EXPECT_THAT(std::string(answer.headers.get("WWW-Authenticate")), HasSubstr("https://storage.azure.com"));
  }
  Bench none;
  auto request = none.request("GET", "/?comp=list");
  request.headers.add("Authorization", "Bearer ");
  EXPECT_EQ(none.service.answer(request).status, 401);
}

TEST_F(DelegationKey, TokensNeedAVersionThatKnowsThem) {
  EXPECT_EQ(with_token("GET", "/box/x", "first.token", {{"x-ms-version", "2017-07-29"}}).status, 403);
}

TEST_F(DelegationKey, SignsASas) {
  const auto answer = key(info("2026-01-21T00:00:00Z", "2026-01-25T00:00:00Z"));
  ASSERT_EQ(answer.status, 200) << answer.text;
  EXPECT_THAT(answer.text, HasSubstr("<SignedStart>2026-01-21T00:00:00Z</SignedStart><SignedExpiry>2026-01-25T00:00:00Z"
                                     "</SignedExpiry><SignedService>b</SignedService><SignedVersion>2025-01-05<"));
  EXPECT_EQ(Bench::bytes(read(sas(answer))), "hello");
  EXPECT_EQ(code(read(sas(answer, "w"))), "AuthorizationPermissionMismatch");
  auto changed = sas(answer);
  changed.replace(changed.find("skv=2025-01-05"), 14, "skv=2024-08-04");
  EXPECT_EQ(code(read(changed)), "AuthenticationFailed");
  bench_.hands.now += std::chrono::days(4);
  const auto late = read(sas(answer));
  EXPECT_EQ(code(late), "AuthenticationFailed");
  EXPECT_THAT(late.text, HasSubstr("Key expiry [2026-01-25T00:00:00Z]"));
}

TEST_F(DelegationKey, StartsNowUnlessToldOtherwise) {
  const auto answer = key("<KeyInfo><Expiry>2026-01-23T00:00:00Z</Expiry></KeyInfo>");
  ASSERT_EQ(answer.status, 200) << answer.text;
  EXPECT_THAT(answer.text, HasSubstr("<SignedStart>2026-01-22T00:00:00Z<"));
  EXPECT_EQ(Bench::bytes(read(sas(answer))), "hello");
}

TEST_F(DelegationKey, RefusesTimesAndDocumentsThatAreNone) {
  const auto start = "2026-01-21T00:00:00Z";
  EXPECT_EQ(code(key(info(start, "2026-01-29T00:00:01Z"))), "OutOfRangeInput");
  EXPECT_EQ(code(key(info(start, start))), "OutOfRangeInput");
  EXPECT_EQ(code(key(info(start, "tomorrow"))), "InvalidXmlNodeValue");
  EXPECT_EQ(code(key(info(start, ""))), "InvalidXmlNodeValue");
  EXPECT_EQ(code(key("<KeyInfo>")), "InvalidXmlDocument");
  EXPECT_EQ(code(key("<Other/>")), "InvalidXmlDocument");
  EXPECT_EQ(key("<KeyInfo><DelegatedUserTid>x</DelegatedUserTid></KeyInfo>").status, 501);
}

TEST_F(DelegationKey, IsForTokensOnly) {
  const auto answer = bench_.call("POST", "/?restype=service&comp=userdelegationkey", {},
                                  info("2026-01-21T00:00:00Z", "2026-01-25T00:00:00Z"));
  EXPECT_EQ(answer.status, 403);
  EXPECT_THAT(answer.text, HasSubstr("Only authentication scheme Bearer is supported"));
}

TEST_F(DelegationKey, ACopySourceIsReadWithItsOwnToken) {
  const model::Headers blob{{"x-ms-blob-type", "BlockBlob"}};
  const auto copy = [&](const std::string& authorization) {
    auto headers = blob;
    headers.add("x-ms-copy-source-authorization", authorization);
    return bench_.copy("/box/copy", "/box/x", headers).status;
  };
  EXPECT_EQ(copy("Bearer first.token"), 201);
  EXPECT_EQ(copy("Bearer none"), 401);
}

}  // namespace
}  // namespace blobgauge::endpoint
