// The reference endpoint and the cases are two readings of the same facts, made apart: here they meet.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>

#include "endpoint/server.h"
#include "model/catalogue.h"
#include "replayer/runner.h"
#include "replayer/selection.h"
#include "wire/certificate.h"
#include "wire/test_identity.h"

namespace blobgauge {
namespace {

// "put-blob/success: status: want 201, got 500 (PUT /c/b -> 500)" of all findings, those that only differ included.
std::vector<std::string> complaints(const model::Results& results) {
  std::vector<std::string> out;
  for (const auto& item : results.cases) {
    if (item.verdict != model::Verdict::pass) out.push_back(item.id + ": " + std::string(name_of(item.verdict)));
    for (const auto& finding : item.findings)
      out.push_back(item.id + ": " + finding.expectation + ": want " + finding.expected + ", got " + finding.actual +
                    " (" + finding.exchange + ")");
  }
  return out;
}

class ReplayTest : public testing::Test {
 protected:
  ReplayTest() {
    auto suite = replayer::load_suite(BLOBGAUGE_SOURCE_DIR "/specs/cases");
    auto profile = model::load_profile(BLOBGAUGE_SOURCE_DIR "/specs/profiles/emulator.yaml");
    endpoint::ServerOptions options;
    options.aliases = {"*.blob.localhost"};
    options.tokens = {"a token"};
    options.accounts = {{std::string(endpoint::default_account), std::string(endpoint::default_key)},
                        {"secondaccount", "c2Vjb25kIGtleQ=="}};
    auto endpoint = endpoint::Endpoint::start(runtime_, options);
    if (!suite || !profile || !endpoint)
      throw std::runtime_error(describe(!suite ? suite.error() : !profile ? profile.error() : endpoint.error()));
    suite_ = std::move(*suite);
    endpoint_ = std::move(*endpoint);
    profile->token.well_known = "a token";
    model::Profile second = *profile;
    second.account = "secondaccount";
    second.url.path = second.source_url.path = "/secondaccount";
    second.key.well_known = "c2Vjb25kIGtleQ==";
    profile->second = std::make_shared<model::Profile>(std::move(second));
    profile_ = *model::at_endpoint(std::move(*profile), endpoint_->url());
    peer_ = std::move(*endpoint::Server::start({}));
    peer_profile_ = *model::at_endpoint(profile_, peer_->url());
    runtime_.start();
  }
  ~ReplayTest() override {
    runtime_.run(endpoint_->stop());
    runtime_.stop();
    endpoint_.reset();
  }
  std::vector<std::string> run(replayer::RunOptions options) {
    options.peer = &peer_profile_;
    std::vector<replayer::Chosen> chosen;
    for (const auto& item : suite_.cases) {
      if (has_tag(item, replayer::large_tag) && !std::getenv("BLOBGAUGE_LONG")) continue;
      // A host that is an alias counts as reached over https.
      if (!item.over.empty() && !peer_finds_us_) continue;
      if (item.role != replayer::Role::source || peer_finds_us_) chosen.push_back({&item, item.tier});
    }
    const auto run = replayer::run_cases(suite_, {}, profile_, chosen, options);
    if (!run) return {describe(run.error())};
    EXPECT_GE(run->results.cases.size(), 100u);
    return complaints(run->results);
  }
  wire::Runtime runtime_;
  std::unique_ptr<endpoint::Endpoint> endpoint_;
  replayer::Suite suite_;
  model::Profile profile_;
  // Another service, for cases in which the endpoint is a source, or reads a foreign one.
  std::unique_ptr<endpoint::Server> peer_;
  model::Profile peer_profile_;
  bool peer_finds_us_ = true;  // by the host of the profile's URL
};

using testing::IsEmpty;

TEST_F(ReplayTest, EveryCaseHoldsWithASharedKey) { EXPECT_THAT(run({}), IsEmpty()); }

TEST_F(ReplayTest, EveryCaseHoldsWithAnAccountSas) {
  replayer::RunOptions options;
  options.auth = "sas";
  EXPECT_THAT(run(options), IsEmpty());
}

TEST_F(ReplayTest, EveryCaseHoldsWithAToken) {
  replayer::RunOptions options;
  options.auth = "bearer";
  EXPECT_THAT(run(options), IsEmpty());
}

TEST_F(ReplayTest, EveryCaseHoldsInTheDialectOfEachClient) {
  const auto spec = model::load_spec(BLOBGAUGE_SOURCE_DIR "/specs/azure-blob-mvp.yaml").value();
  std::set<std::string> dialects;
  for (const auto& operation : spec.operations)
    for (const auto& dialect : operation.dialects) dialects.insert(dialect.id);
  EXPECT_THAT(dialects, testing::IsSupersetOf({"azcopy-10.32.2", "rclone-1.75.1"}));
  const auto chosen = replayer::select(suite_, spec, {}, "tag:core").value();
  for (const auto& dialect : dialects) {
    replayer::RunOptions options;
    options.dialect = dialect;
    const auto run = replayer::run_cases(suite_, spec, profile_, chosen, options);
    ASSERT_TRUE(run) << describe(run.error());
    EXPECT_THAT(complaints(run->results), IsEmpty()) << dialect;
  }
}

TEST_F(ReplayTest, EveryCaseHoldsInHostStyleAndAtALaterVersion) {
  const auto port = std::to_string(endpoint_->port());
  profile_ = *model::at_endpoint(profile_, "http://devstoreaccount1.blob.localhost:" + port);
  profile_.resolve = profile_.second->resolve = "127.0.0.1";
  peer_finds_us_ = false;
  profile_.api_version = "2025-05-05";
  EXPECT_THAT(run({}), IsEmpty());
}

// An endpoint that asks every caller for a certificate.
TEST(ClientCertificate, IsShownWhereTheProfileHasOne) {
  const auto folder = testing::TempDir() + "/replay_certificate_" + std::to_string(::getpid());
  const auto write = [&](const std::string& name, const std::string& text) {
    std::ofstream(folder + name) << text;
    return folder + name;
  };
  const auto authority = wire::CertificateAuthority::temporary().value();
  const auto identity = wire::self_signed();
  wire::TlsServerOptions tls;
  tls.pick = [authority](std::string_view) { return authority->leaf("127.0.0.1"); };
  tls.client_ca_file = write(".chain", identity.chain_pem);
  endpoint::ServerOptions options;
  options.tls = wire::TlsServer::create(tls).value();
  const auto server = endpoint::Server::start(options).value();
  auto profile = model::load_profile(BLOBGAUGE_SOURCE_DIR "/specs/profiles/emulator.yaml").value();
  profile = model::at_endpoint(profile, fmt::format("https://127.0.0.1:{}/devstoreaccount1", server->port())).value();
  profile.ca_file = write(".authority", authority->certificate_pem());
  const auto suite = replayer::load_suite(BLOBGAUGE_SOURCE_DIR "/specs/cases").value();
  const std::vector<replayer::Chosen> one = {{suite.find("get-blob/success"), "mvp"}};
  const auto without = replayer::run_cases(suite, {}, profile, one, {});
  EXPECT_FALSE(without);
  profile.client_certificate = tls.client_ca_file;
  profile.client_key = write(".key", identity.key_pem);
  const auto with = replayer::run_cases(suite, {}, profile, one, {});
  ASSERT_TRUE(with) << describe(with.error());
  EXPECT_EQ(with->results.cases[0].verdict, model::Verdict::pass);
  profile.client_key = folder + ".nothing";
  EXPECT_FALSE(replayer::run_cases(suite, {}, profile, one, {}));
  for (const auto* name : {".chain", ".authority", ".key"}) std::remove((folder + name).c_str());
}

// What no client of the spec sends is in no profile, and is declined or done without doing harm.
TEST(Cases, EveryOperationOutsideTheProfilesHasOneThatItIsDeclined) {
  const auto catalogue = model::Catalogue::load(BLOBGAUGE_SOURCE_DIR "/specs/catalogue").value();
  const auto spec = model::load_spec(BLOBGAUGE_SOURCE_DIR "/specs/azure-blob-mvp.yaml").value();
  const auto suite = replayer::load_suite(BLOBGAUGE_SOURCE_DIR "/specs/cases").value();
  const auto chosen = replayer::select(suite, spec, {}, {}).value();
  std::size_t declined = 0;
  for (const auto& entry : catalogue.operations()) {
    if (spec.find(entry.full_name)) continue;
    ++declined;
    EXPECT_TRUE(std::any_of(chosen.begin(), chosen.end(), [&](const replayer::Chosen& each) {
      const auto& tags = each.item->tags;
      return each.item->operation == entry.full_name && each.tier == "mvp" &&
             std::find(tags.begin(), tags.end(), replayer::decline_tag) != tags.end();
    })) << entry.full_name;
  }
  EXPECT_GT(declined, 40u);
  EXPECT_GE(chosen.size(), 220u) << "on the two profiles";
}

}  // namespace
}  // namespace blobgauge
