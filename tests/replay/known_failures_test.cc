// Every known failure of endpoints is noticed: the reference endpoint shows each fault, and the cases that are named
// for it do not pass, or pass with a difference. Without a fault every case passes (replay_test.cc).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <set>

#include "endpoint/fault_reader.h"
#include "endpoint/server.h"
#include "model/file.h"
#include "replayer/known_failure.h"
#include "replayer/runner.h"
#include "replayer/selection.h"

namespace blobgauge {

namespace replayer {
// Names it in the list of tests.
void PrintTo(const KnownFailure& failure, std::ostream* out) { *out << failure.id; }
}  // namespace replayer

namespace {

using replayer::KnownFailure;
using replayer::Shown;

const std::string specs = BLOBGAUGE_SOURCE_DIR "/specs/";

std::vector<KnownFailure> failures(const std::string& name) {
  auto out = replayer::load_known_failures(specs + "policy/" + name);
  if (!out) throw std::runtime_error(describe(out.error()));
  return std::move(*out);
}

// What the runs of all rows share.
struct Setting {
  replayer::Suite suite = replayer::load_suite(specs + "cases").value();
  model::Profile profile = model::load_profile(specs + "profiles/emulator.yaml").value();
  std::vector<endpoint::Fault> faults = endpoint::load_faults(specs + "faults.yaml").value();
};

const Setting& setting() {
  static const Setting shared;
  return shared;
}

// The verdict of each case on an endpoint with that fault.
std::map<std::string, model::CaseResult> run(const std::string& fault, const std::vector<std::string>& ids) {
  wire::Runtime runtime;
  endpoint::ServerOptions options;
  if (!fault.empty()) options.faults = endpoint::pick_faults(setting().faults, {fault}).value();
  auto endpoint = endpoint::Endpoint::start(runtime, options).value();
  runtime.start();
  std::vector<replayer::Chosen> chosen;
  for (const auto& id : ids) {
    const auto* item = setting().suite.find(id);
    if (!item) ADD_FAILURE() << "no case " << id;
    if (item) chosen.push_back({item, item->tier});
  }
  auto profile = model::at_endpoint(setting().profile, endpoint->url()).value();
  // Sources stand at another origin than requests, which endpoints were seen to refuse.
  profile.source_url.host = "localhost";
  replayer::RunOptions run_options;
  auto ran = replayer::run_cases(setting().suite, {}, profile, chosen, run_options);
  if (!ran) {
    // A fault of the key's signature ends a run before its first case, unless the run has a SAS.
    run_options.auth = "sas";
    ran = replayer::run_cases(setting().suite, {}, profile, chosen, run_options);
  }
  std::map<std::string, model::CaseResult> out;
  if (ran)
    for (const auto& item : ran->results.cases) out[item.id] = item;
  else
    ADD_FAILURE() << fault << ": " << describe(ran.error());
  runtime.run(endpoint->stop());
  runtime.stop();
  endpoint.reset();
  return out;
}

class KnownFailureTest : public testing::TestWithParam<KnownFailure> {};

TEST_P(KnownFailureTest, IsNoticed) {
  for (const auto& shown : GetParam().shown) {
    auto ids = shown.cases;
    ids.insert(ids.end(), shown.differs.begin(), shown.differs.end());
    auto results = run(shown.fault, ids);
    for (const auto& id : shown.cases) {
      const auto verdict = results[id].verdict;
      EXPECT_TRUE(verdict == model::Verdict::fail || verdict == model::Verdict::unsupported)
          << shown.fault << ": " << id << " has the verdict " << name_of(verdict) << ' ' << results[id].detail;
    }
    for (const auto& id : shown.differs) {
      EXPECT_EQ(results[id].verdict, model::Verdict::pass) << shown.fault << ": " << id << ' ' << results[id].detail;
      EXPECT_FALSE(results[id].findings.empty()) << shown.fault << ": " << id << " does not notice it";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Failures, KnownFailureTest, testing::ValuesIn(failures("known-failures.yaml")),
                         [](const auto& tested) {
                           auto name = tested.param.id;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

// A fault that nothing names would never be tried.
TEST(KnownFailures, NameEveryFault) {
  // Nobody reported the others: broken_answers_test has them.
  std::set<std::string> named = {"other-error-text", "download-cut",      "list-cut",  "range-late",
                                 "range-hangs-up",   "upload-unanswered", "etag-twice"};
  for (const auto& failure : failures("known-failures.yaml"))
    for (const auto& shown : failure.shown) named.insert(shown.fault);
  for (const auto& fault : setting().faults) EXPECT_TRUE(named.count(fault.name)) << fault.name;
  for (const auto& name : named) EXPECT_TRUE(endpoint::pick_faults(setting().faults, {name})) << name;
}

// Clients read codes and elements, so no case may look at the words of a message.
TEST(KnownFailures, NoCaseReadsAMessage) {
  std::vector<std::string> ids;
  // Cases of another role than the destination's need a second endpoint, which this run does not have, nor a token.
  std::vector<replayer::Chosen> chosen;
  for (const auto& item : setting().suite.cases)
    if (item.role == replayer::Role::destination && !has_tag(item, replayer::large_tag))
      chosen.push_back({&item, item.tier});
  replayer::leave_out(chosen, setting().profile, "key");
  for (const auto& one : chosen) ids.push_back(one.item->id);
  for (const auto& [id, result] : run("other-error-text", ids)) {
    EXPECT_EQ(result.verdict, model::Verdict::pass) << id << ' ' << result.detail;
    EXPECT_TRUE(result.findings.empty()) << id;
  }
}

// The list of failures stands beside the tree; each report in it is one of ours, with a case or with a reason.
TEST(KnownFailures, CoverTheListBesideTheTree) {
  const auto list = model::read_file(BLOBGAUGE_SOURCE_DIR "/../shared/KNOWN-FAILURES.md");
  if (!list && !std::getenv("CI")) GTEST_SKIP() << "../shared/KNOWN-FAILURES.md is not there";
  ASSERT_TRUE(list) << describe(list.error());
  std::set<std::string> ours;
  for (const auto* name : {"known-failures.yaml", "not-testable.yaml"})
    for (const auto& failure : failures(name)) ours.insert(failure.links.begin(), failure.links.end());
  std::size_t links = 0;
  for (auto at = list->find("https://"); at != std::string::npos; at = list->find("https://", at + 1)) {
    auto link = list->substr(at, list->find_first_of(" )],`|;\n", at) - at);
    while (link.ends_with('.')) link.pop_back();
    EXPECT_TRUE(ours.count(link)) << link << " is neither a case nor not testable";
    ++links;
  }
  EXPECT_GT(links, 100u);
}

}  // namespace
}  // namespace blobgauge
