// `report summary, markdown, html`: one file, because they differ only in the renderer.
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "cli/command.h"
#include "cli/terminal.h"
#include "model/file.h"
#include "model/results.h"
#include "model/spec.h"
#include "reports/html.h"
#include "reports/markdown.h"
#include "reports/overview.h"
#include "reports/terminal.h"

namespace blobgauge::cli::report_command {
namespace {

struct Options {
  std::vector<std::string> results;  // FILE or NAME=FILE
  std::string spec, title;
  std::string output = "-";
};

// Results of one name share a column; without a name the endpoint's address is one.
model::Result<reports::Input> load(const Options& options) {
  reports::Input input;
  for (const auto& argument : options.results) {
    std::string name, path = argument;
    std::error_code ignored;
    const auto equals = argument.find('=');
    if (equals != std::string::npos && equals > 0 && !std::filesystem::exists(argument, ignored)) {
      name = argument.substr(0, equals);
      path = argument.substr(equals + 1);
    }
    BLOBGAUGE_TRY(auto results, model::load_results(path));
    if (name.empty()) name = results.endpoint.empty() ? path : results.endpoint;
    auto column = std::find_if(input.columns.begin(), input.columns.end(),
                               [&](const reports::Column& each) { return each.label == name; });
    if (column == input.columns.end()) column = input.columns.insert(column, {name, {}});
    column->results.push_back(std::move(results));
  }
  if (!options.spec.empty()) {
    BLOBGAUGE_TRY(input.spec, model::load_spec(options.spec));
  }
  return input;
}

template <class Render>
model::Result<int> write(const Options& options, Render render) {
  BLOBGAUGE_TRY(const auto input, load(options));
  BLOBGAUGE_CHECK(model::write_file(options.output, render(input, reports::make_overview(input))));
  return 0;
}

std::shared_ptr<Options> common(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("RESULTS", options->results,
                 "results of replay, verify or check; NAME=FILE names the endpoint and puts files of one name together")
      ->required();
  app.add_option("--spec", options->spec, "the spec of these results: adds figures per client");
  output_option(app, options->output);
  return options;
}

const Command summary{
    "report summary",
    {"blobgauge report summary results.json",
     "blobgauge report summary reference=ref.json azurite=azurite-verify.json azurite=azurite-replay.json"},
    [](CLI::App& app) -> Action {
      auto options = common(app);
      return [options] {
        return write(*options, [&](const reports::Input&, const reports::Overview& overview) {
          const bool terminal = options->output == "-";
          return reports::to_terminal(overview, {.colour = terminal && wants_colour(STDOUT_FILENO),
                                                 .width = terminal ? terminal_width(STDOUT_FILENO) : 100});
        });
      };
    }};

const Command markdown{
    "report markdown", {"blobgauge report markdown results.json -o results.md"}, [](CLI::App& app) -> Action {
      auto options = common(app);
      return [options] {
        return write(*options, [](const reports::Input& input, const reports::Overview& overview) {
          return reports::to_markdown(input, overview);
        });
      };
    }};

const Command html{"report html",
                   {"blobgauge report html reference=ref.json gateway=results.json -o results.html"},
                   [](CLI::App& app) -> Action {
                     auto options = common(app);
                     app.add_option("--title", options->title, "heading of the page");
                     return [options] {
                       return write(*options, [&](const reports::Input& input, const reports::Overview& overview) {
                         reports::HtmlOptions page;
                         if (!options->title.empty()) page.title = options->title;
                         return reports::to_html(input, overview, page);
                       });
                     };
                   }};

}  // namespace
}  // namespace blobgauge::cli::report_command
