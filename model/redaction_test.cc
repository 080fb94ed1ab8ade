#include "model/redaction.h"

#include <gmock/gmock.h>

#include <random>

#include "model/text.h"
#include "model/url.h"

namespace blobgauge::model {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const Redaction& rules() {
  static const Redaction redaction{SecretNames{{"Authorization", "x-ms-encryption-key", "Cookie"},
                                               {"sig", "access_token", "*secret*"},
                                               {"UserDelegationKey/Value"}}};
  return redaction;
}

std::string header(std::string name, std::string value) {
  Exchange exchange;
  exchange.request.headers.add(std::move(name), std::move(value));
  rules().apply(exchange);
  return exchange.request.headers.begin()->value;
}

TEST(Redaction, KeepsTheSchemeOfACredential) {
  EXPECT_EQ(header("authorization", "SharedKey acct:c2lnbmF0dXJl"), "SharedKey acct:REDACTED");
  EXPECT_EQ(header("Authorization", "Bearer eyJ0.e:x.y"), "Bearer REDACTED");
  EXPECT_EQ(header("Authorization", "opaque"), "REDACTED");
  EXPECT_EQ(header("Authorization", ""), "");
  EXPECT_EQ(header("x-ms-encryption-key", "two words"), "REDACTED");
  EXPECT_EQ(header("x-ms-encryption-key-sha256", "abc="), "abc=");
}

TEST(Redaction, KeepsTheFieldsOfASas) {
  EXPECT_EQ(rules().text("/c/b?sv=2024-11-04&sp=r&sig=abc%2Bdef%3D&se=2026"),
            "/c/b?sv=2024-11-04&sp=r&sig=REDACTED&se=2026");
  EXPECT_EQ(header("x-ms-copy-source", "https://a/b?sig=ab/c+d==&sp=r"), "https://a/b?sig=REDACTED&sp=r");
  EXPECT_EQ(rules().text("x?SIG=a&s%69g=b"), "x?SIG=REDACTED&s%69g=REDACTED");
  EXPECT_EQ(rules().text("?design=a&sigma=b&sig="), "?design=a&sigma=b&sig=");
}

TEST(Redaction, SeesThroughEncodingsOfUrlsInUrls) {
  EXPECT_EQ(rules().text("?u=https%3A%2F%2Fa%3Fsv%3D1%26sig%3Da%252Bb%26se%3D2&x=1"),
            "?u=https%3A%2F%2Fa%3Fsv%3D1%26sig%3DREDACTED%26se%3D2&x=1");
  EXPECT_EQ(rules().text("u=%253Fsig%253Dabc%2526sp%253Dr"), "u=%253Fsig%253DREDACTED%2526sp%253Dr");
  EXPECT_EQ(rules().text("<Url>https://a?sp=r&amp;sig=abc&amp;se=1</Url>"),
            "<Url>https://a?sp=r&amp;sig=REDACTED&amp;se=1</Url>");
  EXPECT_EQ(rules().text(R"({"url":"https://a?sp=r\u0026sig=abc\u0026se=1"})"),
            R"({"url":"https://a?sp=r\u0026sig=REDACTED\u0026se=1"})");
}

TEST(Redaction, MasksFieldsOfFormsAndJson) {
  EXPECT_EQ(rules().text("grant_type=x&client_secret=abc"), "grant_type=x&client_secret=REDACTED");
  EXPECT_EQ(rules().text(R"({"token_type": "Bearer", "access_token" : "a\"b", "n":1})"),
            R"({"token_type": "Bearer", "access_token" : "REDACTED", "n":1})");
}

TEST(Redaction, MasksTheValueOfADelegationKey) {
  EXPECT_EQ(rules().text("<UserDelegationKey><SignedOid>o</SignedOid><Value>k+/=</Value></UserDelegationKey><Value>v"),
            "<UserDelegationKey><SignedOid>o</SignedOid><Value>REDACTED</Value></UserDelegationKey><Value>v");
  EXPECT_EQ(rules().text("<UserDelegationKey><Value>cut in the mid"), "<UserDelegationKey><Value>REDACTED");
}

TEST(Redaction, FindsWhatAnAnswerRepeats) {
  Exchange exchange;
  exchange.request.target = "/c?sig=abcdefghijkl%2Bmn%3D";
  exchange.request.headers.add("Authorization", "SharedKey a:c2lnbmF0dXJlMTIz");
  exchange.response.body.bytes = "The MAC signature 'c2lnbmF0dXJlMTIz' differs; abcdefghijkl+mn=";
  rules().apply(exchange);
  EXPECT_EQ(*exchange.response.body.bytes, "The MAC signature 'REDACTED' differs; REDACTED");
  EXPECT_THAT(exchange.marks, ElementsAre("response body: a secret was masked"));
}

TEST(Redaction, CommandLines) {
  EXPECT_THAT(rules().command({"azcopy", "cp", "f", "https://a/c?sp=r&sig=abc"}),
              ElementsAre("azcopy", "cp", "f", "https://a/c?sp=r&sig=REDACTED"));
  EXPECT_THAT(
      rules().command({"rclone", "--azureblob-key", "abc", "--azureblob-account", "x", "--client-secret=a"}),
      ElementsAre("rclone", "--azureblob-key", "REDACTED", "--azureblob-account", "x", "--client-secret=REDACTED"));
  EXPECT_THAT(rules().command({":azureblob,account=a,key=abc:c", "AccountName=a;AccountKey=abc=="}),
              ElementsAre(":azureblob,account=a,key=REDACTED", "AccountName=a;AccountKey=REDACTED"));
  EXPECT_THAT(rules().command({"--key-file", "k", "-"}), ElementsAre("--key-file", "k", "-"));
}

// Sentinels in every position, in every encoding: none survives, and a second pass finds nothing to do.
TEST(Redaction, NoPlantedSecretSurvives) {
  std::mt19937 random(11);
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int i = 0; i < 500; ++i) {
    std::string secret = "sEnTiNeL";
    for (int n = 0; n < 36; ++n) secret += alphabet[random() % alphabet.size()];
    secret += "=";
    std::string sas = "https://a.blob.test/c/b?sv=2024-11-04&sig=" + percent_encode(secret) + "&sp=r";
    for (auto depth = random() % 4; depth > 0; --depth) sas = "https://log.test/?u=" + percent_encode(sas) + "&n=1";
    Exchange exchange;
    exchange.request.target = random() % 2 ? "/x?u=" + percent_encode(sas) : sas.substr(sas.find('/', 8));
    exchange.request.headers.add("Referer", sas);
    exchange.request.headers.add("Authorization", "SharedKey a:" + secret);
    exchange.request.body.bytes = "<X>" + sas + "</X><Y>" + percent_encode(secret) + "</Y>";
    exchange.response.headers.add("Location", sas);
    exchange.response.reason = "no " + secret;
    exchange.response.body.bytes = "<UserDelegationKey><Value>" + secret + "</Value></UserDelegationKey>" + secret;
    exchange.marks = {"copy source: " + sas};
    rules().apply(exchange);
    std::string all = exchange.request.target + *exchange.request.body.bytes + exchange.response.reason +
                      *exchange.response.body.bytes + exchange.marks.front();
    for (const auto& each : exchange.request.headers) all += each.value;
    for (const auto& each : exchange.response.headers) all += each.value;
    ASSERT_THAT(all, Not(HasSubstr("sEnTiNeL"))) << all;
    const auto once = exchange;
    rules().apply(exchange);
    ASSERT_EQ(exchange.request.headers, once.request.headers);
    ASSERT_EQ(exchange.request.target, once.request.target);
    ASSERT_EQ(exchange.response.body.bytes, once.response.body.bytes);
    ASSERT_EQ(exchange.marks, once.marks);
  }
}

TEST(Redaction, AnyBytesComeBack) {
  std::mt19937 random(5);
  const std::string_view pieces[] = {"sig",    "=",  "%", "25", "3D",
                                     "&",      "\"", ":", "\\", "<UserDelegationKey",
                                     "<Value", ">",  " ", "x",  std::string_view("\0", 1)};
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (auto n = random() % 12; n > 0; --n) text += pieces[random() % std::size(pieces)];
    const auto once = rules().text(text);
    ASSERT_EQ(rules().text(once), once) << text;
  }
}

}  // namespace
}  // namespace blobgauge::model
