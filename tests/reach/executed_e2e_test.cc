// The real clients run their scenarios with a breakpoint at every function: what runs must be in the reachable set. It
// needs no source and shares no code with the analysis but the table of functions.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <set>

#include "analyzer/gobinary/executable.h"
#include "analyzer/gobinary/reachability.h"
#include "model/file.h"
#include "model/process.h"
#include "model/temporary.h"
#include "model/text.h"

namespace blobgauge {
namespace {

namespace fs = std::filesystem;
namespace gobinary = analyzer::gobinary;
using gobinary::Level;

// Of the client's scenarios that `select` names; each run appends to the log.
void run_scenarios(const std::string& client, const std::string& program, const std::string& select,
                   const model::TemporaryFolder& folder, const std::string& log) {
  const auto script = folder.path() + "/" + client;
  ASSERT_TRUE(model::write_file(
      script, fmt::format("#!/bin/sh\nexec '{}' '{}' '{}' \"$@\"\n", BLOBGAUGE_EXECUTED_FUNCTIONS, log, program)));
  fs::permissions(script, fs::perms::owner_all);
  model::ProcessRequest request;
  request.command = {BLOBGAUGE_PROGRAM,     "verify",   "--clients", client, "--client",
                     client + "=" + script, "--select", select,      "-o",   folder.path() + "/results.json"};
  request.folder = BLOBGAUGE_SOURCE_DIR;
  request.time_limit = std::chrono::seconds{280};
  const auto outcome = model::run_process(request);
  ASSERT_TRUE(outcome) << describe(outcome.error());
  ASSERT_EQ(outcome->exit_code, 0) << outcome->out << outcome->err;
}

// What a user is told of the same list.
void expect_coverage(const std::string& program, const std::string& log) {
  model::ProcessRequest request;
  request.command = {BLOBGAUGE_PROGRAM, "analyze", "go", "--binary", program, "--operations-only", "--executed", log};
  request.folder = BLOBGAUGE_SOURCE_DIR;
  request.time_limit = std::chrono::seconds{120};
  const auto outcome = model::run_process(request);
  ASSERT_TRUE(outcome) << describe(outcome.error());
  ASSERT_EQ(outcome->exit_code, 0) << outcome->err;
  const auto first = outcome->out.substr(0, outcome->out.find('\n'));
  EXPECT_THAT(first, testing::MatchesRegex("[1-9][0-9]* of [1-9][0-9] request builders that can be reached ran"));
  EXPECT_THAT(outcome->out, testing::HasSubstr("did not run, with the shortest chain\n"));
  fmt::print("{}\n", first);
}

void expect_reachable(const std::string& client, const char* variable, const std::string& scenario) {
  const char* program_path = std::getenv(variable);
  if (!program_path || !*program_path) GTEST_SKIP() << variable << " is not set (tools/setup --print shows how)";
  const auto folder = model::TemporaryFolder::create();
  ASSERT_TRUE(folder);
  const auto log = folder->path() + "/log";
  const bool all = std::getenv("BLOBGAUGE_LONG") != nullptr;
  run_scenarios(client, program_path, client + "/" + (all ? "*" : scenario), *folder, log);
  if (testing::Test::HasFatalFailure()) return;

  expect_coverage(program_path, log);
  const auto program = gobinary::Executable::open(program_path);
  ASSERT_TRUE(program) << describe(program.error());
  const auto reach = gobinary::Reach::compute(*program);
  ASSERT_TRUE(reach) << describe(reach.error());
  const auto lines = model::read_file(log);
  ASSERT_TRUE(lines) << describe(lines.error());
  std::set<std::string_view> executed;
  for (const auto line : model::split(*lines, '\n')) executed.insert(line);
  std::size_t count = 0, reflected = 0;
  std::vector<std::string> missed;
  for (gobinary::FunctionId id = 0; id < program->physical_count(); ++id) {
    if (!executed.contains(fmt::format("{:x}", program->entry(id)))) continue;
    ++count;
    if (reach->level(id) == Level::by_reflection) ++reflected;
    if (reach->level(id) > Level::by_reflection) missed.emplace_back(program->name(id));
  }
  EXPECT_GT(count, 2000u) << "the client did hardly anything";
  EXPECT_THAT(missed, testing::ElementsAre());
  // Templates and enumerations; what is called otherwise is reachable without reflection.
  EXPECT_LT(reflected * 20, count) << reflected << " of " << count;
  fmt::print("{}: {} functions ran, {} of them by reflection, {} not predicted; {} of {} are reachable\n", client,
             count, reflected, missed.size(), reach->count(Level::reachable), program->physical_count());
}

TEST(ExecutedE2e, WhatAzcopyRunsIsReachable) { expect_reachable("azcopy", "BLOBGAUGE_AZCOPY", "copy-blob-blocks"); }
TEST(ExecutedE2e, WhatRcloneRunsIsReachable) { expect_reachable("rclone", "BLOBGAUGE_RCLONE", "copy-up-small"); }

}  // namespace
}  // namespace blobgauge
