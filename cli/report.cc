// `report summary, markdown, html, junit, tap, sarif, badge`: one file, because they differ only in the renderer.
#include <fmt/format.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/report_input.h"
#include "cli/terminal.h"
#include "model/file.h"
#include "reports/badge.h"
#include "reports/html.h"
#include "reports/junit.h"
#include "reports/markdown.h"
#include "reports/overview.h"
#include "reports/pull_request.h"
#include "reports/sarif.h"
#include "reports/tap.h"
#include "reports/terminal.h"

namespace blobgauge::cli::report_command {
namespace {

struct Options {
  ReportInput input;
  std::string title, format, label;
  std::string figure = "commands";
  std::string output = "-";
};

template <class Render>
model::Result<int> write(const Options& options, Render render) {
  BLOBGAUGE_TRY(const auto input, load_report_input(options.input));
  BLOBGAUGE_CHECK(model::write_file(options.output, render(input, reports::make_overview(input))));
  return 0;
}

std::shared_ptr<Options> common(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("RESULTS", options->input.results,
                 "results of replay, verify or check; NAME=FILE names the endpoint and puts files of one name together")
      ->required();
  app.add_option("--spec", options->input.spec, "the spec of these results: adds figures per client");
  output_option(app, options->output);
  return options;
}

const Command summary{
    "report summary",
    {"blobgauge report summary results.json",
     "blobgauge report summary reference=ref.json azurite=azurite-verify.json azurite=azurite-replay.json",
     "blobgauge report summary --format markdown gateway=results.json >> comment.md"},
    [](CLI::App& app) -> Action {
      auto options = common(app);
      format_option(app, options->format, {"terminal", "markdown"});
      return [options] {
        return write(*options, [&](const reports::Input& input, const reports::Overview& overview) {
          if (options->format == "markdown") return reports::to_pull_request(input, overview);
          const bool terminal = options->output == "-";
          return reports::to_terminal(input, overview,
                                      {.colour = terminal && wants_colour(STDOUT_FILENO),
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

const Command junit{
    "report junit", {"blobgauge report junit gateway=results.json -o junit.xml"}, [](CLI::App& app) -> Action {
      auto options = common(app);
      return [options] {
        return write(*options,
                     [](const reports::Input& input, const reports::Overview&) { return reports::to_junit(input); });
      };
    }};

const Command tap{
    "report tap", {"blobgauge report tap gateway=results.json -o gateway.tap"}, [](CLI::App& app) -> Action {
      auto options = common(app);
      return [options] {
        return write(*options,
                     [](const reports::Input& input, const reports::Overview&) { return reports::to_tap(input); });
      };
    }};

const Command sarif{
    "report sarif", {"blobgauge report sarif gateway=results.json -o results.sarif"}, [](CLI::App& app) -> Action {
      auto options = common(app);
      return [options] {
        return write(*options,
                     [](const reports::Input& input, const reports::Overview&) { return reports::to_sarif(input); });
      };
    }};

const Command badge{"report badge",
                    {"blobgauge report badge gateway=results.json -o badge.svg",
                     "blobgauge report badge gateway=results.json --figure cases --label 'gateway 4.2' -o badge.svg"},
                    [](CLI::App& app) -> Action {
                      auto options = common(app);
                      app.add_option("--figure", options->figure,
                                     "commands that work, divergence and coverage of cases, or the gate")
                          ->check(CLI::IsMember({"commands", "cases", "gate"}))
                          ->capture_default_str();
                      app.add_option("--label", options->label, "text at the left (default: the endpoint's name)");
                      return [options] {
                        return write(*options, [&](const reports::Input& input, const reports::Overview& overview) {
                          using Figure = reports::BadgeFigure;
                          const auto figure = options->figure == "cases"  ? Figure::cases
                                              : options->figure == "gate" ? Figure::gate
                                                                          : Figure::commands;
                          return reports::to_badge(input, overview, figure, options->label);
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
