#include "replayer/request_maker.h"

#include <gtest/gtest.h>

#include "model/text.h"
#include "wire/sign_sas.h"

namespace blobgauge::replayer {
namespace {

class RequestMakerTest : public testing::Test {
 protected:
  RequestMakerTest() {
    suite_.headers = {{"x-ms-version", "${version}"}, {"x-ms-date", "${date}"}};
    suite_.sas["account"] = {
        {"sv", "${version}"}, {"sp", "${letters}"}, {"ss", "b"}, {"srt", "o"}, {"se", "${utc 3600}"}};
    profile_ = *model::load_profile(BLOBGAUGE_SOURCE_DIR "/specs/profiles/emulator.yaml");
    scope_.values["c"] = "box";
  }
  RequestMaker maker(std::string auth = "none") {
    Credentials credentials(wire::Credential{profile_.account, *wire::AccountKey::parse("a2V5")});
    credentials.token = "a token";
    return {suite_, profile_, std::move(credentials), std::move(auth),
            [] { return std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000)); }};
  }
  Suite suite_;
  model::Profile profile_;
  Scope scope_;
};

RequestTemplate put(std::string target) {
  RequestTemplate request;
  request.method = "PUT";
  request.target = std::move(target);
  return request;
}

TEST_F(RequestMakerTest, MakesTheWholeHead) {
  const auto make = maker();
  make.equip(scope_);
  auto request = put("/${c}/b");
  request.headers = {{"Digest", "${md5}"}, {"Since", "${date -60}"}};
  request.body = {{"abc", 0, 0, 0}};
  request.has_body = true;
  const auto out = make.make(request, scope_);
  ASSERT_TRUE(out) << describe(out.error());
  EXPECT_EQ(out->target, "/devstoreaccount1/box/b");
  EXPECT_EQ(out->headers, (model::Headers{{"Host", "127.0.0.1:10000"},
                                          {"x-ms-version", "2023-11-03"},
                                          {"x-ms-date", "Tue, 14 Nov 2023 22:13:20 GMT"},
                                          {"Digest", "kAFQmDzST7DWlj99KOF/cg=="},
                                          {"Since", "Tue, 14 Nov 2023 22:12:20 GMT"},
                                          {"Content-Length", "3"}}));
}

TEST_F(RequestMakerTest, AStepMayChangeOrLeaveOutWhatIsThereByDefault) {
  const auto make = maker();
  make.equip(scope_);
  auto request = put("/x");
  request.headers = {{"X-Ms-Version", "2099-11-05"}};
  request.omit = {"x-ms-date", "Content-Length"};
  const auto out = make.make(request, scope_);
  ASSERT_TRUE(out);
  EXPECT_EQ(out->headers, (model::Headers{{"Host", "127.0.0.1:10000"}, {"X-Ms-Version", "2099-11-05"}}));
}

TEST_F(RequestMakerTest, ShowsATokenAndKeepsItOutOfWhatIsShown) {
  const auto make = maker("bearer");
  make.equip(scope_);
  auto request = put("/${c}/b");
  request.headers = {{"Source-Authorization", "Bearer ${token}"}};
  const auto out = make.make(request, scope_);
  ASSERT_TRUE(out) << describe(out.error());
  EXPECT_EQ(out->headers.get("Authorization"), "Bearer a token");
  EXPECT_EQ(without_secrets(std::string(out->headers.get("Source-Authorization")), out->secrets), "Bearer REDACTED");
  request.auth = "wrong bearer";
  EXPECT_NE(make.make(request, scope_)->headers.get("Authorization"), "Bearer a token");
}

// All letters of a kind but some, another key than the account's, and a SAS that is used on another target.
TEST_F(RequestMakerTest, MakesASasByItsKind) {
  suite_.sas["account"].emplace_back("letters", "rwdl");
  suite_.sas["user"] = {{"sv", "2023-11-03"},
                        {"sr", "b"},
                        {"sp", "${letters}"},
                        {"se", "2099-01-02"},
                        {"skoid", "${key_oid}"},
                        {"sktid", "t"},
                        {"skt", "2020-01-02"},
                        {"ske", "2099-01-02"},
                        {"sks", "b"},
                        {"skv", "2023-11-03"},
                        {"signed_by", "${key_value}"}};
  scope_.values["key_oid"] = "o";
  scope_.values["key_value"] = "b3RoZXI=";
  const auto make = maker();
  make.equip(scope_);
  const auto sas_of = [&](const RequestTemplate& request) {
    const auto out = make.make(request, scope_).value();
    EXPECT_EQ(out.shown.find("sig="), std::string::npos) << out.shown;
    const auto query = model::parse_target(out.target)->query;
    return *wire::Sas::find(model::parse_query(query));
  };
  auto request = put("/${c}/b");
  request.auth = "sas account -wd";
  EXPECT_EQ(sas_of(request).get("sp"), "rl");
  request.auth = "sas user r";
  auto sas = sas_of(request);
  EXPECT_EQ(sas.kind(), wire::SasKind::user_delegation);
  EXPECT_FALSE(sas.has("signed_by"));
  const auto signature = sas.get("sig");
  wire::sign_sas(sas, {profile_.account, "box", "b", ""}, *wire::AccountKey::parse("b3RoZXI="));
  EXPECT_EQ(sas.get("sig"), signature);
  auto other = put("/${c}/b?${sas user r /${c}/other}");
  auto borrowed = sas_of(other);
  const auto borrowed_signature = borrowed.get("sig");
  EXPECT_NE(borrowed_signature, signature);
  wire::sign_sas(borrowed, {profile_.account, "box", "other", ""}, *wire::AccountKey::parse("b3RoZXI="));
  EXPECT_EQ(borrowed.get("sig"), borrowed_signature);
}

TEST_F(RequestMakerTest, SignsSoThatTheOtherSideAccepts) {
  const auto make = maker("key");
  make.equip(scope_);
  const wire::Credential credential{profile_.account, *wire::AccountKey::parse("a2V5")};
  auto request = put("/${c}/a%20b?comp=block&blockid=YQ%3D%3D");
  const auto fits = [&](const Outgoing& out) {
    return wire::shared_key_fits(out.method, *model::parse_target(out.target), out.headers, credential);
  };
  EXPECT_TRUE(fits(*make.make(request, scope_)));
  request.auth = "wrong key";
  EXPECT_FALSE(fits(*make.make(request, scope_)));
  request.auth = "none";
  EXPECT_FALSE(make.make(request, scope_)->headers.has("Authorization"));
  request.auth = "kay";
  EXPECT_FALSE(make.make(request, scope_));
}

TEST_F(RequestMakerTest, KeepsASasOutOfWhatIsShown) {
  const auto make = maker();
  make.equip(scope_);
  auto request = put("/${c}/b?comp=x");
  request.auth = "sas account r";
  request.headers = {{"Source", "${signed account r /${c}/source}"}};
  const auto out = make.make(request, scope_);
  ASSERT_TRUE(out) << describe(out.error());
  EXPECT_EQ(out->shown, "/devstoreaccount1/box/b?comp=x");
  EXPECT_TRUE(wire::Sas::find(model::parse_query(model::parse_target(out->target)->query)));
  const auto source = model::parse_url(out->headers.get("Source"));
  ASSERT_TRUE(source);
  EXPECT_EQ(source->path, "/devstoreaccount1/box/source");
  ASSERT_EQ(out->secrets.size(), 2u) << "both must be removed from what is kept";
  EXPECT_NE(out->target.find(out->secrets[1]), std::string::npos);
}

TEST_F(RequestMakerTest, SpeaksADialect) {
  const model::Dialect dialect{"x", {{"B", "always"}, {"a", "always"}}, {}, {{"Accept", "application/xml"}}};
  EXPECT_EQ(in_dialect({{"A", "1"}, {"Z", "2"}, {"b", "3"}}, dialect),
            (model::Headers{{"B", "3"}, {"a", "1"}, {"Z", "2"}, {"Accept", "application/xml"}}));
}

}  // namespace
}  // namespace blobgauge::replayer
