#include <fmt/format.h>

#include "cli/command.h"
#include "model/file.h"
#include "model/surface_diff.h"

namespace blobgauge::cli::diff_command {
namespace {

struct Options {
  std::string before, after;
  std::string output = "-";
  std::string fail_on = "nothing";
};

std::string line(const model::SurfaceChange& change) {
  std::string text = fmt::format("  {}: {}", change.operation, change.what);
  if (!change.name.empty()) text += " " + change.name;
  if (change.before.empty()) return text + fmt::format(", new ({})\n", change.after);
  if (change.after.empty()) return text + fmt::format(", gone ({})\n", change.before);
  return text + fmt::format(", {} -> {}\n", change.before, change.after);
}

model::Result<int> run(const Options& options) {
  BLOBGAUGE_TRY(const auto before, model::load_surface(options.before));
  BLOBGAUGE_TRY(const auto after, model::load_surface(options.after));
  if (model::is_partial(before))
    return model::fail(model::Category::usage, "A is partial evidence: what it lacks is not known to be new in B",
                       "record the old release, or analyze its source", {options.before, 0, 0});
  const auto changes = model::diff(before, after);
  std::string text;
  std::size_t breaking = 0;
  for (const auto grade : {model::Grade::breaking, model::Grade::harmless, model::Grade::evidence}) {
    std::string lines;
    std::size_t count = 0;
    for (const auto& change : changes) {
      if (change.grade != grade) continue;
      lines += line(change);
      ++count;
    }
    text += fmt::format("{}: {}\n{}", model::name_of(grade), count, lines);
    if (grade == model::Grade::breaking) breaking = count;
  }
  BLOBGAUGE_CHECK(model::write_file(options.output, text));
  return options.fail_on == "breaking" && breaking ? 1 : 0;
}

const Command diff{"diff",
                   {"blobgauge diff azcopy-10.30.yaml azcopy-10.32.yaml",
                    "blobgauge diff specs/surfaces/rclone-static.yaml new.yaml --fail-on breaking"},
                   [](CLI::App& app) -> Action {
                     auto options = std::make_shared<Options>();
                     app.add_option("A", options->before, "surface before")->required();
                     app.add_option("B", options->after, "surface after")->required();
                     app.add_option("--fail-on", options->fail_on, "exit 1 if B asks for more than A")
                         ->check(CLI::IsMember({"breaking", "nothing"}))
                         ->capture_default_str();
                     output_option(app, options->output);
                     return [options] { return run(*options); };
                   }};

}  // namespace
}  // namespace blobgauge::cli::diff_command
