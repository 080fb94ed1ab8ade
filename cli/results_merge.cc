// `results merge`
#include "cli/command.h"
#include "model/gate.h"
#include "replayer/shard.h"

namespace blobgauge::cli::results_merge_command {
namespace {

struct Options {
  std::vector<std::string> parts;
  std::string output = "-";
};

model::Result<int> run(const Options& options) {
  std::vector<model::Results> parts;
  for (const auto& path : options.parts) {
    BLOBGAUGE_TRY(auto results, model::load_results(path));
    parts.push_back(std::move(results));
  }
  BLOBGAUGE_TRY(const auto merged, replayer::merge_shards(std::move(parts), options.parts));
  BLOBGAUGE_CHECK(model::save_results(merged, options.output));
  return model::gate_is_shut(merged) ? 1 : 0;
}

const Command results_merge{
    "results merge",
    {"blobgauge results merge shard-1.json shard-2.json shard-3.json -o results.json"},
    [](CLI::App& app) -> Action {
      auto options = std::make_shared<Options>();
      app.add_option("RESULTS", options->parts, "results of every shard of one run")->required();
      output_option(app, options->output);
      return [options] { return run(*options); };
    }};

}  // namespace
}  // namespace blobgauge::cli::results_merge_command
