#include "cli/analyze_executable.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <optional>

#include "analyzer/executable_coverage.h"
#include "analyzer/executable_entries.h"
#include "analyzer/executable_requests.h"
#include "analyzer/executable_ways.h"
#include "analyzer/gobinary/entry_flow.h"
#include "analyzer/gobinary/executable.h"
#include "analyzer/gobinary/reachability.h"
#include "cli/go_front_end.h"
#include "cli/specs.h"
#include "model/file.h"
#include "model/text.h"

namespace blobgauge::cli {
namespace {

using analyzer::ClientRules;
using analyzer::gobinary::BuildInfo;
using analyzer::gobinary::EntryFlow;
using analyzer::gobinary::Executable;
using analyzer::gobinary::Module;
using analyzer::gobinary::Reach;
using model::Category;
using model::Result;
namespace fs = std::filesystem;

// "example.org/tool/v2" -> "tool".
std::string name_of_module(std::string_view path) {
  auto parts = model::split(path, '/');
  const auto is_version = [](std::string_view part) {
    return part.size() > 1 && part.front() == 'v' && model::parse_number(part.substr(1));
  };
  if (parts.size() > 1 && is_version(parts.back())) parts.pop_back();
  return parts.empty() ? std::string(path) : std::string(parts.back());
}

// The client's file for the main module or, where somebody built a program of their own around a client, for one that
// was linked in; for a program that nobody described all libraries stand.
Result<ClientRules> find_rules(const BuildInfo& build) {
  const auto folder = specs_path("clients");
  std::vector<std::string> modules{build.main.path};
  for (const auto& module : build.dependencies) modules.push_back(module.path);
  for (const auto& module : modules)
    if (const auto file = analyzer::find_client_file(folder, module)) return analyzer::load_client_rules(*file);
  return analyzer::rules_of_libraries(folder,
                                      name_of_module(build.main.path.empty() ? build.package : build.main.path));
}

std::string setting(const BuildInfo& build, std::string_view key) {
  for (const auto& [name, value] : build.settings)
    if (name == key) return value;
  return {};
}

std::string without_v(const std::string& version) {
  return version == "(devel)" ? "" : version.rfind('v', 0) == 0 ? version.substr(1) : version;
}

std::string release_of(const BuildInfo& build, const ClientRules& rules) {
  for (const auto& module : build.dependencies)
    if (module.path == rules.module) return without_v(module.version);
  return without_v(build.main.version);
}

analyzer::LinkedProgram linked_program(const Executable& executable) {
  const auto& build = executable.build_info();
  analyzer::LinkedProgram program;
  for (const auto& m : build.dependencies)
    program.modules.push_back({m.path, m.version, m.sum, m.replace_path, m.replace_version});
  program.platform = executable.platform();
  const auto tags = setting(build, "-tags");
  for (const auto tag : model::split(tags, ','))
    if (!tag.empty()) program.tags.emplace_back(tag);
  std::set<std::string> packages;
  for (analyzer::gobinary::FunctionId id = 0; id < executable.function_count(); ++id)
    packages.insert(analyzer::package_of_symbol(executable.name(id)));
  program.holds = [packages = std::move(packages)](std::string_view package) {
    return packages.count(std::string(package)) > 0;
  };
  return program;
}

// What the surface says of where it comes from: the toolchain, the program, and the modules of which source was read.
std::set<std::string> sources(const Executable& executable, const analyzer::Facts& facts) {
  const auto& build = executable.build_info();
  std::set<std::string> lines{fmt::format("toolchain {} {}", build.go_version, executable.platform())};
  if (!build.main.path.empty()) lines.insert(fmt::format("{}@{}", build.main.path, build.main.version));
  if (!build.revision.empty()) lines.insert("revision " + build.revision);
  std::set<std::string> used;
  for (const auto& function : facts.functions) used.insert(function.module);
  for (const auto& module : facts.modules)
    if (used.count(module.substr(0, module.find('@')))) lines.insert(module);
  return lines;
}

}  // namespace

Result<ClientRules> rules_of(const std::string& client) {
  const bool named = client.find('/') == std::string::npos && fs::path(client).extension() != ".yaml";
  const auto file = named ? specs_path("clients/" + client + ".yaml") : client;
  BLOBGAUGE_TRY(auto rules, analyzer::load_client_rules(file));
  if (rules.language != "go")
    return model::fail(Category::input, fmt::format("{}: a client in {}, not in go", file, rules.language));
  return rules;
}

Result<ExecutableAnswer> read_executable(const ExecutableQuestion& question, const model::Catalogue& catalogue) {
  BLOBGAUGE_TRY(const auto executable, Executable::open(question.file));
  const auto& build = executable.build_info();
  auto rules = question.client.empty() ? find_rules(build) : rules_of(question.client);
  if (!rules) return tl::make_unexpected(std::move(rules).error());
  const auto configuration = analyzer::go_configuration(*rules, linked_program(executable));
  if (!configuration)
    return model::fail(Category::input,
                       fmt::format("{}: none of the libraries that make requests is part of it", question.file),
                       "specs/clients names those that are known; docs/formats/clients.md says how one is described");
  // The machine code is read while the Go command reads the libraries.
  auto reading = std::async(std::launch::async, [&] { return Reach::compute(executable); });
  auto facts = question.cache ? run_go_front_end_once(*configuration, question.facts, {*configuration, {}, false})
                              : run_go_front_end(*configuration, question.facts);
  auto reach = reading.get();
  if (!reach) return tl::make_unexpected(std::move(reach).error());
  analyzer::ExecutableProgram program;
  if (!facts) {
    const auto why = facts.error();
    if (why.category != Category::input && why.category != Category::usage) return tl::make_unexpected(why);
    program.without_source = "the source of its libraries cannot be read: " + why.message;
    facts = analyzer::facts_of_machine_code(executable, *reach, *rules);
    if (facts->requests.size() == 1)
      return model::fail(why.category, fmt::format("{}: {}", question.file, program.without_source),
                         "its machine code names no request either; run it where the Go command finds its modules");
    if (!question.facts.empty())
      return model::fail(why.category, fmt::format("{}: {}", question.file, program.without_source),
                         "there are no facts to keep; without --facts its operations are named all the same");
    fmt::print(stderr, "blobgauge: {}: {}; operations alone are named, from its machine code\n", question.file,
               program.without_source);
  }
  std::vector<analyzer::EntryPoint> entry_points;
  if (!question.inference.explain_operation.empty())
    entry_points = analyzer::entry_points(executable, *reach, rules->handlers);
  const analyzer::ExecutableWays ways(*facts, executable, *reach, entry_points);
  program.ways = &ways;
  program.release = question.release.empty() ? release_of(build, *rules) : question.release;
  program.sources = sources(executable, *facts);
  program.unresolved = analyzer::reflection_callers(executable, *reach);
  std::optional<EntryFlow> flow;
  std::optional<analyzer::ExecutableEntries> entries;
  analyzer::ExecutableEntries::LedFrom led_from;
  if (!entry_points.empty()) led_from = [&](auto function) { return ways.led_from(function); };
  if (question.options && program.without_source.empty()) {
    auto made = EntryFlow::make(executable, *reach);
    if (made) {
      flow.emplace(std::move(*made));
      entries.emplace(
          *facts, executable, *reach,
          [&](auto function, const auto& word, auto grade) { return flow->ask(function, word, grade); }, 0, led_from);
      program.options = &*entries;
    } else if (made.error().category == Category::input) {
      program.unread = "the program " + made.error().message;
    } else {
      return tl::make_unexpected(std::move(made).error());
    }
  }
  ExecutableAnswer answer;
  BLOBGAUGE_TRY(answer.result, analyzer::infer_executable(*facts, *rules, catalogue, program, question.inference));
  if (!question.executed.empty()) {
    BLOBGAUGE_TRY(const auto text, model::read_file(question.executed));
    BLOBGAUGE_TRY(const auto ran, analyzer::executed_entries(text, question.executed));
    answer.coverage = analyzer::coverage_text(answer.result, ways, executable, ran);
  }
  return answer;
}

}  // namespace blobgauge::cli
