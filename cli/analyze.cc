// `analyze go`: has the Go front end read a program, or the libraries of an executable, and infers what it can send.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "analyzer/static_surface.h"
#include "cli/analyze_executable.h"
#include "cli/analyze_source.h"
#include "cli/command.h"
#include "cli/inference.h"
#include "cli/specs.h"
#include "cli/terminal.h"
#include "model/catalogue.h"
#include "model/file.h"
#include "model/surface.h"

namespace blobgauge::cli::analyze_command {
namespace {

using model::Category;
using model::Result;

struct Options {
  std::string module, dir, binary, client, release, revision, facts, executed, catalogue, output = "-";
  std::string platform = "linux/amd64";
  std::vector<std::string> systems;
  std::vector<std::string> explain;
  bool operations_only = false, no_cache = false;
};

std::vector<std::string> platforms(const Options& options) {
  std::vector<std::string> list;
  for (const auto& system : options.systems) {
    const auto platform = system + "/amd64";
    if (std::find(list.begin(), list.end(), platform) == list.end()) list.push_back(platform);
  }
  if (list.empty()) list.push_back(options.platform);
  return list;
}

Result<int> run(const Options& options) {
  const int sources = !options.module.empty() + !options.dir.empty() + !options.binary.empty();
  if (sources != 1)
    return model::fail(Category::usage, "exactly one of --module PATH@VERSION, --dir DIR and --binary FILE is needed");
  if (!options.module.empty() && options.module.find('@') == std::string::npos)
    return model::fail(Category::usage, fmt::format("{} names no version", options.module),
                       fmt::format("write {}@VERSION", options.module));
  if (!options.facts.empty() && platforms(options).size() > 1)
    return model::fail(Category::usage, "--facts keeps what was read for one platform, and several are named",
                       "ask for each platform alone");
  BLOBGAUGE_TRY(const auto catalogue, model::Catalogue::load(options.catalogue));
  BLOBGAUGE_TRY(const auto inference, inference_options(options.release, options.revision, options.explain, catalogue));
  analyzer::StaticResult result;
  std::string coverage;
  if (options.binary.empty()) {
    const SourceQuestion question{options.module,     options.dir, options.client,   options.facts,
                                  platforms(options), inference,   !options.no_cache};
    BLOBGAUGE_TRY(result, read_source(question, catalogue));
  } else {
    const ExecutableQuestion question{options.binary,   options.client,           options.release, options.facts,
                                      options.executed, !options.operations_only, inference,       !options.no_cache};
    BLOBGAUGE_TRY(auto answer, read_executable(question, catalogue));
    result = std::move(answer.result);
    coverage = std::move(answer.coverage);
  }
  if (!coverage.empty()) {
    BLOBGAUGE_CHECK(model::write_file("-", coverage));
    if (options.output == "-" && inference.explain_operation.empty()) return 0;
  }
  BLOBGAUGE_TRY(const bool told, write_explanation(inference, result, options.output));
  if (told) return 0;
  BLOBGAUGE_CHECK(model::save_surface(result.surface, options.output));
  if (is_terminal(STDERR_FILENO))
    fmt::print(stderr, "{} operations, {} requests of other services, {} calls that could not be followed\n",
               result.surface.operations.size(), result.other_requests.size(), result.surface.unresolved.size());
  return 0;
}

const Command analyze_go{
    "analyze go",
    {"blobgauge analyze go --module github.com/rclone/rclone@v1.75.1 -o rclone.yaml",
     "blobgauge analyze go --dir ~/src/azcopy --client azcopy.yaml --facts azcopy.jsonl -o azcopy.yaml",
     "blobgauge analyze go --dir ~/src/azcopy --goos linux,windows,darwin -o azcopy.yaml",
     "blobgauge analyze go --binary /usr/bin/azcopy -o azcopy.yaml",
     "blobgauge analyze go --dir . --explain \"Put Block\" Content-MD5"},
    [](CLI::App& app) -> Action {
      auto options = std::make_shared<Options>();
      app.add_option("--module", options->module, "PATH@VERSION, fetched by the Go command");
      app.add_option("--dir", options->dir, "a checkout");
      app.add_option("--binary", options->binary, "a Go executable (ELF or PE, amd64); its own source is not needed");
      app.add_option("--client", options->client,
                     "the client's file, or its name in specs/clients; default: the one with this module");
      app.add_option(
          "--release", options->release,
          "what to call this release of an executable (default: its main module's version) or of a checkout");
      app.add_option("--revision", options->revision,
                     "the commit that is checked out in --dir, for the surface's sources");
      app.add_flag("--operations-only", options->operations_only,
                   "do not search an executable for the options that it sets")
          ->needs("--binary");
      app.add_option("--executed", options->executed,
                     "print which reachable request builders are not among these functions that ran (a file with an "
                     "address a line)")
          ->needs("--binary");
      app.add_option("--facts", options->facts, "keep the facts here");
      app.add_flag("--no-cache", options->no_cache, "read anew what was read before, and keep no facts of it");
      app.add_option("--platform", options->platform, "GOOS/GOARCH to read the source for")->capture_default_str();
      app.add_option("--goos", options->systems,
                     "linux,windows,darwin: read the source for each of them (amd64), and mark what only some have")
          ->delimiter(',')
          ->excludes("--platform")
          ->excludes("--binary");
      app.add_option("--explain", options->explain, "OPERATION [HEADER]: print call paths, guards and stores")
          ->expected(1, 2);
      catalogue_option(app, options->catalogue);
      output_option(app, options->output);
      return [options] { return run(*options); };
    }};

}  // namespace
}  // namespace blobgauge::cli::analyze_command
