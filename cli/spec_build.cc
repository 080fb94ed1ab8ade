// `spec build`: surfaces, scenarios, cases and policy become the MVP spec.
#include "cli/command.h"
#include "cli/specs.h"
#include "model/catalogue.h"
#include "replayer/policy_override.h"
#include "replayer/spec_builder.h"

namespace blobgauge::cli::spec_build_command {
namespace {

using model::Result;

struct BuildOptions {
  std::vector<std::string> surfaces;
  std::string real, catalogue;
  std::string cases = specs_path("cases");
  std::string scenarios = specs_path("scenarios");
  std::string policy = specs_path("policy/spec.yaml");
  std::string answers = specs_path("policy/answers.yaml");
  std::string before = specs_path("policy/before.yaml");
  std::string overrides = specs_path("policy/overrides.yaml");
  std::string output = "-";
};

Result<int> build(const BuildOptions& options) {
  BLOBGAUGE_TRY(const auto catalogue, model::Catalogue::load(options.catalogue));
  BLOBGAUGE_TRY(const auto suite, replayer::load_suite(options.cases));
  replayer::SpecInputs inputs{catalogue, suite, {}, {}, {}, {}, {}, {}};
  BLOBGAUGE_TRY(inputs.policy, replayer::load_policy(options.policy));
  BLOBGAUGE_TRY(inputs.answers, replayer::load_answer_rules(options.answers));
  BLOBGAUGE_TRY(inputs.before, replayer::load_preconditions(options.before));
  BLOBGAUGE_TRY(inputs.scenarios, replayer::load_scenario_lines(options.scenarios));
  for (const auto& path : options.surfaces) {
    BLOBGAUGE_TRY(auto surface, model::load_surface(path));
    inputs.clients.push_back(std::move(surface));
  }
  if (!options.real.empty()) {
    BLOBGAUGE_TRY(inputs.real_service, model::load_surface(options.real));
  }
  BLOBGAUGE_TRY(const auto overrides, replayer::load_overrides(options.overrides));
  BLOBGAUGE_TRY(auto spec, replayer::build_spec(inputs));
  BLOBGAUGE_CHECK(replayer::apply_overrides(overrides, spec));
  BLOBGAUGE_CHECK(model::save_spec(spec, options.output));
  return 0;
}

const Command spec_build{
    "spec build",
    {"blobgauge spec build specs/surfaces/azcopy-10.32.2-observed.yaml specs/surfaces/rclone-1.75.0-*.yaml "
     "--real specs/surfaces/real-azure.yaml -o specs/azure-blob-mvp.yaml"},
    [](CLI::App& app) -> Action {
      auto options = std::make_shared<BuildOptions>();
      app.add_option("SURFACE", options->surfaces, "observed and static surfaces of clients")->required();
      app.add_option("--real", options->real, "observed surface of the real service, which weighs headers");
      app.add_option("--cases", options->cases, "folder of the cases (default: specs/cases)");
      app.add_option("--scenarios", options->scenarios, "folder of the scenarios (default: specs/scenarios)");
      app.add_option("--policy", options->policy, "how tiers are computed (default: specs/policy/spec.yaml)");
      app.add_option("--answers", options->answers, "what holds for any answer (default: specs/policy/answers.yaml)");
      app.add_option("--overrides", options->overrides,
                     "lines decided by people (default: specs/policy/overrides.yaml)");
      app.add_option("--before", options->before,
                     "what must hold before the first request (default: specs/policy/before.yaml)");
      catalogue_option(app, options->catalogue);
      output_option(app, options->output);
      return [options] { return build(*options); };
    }};

}  // namespace
}  // namespace blobgauge::cli::spec_build_command
