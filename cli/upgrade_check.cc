// `upgrade-check`: two releases of a client are analysed, their difference is graded, and each change is held against
// the cases that an endpoint was run through: answered, failing, or untested there.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "cli/analyze_executable.h"
#include "cli/analyze_source.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/specs.h"
#include "model/file.h"
#include "model/profile.h"
#include "model/text.h"
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
    BLOBGAUGE_TRY(auto result, read_source({{}, path, options.client, {}, "linux/amd64", inference}, catalogue));
    return std::move(result.surface);
  }
  if (fs::path(path).extension() == ".yaml") return model::load_surface(path);
  BLOBGAUGE_TRY(auto result, read_executable({path, options.client, {}, {}, {}, true, inference}, catalogue));
  return std::move(result.result.surface);
}

// Does this step send what changed, or look at the answer that is newly read?
bool exercises(const replayer::Suite& suite, const replayer::Step& step, const SurfaceChange& change) {
  if (step.operation != change.operation) return false;
  if (change.name.empty()) return true;
  if (change.what.rfind("query", 0) == 0) return step.request.target.find(change.name + "=") != std::string::npos;
  if (change.what.rfind("request header", 0) == 0) {
    const auto named = [&](const auto& header) { return model::iequals(header.first, change.name); };
    return std::any_of(step.request.headers.begin(), step.request.headers.end(), named) ||
           std::any_of(suite.headers.begin(), suite.headers.end(), named);
  }
  return std::any_of(step.expectations.begin(), step.expectations.end(),
                     [&](const auto& e) { return model::iequals(e.name, change.name); });
}

std::vector<const replayer::Case*> cases_for(const replayer::Suite& suite, const SurfaceChange& change) {
  std::vector<const replayer::Case*> list;
  for (const auto& item : suite.cases)
    if (std::any_of(item.steps.begin(), item.steps.end(),
                    [&](const auto& step) { return exercises(suite, step, change); }))
      list.push_back(&item);
  return list;
}

// "answered (4 cases)", "failing: put-block/x", "untested"
std::string mark(const replayer::Suite& suite, const SurfaceChange& change,
                 const std::map<std::string, model::Verdict>& verdicts) {
  std::size_t passed = 0;
  std::vector<std::string> failing;
  for (const auto* item : cases_for(suite, change)) {
    const auto verdict = verdicts.find(item->id);
    if (verdict == verdicts.end()) continue;
    if (verdict->second == model::Verdict::pass) ++passed;
    if (verdict->second == model::Verdict::fail || verdict->second == model::Verdict::error ||
        verdict->second == model::Verdict::unsupported)
      failing.push_back(item->id);
  }
  if (!failing.empty()) return fmt::format("failing: {}", fmt::join(failing, ", "));
  return passed ? fmt::format("answered ({} case{})", passed, passed == 1 ? "" : "s") : "untested";
}

// The cases of the changed operations, run against the endpoint.
Result<model::Results> replayed(const Options& options, const replayer::Suite& suite,
                                const std::vector<SurfaceChange>& changes) {
  BLOBGAUGE_TRY(const auto spec, model::load_spec(options.spec));
  BLOBGAUGE_TRY(auto profile, model::load_profile(options.profile));
  if (!options.endpoint.empty()) {
    BLOBGAUGE_TRY(profile, model::at_endpoint(std::move(profile), options.endpoint));
  }
  BLOBGAUGE_TRY(const auto all, replayer::select(suite, spec, "", ""));
  std::vector<replayer::Chosen> chosen;
  for (const auto& candidate : all) {
    const auto concerned = [&](const SurfaceChange& change) {
      return change.grade != Grade::harmless && change.operation == candidate.item->operation;
    };
    if (std::any_of(changes.begin(), changes.end(), concerned)) chosen.push_back(candidate);
  }
  if (chosen.empty()) return model::Results{};
  Progress progress("replay");
  replayer::RunOptions run;
  run.progress = [&](std::size_t done, std::size_t total, std::string_view id) { progress.update(done, total, id); };
  BLOBGAUGE_TRY(auto outcome, replayer::run_cases(suite, spec, profile, chosen, run));
  if (outcome.stopped) return tl::unexpected<model::Error>(*outcome.stopped);
  return std::move(outcome.results);
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
  std::map<std::string, model::Verdict> verdicts;
  bool failing = false;
  if (!options.results.empty() || !options.profile.empty() || !options.endpoint.empty()) {
    const auto beside = (fs::path(options.spec).parent_path() / "cases").string();
    BLOBGAUGE_TRY(const auto suite, replayer::load_suite(fs::exists(beside) ? beside : specs_path("cases")));
    auto at = options;
    if (at.profile.empty()) at.profile = specs_path("profiles/emulator.yaml");
    auto results = options.results.empty() ? replayed(at, suite, changes.list) : model::load_results(options.results);
    if (!results) return tl::make_unexpected(results.error());
    for (const auto& item : results->cases) verdicts[item.id] = item.verdict;
    for (const auto& change : changes.list) {
      changes.marks.push_back(change.grade == Grade::harmless ? std::string() : mark(suite, change, verdicts));
      failing = failing || (change.grade == Grade::breaking && changes.marks.back().rfind("failing", 0) == 0);
    }
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
