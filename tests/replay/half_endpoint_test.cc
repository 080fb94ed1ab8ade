// An endpoint that has only a part of the service still gets a verdict for every case that needs no more than that
// part.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "endpoint/server.h"
#include "model/process.h"
#include "model/text.h"
#include "replayer/runner.h"
#include "replayer/selection.h"

namespace blobgauge {
namespace {

using model::Verdict;
using testing::IsEmpty;

constexpr auto token = "owner-token-of-a-test";

class HalfEndpointTest : public testing::Test {
 protected:
  void start(std::vector<std::string> without) {
    ::setenv("BLOBGAUGE_OWNER_TOKEN", token, 1);
    suite_ = *replayer::load_suite(BLOBGAUGE_SOURCE_DIR "/specs/cases");
    profile_ = *model::load_profile(BLOBGAUGE_SOURCE_DIR "/specs/profiles/emulator.yaml");
    endpoint::ServerOptions options;
    options.tokens = {token};
    options.without = std::move(without);
    endpoint_ = std::move(*endpoint::Server::start(options));
    profile_ = *model::at_endpoint(std::move(profile_), endpoint_->url());
    profile_.token.well_known = token;
    ASSERT_EQ(owner("make", "shared"), 0);
  }

  std::string owner_command() const {
    return std::string(BLOBGAUGE_FIXTURE_OWNER) + " " + endpoint_->url() + " BLOBGAUGE_OWNER_TOKEN";
  }
  int owner(const std::string& action, const std::string& what) {
    model::ProcessRequest request;
    request.command = {BLOBGAUGE_FIXTURE_OWNER, endpoint_->url(), "BLOBGAUGE_OWNER_TOKEN", action, what};
    const auto outcome = model::run_process(request);
    return outcome ? outcome->exit_code : -1;
  }

  std::vector<model::CaseResult> run(replayer::RunOptions options) {
    std::vector<replayer::Chosen> chosen;
    for (const auto& item : suite_.cases)
      if (item.role == replayer::Role::destination && !has_tag(item, replayer::large_tag))
        chosen.push_back({&item, item.tier});
    replayer::leave_out(chosen, profile_, "key");
    auto run = replayer::run_cases(suite_, {}, profile_, chosen, options);
    if (!run) ADD_FAILURE() << describe(run.error());
    return run ? std::move(run->results.cases) : std::vector<model::CaseResult>{};
  }

  static bool about(const model::CaseResult& item, std::vector<std::string> operations) {
    return model::matches_any(operations, item.operation);
  }

  std::unique_ptr<endpoint::Server> endpoint_;
  replayer::Suite suite_;
  model::Profile profile_;
};

// "put-blob/success fail: status: 201, got 501", of every case that is in none of `expected`.
std::vector<std::string> not_among(const std::vector<model::CaseResult>& cases, std::vector<Verdict> expected) {
  std::vector<std::string> out;
  for (const auto& item : cases) {
    if (std::find(expected.begin(), expected.end(), item.verdict) != expected.end()) continue;
    out.push_back(item.id + " " + std::string(name_of(item.verdict)) + ": " + item.detail);
    for (const auto& finding : item.findings)
      out.back() += "; " + finding.expectation + " " + finding.expected + ", got " + finding.actual;
  }
  return out;
}

std::vector<model::CaseResult> with(const std::vector<model::CaseResult>& cases, Verdict verdict) {
  std::vector<model::CaseResult> out;
  for (const auto& item : cases)
    if (item.verdict == verdict) out.push_back(item);
  return out;
}

TEST_F(HalfEndpointTest, LivesInAContainerThatExistsWithoutMakingDeletingOrListingOne) {
  start({"Create Container", "Delete Container", "List Blobs"});
  replayer::RunOptions options;
  options.container = "shared";
  const auto cases = run(options);
  EXPECT_THAT(not_among(cases, {Verdict::pass, Verdict::skipped, Verdict::unsupported}), IsEmpty());
  // Only what is about containers or their lists is left out, and the reason is told.
  for (const auto& item : with(cases, Verdict::skipped)) {
    EXPECT_TRUE(item.detail.starts_with("in the container shared: ")) << item.id << ": " << item.detail;
    EXPECT_TRUE(about(item, {"*Container*"}) || item.detail.find("not there") != std::string::npos ||
                item.detail.find("as a whole") != std::string::npos || suite_.find(item.id)->own_container)
        << item.id << ": " << item.detail;
  }
  for (const auto& item : with(cases, Verdict::unsupported))
    EXPECT_NE(item.detail.find("comp=list"), std::string::npos) << item.id << ": " << item.detail;
  EXPECT_GT(with(cases, Verdict::pass).size(), cases.size() * 3 / 4);
}

TEST_F(HalfEndpointTest, ListsItsOwnBlobsOnlyAndLeavesNothing) {
  start({});
  replayer::RunOptions options;
  options.container = "shared";
  // Two runs at the same place see nothing of each other: what they list is exactly what they made.
  for (int i = 0; i < 2; ++i) {
    const auto cases = run(options);
    EXPECT_THAT(not_among(cases, {Verdict::pass, Verdict::skipped}), IsEmpty());
    for (const auto& item : with(cases, Verdict::skipped))
      EXPECT_TRUE(!about(item, {"List Blobs*"}) || item.detail.find("not there") != std::string::npos)
          << item.id << ": " << item.detail;
    // The key that a user signs with is asked of the account, which changes nothing there.
    std::size_t signed_by_users = 0;
    for (const auto& item : with(cases, Verdict::pass)) signed_by_users += item.id.starts_with("user-delegation/");
    EXPECT_GT(signed_by_users, 10u);
  }
  // An empty container is what a plain list shows now.
  auto none = *suite_.find("list-blobs/empty");
  none.steps[0].request.target = "/shared?restype=container&comp=list";
  const auto run = replayer::run_cases(suite_, {}, profile_, {{&none, "mvp"}}, {});
  ASSERT_TRUE(run) << describe(run.error());
  EXPECT_THAT(not_among(run->results.cases, {Verdict::pass}), IsEmpty());
}

TEST_F(HalfEndpointTest, JudgesAReadOnlyEndpointByWhatItsOwnerLoads) {
  start({"Put *", "Create *", "Set *", "Delete *", "Copy *", "Lease *", "Snapshot *"});
  replayer::RunOptions options;
  options.fixtures_by = owner_command();
  const auto cases = run(options);
  EXPECT_THAT(not_among(cases, {Verdict::pass, Verdict::unsupported, Verdict::blocked}), IsEmpty());
  // What only reads has passed, but for fixtures that are no whole blobs or containers.
  std::size_t reads = 0;
  for (const auto& item : cases) {
    if (!about(item, {"Get *", "List *"}) || item.verdict == Verdict::blocked) continue;
    // A case about reading may write in its own steps.
    if (item.verdict == Verdict::unsupported && !item.detail.starts_with("GET") && !item.detail.starts_with("HEAD"))
      continue;
    ++reads;
    EXPECT_EQ(item.verdict, Verdict::pass) << item.id << ": " << item.detail;
  }
  EXPECT_GT(reads, 40u);
}

TEST_F(HalfEndpointTest, AFixtureCommandThatFailsEndsTheRunInOneLine) {
  start({});
  replayer::RunOptions options;
  options.fixtures_by = "echo 'no such thing' >&2; false";
  std::vector<replayer::Chosen> chosen = {{suite_.find("get-blob/success"), "mvp"}};
  const auto run = replayer::run_cases(suite_, {}, profile_, chosen, options);
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().category, model::Category::endpoint);
  EXPECT_EQ(run.error().message, "the command that loads the fixtures ended with 1: no such thing");
}

}  // namespace
}  // namespace blobgauge
