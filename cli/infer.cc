#include <fmt/format.h>

#include <filesystem>
#include <optional>

#include "analyzer/observed.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/specs.h"
#include "model/catalogue.h"
#include "model/classifier.h"
#include "model/redaction.h"
#include "model/surface.h"
#include "model/trace.h"

namespace blobgauge::cli::infer_command {
namespace {

struct Options {
  std::vector<std::string> traces;
  std::string output = "-";
  std::string catalogue;
  std::string client, release, scenario;
  bool no_values = false, no_evidence = false, repeatable = false, mix = false, provenance = false;
};

// One trace, one surface: merged afterwards, the order of the traces does not matter.
model::Result<model::Surface> infer(const std::string& path, const Options& options, const model::Catalogue& catalogue,
                                    const model::Classifier& classifier, Progress& progress) {
  model::StreamRedaction redaction{model::Redaction(catalogue)};
  BLOBGAUGE_TRY(const auto reader, model::open_trace(path));
  const auto& head = reader->head();
  analyzer::ObserveOptions observe;
  const auto observed_name = std::filesystem::path(path).filename().string();
  observe.trace = observed_name;
  observe.client = options.client.empty() ? head.client : options.client;
  observe.release = options.release.empty() ? head.release : options.release;
  observe.scenario = options.scenario.empty() ? head.scenario : options.scenario;
  observe.partial = head.partial;
  observe.values = !options.no_values;
  observe.evidence = !options.no_evidence;
  observe.repeatable = options.repeatable;
  observe.provenance = options.provenance;
  analyzer::Observer observer(analyzer::vocabulary_of(catalogue), std::move(observe));
  model::Exchange exchange;
  std::uint64_t count = 0;
  while (true) {
    BLOBGAUGE_TRY(const bool more, reader->next(exchange));
    if (!more) break;
    redaction.apply(exchange);  // somebody else's trace may not be masked
    observer.add(exchange, classifier.identify(exchange).name);
    progress.update(++count, 0, path);
  }
  auto surface = observer.finish();
  if (!head.partial.empty())
    surface.unresolved.push_back(
        fmt::format("{}: {} leaves out {}", observed_name, head.partial, fmt::join(head.omits, "; ")));
  if (!reader->end().complete) surface.unresolved.push_back(fmt::format("{}: the trace was cut short", path));
  if (const auto dropped = reader->end().dropped)
    surface.unresolved.push_back(fmt::format("{}: {} exchanges were dropped by its recorder", path, dropped));
  return surface;
}

model::Result<int> run(const Options& options) {
  BLOBGAUGE_TRY(const auto catalogue, model::Catalogue::load(options.catalogue));
  const model::Classifier classifier(catalogue);
  std::optional<model::Surface> all;
  {
    Progress progress("infer");
    for (const auto& path : options.traces) {
      BLOBGAUGE_TRY(auto surface, infer(path, options, catalogue, classifier, progress));
      if (all) {
        BLOBGAUGE_TRY(surface, model::merge(*all, surface, options.mix));
      }
      all = std::move(surface);
    }
  }
  if (all->operations.empty())
    return model::fail(model::Category::usage, "no exchanges in these traces", "did the client use the recorder?");
  BLOBGAUGE_CHECK(model::save_surface(*all, options.output));
  return 0;
}

const Command command{
    "infer",
    {"blobgauge infer run.trace.zst -o observed.yaml",
     "blobgauge infer up.trace down.trace --client azcopy --release 10.32.2 -o azcopy-10.32.2.yaml",
     "blobgauge infer traces/rclone-*.trace.zst --repeatable -o specs/surfaces/rclone-1.75.1-observed.yaml"},
    [](CLI::App& app) -> Action {
      auto options = std::make_shared<Options>();
      app.add_option("TRACE", options->traces, "recorded exchanges, - for standard input")->required();
      app.add_option("--client", options->client, "who sent them, where the trace does not say");
      app.add_option("--release", options->release, "of the client");
      app.add_option("--scenario", options->scenario, "what the client was doing");
      app.add_flag("--no-values", options->no_values, "keep no values: for a surface that leaves the house");
      app.add_flag("--no-evidence", options->no_evidence, "keep no exchange numbers");
      app.add_flag("--repeatable", options->repeatable,
                   "name traces and not the numbers of exchanges: a second run gives the same surface");
      app.add_flag("--provenance", options->provenance,
                   "count recorders, accounts and years of the answers, as the real service's surface does");
      app.add_flag("--mix", options->mix, "allow traces of different clients");
      catalogue_option(app, options->catalogue);
      output_option(app, options->output);
      return [options] { return run(*options); };
    }};

}  // namespace
}  // namespace blobgauge::cli::infer_command
