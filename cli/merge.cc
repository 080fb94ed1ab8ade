#include "cli/command.h"
#include "model/surface.h"

namespace blobgauge::cli::merge_command {
namespace {

struct Options {
  std::vector<std::string> surfaces;
  std::string output = "-";
  bool mix = false;
};

model::Result<int> run(const Options& options) {
  BLOBGAUGE_TRY(auto surface, model::load_surface(options.surfaces.front()));
  for (std::size_t i = 1; i < options.surfaces.size(); ++i) {
    BLOBGAUGE_TRY(const auto next, model::load_surface(options.surfaces[i]));
    BLOBGAUGE_TRY(surface, model::merge(surface, next, options.mix));
  }
  // One surface alone leaves as any other: with its evidence in order.
  model::renumber_evidence(surface);
  BLOBGAUGE_CHECK(model::save_surface(surface, options.output));
  return 0;
}

const Command merge{
    "merge",
    {"blobgauge merge up.yaml down.yaml sync.yaml -o azcopy-10.32.2.yaml",
     "blobgauge merge static.yaml observed.yaml --mix -o both.yaml"},
    [](CLI::App& app) -> Action {
      auto options = std::make_shared<Options>();
      app.add_option("SURFACE", options->surfaces, "surfaces of one kind, client and release")->required();
      app.add_flag("--mix", options->mix, "allow different kinds, clients and releases");
      output_option(app, options->output);
      return [options] { return run(*options); };
    }};

}  // namespace
}  // namespace blobgauge::cli::merge_command
