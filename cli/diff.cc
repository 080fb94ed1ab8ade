#include <algorithm>

#include "cli/command.h"
#include "model/file.h"
#include "reports/changes.h"

namespace blobgauge::cli::diff_command {
namespace {

struct Options {
  std::string before, after;
  std::string output = "-";
  std::string fail_on = "nothing", format;
};

model::Result<int> run(const Options& options) {
  BLOBGAUGE_TRY(const auto before, model::load_surface(options.before));
  BLOBGAUGE_TRY(const auto after, model::load_surface(options.after));
  if (model::is_partial(before))
    return model::fail(model::Category::usage, "A is partial evidence: what it lacks is not known to be new in B",
                       "record the old release, or analyze its source", {options.before, 0, 0});
  const auto changes = reports::changes_between(before, after);
  const auto text = options.format == "json"       ? reports::to_json(changes)
                    : options.format == "markdown" ? reports::to_markdown(changes)
                                                   : reports::to_text(changes);
  BLOBGAUGE_CHECK(model::write_file(options.output, text));
  const bool breaking = std::any_of(changes.list.begin(), changes.list.end(),
                                    [](const model::SurfaceChange& c) { return c.grade == model::Grade::breaking; });
  return options.fail_on == "breaking" && breaking ? 1 : 0;
}

const Command diff{"diff",
                   {"blobgauge diff azcopy-10.30.yaml azcopy-10.32.yaml",
                    "blobgauge diff specs/surfaces/rclone-static.yaml new.yaml --fail-on breaking",
                    "blobgauge diff old.yaml new.yaml --format markdown -o changes.md"},
                   [](CLI::App& app) -> Action {
                     auto options = std::make_shared<Options>();
                     app.add_option("A", options->before, "surface before")->required();
                     app.add_option("B", options->after, "surface after")->required();
                     app.add_option("--fail-on", options->fail_on, "exit 1 if B asks for more than A")
                         ->check(CLI::IsMember({"breaking", "nothing"}))
                         ->capture_default_str();
                     format_option(app, options->format, {"text", "markdown", "json"});
                     output_option(app, options->output);
                     return [options] { return run(*options); };
                   }};

}  // namespace
}  // namespace blobgauge::cli::diff_command
