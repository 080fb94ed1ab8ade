// `analyze go`: has the Go front end read a program and infers what it can send.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "analyzer/client_rules.h"
#include "analyzer/facts.h"
#include "analyzer/static_surface.h"
#include "cli/command.h"
#include "cli/specs.h"
#include "cli/terminal.h"
#include "model/catalogue.h"
#include "model/file.h"
#include "model/process.h"
#include "model/surface.h"

namespace blobgauge::cli::analyze_command {
namespace {

using model::Category;
using model::Result;
namespace fs = std::filesystem;

struct Options {
  std::string module, dir, binary, client, facts, catalogue, output = "-";
  std::string platform = "linux/amd64";
  std::vector<std::string> explain;
};

// $BLOBGAUGE_GO_FRONTEND, or beside this program.
Result<std::string> front_end() {
  if (const char* named = std::getenv("BLOBGAUGE_GO_FRONTEND"); named && *named) return std::string(named);
  std::error_code error;
  const auto self = fs::read_symlink("/proc/self/exe", error);
  for (const auto& folder : {self.parent_path(), self.parent_path().parent_path()}) {
    const auto path = folder / "blobgauge-go-facts";
    if (fs::exists(path, error)) return path.string();
  }
  return model::fail(Category::usage, "the Go front end blobgauge-go-facts is not beside this program",
                     "eval \"$(tools/setup --print | grep ^export)\" builds it and sets BLOBGAUGE_GO_FRONTEND");
}

// Leaves nothing behind, whatever happens.
struct Scratch {
  fs::path path;
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
};

Result<std::string> module_of(const Options& options) {
  if (!options.module.empty()) return options.module.substr(0, options.module.find('@'));
  const auto file = (fs::path(options.dir) / "go.mod").string();
  BLOBGAUGE_TRY(const auto text, model::read_file(file));
  const auto at = text.find("module ");
  if (at == std::string::npos) return model::fail(Category::input, file + ": names no module");
  const auto from = at + 7;
  return text.substr(from, text.find_first_of(" \r\n", from) - from);
}

Result<analyzer::Facts> read_program(const Options& options, const analyzer::ClientRules& rules) {
  BLOBGAUGE_TRY(const auto program, front_end());
  char pattern[] = "/tmp/blobgauge-analyze-XXXXXX";
  if (!mkdtemp(pattern)) return model::fail(Category::output, "no folder can be made in /tmp");
  const Scratch scratch{pattern};
  const auto config = (scratch.path / "config.json").string();
  const auto facts = options.facts.empty() ? (scratch.path / "facts.jsonl").string() : options.facts;
  analyzer::Source source{options.module, options.dir, options.platform};
  if (!source.dir.empty()) source.dir = fs::absolute(source.dir).string();
  BLOBGAUGE_CHECK(model::write_file(config, analyzer::go_configuration(rules, source)));
  const bool terminal = is_terminal(STDERR_FILENO);
  model::ProcessRequest process;
  process.command = {program, "-config", config, "-o", facts};
  if (terminal) process.command.push_back("-progress");
  process.capture = !terminal;  // progress goes straight to the terminal
  BLOBGAUGE_TRY(const auto outcome, model::run_process(process));
  if (outcome.exit_code != 0) {
    auto message = outcome.err.substr(0, outcome.err.find('\n'));
    if (message.empty()) message = fmt::format("{} ended with code {}", program, outcome.exit_code);
    const auto category = outcome.exit_code == 3   ? Category::input
                          : outcome.exit_code == 6 ? Category::output
                          : outcome.exit_code == 2 ? Category::usage
                                                   : Category::internal;
    return model::fail(category, message);
  }
  return analyzer::load_facts(facts);
}

Result<int> run(const Options& options) {
  if (!options.binary.empty())
    return model::fail(Category::usage, "executables cannot be read yet", "analyse the source with --module or --dir");
  if (options.module.empty() == options.dir.empty())
    return model::fail(Category::usage, "exactly one of --module PATH@VERSION and --dir DIR is needed");
  if (!options.module.empty() && options.module.find('@') == std::string::npos)
    return model::fail(Category::usage, fmt::format("{} names no version", options.module),
                       fmt::format("write {}@VERSION", options.module));
  auto client = options.client;
  if (client.empty()) {
    BLOBGAUGE_TRY(const auto module, module_of(options));
    BLOBGAUGE_TRY(client, analyzer::find_client_file(specs_path("clients"), module));
  } else if (client.find('/') == std::string::npos && fs::path(client).extension() != ".yaml") {
    client = specs_path("clients/" + client + ".yaml");
  }
  BLOBGAUGE_TRY(const auto rules, analyzer::load_client_rules(client));
  if (rules.language != "go")
    return model::fail(Category::input, fmt::format("{}: a client in {}, not in go", client, rules.language));
  BLOBGAUGE_TRY(const auto catalogue, model::Catalogue::load(options.catalogue));
  analyzer::StaticOptions inference;
  if (!options.explain.empty()) inference.explain_operation = options.explain.front();
  if (options.explain.size() > 1) inference.explain_header = options.explain[1];
  if (!inference.explain_operation.empty() && !catalogue.find(inference.explain_operation))
    return model::fail(Category::usage, fmt::format("no operation is called \"{}\"", inference.explain_operation),
                       "blobgauge catalogue list names them");
  BLOBGAUGE_TRY(const auto facts, read_program(options, rules));
  BLOBGAUGE_TRY(const auto result, analyzer::infer_static(facts, rules, catalogue, inference));
  if (!inference.explain_operation.empty()) {
    const auto text = result.explanation.empty() ? fmt::format("{}: no reachable code of {} sends it\n",
                                                               inference.explain_operation, rules.client)
                                                 : result.explanation;
    BLOBGAUGE_CHECK(model::write_file("-", text));
    if (options.output == "-") return 0;
  }
  BLOBGAUGE_CHECK(model::save_surface(result.surface, options.output));
  if (is_terminal(STDERR_FILENO))
    fmt::print(stderr, "{} operations, {} requests of other services, {} calls that could not be followed\n",
               result.surface.operations.size(), result.other_requests.size(), result.surface.unresolved.size());
  return 0;
}

const Command analyze_go{
    "analyze go",
    {"blobgauge analyze go --module github.com/rclone/rclone@v1.75.1 -o rclone.yaml",
     "blobgauge analyze go --dir ~/src/azcopy --client azcopy.yaml --facts azcopy.jsonl -o azcopy.yaml",
     "blobgauge analyze go --dir . --explain \"Put Block\" Content-MD5"},
    [](CLI::App& app) -> Action {
      auto options = std::make_shared<Options>();
      app.add_option("--module", options->module, "PATH@VERSION, fetched by the Go command");
      app.add_option("--dir", options->dir, "a checkout");
      app.add_option("--binary", options->binary, "a Go executable (not yet)");
      app.add_option("--client", options->client,
                     "the client's file, or its name in specs/clients; default: the one with this module");
      app.add_option("--facts", options->facts, "keep the facts here");
      app.add_option("--platform", options->platform, "GOOS/GOARCH to read the source for")->capture_default_str();
      app.add_option("--explain", options->explain, "OPERATION [HEADER]: print call paths, guards and stores")
          ->expected(1, 2);
      catalogue_option(app, options->catalogue);
      output_option(app, options->output);
      return [options] { return run(*options); };
    }};

}  // namespace
}  // namespace blobgauge::cli::analyze_command
