#include <fmt/format.h>

#include <filesystem>

#include "cli/command.h"
#include "cli/progress.h"
#include "cli/specs.h"
#include "model/profile.h"
#include "replayer/runner.h"
#include "replayer/selection.h"

namespace blobgauge::cli::replay_command {
namespace {

using model::Category;
using model::Result;

struct Options {
  std::string spec = specs_path("azure-blob-mvp.yaml");
  std::string cases;
  std::string profile = specs_path("profiles/emulator.yaml");
  std::string endpoint, client, select, baseline, shard;
  std::uint64_t time_limit = 10;
  replayer::RunOptions run;
  std::string output = "-";
};

Result<int> run(const Options& options) {
  if (!options.baseline.empty())
    return model::fail(Category::usage, "--baseline is not built yet", "compare two results files by hand");
  if (!options.shard.empty())
    return model::fail(Category::usage, "--shard is not built yet", "split a run with --select");
  BLOBGAUGE_TRY(const auto spec, model::load_spec(options.spec));
  // The cases stand beside the spec that names them.
  const auto beside = (std::filesystem::path(options.spec).parent_path() / "cases").string();
  const auto folder = !options.cases.empty()            ? options.cases
                      : std::filesystem::exists(beside) ? beside
                                                        : specs_path("cases");
  BLOBGAUGE_TRY(const auto suite, replayer::load_suite(folder));
  BLOBGAUGE_TRY(auto profile, model::load_profile(options.profile));
  if (!options.endpoint.empty()) {
    BLOBGAUGE_TRY(profile, model::at_endpoint(std::move(profile), options.endpoint));
  }
  BLOBGAUGE_TRY(const auto cases, replayer::select(suite, spec, options.client, options.select));

  Progress progress("replay");
  auto run_options = options.run;
  run_options.time_limit = std::chrono::seconds(options.time_limit);
  run_options.progress = [&](std::size_t done, std::size_t total, std::string_view id) {
    progress.update(done, total, id);
  };
  BLOBGAUGE_TRY(auto outcome, replayer::run_cases(suite, spec, profile, cases, run_options));
  outcome.results.tool = "blobgauge " BLOBGAUGE_VERSION;
  outcome.results.spec = options.spec;
  BLOBGAUGE_CHECK(model::save_results(outcome.results, options.output));
  if (outcome.stopped) return tl::unexpected<model::Error>(*outcome.stopped);
  const auto figures = outcome.results.figures();
  return figures.fail || figures.error ? 1 : 0;
}

const Command replay{
    "replay",
    {"blobgauge replay --endpoint http://127.0.0.1:10000/devstoreaccount1 -o results.json",
     "blobgauge replay --profile gateway.yaml --client rclone --select 'tag:core' -o results.json",
     "blobgauge replay --select 'put-blob/*,tag:copy' | blobgauge report summary -"},
    [](CLI::App& app) -> Action {
      auto options = std::make_shared<Options>();
      app.add_option("--spec", options->spec, "the spec (default: specs/azure-blob-mvp.yaml)");
      app.add_option("--cases", options->cases, "folder of the cases (default: cases beside the spec)");
      app.add_option("--profile", options->profile, "YAML file about the endpoint (default: the emulator's)");
      app.add_option("--endpoint", options->endpoint, "URL with the profile's account, in place of the profile's own");
      app.add_option("--client", options->client, "only operations that this client sends");
      app.add_option("--select", options->select,
                     "ids with wildcards, tag:NAME, tier:NAME, operation:GLOB; any of them");
      app.add_option("--auth", options->run.auth, "how requests are signed: key or sas")
          ->check(CLI::IsMember({"key", "sas"}));
      app.add_option("--dialect", options->run.dialect, "send as this client release does (azcopy-10.32.2)");
      app.add_option("--lanes", options->run.lanes, "cases at a time")->check(CLI::Range(1U, 256U));
      app.add_option("--time-limit", options->time_limit, "seconds of silence that end a case")
          ->check(CLI::Range(1U, 3600U));
      app.add_flag("--keep", options->run.keep, "leave the containers of the cases");
      app.add_option("--baseline", options->baseline, "expected failures (not built yet)");
      app.add_option("--shard", options->shard, "I/N (not built yet)");
      output_option(app, options->output);
      return [options] { return run(*options); };
    }};

}  // namespace
}  // namespace blobgauge::cli::replay_command
