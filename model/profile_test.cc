#include "model/profile.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace blobgauge::model {
namespace {

constexpr auto emulator = BLOBGAUGE_SOURCE_DIR "/specs/profiles/emulator.yaml";

TEST(Profile, ReadsTheShippedEmulator) {
  const auto profile = load_profile(emulator);
  ASSERT_TRUE(profile) << describe(profile.error());
  EXPECT_EQ(profile->account, "devstoreaccount1");
  EXPECT_EQ(profile->target("/c/b?x=1"), "/devstoreaccount1/c/b?x=1");
  EXPECT_EQ(profile->source("/c/b"), "http://127.0.0.1:10000/devstoreaccount1/c/b");
  EXPECT_TRUE(account_key(*profile));
}

TEST(Profile, MovesToAnotherAddressOfTheSameAccount) {
  const auto profile = *load_profile(emulator);
  const auto path = at_endpoint(profile, "http://localhost:4711/devstoreaccount1/");
  ASSERT_TRUE(path);
  EXPECT_EQ(path->style, Profile::Style::path);
  EXPECT_EQ(path->target("/"), "/devstoreaccount1/");
  const auto host = at_endpoint(profile, "https://devstoreaccount1.blob.example.net");
  ASSERT_TRUE(host);
  EXPECT_EQ(host->style, Profile::Style::host);
  EXPECT_EQ(host->target("/"), "/");
  const auto other = at_endpoint(profile, "http://localhost:4711");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().category, Category::usage);
  EXPECT_EQ(other.error().next, "write http://localhost:4711/devstoreaccount1 or give a profile");
}

TEST(Profile, ReadsTokenCertificateAndSecondAccount) {
  const auto read = [](const std::string& more) {
    return profile_from_yaml("format: 1\nname: n\nurl: http://h:1/first\napi_version: \"2023-11-03\"\n" + more, "p");
  };
  const auto profile = read(
      "token: {well_known: abc}\nsas: {well_known: \"?sv=1\"}\nclient_certificate: {chain: c.pem, key: k.pem}\n"
      "second: {url: \"http://h:1/other\", api_version: \"2023-11-03\"}\n");
  ASSERT_TRUE(profile) << describe(profile.error());
  EXPECT_EQ(*bearer_token(*profile), "abc");
  EXPECT_EQ(*given_sas(*profile), "sv=1");
  EXPECT_EQ(profile->client_key, "k.pem");
  ASSERT_TRUE(profile->second);
  EXPECT_EQ(profile->second->account, "other");
  EXPECT_EQ(at_endpoint(*profile, "http://g:2/first")->second->url.text(), "http://g:2/other");
  EXPECT_EQ(at_endpoint(*profile, "http://first.g:2")->second->url.text(), "http://other.g:2/");
  EXPECT_FALSE(read("second: {url: \"http://h:1/first\", api_version: \"2023-11-03\"}\n")) << "the same account";
  EXPECT_FALSE(read("client_certificate: {chain: c.pem}\n"));
  EXPECT_FALSE(read("second: {url: \"http://h/o\", api_version: \"2023-11-03\", peer: {}}\n"));
  EXPECT_FALSE(bearer_token(*read("")));
}

TEST(Profile, TakesTheKeyFromTheEnvironmentAndNeverFromALine) {
  const auto read = [](std::string key) {
    return profile_from_yaml("format: 1\nname: n\nurl: http://h/a\napi_version: \"2023-11-03\"\nkey: " + key + "\n",
                             "p");
  };
  ::unsetenv("BLOBGAUGE_TEST_KEY");
  auto profile = read("{environment: BLOBGAUGE_TEST_KEY}");
  ASSERT_TRUE(profile) << describe(profile.error());
  ASSERT_FALSE(account_key(*profile));
  EXPECT_EQ(account_key(*profile).error().category, Category::endpoint);
  ::setenv("BLOBGAUGE_TEST_KEY", "a2V5", 1);
  EXPECT_EQ(*account_key(*profile), "a2V5");
  ::setenv("BLOBGAUGE_TEST_KEY", "not base64!", 1);
  const auto bad = account_key(*profile);
  ASSERT_FALSE(bad);
  EXPECT_EQ(describe(bad.error()).find("not base64!"), std::string::npos) << "a key must not be printed";
  EXPECT_FALSE(read("{environment: A, file: b}"));
  EXPECT_FALSE(read("{enviroment: A}"));
  EXPECT_FALSE(read("{file: /nonexistent}").and_then(account_key));
}

}  // namespace
}  // namespace blobgauge::model
