// `report joint`
#include "cli/command.h"
#include "cli/report_input.h"
#include "cli/specs.h"
#include "model/catalogue.h"
#include "model/file.h"
#include "model/rationale.h"
#include "reports/joint.h"

namespace blobgauge::cli::report_joint_command {
namespace {

struct Options {
  ReportInput input;
  std::string catalogue;
  std::string rationale = specs_path("policy/rationale.yaml");
  std::string title;
  std::string output = "-";
};

model::Result<int> run(Options options) {
  if (options.input.spec.empty()) options.input.spec = specs_path("azure-blob-mvp.yaml");
  BLOBGAUGE_TRY(const auto results, load_report_input(options.input));
  BLOBGAUGE_TRY(const auto catalogue, model::Catalogue::load(options.catalogue));
  BLOBGAUGE_TRY(const auto decisions, model::load_rationale(options.rationale));
  const auto overview = reports::make_overview(results);
  reports::JointInput joint{results, overview, catalogue, decisions};
  if (!options.title.empty()) joint.title = options.title;
  BLOBGAUGE_CHECK(model::write_file(options.output, reports::to_joint(joint)));
  return 0;
}

const Command report_joint{
    "report joint",
    {"blobgauge report joint -o joint.md",
     "blobgauge report joint gateway=results.json azurite=azurite.json -o joint.md"},
    [](CLI::App& app) -> Action {
      auto options = std::make_shared<Options>();
      app.add_option("RESULTS", options->input.results,
                     "results of candidates, NAME=FILE; none: the document without candidates");
      app.add_option("--spec", options->input.spec, "the spec (default: specs/azure-blob-mvp.yaml)");
      app.add_option("--rationale", options->rationale, "decisions (default: specs/policy/rationale.yaml)");
      catalogue_option(app, options->catalogue);
      app.add_option("--title", options->title, "heading of the document");
      output_option(app, options->output);
      return [options] { return run(*options); };
    }};

}  // namespace
}  // namespace blobgauge::cli::report_joint_command
