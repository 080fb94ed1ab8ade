#include "model/redaction.h"

#include <gmock/gmock.h>

#include <random>

#include "model/text.h"
#include "model/trace.h"
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
                                               {"UserDelegationKey/Value"},
                                               {"skoid", "sip"},
                                               {"Basic", "Bearer"},
                                               {"SharedKey"},
                                               {"The MAC signature found in the HTTP request"}}};
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

TEST(Redaction, ASlashInATokenHidesNoUserOfAUrl) {
  const std::string token = "eyJhbGciOiJub25lIn0.eyJhdWQiOiJ4In0.c2ln";
  for (const auto& text :
       {"a://user:" + token + "//@host", "a://user:" + token + "%2F@host/", "a://" + token + "/b@host"}) {
    const auto once = rules().text(text);
    EXPECT_EQ(rules().text(once), once) << text;
    EXPECT_EQ(once.find("c2ln"), std::string::npos) << once;
  }
}

// A scan takes texts in blocks: whatever stands before a secret, and wherever it and what is after it begin, it is
// found.
TEST(Redaction, FindsASecretAtAnyPlaceOfAText) {
  const std::string hidden = base64("https://a/b?sv=1&sig=abcdefghijklmnop&se=2");
  const std::string token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2lnbmF0dXJlLW9mLWE";
  const std::vector<std::string> texts = {"?sv=1&sig=abcdefghijklmnop&se=2",
                                          "x " + hidden + ".",
                                          token + " ",
                                          "Bearer abcdefghijklmnopqrst, x",
                                          "\"sig\": \"abcdefghijklmnop\",",
                                          "https://user:password-of-it@a/b",
                                          "Authorization: Abc Def9",
                                          "<UserDelegationKey><Value>abcdefghijklmnop</Value></UserDelegationKey>",
                                          "?access_token=" + std::string(150, 'q') + "&sig=abcdefghijklmnop "};
  for (const auto& text : texts) {
    const auto masked = rules().text(text);
    ASSERT_NE(masked, text);
    for (const std::string filler :
         {" ", "a,", "word-of-22-characters, ", "long_run_of_more_than_sixty-four_characters/"})
      for (std::size_t size = 0; size < 200; ++size) {
        std::string before;
        while (before.size() < size) before += filler;
        before.resize(size);
        before += "\n";
        ASSERT_EQ(rules().text(before + text), before + masked) << size << " of '" << filler << "'";
        ASSERT_EQ(rules().text(text + "\n" + before), masked + "\n" + before) << size << " of '" << filler << "'";
      }
  }
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

TEST(Redaction, LeavesWhatTheRecorderSaysOfASecretField) {
  Exchange exchange;
  exchange.marks = {"Authorization: signed again", "Proxy-Authorization: is for the proxy",
                    "Authorization: Bearer SENTINEL1", "Authorization: SENTINEL2"};
  rules().apply(exchange);
  EXPECT_THAT(exchange.marks[0], "Authorization: signed again");
  EXPECT_THAT(exchange.marks[1], "Proxy-Authorization: is for the proxy");
  for (const auto& mark : exchange.marks) EXPECT_THAT(mark, testing::Not(testing::HasSubstr("SENTINEL")));
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

TEST(Redaction, LeavesTheLengthOfKeysAndOfFieldsThatNameSomebody) {
  EXPECT_EQ(rules().text("/c?sv=1&skoid=01234567-89ab-cdef-0123-456789abcdef&sip=10.0.0.1-10.0.0.9&sig=x"),
            "/c?sv=1&skoid=REDACTED-36&sip=REDACTED-17&sig=REDACTED");
  EXPECT_EQ(rules().text("u=%2Fc%3Fsip%3D1%252E2%26se%3D2"), "u=%2Fc%3Fsip%3DREDACTED-3%26se%3D2");
  EXPECT_EQ(rules().text("skoid=REDACTED-36&sip=-REDACTED-"), "skoid=REDACTED-36&sip=REDACTED");
}

TEST(Redaction, KeepsTheNamesOfATokensClaims) {
  const std::string token =
      "eyJhbGciOiJSUzI1NiJ9." + base64(R"({"aud":"x","tid":"SENTINEL12"})") + ".c2lnbmF0dXJlIGJ5dGVz";
  EXPECT_EQ(header("Authorization", "Bearer " + token), "Bearer REDACTED-jwt.aud.tid");
  EXPECT_EQ(rules().text(R"({"access_token":")" + token + R"(","n":1})"),
            R"({"access_token":"REDACTED-jwt.aud.tid","n":1})");
  EXPECT_EQ(rules().text("the token " + token + ", which"), "the token REDACTED-jwt.aud.tid, which");
}

TEST(Redaction, FindsCredentialsInTexts) {
  EXPECT_EQ(rules().text("said Bearer 0123456789abcdef_-: no"), "said Bearer 0123456789abcdef_-: no");
  EXPECT_EQ(rules().text("said Bearer 0123456789abcdef_-, no"), "said Bearer REDACTED, no");
  EXPECT_EQ(rules().text("Basic dXNlcjpw==;"), "Basic REDACTED;");
  EXPECT_EQ(rules().text("Basic authentication is not allowed; Bearer realm=\"x\""),
            "Basic authentication is not allowed; Bearer realm=\"x\"");
  EXPECT_EQ(rules().text("with SharedKey acct:c2lnbmF0dXJlMTIz= on"), "with SharedKey acct:REDACTED on");
  EXPECT_EQ(rules().text("http://user:pa@ss@proxy.test:3128/?a=b@c"), "http://REDACTED@proxy.test:3128/?a=b@c");
  EXPECT_EQ(rules().text("http://proxy.test/a:b@c"), "http://proxy.test/a:b@c");
  EXPECT_EQ(rules().text("-H 'Authorization: Basic dXNlcjpw' -v"), "-H 'Authorization: Basic REDACTED' -v");
  EXPECT_EQ(rules().text("GET /c HTTP/1.1\r\nauthorization: SharedKey a:b\r\nx-ms-encryption-key: k\r\n\r\n"),
            "GET /c HTTP/1.1\r\nauthorization: SharedKey a:REDACTED\r\nx-ms-encryption-key: REDACTED\r\n\r\n");
  EXPECT_EQ(rules().text("{'client_secret': 'a b', \"Authorization\" : \"Bearer x\"}"),
            "{'client_secret': 'REDACTED', \"Authorization\" : \"Bearer REDACTED\"}");
  EXPECT_EQ(rules().text("client_secret=\"a b\" sig='c'"), "client_secret=\"REDACTED\" sig='REDACTED'");
  EXPECT_EQ(rules().text("The MAC signature found in the HTTP request 'abc+/=' is not the same"),
            "The MAC signature found in the HTTP request 'REDACTED' is not the same");
}

TEST(Redaction, LeavesMarksThatSayWhatWasDone) {
  Exchange exchange;
  exchange.marks = {"Authorization: signed again", "Authorization: Unknown abc"};
  rules().apply(exchange);
  EXPECT_THAT(exchange.marks, ElementsAre("Authorization: signed again", "Authorization: REDACTED"));
}

TEST(Redaction, FindsPartsOfAHeader) {
  Exchange exchange;
  exchange.request.headers = {{"Cookie", "a=b; session=abcdefghijklm"},
                              {"Authorization", "Basic dTpwYXNzd29yZDEyMw=="}};
  exchange.response.reason = "old: abcdefghijklm, password123";
  rules().apply(exchange);
  EXPECT_EQ(exchange.response.reason, "old: REDACTED, password123");
  exchange.request.headers = {{"Authorization", "Basic dTpwYXNzd29yZDEyMzQ="}};
  exchange.response.reason = "not password1234";
  rules().apply(exchange);
  EXPECT_EQ(exchange.response.reason, "not REDACTED");
}

TEST(Redaction, AnUnknownSchemeIsNoScheme) {
  EXPECT_EQ(header("Authorization", "SENTINEL of two words"), "REDACTED");
  EXPECT_EQ(header("Authorization", "SharedKey two words:x"), "SharedKey REDACTED");
}

TEST(Redaction, SeesBase64OfASecret) {
  EXPECT_EQ(rules().text("state=" + base64("https://a/b?sp=r&sig=abcdefgh") + "&x=1"), "state=REDACTED&x=1");
  EXPECT_EQ(rules().text("/x/" + base64(R"({"client_secret":"abcdefgh"})") + "/y"), "REDACTED/y");
  EXPECT_EQ(rules().text("id=" + base64("https://a/b?sp=r&se=2026-11-21")),
            "id=" + base64("https://a/b?sp=r&se=2026-11-21"));
}

TEST(Redaction, CutBodiesHideTheirEnd) {
  Exchange exchange;
  exchange.request.headers.add("Authorization", "SharedKey a:c2lnbmF0dXJlMTIz");
  exchange.response.body.bytes = "found 'c2lnbmF0dXJl";
  exchange.response.body.size = 4000;
  rules().apply(exchange);
  EXPECT_EQ(*exchange.response.body.bytes, "found 'REDACTED");
}

TEST(Redaction, TellsWhereSecretsStand) {
  Exchange exchange;
  exchange.request.target = "/c?sp=r&sig=abcdefghijklmn";
  exchange.request.headers.add("Authorization", "Bearer REDACTED");
  exchange.response.headers.add("Location", "https://a/b?sig=other");
  exchange.response.body.bytes = "no abcdefghijklmn";
  const auto found = rules().find(exchange);
  std::vector<std::string> places;
  for (const auto& each : found) places.push_back(each.place + ": " + each.what + " at " + std::to_string(each.at));
  EXPECT_THAT(places, ElementsAre("request target: sig at 12", "response header Location: sig at 16",
                                  "response body: a secret of this exchange at 3"));
  rules().apply(exchange);
  EXPECT_TRUE(rules().find(exchange).empty());
}

// A document of several megabytes is read in pieces; no piece's border hides anything.
TEST(Redaction, LargeDocuments) {
  std::string listing = "<?xml version=\"1.0\"?><Blobs>";
  for (int i = 0; i < 20000; ++i) {
    listing += "<Url>https://a/b?sp=r&amp;sig=SENTINEL" + std::to_string(i) + "</Url>";
    if (i == 7000) listing += "<UserDelegationKey><Value>SENTINEL</Value></UserDelegationKey>";
  }
  const auto masked = rules().text(listing);
  EXPECT_THAT(masked, Not(HasSubstr("SENTINEL")));
  EXPECT_THAT(masked,
              HasSubstr("<Value>REDACTED</Value></UserDelegationKey><Url>https://a/b?sp=r&amp;sig=REDACTED</Url>"));
  EXPECT_EQ(rules().text(masked), masked);
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

// What is remembered of earlier exchanges never hides a secret: not one that only this exchange makes one, nor one
// under a name that is a secret's.
TEST(Redaction, RemembersCleanTextsOnlyWhereTheyAreClean) {
  const std::string secret = "abcdefghijklmnop";
  const std::vector<std::string> texts = {"2021-12-02",       secret,   base64("it says " + secret),
                                          "/c/b?comp=list",   "opaque", "/c/b?sig=" + secret,
                                          "Bearer " + secret, "",       "a=b",
                                          "skoid=someone"};
  const std::vector<std::string> names = {"x-ms-version", "Authorization", "sig=" + secret, "Server", "Cookie"};
  std::mt19937 random(7);
  const auto one_of = [&](const std::vector<std::string>& choices) { return choices[random() % choices.size()]; };
  StreamRedaction stream(rules());
  for (int i = 0; i < 5'000; ++i) {
    Exchange exchange;
    exchange.request.target = one_of(texts);
    exchange.source = one_of(texts);
    for (auto* headers : {&exchange.request.headers, &exchange.response.headers})
      for (auto count = random() % 3; count > 0; --count) headers->add(one_of(names), one_of(texts));
    if (random() % 2) exchange.response.body.bytes = one_of(texts);
    auto streamed = exchange, alone = exchange;
    stream.apply(streamed);
    rules().apply(alone);
    EXPECT_EQ(to_json_line(streamed), to_json_line(alone)) << to_json_line(exchange);
  }
}

}  // namespace
}  // namespace blobgauge::model
