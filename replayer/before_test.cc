#include "replayer/before.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/server.h"

namespace blobgauge::replayer {
namespace {

using model::Precondition;
using model::Verdict;
using Kind = Precondition::Kind;

class BeforeTest : public testing::Test {
 protected:
  // What the endpoint refuses: a part of a target or of a header's value, and with which status and code.
  struct Refusal {
    std::string part;
    int status;
    std::string code;
  };

  BeforeTest() {
    server_ =
        std::move(*wire::Server::start(runtime_, {}, [this](wire::Transaction& request) { return answer(request); }));
    profile_ = *model::at_endpoint(*model::load_profile(BLOBGAUGE_SOURCE_DIR "/specs/profiles/emulator.yaml"),
                                   "http://" + server_->address() + "/devstoreaccount1");
    suite_.headers = {{"api", "${version}"}};
    suite_.error_header = "Error-Code";
    suite_.sas["account"] = {{"sp", "${letters}"}};
    suite_.sas_of_run = "account r";
    Preflight first;
    first.step.request.method = "GET";
    first.step.request.target = "/";
    first.refusals = {{"BadVersion", "the endpoint does not take the version"}};
    suite_.preflight = {first};
  }

  model::CaseResult judge(Kind kind, std::vector<std::string> values, model::Weight weight = model::Weight::breaks) {
    Precondition item;
    item.id = "client/thing";
    item.kind = kind;
    item.client = "client";
    item.tier = "mvp";
    item.title = "holds";
    item.reason = "because";
    item.values = std::move(values);
    item.weight = weight;
    const wire::Credential credential{profile_.account, *wire::AccountKey::parse("a2V5")};
    auto sender = std::move(*Sender::create(profile_, wire::Milliseconds(2'000)));
    return runtime_.run(judge_before({suite_, profile_, credential, "key", *sender}, {item})).at(0);
  }

  wire::Task<> answer(wire::Transaction& request) {
    ++requests_;
    const auto headers = request.head().headers();
    model::Headers out;
    out.add("Date", date_);
    int status = 200;
    for (const auto& refusal : refusals_) {
      bool hit = std::string(request.head().target).find(refusal.part) != std::string::npos;
      for (const auto& field : headers) hit |= field.value.find(refusal.part) != std::string::npos;
      if (!hit) continue;
      status = refusal.status;
      out.add("Error-Code", refusal.code);
    }
    (void)co_await request.respond(status, "", out, "");
  }

  wire::Runtime runtime_;
  std::unique_ptr<wire::Server> server_;
  std::vector<Refusal> refusals_;
  std::string date_ = "Tue, 15 Nov 1994 08:12:31 GMT";
  std::size_t requests_ = 0;
  Suite suite_;
  model::Profile profile_;
};

TEST_F(BeforeTest, OneAcceptedCredentialIsEnough) {
  refusals_ = {{"SharedKey", 403, "AuthenticationFailed"}};
  EXPECT_EQ(judge(Kind::credential, {"key", "sas", "bearer"}).verdict, Verdict::pass);
}

TEST_F(BeforeTest, ACredentialThatIsRefusedIsOneFindingThatNamesWhatWasNotTried) {
  refusals_ = {{"sig=", 403, "AuthenticationFailed"}};
  const auto result = judge(Kind::credential, {"sas", "bearer", "anonymous"});
  EXPECT_EQ(result.id, "before/client/thing");
  EXPECT_EQ(result.verdict, Verdict::fail);
  ASSERT_EQ(result.findings.size(), 1u);
  EXPECT_EQ(result.findings[0].expected, "one of sas, bearer, anonymous");
  EXPECT_EQ(result.findings[0].actual, "sas: 403 AuthenticationFailed; bearer, anonymous not tried");
  EXPECT_EQ(result.findings[0].exchange.find("sig="), std::string::npos);
}

TEST_F(BeforeTest, ACredentialThatCannotBeTriedIsLeftOpen) {
  const auto result = judge(Kind::credential, {"bearer"});
  EXPECT_EQ(result.verdict, Verdict::skipped);
  EXPECT_EQ(result.detail, "bearer not tried");
  EXPECT_EQ(requests_, 0u);
}

TEST_F(BeforeTest, AVersionThatIsRefusedIsFound) {
  refusals_ = {{"2030-01-01", 400, "BadVersion"}};
  EXPECT_EQ(judge(Kind::version, {"2021-08-06"}).verdict, Verdict::pass);
  const auto result = judge(Kind::version, {"2021-08-06", "2030-01-01"});
  EXPECT_EQ(result.verdict, Verdict::fail);
  ASSERT_EQ(result.findings.size(), 1u);
  EXPECT_EQ(result.findings[0].expected, "2030-01-01");
  // Another refusal says nothing of the version.
  refusals_ = {{"2030-01-01", 400, "SomethingElse"}};
  EXPECT_EQ(judge(Kind::version, {"2030-01-01"}).verdict, Verdict::pass);
}

TEST_F(BeforeTest, AClockThatIsOffIsFound) {
  const auto result = judge(Kind::clock, {"900"});
  EXPECT_EQ(result.verdict, Verdict::fail);
  ASSERT_EQ(result.findings.size(), 1u);
  EXPECT_THAT(result.findings[0].actual, testing::EndsWith(" s behind"));
  date_ = "yesterday";
  EXPECT_EQ(judge(Kind::clock, {"900"}).verdict, Verdict::skipped);
}

TEST_F(BeforeTest, NamesAndCertificatesOfAPrivateAddressAreLeftOpen) {
  for (const auto kind : {Kind::host, Kind::suffix, Kind::scheme, Kind::tls})
    EXPECT_EQ(judge(kind, {"x"}).verdict, Verdict::skipped);
  EXPECT_EQ(requests_, 0u);
}

TEST_F(BeforeTest, NamesAreReadFromTheProfile) {
  profile_.url = *model::parse_url("https://acct.Blob.gw.example.net");
  EXPECT_EQ(judge(Kind::host, {".blob"}).verdict, Verdict::pass);
  EXPECT_EQ(judge(Kind::host, {".dfs"}).verdict, Verdict::fail);
  EXPECT_EQ(judge(Kind::suffix, {".example.net"}).verdict, Verdict::pass);
  EXPECT_EQ(judge(Kind::scheme, {"https"}).verdict, Verdict::pass);
  const auto result = judge(Kind::suffix, {".core.windows.net"}, model::Weight::differs);
  EXPECT_EQ(result.verdict, Verdict::pass) << "there is a way out";
  EXPECT_EQ(result.findings.size(), 1u);
}

TEST_F(BeforeTest, ASilentEndpointIsNoFinding) {
  server_.reset();
  EXPECT_EQ(judge(Kind::credential, {"sas"}).verdict, Verdict::indeterminate);
  EXPECT_EQ(judge(Kind::version, {"2021-08-06"}).verdict, Verdict::indeterminate);
}

}  // namespace
}  // namespace blobgauge::replayer
