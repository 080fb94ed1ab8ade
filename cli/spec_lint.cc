// `spec lint`: what a spec, its cases and the policy lack; with --stale, what has grown old.
#include "replayer/spec_lint.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>

#include "cli/command.h"
#include "cli/contract.h"
#include "cli/spec_files.h"
#include "cli/specs.h"
#include "model/date.h"
#include "model/file.h"
#include "replayer/reachability.h"
#include "replayer/staleness.h"

namespace blobgauge::cli::spec_lint_command {
namespace {

using model::Result;
using replayer::LintFinding;

struct Options {
  ContractOptions contract;
  std::string catalogue;
  std::string rationale = specs_path("policy/rationale.yaml");
  std::string failures = specs_path("policy/known-failures.yaml");
  std::string not_testable = specs_path("policy/not-testable.yaml");
  std::string releases = specs_path("policy/releases.yaml");
  std::string surfaces = specs_path("surfaces");
  bool stale = false;
  std::string output = "-";
};

Result<int> run(const Options& options) {
  BLOBGAUGE_TRY(const auto contract, load_contract(options.contract));
  const auto& [spec, suite, digest] = contract;
  BLOBGAUGE_TRY(const auto catalogue, model::Catalogue::load(options.catalogue));
  BLOBGAUGE_TRY(const auto decisions, model::load_rationale(options.rationale));
  BLOBGAUGE_TRY(const auto failures, replayer::load_known_failures(options.failures));
  BLOBGAUGE_TRY(const auto not_testable, replayer::load_known_failures(options.not_testable));
  auto findings = replayer::lint(spec, suite, decisions);
  const auto add = [&](std::vector<LintFinding> more) {
    findings.insert(findings.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  };
  add(replayer::lint_failures(failures, suite));
  add(replayer::unreachable(spec, suite, catalogue));
  for (const auto& error : read_every_spec_file(std::filesystem::path(specs_path("catalogue")).parent_path().string()))
    add({{model::describe(error), error.next.empty() ? "mend the file" : error.next}});
  if (options.stale) {
    BLOBGAUGE_TRY(const auto newest, replayer::load_newest_releases(options.releases));
    BLOBGAUGE_TRY(const auto surfaces, load_surfaces(options.surfaces));
    add(replayer::stale({spec, suite, newest, surfaces, decisions}, model::utc_date(std::chrono::system_clock::now())));
  }
  std::string text;
  std::size_t gaps = 0;
  for (const auto& finding : findings) {
    gaps += finding.gap;
    text += fmt::format("{}: {}; {}\n", finding.gap ? "gap" : "note", finding.what, finding.next);
  }
  text +=
      fmt::format("{} operations, {} cases, {} scenarios, {} decisions, {} known failures, {} not testable, {} gaps\n",
                  spec.operations.size(), suite.cases.size(), spec.scenarios.size(), decisions.size(), failures.size(),
                  not_testable.size(), gaps);
  BLOBGAUGE_CHECK(model::write_file(options.output, text));
  return gaps ? 1 : 0;
}

const Command command{
    "spec lint", {"blobgauge spec lint", "blobgauge spec lint --stale"}, [](CLI::App& app) -> Action {
      auto options = std::make_shared<Options>();
      contract_options(app, options->contract);
      app.add_option("--rationale", options->rationale, "decisions (default: specs/policy/rationale.yaml)");
      app.add_option("--failures", options->failures,
                     "known failures of endpoints (default: specs/policy/known-failures.yaml)");
      app.add_option("--not-testable", options->not_testable,
                     "those that no case can show (default: specs/policy/not-testable.yaml)");
      app.add_flag("--stale", options->stale,
                   "also name clients with a newer release than the surfaces, and evidence older than a year");
      app.add_option("--releases", options->releases, "newest releases (default: specs/policy/releases.yaml)");
      app.add_option("--surfaces", options->surfaces, "folder of the surfaces (default: specs/surfaces)");
      catalogue_option(app, options->catalogue);
      output_option(app, options->output);
      return [options] { return run(*options); };
    }};

}  // namespace
}  // namespace blobgauge::cli::spec_lint_command
