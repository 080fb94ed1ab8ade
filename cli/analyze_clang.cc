// `analyze clang`: has libclang read C and C++ files, follows what they send, and infers a surface.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "analyzer/clang/check.h"
#include "analyzer/clang/compile_commands.h"
#include "analyzer/clang/program.h"
#include "analyzer/clang/request_reader.h"
#include "analyzer/clang/source_facts.h"
#include "analyzer/clang/source_rules.h"
#include "analyzer/static_surface.h"
#include "cli/clang_front_end.h"
#include "cli/command.h"
#include "cli/inference.h"
#include "cli/specs.h"
#include "cli/terminal.h"
#include "model/catalogue.h"
#include "model/file.h"
#include "model/text.h"

namespace blobgauge::cli::analyze_clang_command {
namespace {

namespace clang = analyzer::clang;
namespace fs = std::filesystem;
using model::Category;
using model::Result;

struct Options {
  std::string database, client, dir = ".", flags, release, revision, facts, check, catalogue, output = "-";
  std::vector<std::string> files, unsaved, explain;
  std::size_t jobs = 0;
  bool keep_going = false;
};

Result<std::vector<clang::CompileCommand>> commands_of(const Options& options, const clang::SourceRules& rules,
                                                       const std::string& root) {
  std::vector<clang::CompileCommand> commands;
  if (!options.database.empty()) {
    BLOBGAUGE_TRY(auto all, clang::load_compile_commands(options.database));
    for (auto& command : all) {
      const auto name =
          fs::path(command.folder).append(command.file).lexically_normal().lexically_relative(root).string();
      const bool wanted = rules.sources.empty() || model::matches_any(rules.sources, name) ||
                          model::matches_any(rules.sources, command.file);
      if (wanted) commands.push_back(std::move(command));
    }
    if (commands.empty())
      return model::fail(Category::usage,
                         fmt::format("{}: none of its {} files is one of \"sources\" in the client's file",
                                     options.database, all.size()),
                         "--dir says what those are relative to");
  }
  const auto flags = clang::useful_flags(
      [&] {
        auto words = clang::words_of(options.flags);
        words.insert(words.begin(), "cc");
        return words;
      }(),
      {});
  for (const auto& file : options.files) commands.push_back({root, file, flags});
  return commands;
}

Result<int> run(const Options& options) {
  if (options.database.empty() == options.files.empty())
    return model::fail(Category::usage, "either -p compile_commands.json or FILE... with --flags is needed");
  if (!options.flags.empty() && options.files.empty())
    return model::fail(Category::usage, "--flags are for files that are named; a compilation database has its own");
  const bool named = options.client.find('/') == std::string::npos && fs::path(options.client).extension() != ".yaml";
  const auto client = named ? specs_path("clients/" + options.client + ".yaml") : options.client;
  BLOBGAUGE_TRY(const auto rules, clang::load_source_rules(client));
  BLOBGAUGE_TRY(const auto catalogue, model::Catalogue::load(options.catalogue));
  BLOBGAUGE_TRY(const auto inference, inference_options(options.release, options.revision, options.explain, catalogue));
  std::string check_file;
  std::optional<std::uint64_t> check_line;
  if (!options.check.empty()) {
    const auto colon = options.check.rfind(':');
    if (colon != std::string::npos) check_line = model::parse_number(std::string_view(options.check).substr(colon + 1));
    if (!check_line) return model::fail(Category::usage, fmt::format("--check {}: FILE:LINE is wanted", options.check));
    check_file = options.check.substr(0, colon);
  }

  UnitsQuestion question;
  question.root = fs::absolute(options.dir).lexically_normal().string();
  if (question.root.size() > 1 && question.root.back() == '/') question.root.pop_back();
  question.jobs = options.jobs;
  for (const auto& pair : options.unsaved) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos || equals == 0)
      return model::fail(Category::usage, fmt::format("--unsaved {}: NAME=FILE is wanted", pair));
    const auto file = fs::absolute(pair.substr(equals + 1)).string();
    if (const auto text = model::read_file(file); !text) return tl::make_unexpected(text.error());
    question.unsaved.emplace_back(pair.substr(0, equals), file);
  }
  BLOBGAUGE_TRY(question.commands, commands_of(options, rules, question.root));
  BLOBGAUGE_TRY(const auto read, read_units(question));
  if (!read.problems.empty() && !options.keep_going) {
    std::string list;
    for (std::size_t i = 1; i < read.problems.size(); ++i) list += "\n" + read.problems[i];
    return model::fail(
        Category::input, read.problems.front() + list,
        fmt::format(
            "{} of {} files could not be read whole, so there is no surface; --keep-going makes one of the rest",
            read.problems.size(), question.commands.size()));
  }
  for (const auto& problem : read.problems) fmt::print(stderr, "{}\n", problem);
  const clang::Program program(read.units, rules.roots);
  if (const auto missing = program.missing_roots(); !missing.empty() && check_file.empty())
    return model::fail(Category::input,
                       fmt::format("{}: no code that was read is called {}", client, fmt::join(missing, ", ")),
                       "\"roots\" names functions and classes as C++ writes them");
  const auto requests = clang::read_requests(read.units, program, rules);
  if (!check_file.empty()) {
    BLOBGAUGE_CHECK(model::write_file(
        options.output, clang::check_line(program, rules, requests, check_file, static_cast<int>(*check_line))));
    return read.problems.empty() ? 0 : 3;
  }
  const auto text = clang::source_facts(read.units, program, rules, requests,
                                        {"blobgauge-clang-unit", options.release, "linux/amd64"});
  if (!options.facts.empty()) BLOBGAUGE_CHECK(model::write_file(options.facts, text));
  BLOBGAUGE_TRY(const auto facts, analyzer::facts_from_text(text, "the facts of " + rules.common.client));
  auto common = rules.common;
  common.scope = {"*"};
  BLOBGAUGE_TRY(auto result, analyzer::infer_static(facts, common, catalogue, inference));
  for (const auto& problem : read.problems) result.surface.unresolved.push_back("not read: " + problem);
  BLOBGAUGE_TRY(const bool told, write_explanation(inference, result, options.output));
  if (told) return read.problems.empty() ? 0 : 3;
  BLOBGAUGE_CHECK(model::save_surface(result.surface, options.output));
  if (is_terminal(STDERR_FILENO))
    fmt::print(stderr, "{} files ({} read before), {} requests, {} operations, {} calls that could not be followed\n",
               read.units.size(), read.cached, requests.requests.size(), result.surface.operations.size(),
               result.surface.unresolved.size());
  return read.problems.empty() ? 0 : 3;
}

const Command analyze_clang{
    "analyze clang",
    {"blobgauge analyze clang -p build/compile_commands.json --client gdal -o gdal.yaml",
     "blobgauge analyze clang --client mine.yaml --flags '-std=c99 -I.' --unsaved build.auto.h=auto.h src/a.c src/b.c",
     "blobgauge analyze clang -p build --client gdal --check port/cpl_vsil_az.cpp:1877",
     "blobgauge analyze clang -p build --client gdal --explain \"Put Block\""},
    [](CLI::App& app) -> Action {
      auto options = std::make_shared<Options>();
      app.add_option("FILE", options->files, "sources to read with --flags, without a compilation database");
      app.add_option("-p", options->database, "a compilation database, or the folder of one");
      app.add_option("--client", options->client, "the client's file, or its name in specs/clients")->required();
      app.add_option("--dir", options->dir,
                     "the top of the sources: where FILE is, and what places are told relative to")
          ->capture_default_str();
      app.add_option("--flags", options->flags, "how the files are compiled, as one argument");
      app.add_option("--unsaved", options->unsaved,
                     "NAME=FILE: a header that the build would generate, with the text that stands for it")
          ->allow_extra_args(false);
      app.add_option("--release", options->release, "what to call this release");
      app.add_option("--revision", options->revision, "the commit, for the surface's sources");
      app.add_option("--jobs", options->jobs, "files to read at a time; default: one a processor, eight at most");
      app.add_flag("--keep-going", options->keep_going,
                   "make a surface although some files could not be read; the exit code is 3 all the same");
      app.add_option("--facts", options->facts, "keep the facts here");
      app.add_option("--check", options->check,
                     "FILE:LINE: print what is seen there, and why a call is recognised or not");
      app.add_option("--explain", options->explain, "OPERATION [HEADER]: print call paths and guards")->expected(1, 2);
      catalogue_option(app, options->catalogue);
      output_option(app, options->output);
      return [options] { return run(*options); };
    }};

}  // namespace
}  // namespace blobgauge::cli::analyze_clang_command
