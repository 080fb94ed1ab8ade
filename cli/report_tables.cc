// `report matrix, permissions, trend`: the tables that are made of the spec or of several runs.
#include "cli/command.h"
#include "cli/report_input.h"
#include "cli/specs.h"
#include "model/catalogue.h"
#include "model/file.h"
#include "reports/matrix.h"
#include "reports/permissions.h"
#include "reports/trend.h"

namespace blobgauge::cli::report_tables_command {
namespace {

using model::Result;

struct Options {
  ReportInput input;
  std::string catalogue, tier;
  std::string output = "-";
};

std::shared_ptr<Options> with_spec(CLI::App& app) {
  auto options = std::make_shared<Options>();
  options->input.spec = specs_path("azure-blob-mvp.yaml");
  app.add_option("--spec", options->input.spec, "the spec (default: specs/azure-blob-mvp.yaml)");
  output_option(app, options->output);
  return options;
}

Result<int> matrix(const Options& options) {
  BLOBGAUGE_TRY(const auto input, load_report_input(options.input));
  BLOBGAUGE_CHECK(model::write_file(options.output, reports::to_matrix(input, reports::make_overview(input))));
  return 0;
}

Result<int> permissions(const Options& options) {
  BLOBGAUGE_TRY(const auto spec, model::load_spec(options.input.spec));
  BLOBGAUGE_TRY(const auto catalogue, model::Catalogue::load(options.catalogue));
  BLOBGAUGE_CHECK(model::write_file(options.output, reports::to_permissions(spec, catalogue, options.tier)));
  return 0;
}

Result<int> trend(const Options& options) {
  BLOBGAUGE_TRY(const auto input, load_report_input(options.input));
  BLOBGAUGE_CHECK(model::write_file(options.output, reports::to_trend(input)));
  return 0;
}

const Command report_matrix{"report matrix",
                            {"blobgauge report matrix gateway=results.json azurite=azurite.json -o matrix.md"},
                            [](CLI::App& app) -> Action {
                              auto options = with_spec(app);
                              app.add_option("RESULTS", options->input.results,
                                             "results of endpoints, NAME=FILE; none: clients only");
                              return [options] { return matrix(*options); };
                            }};

const Command report_permissions{
    "report permissions", {"blobgauge report permissions --tier mvp"}, [](CLI::App& app) -> Action {
      auto options = with_spec(app);
      app.add_option("--tier", options->tier, "only operations of this tier");
      catalogue_option(app, options->catalogue);
      return [options] { return permissions(*options); };
    }};

const Command report_trend{"report trend",
                           {"blobgauge report trend gateway=monday.json gateway=tuesday.json gateway=today.json"},
                           [](CLI::App& app) -> Action {
                             auto options = std::make_shared<Options>();
                             app.add_option("RESULTS", options->input.results,
                                            "results of several runs; NAME=FILE names the endpoint")
                                 ->required();
                             output_option(app, options->output);
                             return [options] { return trend(*options); };
                           }};

}  // namespace
}  // namespace blobgauge::cli::report_tables_command
