#include "wire/sign.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "model/text.h"
#include "wire/sign_sas.h"

namespace blobgauge::wire {
namespace {

using model::Headers;

AccountKey vector_key() {
  std::string bytes;
  for (int i = 0; i < 64; ++i) bytes += static_cast<char>(i);
  return AccountKey::parse(model::base64(bytes)).value();
}

std::vector<nlohmann::json> vectors(std::string_view kind) {
  std::ifstream file(BLOBGAUGE_SOURCE_DIR "/wire/sign_vectors.txt");
  std::vector<nlohmann::json> out;
  for (std::string line; std::getline(file, line);) {
    auto value = nlohmann::json::parse(line);
    if (value["kind"] == kind) out.push_back(std::move(value));
  }
  return out;
}

SasResource resource_of(const nlohmann::json& vector) {
  const std::string path = vector.value("path", "");
  const auto slash = path.find('/');
  return {"vectors", path.substr(0, slash), slash == std::string::npos ? "" : path.substr(slash + 1),
          vector.value("stamp", "")};
}

void check_vectors(std::string_view kind, std::size_t at_least) {
  const auto found = vectors(kind);
  ASSERT_GE(found.size(), at_least);
  for (const auto& vector : found) {
    const auto query = model::parse_query(vector["token"].get<std::string>());
    const auto sas = Sas::find(query);
    ASSERT_TRUE(sas);
    Headers headers{{"x-ms-one", "1"}, {"Two", "2 2"}};
    const std::vector<model::QueryParameter> asked{{"q", "a b"}, {"r", "1"}};
    const auto text = sas_text(*sas, resource_of(vector), headers, asked);
    EXPECT_EQ(text, vector["text"].get<std::string>());
    EXPECT_TRUE(vector_key().accepts(text, sas->get("sig"))) << vector["token"];
  }
}

TEST(Sign, AgreesWithAnotherImplementationOnAccountSas) { check_vectors("account", 9); }
TEST(Sign, AgreesWithAnotherImplementationOnServiceSas) { check_vectors("service", 30); }
TEST(Sign, AgreesWithAnotherImplementationOnUserDelegationSas) { check_vectors("delegation", 9); }

TEST(Sign, AgreesWithAnotherImplementationOnSharedKey) {
  const auto found = vectors("shared-key");
  ASSERT_GE(found.size(), 3u);
  for (const auto& vector : found) {
    Headers headers;
    for (const auto& field : vector["headers"]) headers.add(field[0], field[1]);
    const auto url = model::parse_url(vector["url"].get<std::string>()).value();
    const std::string method = vector["method"];
    EXPECT_EQ(shared_key_text(method, url, headers, "vectors"), vector["text"].get<std::string>());
    const Credential credential{"vectors", vector_key()};
    const auto authorization = shared_key_authorization(method, url, headers, credential);
    EXPECT_EQ(authorization, vector["authorization"].get<std::string>());
    headers.add("authorization", authorization);
    EXPECT_TRUE(shared_key_fits(method, url, headers, credential));
    headers.add("X-Ms-Meta-Late", "1");
    EXPECT_FALSE(shared_key_fits(method, url, headers, credential));
  }
}

std::string text_of(std::string_view target, const Headers& headers) {
  return shared_key_text("PUT", model::parse_target(target).value(), headers, "a");
}

TEST(SharedKey, DoublesTheAccountOfAPathStyleAddress) {
  EXPECT_TRUE(text_of("/a/box/x", {}).ends_with("\n/a/a/box/x"));
  EXPECT_TRUE(text_of("/", {}).ends_with("\n/a/"));
}

TEST(SharedKey, SignsALengthOfZeroAsNothingSince20150221) {
  EXPECT_TRUE(text_of("/", {{"Content-Length", "0"}, {"x-ms-version", "2015-02-21"}}).starts_with("PUT\n\n\n\n\n"));
  EXPECT_TRUE(text_of("/", {{"Content-Length", "0"}, {"x-ms-version", "2014-02-14"}}).starts_with("PUT\n\n\n0\n\n"));
}

TEST(SharedKey, JoinsSortsAndUnfoldsServiceHeaders) {
  EXPECT_NE(text_of("/", {{"X-MS-Meta-B", "2"}, {"x-ms-meta-a", "1\r\n  2"}, {"x-ms-meta-b", " 3 "}})
                .find("\nx-ms-meta-a:1 2\nx-ms-meta-b:2,3\n/"),
            std::string::npos);
}

TEST(SharedKey, IgnoresDateWhereTheServiceDateIsThere) {
  EXPECT_EQ(text_of("/", {{"Date", "d"}, {"x-ms-date", "e"}}).find("\nd\n"), std::string::npos);
  EXPECT_NE(text_of("/", {{"Date", "d"}}).find("\nd\n"), std::string::npos);
}

TEST(SharedKey, KeepsEmptyServiceHeadersSince20160531) {
  EXPECT_NE(text_of("/", {{"x-ms-a", ""}, {"x-ms-version", "2016-05-31"}}).find("x-ms-a:\n"), std::string::npos);
  EXPECT_EQ(text_of("/", {{"x-ms-a", ""}, {"x-ms-version", "2015-12-11"}}).find("x-ms-a:\n"), std::string::npos);
}

TEST(SharedKey, DecodesLowersSortsAndJoinsTheQuery) {
  EXPECT_TRUE(text_of("/?prefix=b%2Fc%20+%2B&Comp=list&include=z&include=a&x", {})
                  .ends_with("/a/\ncomp:list\ninclude:a,z\nprefix:b/c  +\nx:"));
}

TEST(SharedKey, TakesTheClaimApart) {
  const auto claim = parse_shared_key("SharedKey name:abc=");
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->account, "name");
  EXPECT_EQ(claim->signature, "abc=");
  for (const auto bad :
       {"", "SharedKey", "SharedKey :x", "SharedKey x:", "SharedKey x", "SharedKeyLite a:b", "Bearer t"})
    EXPECT_FALSE(parse_shared_key(bad)) << bad;
}

TEST(SharedKey, OrdersHeadersAsTheServiceDoes) {
  EXPECT_TRUE(signs_before("x-ms-meta-aa", "x-ms-meta-a-b"));  // '-' does not count at first
  EXPECT_TRUE(signs_before("x-ms-meta-ab", "x-ms-meta-a-b"));
  EXPECT_TRUE(signs_before("x-ms-meta-a_b", "x-ms-meta-a1"));
  EXPECT_TRUE(signs_before("x-ms-meta-1", "x-ms-meta-a"));
  EXPECT_TRUE(signs_before("x-ms-copy-source", "x-ms-copy-source-authorization"));
  EXPECT_FALSE(signs_before("x-ms-date", "x-ms-date"));
}

TEST(SharedKey, RefusesAKeyWithoutRepeatingIt) {
  const auto key = AccountKey::parse("not*base64*secret");
  ASSERT_FALSE(key);
  EXPECT_EQ(model::describe(key.error()).find("secret"), std::string::npos);
}

struct SasCheck : testing::Test {
  Sas sas = Sas().set("sv", "2024-08-04").set("sr", "b").set("sp", "r").set("se", "2030-01-01T00:00:00Z");
  SasUse use{{"a", "box", "x", ""}, "r", 'o', "10.0.0.5", true, *parse_sas_time("2029-12-31T00:00:00Z")};
  std::optional<SasRefusal> check() {
    sign_sas(sas, {"a", "box", "x", ""}, vector_key());
    return check_sas(sas, use, vector_key());
  }
};

TEST_F(SasCheck, Accepts) { EXPECT_EQ(check(), std::nullopt); }
TEST_F(SasCheck, RefusesAWrongSignature) {
  check();
  sas.set("sp", "rw");
  EXPECT_EQ(check_sas(sas, use, vector_key()), SasRefusal::signature);
}
TEST_F(SasCheck, RefusesAnotherBlob) {
  check();
  use.resource.blob = "y";
  EXPECT_EQ(check_sas(sas, use, vector_key()), SasRefusal::signature);
}
TEST_F(SasCheck, RefusesAContainerForABlobToken) {
  use.resource.blob = "";
  EXPECT_EQ(check(), SasRefusal::resource);
}
TEST_F(SasCheck, RefusesAfterExpiryAndBeforeStart) {
  use.now = *parse_sas_time("2030-01-01");
  EXPECT_EQ(check(), SasRefusal::expired);
  sas.set("st", "2030-02-01");
  EXPECT_EQ(check(), SasRefusal::early);
}
// The end of what four digits can say is how people write "never expires"; nanoseconds since 1970 do not hold it.
TEST_F(SasCheck, KnowsYearsThatNanosecondsDoNotHold) {
  for (const auto end : {"2262-04-12T00:00:00Z", "4060-01-01", "9999-12-31T23:59:59Z"}) {
    sas.set("se", end);
    EXPECT_EQ(check(), std::nullopt) << end;
  }
  for (const auto end : {"0000-01-01", "1677-09-20", "0001-01-01T00:00:00Z"}) {
    sas.set("se", end);
    EXPECT_EQ(check(), SasRefusal::expired) << end;
  }
}
TEST_F(SasCheck, RefusesAddressesOutsideItsRange) {
  sas.set("sip", "10.0.0.1-10.0.0.5");
  EXPECT_EQ(check(), std::nullopt);
  sas.set("sip", "10.0.0.6");
  EXPECT_EQ(check(), SasRefusal::address);
}
TEST_F(SasCheck, RefusesPlainHttpWhereHttpsIsAsked) {
  sas.set("spr", "https");
  use.https = false;
  EXPECT_EQ(check(), SasRefusal::protocol);
}
TEST_F(SasCheck, RefusesMissingRights) {
  use.permissions = "wc";
  EXPECT_EQ(check(), SasRefusal::permission);
  use.permissions = "";
  EXPECT_EQ(check(), SasRefusal::permission);
}
TEST_F(SasCheck, RefusesWhatItCannotRead) {
  sas.set("se", "soon");
  EXPECT_EQ(check(), SasRefusal::malformed);
  sas.set("se", "");
  EXPECT_EQ(check(), SasRefusal::malformed);
}
TEST_F(SasCheck, TakesMissingFieldsFromTheStoredPolicy) {
  sas.set("sp", "").set("se", "").set("si", "policy");
  const Sas policy = Sas().set("sp", "r").set("se", "2030-01-01");
  sign_sas(sas, use.resource, vector_key());
  EXPECT_EQ(check_sas(sas, use, vector_key(), &policy), std::nullopt);
  EXPECT_EQ(check_sas(sas, use, vector_key()), SasRefusal::malformed);
}
TEST_F(SasCheck, AccountTokensNameServicesAndResourceTypes) {
  sas = Sas().set("sv", "2024-08-04").set("ss", "b").set("srt", "sc").set("sp", "r").set("se", "2030-01-01");
  EXPECT_EQ(check(), SasRefusal::resource_type);
  sas.set("srt", "o").set("ss", "qt");
  EXPECT_EQ(check(), SasRefusal::service);
  sas.set("ss", "bq");
  EXPECT_EQ(check(), std::nullopt);
}
TEST_F(SasCheck, DirectoryTokensCoverWhatLiesBelow) {
  sas.set("sr", "d").set("sdd", "2");
  sign_sas(sas, {"a", "box", "one/two/three", ""}, vector_key());
  use.resource.blob = "one/two/four/five";
  EXPECT_EQ(check_sas(sas, use, vector_key()), std::nullopt);
  use.resource.blob = "one/three/x";
  EXPECT_EQ(check_sas(sas, use, vector_key()), SasRefusal::signature);
  use.resource.blob = "one";
  EXPECT_EQ(check_sas(sas, use, vector_key()), SasRefusal::resource);
}

TEST(Sas, TokenRoundTrip) {
  Sas sas = Sas().set("sv", "2024-08-04").set("sip", "10.0.0.1-10.0.0.2").set("sig", "a+/=");
  EXPECT_EQ(Sas::find(model::parse_query("comp=list&" + sas.token()))->token(), sas.token());
  EXPECT_FALSE(Sas::find(model::parse_query("sv=2024-08-04&comp=list")));
}

TEST(Sas, ReadsTheTimesThatTokensUse) {
  EXPECT_TRUE(parse_sas_time("2026-01-02"));
  EXPECT_EQ(*parse_sas_time("2026-01-02T03:04Z"), *parse_sas_time("2026-01-02T03:04:00.0000000Z"));
  EXPECT_EQ(parse_sas_time("9999-12-31T23:59:59Z")->time_since_epoch().count(), 253'402'300'799);
  for (const auto bad :
       {"", "2026", "2026-13-01", "2026-02-30", "2026-01-02T", "2026-01-02T03:04", "2026-01-02T25:00Z",
        "2026-01-02T03:04:05", "2026-01-02T03:04:61Z", "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05xZ"})
    EXPECT_FALSE(parse_sas_time(bad)) << bad;
}

}  // namespace
}  // namespace blobgauge::wire
