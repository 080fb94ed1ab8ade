#include <fmt/format.h>

#include <algorithm>

#include "cli/command.h"
#include "cli/specs.h"
#include "model/catalogue.h"
#include "model/file.h"

namespace blobgauge::cli::catalogue_list_command {
namespace {

struct Options {
  std::string catalogue, output = "-";
  bool count = false;
};

std::string count_text(const model::Catalogue& catalogue) {
  const auto count = catalogue.count();
  return fmt::format("{} reference pages\n{} operations by name ({} without a page)\n{} forms, every variant counted\n",
                     count.pages, count.operations, count.undocumented, count.forms);
}

std::string list_text(const model::Catalogue& catalogue) {
  std::size_t width = 0;
  for (const auto& operation : catalogue.operations()) width = std::max(width, operation.full_name.size());
  std::string out;
  for (const auto& operation : catalogue.operations())
    out += fmt::format("{:<{}}  {}\n", operation.full_name, width, operation.rule());
  return out;
}

model::Result<int> run(const Options& options) {
  BLOBGAUGE_TRY(const auto catalogue, model::Catalogue::load(options.catalogue));
  BLOBGAUGE_CHECK(model::write_file(options.output, options.count ? count_text(catalogue) : list_text(catalogue)));
  return 0;
}

const Command command{
    "catalogue list", {"blobgauge catalogue list", "blobgauge catalogue list --count"}, [](CLI::App& app) -> Action {
      auto options = std::make_shared<Options>();
      app.add_flag("--count", options->count, "how many there are, and of what");
      catalogue_option(app, options->catalogue);
      output_option(app, options->output);
      return [options] { return run(*options); };
    }};

}  // namespace
}  // namespace blobgauge::cli::catalogue_list_command
