// `check`: judges recorded answers with the contract of the spec and sends nothing.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "cli/command.h"
#include "cli/progress.h"
#include "cli/specs.h"
#include "model/classifier.h"
#include "model/results.h"
#include "model/trace.h"
#include "replayer/answer_check.h"

namespace blobgauge::cli::check_command {
namespace {

using model::Category;
using model::Result;

struct Options {
  std::vector<std::string> traces;
  std::string spec = specs_path("azure-blob-mvp.yaml");
  std::string catalogue, output = "-";
  bool strict = false;
};

// False where the trace was cut short: what is whole in it was judged.
Result<bool> read(const std::string& path, const model::Classifier& classifier, replayer::AnswerCheck& check,
                  std::uint64_t& count) {
  BLOBGAUGE_TRY(const auto reader, model::open_trace(path));
  Progress progress("check");
  model::Exchange exchange;
  for (;;) {
    BLOBGAUGE_TRY(const bool more, reader->next(exchange));
    if (!more) return reader->end().complete;
    check.add(exchange, classifier.identify(exchange), !reader->head().partial.empty());
    progress.update(++count, 0, path);
  }
}

Result<int> run(const Options& options) {
  const auto begun = std::chrono::system_clock::now();
  BLOBGAUGE_TRY(const auto spec, model::load_spec(options.spec));
  BLOBGAUGE_TRY(const auto catalogue, model::Catalogue::load(options.catalogue));
  const model::Classifier classifier(catalogue);
  BLOBGAUGE_TRY(auto check, replayer::AnswerCheck::create(spec, catalogue));
  model::Results results;
  std::uint64_t count = 0;
  for (const auto& path : options.traces) {
    BLOBGAUGE_TRY(const bool whole, read(path, classifier, check, count));
    results.complete = results.complete && whole;
    results.endpoint += (results.endpoint.empty() ? "" : ", ") + path;
  }
  if (!count) return model::fail(Category::usage, "no exchange in these traces", "did the client use the recorder?");
  if (!check.judged())
    return model::fail(Category::usage, fmt::format("none of the {} exchanges is one that the spec speaks of", count),
                       "look at them with trace stats: are they of this service, and were answers recorded?");
  results.tool = "blobgauge " BLOBGAUGE_VERSION;
  results.kind = "check";
  results.spec = options.spec;
  results.started = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(begun)));
  results.cases = check.finish();
  results.duration_us =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now() - begun).count();
  BLOBGAUGE_CHECK(model::save_results(results, options.output));
  const bool differs =
      std::any_of(results.cases.begin(), results.cases.end(), [](const auto& item) { return !item.findings.empty(); });
  return results.figures().fail || (options.strict && differs) ? 1 : 0;
}

const Command check{"check",
                    {"blobgauge check run.trace.zst -o results.json",
                     "blobgauge check azure.trace.zst --strict | blobgauge report summary -"},
                    [](CLI::App& app) -> Action {
                      auto options = std::make_shared<Options>();
                      app.add_option("TRACE", options->traces, "recorded exchanges, - for standard input")->required();
                      app.add_option("--spec", options->spec, "the spec (default: specs/azure-blob-mvp.yaml)");
                      app.add_flag("--strict", options->strict, "what only differs is a failure, too");
                      catalogue_option(app, options->catalogue);
                      output_option(app, options->output);
                      return [options] { return run(*options); };
                    }};

}  // namespace
}  // namespace blobgauge::cli::check_command
