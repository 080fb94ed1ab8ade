#include "tests/clang/reading.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "analyzer/clang/source_facts.h"
#include "model/catalogue.h"
#include "model/file.h"
#include "model/temporary.h"

namespace blobgauge::tests {

namespace clang = analyzer::clang;

clang::Unit read_unit(const std::string& folder, const std::string& file, const std::vector<std::string>& flags,
                      const std::vector<std::pair<std::string, std::string>>& unsaved) {
  const auto scratch = model::TemporaryFolder::create();
  EXPECT_TRUE(scratch);
  if (!scratch) return {};
  const auto output = scratch->path() + "/unit.jsonl";
  model::ProcessRequest process;
  process.folder = folder;
  process.time_limit = std::chrono::seconds(100);
  process.command = {BLOBGAUGE_CLANG_UNIT, "-o", output, "--root", folder};
  for (const auto& [name, path] : unsaved) {
    process.command.emplace_back("--unsaved");
    process.command.push_back(name + "=" + path);
  }
  process.command.push_back(file);
  process.command.emplace_back("--");
  process.command.insert(process.command.end(), flags.begin(), flags.end());
  const auto outcome = model::run_process(process);
  EXPECT_TRUE(outcome);
  if (!outcome) return {};
  EXPECT_EQ(outcome->exit_code, 0) << file << ": " << outcome->err;
  auto unit = clang::unit_from_text(model::read_file(output).value_or(""), file);
  EXPECT_TRUE(unit) << describe(unit.error());
  return unit ? std::move(*unit) : clang::Unit{};
}

Reading read_client(std::vector<clang::Unit> units, const std::string& client_file) {
  Reading reading;
  reading.units = std::move(units);
  auto rules = clang::load_source_rules(client_file);
  EXPECT_TRUE(rules) << describe(rules.error());
  if (!rules) return reading;
  reading.rules = std::move(*rules);
  const clang::Program program(reading.units, reading.rules.roots);
  EXPECT_TRUE(program.missing_roots().empty()) << fmt::format("{}", fmt::join(program.missing_roots(), ", "));
  reading.requests = clang::read_requests(reading.units, program, reading.rules);
  reading.facts =
      clang::source_facts(reading.units, program, reading.rules, reading.requests, {"test", "1", "linux/amd64"});
  const auto facts = analyzer::facts_from_text(reading.facts, client_file);
  EXPECT_TRUE(facts) << describe(facts.error());
  const auto catalogue = model::Catalogue::load(BLOBGAUGE_SOURCE_DIR "/specs/catalogue");
  EXPECT_TRUE(catalogue);
  if (!facts || !catalogue) return reading;
  auto common = reading.rules.common;
  common.scope = {"*"};
  auto result = analyzer::infer_static(*facts, common, *catalogue, {});
  EXPECT_TRUE(result) << describe(result.error());
  if (result) reading.result = std::move(*result);
  return reading;
}

std::vector<std::string> lines_of(const clang::FoundRequest& found) {
  const auto& hit = found.hit;
  std::vector<std::string> fields;
  for (const auto& a : hit.additions) {
    std::vector<std::string> guards;
    for (const auto& atom : a.guards) guards.push_back(text_of(atom));
    const auto values = a.value.as_texts();
    fields.push_back(fmt::format("{} {}={}{}{}", a.query ? "query" : "header", a.name, fmt::join(values, "|"),
                                 guards.empty() ? "" : " if ", fmt::join(guards, " && ")));
  }
  if (hit.body != "none")
    fields.push_back(fmt::format("body: {}{}{}", hit.body, hit.body_elements.empty() ? "" : " of ",
                                 fmt::join(hit.body_elements, ", ")));
  if (!hit.signed_verbs.empty()) fields.push_back(fmt::format("signed as {}", fmt::join(hit.signed_verbs, ", ")));
  std::vector<std::string> statuses, headers, elements;
  for (const auto& [code, at] : hit.answer.statuses) statuses.push_back(std::to_string(code));
  for (const auto& [name, at] : hit.answer.headers) headers.push_back(name);
  for (const auto& [path, at] : hit.answer.elements) elements.push_back(path);
  if (!statuses.empty()) fields.push_back(fmt::format("statuses: {}", fmt::join(statuses, ", ")));
  if (!headers.empty()) fields.push_back(fmt::format("reads: {}", fmt::join(headers, ", ")));
  if (!elements.empty()) fields.push_back(fmt::format("elements: {}", fmt::join(elements, ", ")));
  std::sort(fields.begin(), fields.end());
  fields.insert(fields.begin(), fmt::format("{} {}", fmt::join(hit.verbs, "|"), hit.path));
  return fields;
}

model::ProcessOutcome blobgauge(std::vector<std::string> arguments,
                                std::vector<std::pair<std::string, std::string>> environment) {
  model::ProcessRequest process;
  process.command = {BLOBGAUGE_PROGRAM};
  process.command.insert(process.command.end(), arguments.begin(), arguments.end());
  process.environment = std::move(environment);
  process.environment.emplace_back("BLOBGAUGE_CLANG_FRONTEND", BLOBGAUGE_CLANG_UNIT);
  process.environment.emplace_back("BLOBGAUGE_SPECS", BLOBGAUGE_SOURCE_DIR "/specs");
  process.time_limit = std::chrono::seconds(110);
  auto outcome = model::run_process(process);
  EXPECT_TRUE(outcome);
  return outcome ? std::move(*outcome) : model::ProcessOutcome{};
}

}  // namespace blobgauge::tests
