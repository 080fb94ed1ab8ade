// The committed spec is what `spec build` makes of the committed surfaces, cases and policy, and of nothing else: a
// clone without recordings, clients and network makes it again byte for byte. BLOBGAUGE_REWRITE=1 writes it anew.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "model/file.h"
#include "replayer/policy_override.h"
#include "replayer/spec_builder.h"

namespace blobgauge {
namespace {

namespace fs = std::filesystem;

constexpr auto specs = BLOBGAUGE_SOURCE_DIR "/specs/";
const std::string committed = std::string(specs) + "azure-blob-mvp.yaml";

// Of the releases that were observed, all surfaces. Other releases are there for comparison.
std::vector<std::string> surfaces() {
  const std::string ending = "-observed.yaml";
  std::vector<std::string> names, out;
  for (const auto& entry : fs::directory_iterator(std::string(specs) + "surfaces"))
    names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  for (const auto& observed : names) {
    if (!observed.ends_with(ending)) continue;
    const auto release = observed.substr(0, observed.size() - ending.size()) + "-";
    for (const auto& name : names)
      if (name.starts_with(release)) out.push_back(std::string(specs) + "surfaces/" + name);
  }
  return out;
}

// The order of the surfaces must not matter, so it is turned round where `backwards`.
std::string built(bool backwards) {
  const auto catalogue = model::Catalogue::load(std::string(specs) + "catalogue").value();
  const auto suite = replayer::load_suite(std::string(specs) + "cases").value();
  replayer::SpecInputs inputs{catalogue, suite, {}, {}, {}, {}, {}, {}};
  inputs.policy = replayer::load_policy(std::string(specs) + "policy/spec.yaml").value();
  inputs.answers = replayer::load_answer_rules(std::string(specs) + "policy/answers.yaml").value();
  inputs.before = replayer::load_preconditions(std::string(specs) + "policy/before.yaml").value();
  inputs.scenarios = replayer::load_scenario_lines(std::string(specs) + "scenarios").value();
  auto files = surfaces();
  if (backwards) std::reverse(files.begin(), files.end());
  for (const auto& file : files) inputs.clients.push_back(model::load_surface(file).value());
  inputs.real_service = model::load_surface(std::string(specs) + "surfaces/real-azure.yaml").value();
  const auto overrides = replayer::load_overrides(std::string(specs) + "policy/overrides.yaml").value();
  auto spec = replayer::build_spec(inputs).and_then([&](model::Spec made) -> model::Result<model::Spec> {
    BLOBGAUGE_CHECK(replayer::apply_overrides(overrides, made));
    return made;
  });
  return spec ? to_yaml(*spec) : describe(spec.error());
}

TEST(CommittedSpec, IsMadeFromWhatIsCommitted) {
  const auto text = built(false);
  if (std::getenv("BLOBGAUGE_REWRITE")) {
    ASSERT_TRUE(model::write_file(committed, text));
  }
  const auto there = model::read_file(committed);
  ASSERT_TRUE(there) << describe(there.error());
  EXPECT_TRUE(*there == text) << "made anew it differs; look at it with BLOBGAUGE_REWRITE=1 and git diff";
  EXPECT_TRUE(*there == built(true)) << "the order of the surfaces shows";
}

TEST(CommittedSpec, IsReadBackAsItWasWritten) {
  const auto spec = model::load_spec(committed);
  ASSERT_TRUE(spec) << describe(spec.error());
  EXPECT_TRUE(to_yaml(*spec) == model::read_file(committed).value());
  EXPECT_GE(spec->operations.size(), 15u);
  EXPECT_GE(spec->scenarios.size(), 20u);
  EXPECT_GE(spec->answers.rules.size(), 100u);
  // What each client needs before it asks; and of the service's headers, what that rests on.
  EXPECT_GE(spec->before.size(), 14u);
  for (const auto& operation : spec->operations)
    for (const auto& line : operation.headers)
      if (line.always && line.weight == model::Weight::breaks && line.evidence.empty()) {
        EXPECT_FALSE(line.reason.empty()) << operation.operation << " " << line.name;
      }
  for (const auto* name : {"Put Blob From URL", "Put Block From URL", "Put Block List", "Get Blob (range)"}) {
    const auto* operation = spec->find(name);
    ASSERT_TRUE(operation) << name;
    EXPECT_EQ(operation->tier, "mvp") << name;
    EXPECT_FALSE(operation->dialects.empty()) << name;
  }
}

TEST(CommittedSurfaces, OfClientsAreSmallAndKeepNothingOfOneRun) {
  for (const auto* name : {"azcopy-10.32.2-observed.yaml", "rclone-1.75.1-observed.yaml"}) {
    const auto path = std::string(specs) + "surfaces/" + name;
    EXPECT_LT(fs::file_size(path), 1'000'000u) << name;
    const auto text = model::read_file(path).value();
    for (const auto* sign : {"bg-", "2026-1", "GMT", "devstoreaccount1/", "127.0.0.1"})
      EXPECT_EQ(text.find(sign), std::string::npos) << name << " has " << sign;
    const auto surface = model::load_surface(path);
    ASSERT_TRUE(surface) << describe(surface.error());
    EXPECT_EQ(surface->kind, "observed");
    EXPECT_FALSE(surface->evidence.empty());
    for (const auto& [id, evidence] : surface->evidence)
      for (const auto& line : evidence.lines) EXPECT_EQ(line.find('#'), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace blobgauge
