#pragma once
// How a subcommand joins the program. One file per subcommand, named after it (cli/report_html.cc is `report html`):
//
//   const Command infer{
//       "infer",
//       {"blobgauge infer run.trace.zst -o observed.yaml"},
//       [](CLI::App& app) -> Action {
//         auto options = std::make_shared<Options>();
//         app.add_option("TRACE", options->traces, "recorded exchanges")->required();
//         output_option(app, options->out);
//         return [options] { return run(*options); };
//       }};
//
// Add the file to cli/CMakeLists.txt; its line in the table of cli/table.cc is there already. A command of the table
// that no file defines is refused with a clear message.
#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.h"

namespace blobgauge::cli {

// Does the work. The value is the exit code, 0 or 1 (divergence found); every other code comes from the error's
// category. Results go to standard output or `-o`; only the frame writes errors.
using Action = std::function<model::Result<int>()>;

class Command {
 public:
  // Adds the options to `app` and returns what to do once they are parsed.
  using Define = Action (*)(CLI::App& app);

  // `path` as typed ("trace cat") and as in the table; each example is a whole command line.
  Command(std::string path, std::vector<std::string> examples, Define define);

  const std::string path;
  const std::vector<std::string> examples;
  const Define define;
};

// What has been defined, in no particular order.
const Command* find_command(std::string_view path);

// One line of DESIGN's command table; the order of --help.
struct Row {
  std::string path, summary;
};
const std::vector<Row>& command_table();

// `-o FILE`; "-" is standard output, which is the default of most commands. Write with model/file.h.
void output_option(CLI::App& app, std::string& path);
// `--format NAME`, one of `names`; the first is the default.
void format_option(CLI::App& app, std::string& format, const std::vector<std::string>& names);

// The program: parses, runs, prints an error as one line on standard error, returns the exit code.
int run_program(int argc, char** argv);
// 2..7, docs/exit-codes.md.
int exit_code(model::Category category);

}  // namespace blobgauge::cli
