// Faults that nobody reported, as an author of an endpoint could make them: a header that is missing, a condition that
// is not looked at, a list in another order. Each must be noticed by some case, so that an endpoint is not only held to
// what went wrong elsewhere. All of them in the long tier, some otherwise.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "endpoint/fault_reader.h"
#include "endpoint/server.h"
#include "model/profile.h"
#include "replayer/runner.h"
#include "replayer/selection.h"

namespace blobgauge {
namespace {

const std::string root = BLOBGAUGE_SOURCE_DIR;
constexpr std::size_t each = 110;  // of them, in the default tier

struct Setting {
  replayer::Suite suite = replayer::load_suite(root + "/specs/cases").value();
  model::Spec spec = model::load_spec(root + "/specs/azure-blob-mvp.yaml").value();
  model::Profile profile = model::load_profile(root + "/specs/profiles/emulator.yaml").value();
  std::vector<endpoint::Fault> faults = endpoint::load_faults(root + "/tests/replay/invented-faults.yaml").value();
};

const Setting& setting() {
  static const Setting shared;
  return shared;
}

// Ids of the cases that do not pass, or pass with a difference.
std::vector<std::string> noticed_by(const endpoint::Fault& fault) {
  wire::Runtime runtime;
  endpoint::ServerOptions options;
  options.tokens = {"a token"};
  options.accounts = {{std::string(endpoint::default_account), std::string(endpoint::default_key)},
                      {"secondaccount", "c2Vjb25kIGtleQ=="}};
  options.faults = {fault};
  auto endpoint = endpoint::Endpoint::start(runtime, options).value();
  runtime.start();
  auto profile = setting().profile;
  profile.token.well_known = "a token";
  auto second = profile;
  second.account = "secondaccount";
  second.url.path = second.source_url.path = "/secondaccount";
  second.key.well_known = "c2Vjb25kIGtleQ==";
  profile.second = std::make_shared<model::Profile>(std::move(second));
  profile = model::at_endpoint(profile, endpoint->url()).value();
  auto chosen = replayer::select(setting().suite, setting().spec, {}, {}).value();
  std::erase_if(chosen, [](const auto& one) { return one.item->role != replayer::Role::destination; });
  const auto ran = replayer::run_cases(setting().suite, setting().spec, profile, chosen, {});
  std::vector<std::string> out;
  if (!ran) out.push_back("preflight: " + describe(ran.error()));
  if (ran)
    for (const auto* item : ran->results.all())
      if (item->verdict != model::Verdict::skipped &&
          (item->verdict != model::Verdict::pass || !item->findings.empty()))
        out.push_back(item->id);
  runtime.run(endpoint->stop());
  runtime.stop();
  endpoint.reset();
  return out;
}

TEST(InventedFaults, AreNoticed) {
  const auto& faults = setting().faults;
  EXPECT_GE(faults.size(), 400u);
  const std::size_t step = std::getenv("BLOBGAUGE_LONG") ? 1 : each;
  std::vector<std::string> unseen;
  for (std::size_t i = 0; i < faults.size(); i += step)
    if (noticed_by(faults[i]).empty()) unseen.push_back(faults[i].name);
  EXPECT_THAT(unseen, testing::IsEmpty());
}

TEST(InventedFaults, NothingIsNoticedWhereThereIsNone) {
  endpoint::Fault none;
  none.name = "none";
  none.operations = {"no operation at all"};
  EXPECT_THAT(noticed_by(none), testing::IsEmpty());
}

}  // namespace
}  // namespace blobgauge
