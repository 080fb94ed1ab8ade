// `spec explain`: one operation of the spec on one page.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/command.h"
#include "cli/contract.h"
#include "cli/spec_files.h"
#include "cli/specs.h"
#include "model/file.h"
#include "model/text.h"
#include "replayer/spec_page.h"

namespace blobgauge::cli::spec_explain_command {
namespace {

using model::Category;
using model::Result;

struct Options {
  ContractOptions contract;
  std::string operation, catalogue;
  std::string rationale = specs_path("policy/rationale.yaml");
  std::string surfaces = specs_path("surfaces");
  std::string output = "-";
};

Result<int> run(const Options& options) {
  BLOBGAUGE_TRY(const auto contract, load_contract(options.contract));
  const auto& spec = contract.spec;
  const auto* operation = spec.find(options.operation);
  if (!operation) {
    std::vector<std::string> names;
    for (const auto& item : spec.operations) names.push_back(item.operation);
    const auto near = model::closest(options.operation, names);
    return model::fail(
        Category::usage, fmt::format("the spec has no operation '{}'", options.operation),
        near ? fmt::format("did you mean '{}'?", *near) : fmt::format("it has {}", fmt::join(names, ", ")));
  }
  BLOBGAUGE_TRY(const auto catalogue, model::Catalogue::load(options.catalogue));
  BLOBGAUGE_TRY(const auto decisions, model::load_rationale(options.rationale));
  BLOBGAUGE_TRY(const auto surfaces, load_surfaces(options.surfaces));
  BLOBGAUGE_CHECK(model::write_file(
      options.output, replayer::page_of(*operation, {spec, contract.suite, catalogue, decisions, surfaces})));
  return 0;
}

const Command command{
    "spec explain", {"blobgauge spec explain 'Put Block From URL'"}, [](CLI::App& app) -> Action {
      auto options = std::make_shared<Options>();
      app.add_option("OPERATION", options->operation, "full name, as the reference gives it")->required();
      contract_options(app, options->contract);
      app.add_option("--rationale", options->rationale, "decisions (default: specs/policy/rationale.yaml)");
      app.add_option("--surfaces", options->surfaces,
                     "folder of surfaces, for releases that the spec has no dialect of (default: specs/surfaces)");
      catalogue_option(app, options->catalogue);
      output_option(app, options->output);
      return [options] { return run(*options); };
    }};

}  // namespace
}  // namespace blobgauge::cli::spec_explain_command
