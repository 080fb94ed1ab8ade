// `upgrade-check`: two releases of a client are analysed, their difference is graded, and each change is held against
// the cases that an endpoint was run through: answered, failing, or untested there.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/analyze_executable.h"
#include "cli/analyze_source.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/specs.h"
#include "model/file.h"
#include "model/profile.h"
#include "model/text.h"
#include "replayer/change_marks.h"
#include "replayer/runner.h"
#include "replayer/selection.h"
#include "reports/changes.h"

namespace blobgauge::cli::upgrade_check_command {
namespace {

using model::Category;
using model::Grade;
using model::Result;
using model::SurfaceChange;
namespace fs = std::filesystem;

struct Options {
  std::string before, after, client, profile, endpoint, results, catalogue;
  std::string spec = specs_path("azure-blob-mvp.yaml");
  std::string output = "-", format;
};

// A folder is read as a checkout, a file that begins like YAML as a surface, any other as an executable.
Result<model::Surface> surface_of(const std::string& path, const Options& options, const model::Catalogue& catalogue) {
  std::error_code error;
  analyzer::StaticOptions inference;
  inference.tool = "blobgauge " BLOBGAUGE_VERSION;
  if (fs::is_directory(path, error)) {
    inference.release = fs::path(path).filename().string();
    BLOBGAUGE_TRY(auto result,
                  read_source({{}, path, options.client, {}, {"linux/amd64"}, inference, true}, catalogue));
    return std::move(result.surface);
  }
  if (fs::path(path).extension() == ".yaml") return model::load_surface(path);
  BLOBGAUGE_TRY(auto result, read_executable({path, options.client, {}, {}, {}, true, inference, true}, catalogue));
  return std::move(result.result.surface);
}

bool asks_for_version(const SurfaceChange& change, std::string_view header) {
  return change.what.rfind("request header", 0) == 0 && model::iequals(change.name, header) && !change.asked.empty();
}

// The newest version of the API that the new release names and the old one did not; empty: none.
std::string new_version(const std::vector<SurfaceChange>& changes, std::string_view header) {
  std::string newest;
  for (const auto& change : changes)
    if (asks_for_version(change, header)) newest = std::max(newest, *change.asked.rbegin());
  return newest;
}

replayer::RunVerdicts verdicts_of(const model::Results& results, std::string api_version) {
  replayer::RunVerdicts run;
  run.api_version = std::move(api_version);
  for (const auto& item : results.cases) run.cases[item.id] = item.verdict;
  return run;
}

// The version that requests of an earlier run named: its identity says it ("...; version 2023-11-03; ...").
std::string version_of(const model::Results& results) {
  constexpr std::string_view mark = "; version ";
  const auto at = results.run_identity.find(mark);
  if (at == std::string::npos) return {};
  const auto from = at + mark.size();
  return results.run_identity.substr(from, results.run_identity.find(';', from) - from);
}

// The cases of the changed operations.
Result<std::vector<replayer::Chosen>> chosen_cases(const replayer::Suite& suite, const model::Spec& spec,
                                                   const std::vector<SurfaceChange>& changes) {
  BLOBGAUGE_TRY(const auto all, replayer::select(suite, spec, "", ""));
  std::vector<replayer::Chosen> chosen;
  for (const auto& candidate : all) {
    const auto concerned = [&](const SurfaceChange& change) {
      return change.grade != Grade::harmless && change.operation == candidate.item->operation;
    };
    if (std::any_of(changes.begin(), changes.end(), concerned)) chosen.push_back(candidate);
  }
  return chosen;
}

// Runs them against the endpoint, with requests that name the profile's version.
Result<replayer::RunVerdicts> replayed(const replayer::Suite& suite, const model::Spec& spec,
                                       const model::Profile& profile, const std::vector<replayer::Chosen>& chosen) {
  if (chosen.empty()) return replayer::RunVerdicts{};
  Progress progress("replay");
  replayer::RunOptions run;
  run.progress = [&](std::size_t done, std::size_t total, std::string_view id) { progress.update(done, total, id); };
  BLOBGAUGE_TRY(auto outcome, replayer::run_cases(suite, spec, profile, chosen, run));
  if (outcome.stopped) return tl::unexpected<model::Error>(*outcome.stopped);
  return verdicts_of(outcome.results, profile.api_version);
}

// How the endpoint deals with each change. What asks for a new version of the API is shown by requests that name it,
// everything else by the version that the profile says.
Result<std::vector<std::string>> marks(const Options& options, const std::vector<SurfaceChange>& changes,
                                       std::string_view version_header) {
  const auto beside = (fs::path(options.spec).parent_path() / "cases").string();
  BLOBGAUGE_TRY(const auto suite, replayer::load_suite(fs::exists(beside) ? beside : specs_path("cases")));
  replayer::RunVerdicts run, run_of_version;
  if (!options.results.empty()) {
    BLOBGAUGE_TRY(const auto results, model::load_results(options.results));
    run = run_of_version = verdicts_of(results, version_of(results));
  } else {
    BLOBGAUGE_TRY(const auto spec, model::load_spec(options.spec));
    BLOBGAUGE_TRY(auto profile, model::load_profile(options.profile.empty() ? specs_path("profiles/emulator.yaml")
                                                                            : options.profile));
    if (!options.endpoint.empty()) {
      BLOBGAUGE_TRY(profile, model::at_endpoint(std::move(profile), options.endpoint));
    }
    BLOBGAUGE_TRY(const auto chosen, chosen_cases(suite, spec, changes));
    BLOBGAUGE_TRY(run, replayed(suite, spec, profile, chosen));
    run_of_version = run;
    if (const auto version = new_version(changes, version_header); !version.empty() && version != profile.api_version) {
      profile.api_version = version;
      // The endpoint answered a moment ago, so what stops this run is the version.
      auto second = replayed(suite, spec, profile, chosen);
      run_of_version = second ? std::move(*second) : replayer::RunVerdicts{{}, version, second.error().message};
    }
  }
  std::vector<std::string> list;
  for (const auto& change : changes)
    list.push_back(
        change.grade == Grade::harmless
            ? std::string()
            : replayer::mark_of(suite, change, asks_for_version(change, version_header) ? run_of_version : run));
  return list;
}

Result<int> run(const Options& options) {
  if (!options.results.empty() && !(options.profile.empty() && options.endpoint.empty()))
    return model::fail(Category::usage, "--results and an endpoint exclude each other",
                       "give the results of an earlier run, or --profile to run the cases now");
  BLOBGAUGE_TRY(const auto catalogue, model::Catalogue::load(options.catalogue));
  BLOBGAUGE_TRY(const auto before, surface_of(options.before, options, catalogue));
  BLOBGAUGE_TRY(const auto after, surface_of(options.after, options, catalogue));
  if (before.kind != after.kind)
    return model::fail(Category::usage,
                       fmt::format("{} is {} and {} is {}: what only one of them shows is no change", options.before,
                                   before.kind, options.after, after.kind),
                       "give two checkouts, two executables, or two surfaces of one kind");
  auto changes = reports::changes_between(before, after);
  bool failing = false;
  if (!options.results.empty() || !options.profile.empty() || !options.endpoint.empty()) {
    BLOBGAUGE_TRY(changes.marks, marks(options, changes.list, catalogue.role("api-version")));
    for (std::size_t i = 0; i < changes.list.size(); ++i)
      failing = failing || (changes.list[i].grade == Grade::breaking && changes.marks[i].rfind("failing", 0) == 0);
  }
  BLOBGAUGE_CHECK(model::write_file(options.output, options.format == "json"       ? reports::to_json(changes)
                                                    : options.format == "markdown" ? reports::to_markdown(changes)
                                                                                   : reports::to_text(changes)));
  return failing ? 1 : 0;
}

const Command upgrade_check{
    "upgrade-check",
    {"blobgauge upgrade-check --old azcopy-10.31.1 --new azcopy-10.32.2 --profile gateway.yaml",
     "blobgauge upgrade-check --old ~/src/azcopy-10.31.1 --new ~/src/azcopy-10.32.2 --results results.json",
     "blobgauge upgrade-check --old old.yaml --new new.yaml --format markdown -o upgrade.md"},
    [](CLI::App& app) -> Action {
      auto options = std::make_shared<Options>();
      app.add_option("--old", options->before, "a checkout, an executable, or a surface (.yaml)")->required();
      app.add_option("--new", options->after, "the same of the new release")->required();
      app.add_option("--client", options->client, "the client's file, or its name in specs/clients");
      app.add_option("--profile", options->profile, "YAML file about the endpoint: run the cases of what changed");
      app.add_option("--endpoint", options->endpoint, "URL with the profile's account, in place of the profile's own");
      app.add_option("--results", options->results, "results of an earlier replay, in place of running the cases");
      app.add_option("--spec", options->spec, "the spec (default: specs/azure-blob-mvp.yaml)");
      catalogue_option(app, options->catalogue);
      format_option(app, options->format, {"text", "markdown", "json"});
      output_option(app, options->output);
      return [options] { return run(*options); };
    }};

}  // namespace
}  // namespace blobgauge::cli::upgrade_check_command
