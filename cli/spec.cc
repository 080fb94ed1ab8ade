// `spec build`, `spec lint`, `spec explain`, `spec attest`.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/command.h"
#include "cli/specs.h"
#include "model/catalogue.h"
#include "model/file.h"
#include "model/text.h"
#include "replayer/policy_override.h"
#include "replayer/spec_builder.h"
#include "replayer/spec_lint.h"

namespace blobgauge::cli::spec_command {
namespace {

using model::Category;
using model::Result;

struct Options {
  std::string spec = specs_path("azure-blob-mvp.yaml");
  std::string cases = specs_path("cases");
  std::string output = "-";
};

void spec_options(CLI::App& app, Options& options) {
  app.add_option("--spec", options.spec, "the spec (default: specs/azure-blob-mvp.yaml)");
  app.add_option("--cases", options.cases, "folder of the cases (default: specs/cases)");
}

struct LintOptions : Options {
  std::string rationale = specs_path("policy/rationale.yaml");
};

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

Result<int> lint(const LintOptions& options) {
  BLOBGAUGE_TRY(const auto spec, model::load_spec(options.spec));
  BLOBGAUGE_TRY(const auto suite, replayer::load_suite(options.cases));
  BLOBGAUGE_TRY(const auto rationale, model::load_rationale(options.rationale));
  std::string text;
  std::size_t gaps = 0;
  for (const auto& finding : replayer::lint(spec, suite, rationale)) {
    gaps += finding.gap;
    text += fmt::format("{}: {}; {}\n", finding.gap ? "gap" : "note", finding.what, finding.next);
  }
  text += fmt::format("{} operations, {} cases, {} scenarios, {} decisions, {} gaps\n", spec.operations.size(),
                      suite.cases.size(), spec.scenarios.size(), rationale.size(), gaps);
  BLOBGAUGE_CHECK(model::write_file(options.output, text));
  return gaps ? 1 : 0;
}

Result<int> explain(const Options& options, const std::string& name) {
  BLOBGAUGE_TRY(const auto spec, model::load_spec(options.spec));
  BLOBGAUGE_TRY(const auto suite, replayer::load_suite(options.cases));
  const auto* operation = spec.find(name);
  if (!operation) {
    std::vector<std::string> names;
    for (const auto& item : spec.operations) names.push_back(item.operation);
    const auto near = model::closest(name, names);
    return model::fail(
        Category::usage, fmt::format("the spec has no operation '{}'", name),
        near ? fmt::format("did you mean '{}'?", *near) : fmt::format("it has {}", fmt::join(names, ", ")));
  }
  BLOBGAUGE_CHECK(model::write_file(options.output, replayer::explain(spec, suite, *operation)));
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

const Command spec_lint{"spec lint", {"blobgauge spec lint"}, [](CLI::App& app) -> Action {
                          auto options = std::make_shared<LintOptions>();
                          spec_options(app, *options);
                          app.add_option("--rationale", options->rationale,
                                         "decisions (default: specs/policy/rationale.yaml)");
                          output_option(app, options->output);
                          return [options] { return lint(*options); };
                        }};

const Command spec_explain{
    "spec explain", {"blobgauge spec explain 'Put Block From URL'"}, [](CLI::App& app) -> Action {
      auto options = std::make_shared<Options>();
      auto name = std::make_shared<std::string>();
      app.add_option("OPERATION", *name, "full name, as the reference gives it")->required();
      spec_options(app, *options);
      output_option(app, options->output);
      return [options, name] { return explain(*options, *name); };
    }};

const Command spec_attest{
    "spec attest", {"blobgauge spec attest results.json"}, [](CLI::App& app) -> Action {
      auto results = std::make_shared<std::string>();
      app.add_option("RESULTS", *results, "results of a run against real Azure")->required();
      return [results]() -> Result<int> {
        return model::fail(Category::usage, "spec attest is not built yet",
                           "the cases rest on recorded answers of the service; docs/formats/cases.md says which");
      };
    }};

}  // namespace
}  // namespace blobgauge::cli::spec_command
