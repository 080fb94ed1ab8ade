#include "analyzer/compare.h"

#include "cli/command.h"
#include "cli/specs.h"
#include "model/catalogue.h"
#include "model/file.h"

namespace blobgauge::cli::compare_command {
namespace {

struct Options {
  std::string predicted, observed;
  std::string output = "-", catalogue;
  std::vector<std::string> library;
};

model::Result<int> run(const Options& options) {
  BLOBGAUGE_TRY(const auto predicted, model::load_surface(options.predicted));
  BLOBGAUGE_TRY(const auto observed, model::load_surface(options.observed));
  BLOBGAUGE_TRY(const auto catalogue, model::Catalogue::load(options.catalogue));
  analyzer::CompareOptions compare;
  for (const auto role : {"sas", "snapshot", "version-id"})
    for (const auto& name : catalogue.role_names(role)) compare.of_address.push_back(name);
  if (!options.library.empty()) compare.left_to_library = options.library;
  const auto comparison = analyzer::compare(predicted, observed, compare);
  BLOBGAUGE_CHECK(model::write_file(options.output, analyzer::to_text(comparison)));
  return comparison.unpredicted.empty() && comparison.contradicted.empty() ? 0 : 1;
}

const Command compare{"compare",
                      {"blobgauge compare specs/surfaces/rclone-static.yaml rclone-observed.yaml"},
                      [](CLI::App& app) -> Action {
                        auto options = std::make_shared<Options>();
                        app.add_option("STATIC", options->predicted, "surface that predicts")->required();
                        app.add_option("OBSERVED", options->observed, "surface of recorded exchanges")->required();
                        app.add_option("--library-header", options->library,
                                       "headers of the HTTP library, lower case, counted on neither side");
                        catalogue_option(app, options->catalogue);
                        output_option(app, options->output);
                        return [options] { return run(*options); };
                      }};

}  // namespace
}  // namespace blobgauge::cli::compare_command
