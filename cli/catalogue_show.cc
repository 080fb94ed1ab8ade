#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/command.h"
#include "cli/specs.h"
#include "model/catalogue.h"
#include "model/file.h"
#include "model/text.h"

namespace blobgauge::cli::catalogue_show_command {
namespace {

struct Options {
  std::string operation, catalogue, output = "-";
};

void line(std::string& out, std::string_view what, std::string_view value) {
  if (!value.empty()) out += fmt::format("  {:<12}{}\n", what, value);
}

std::string form_text(const model::Operation& form) {
  std::string out = form.full_name + "\n";
  line(out, "request", form.rule());
  line(out, "SAS", form.sas_permission.empty() ? "not by a SAS" : form.sas_permission);
  line(out, "RBAC", fmt::format("{}", fmt::join(form.rbac_actions, " or ")));
  line(out, "parameters", fmt::format("{}", fmt::join(form.parameters, ", ")));
  line(out, "headers", fmt::format("{}", fmt::join(form.accepts, ", ")));
  line(out, "unrecorded", form.undecided);
  line(out, "reference", form.reference.empty() ? "no page" : form.reference);
  line(out, "note", form.note);
  line(out, "where", fmt::format("{}:{}", form.where.file, form.where.line));
  return out;
}

model::Result<int> run(const Options& options) {
  BLOBGAUGE_TRY(const auto catalogue, model::Catalogue::load(options.catalogue));
  std::string out;
  std::vector<std::string> names;
  for (const auto& form : catalogue.operations()) {
    names.push_back(form.full_name);
    names.push_back(form.name);
    if (!model::iequals(form.full_name, options.operation) && !model::iequals(form.name, options.operation)) continue;
    if (!out.empty()) out += "\n";
    out += form_text(form);
  }
  if (out.empty()) {
    const auto near = model::closest(options.operation, names);
    return model::fail(model::Category::usage, fmt::format("no operation is called '{}'", options.operation),
                       near ? fmt::format("did you mean '{}'?", *near) : "see: blobgauge catalogue list");
  }
  BLOBGAUGE_CHECK(model::write_file(options.output, out));
  return 0;
}

const Command command{
    "catalogue show",
    {"blobgauge catalogue show 'Put Block From URL'", "blobgauge catalogue show 'Put Blob'"},
    [](CLI::App& app) -> Action {
      auto options = std::make_shared<Options>();
      app.add_option("OPERATION", options->operation, "its name; without a variant, all its forms")->required();
      catalogue_option(app, options->catalogue);
      output_option(app, options->output);
      return [options] { return run(*options); };
    }};

}  // namespace
}  // namespace blobgauge::cli::catalogue_show_command
