#include "cli/spec_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>

#include "analyzer/client_rules.h"
#include "clients/scenario.h"
#include "endpoint/fault_reader.h"
#include "model/catalogue.h"
#include "model/profile.h"
#include "model/rationale.h"
#include "model/spec.h"
#include "model/yaml.h"
#include "replayer/baseline.h"
#include "replayer/known_failure.h"
#include "replayer/policy.h"
#include "replayer/policy_override.h"
#include "replayer/staleness.h"
#include "replayer/suite.h"

namespace blobgauge::cli {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> yaml_files(const std::string& folder) {
  std::vector<std::string> out;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored))
    if (entry.is_regular_file() && entry.path().extension() == ".yaml") out.push_back(entry.path().string());
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

model::Result<std::vector<model::Surface>> load_surfaces(const std::string& folder) {
  std::vector<model::Surface> out;
  for (const auto& path : yaml_files(folder)) {
    BLOBGAUGE_TRY(auto surface, model::load_surface(path));
    out.push_back(std::move(surface));
  }
  return out;
}

std::vector<model::Error> read_every_spec_file(const std::string& specs) {
  std::vector<model::Error> out;
  const auto note = [&](const auto& result) {
    if (!result) out.push_back(result.error());
  };
  note(model::Catalogue::load(specs + "/catalogue"));
  note(replayer::load_suite(specs + "/cases"));
  for (const auto& path : yaml_files(specs + "/profiles")) note(model::load_profile(path));
  for (const auto& path : yaml_files(specs + "/scenarios"))
    note(clients::load_client_file(specs + "/scenarios", fs::path(path).stem().string()));
  for (const auto& path : yaml_files(specs + "/surfaces")) note(model::load_surface(path));
  for (const auto& path : yaml_files(specs))
    if (fs::path(path).filename() == "faults.yaml")
      note(endpoint::load_faults(path));
    else
      note(model::load_spec(path));
  const std::pair<std::string, std::function<void(const std::string&)>> policies[] = {
      {"answers.yaml", [&](const auto& path) { note(replayer::load_answer_rules(path)); }},
      {"before.yaml", [&](const auto& path) { note(replayer::load_preconditions(path)); }},
      {"known-failures.yaml", [&](const auto& path) { note(replayer::load_known_failures(path)); }},
      {"not-testable.yaml", [&](const auto& path) { note(replayer::load_known_failures(path)); }},
      {"overrides.yaml", [&](const auto& path) { note(replayer::load_overrides(path)); }},
      {"rationale.yaml", [&](const auto& path) { note(model::load_rationale(path)); }},
      {"releases.yaml", [&](const auto& path) { note(replayer::load_newest_releases(path)); }},
      {"spec.yaml", [&](const auto& path) { note(replayer::load_policy(path)); }}};
  for (const auto& path : yaml_files(specs + "/policy")) {
    const auto name = fs::path(path).filename().string();
    const auto reader =
        std::find_if(std::begin(policies), std::end(policies), [&](const auto& each) { return each.first == name; });
    if (reader != std::end(policies)) reader->second(path);
  }
  for (const auto& path : yaml_files(specs + "/clients")) {
    // Libraries are read with the clients that use them, and all of them together; what is in C and C++, by its
    // analyser.
    const auto root = model::yaml::load(path);
    const auto* language = root ? root->find("language") : nullptr;
    if (!root || (language && language->text == "go")) note(analyzer::load_client_rules(path));
  }
  note(analyzer::rules_of_libraries(specs + "/clients", "lint"));
  return out;
}

}  // namespace blobgauge::cli
