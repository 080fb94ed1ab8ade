// The fixture is compiled by the Go at hand; its comments say what must be found.
#include "analyzer/gobinary/stored_functions.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <set>

#include "analyzer/test_go.h"
#include "model/file.h"
#include "model/temporary.h"
#include "model/text.h"

namespace blobgauge::analyzer::gobinary {
namespace {

const std::string handlers_fixture = BLOBGAUGE_SOURCE_DIR "/analyzer/gobinary/testdata/handlers";

// "root Run" -> the names that its function has in one release of Go or another.
std::map<std::string, std::set<std::string>> wanted_handlers() {
  std::map<std::string, std::set<std::string>> wanted;
  const auto source = model::read_file(handlers_fixture + "/main.go");
  EXPECT_TRUE(source);
  if (!source) return wanted;
  for (const auto whole : model::split(*source, '\n')) {
    const auto line = model::trim(whole);
    constexpr std::string_view mark = "// want ";
    if (!line.starts_with(mark)) continue;
    const auto colon = line.find(": ");
    auto& names = wanted[std::string(line.substr(mark.size(), colon - mark.size()))];
    for (const auto name : model::split(line.substr(colon + 2), ' ')) names.emplace(name);
  }
  return wanted;
}

void expect_handlers(const std::string& options) {
  const auto folder = model::TemporaryFolder::create();
  ASSERT_TRUE(folder);
  const auto path = folder->path() + "/handlers";
  const auto command = fmt::format("cd '{}' && CGO_ENABLED=0 GOFLAGS=-mod=mod GOTOOLCHAIN=local go build {} -o '{}' .",
                                   handlers_fixture, options, path);
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
  const auto program = Executable::open(path);
  ASSERT_TRUE(program) << describe(program.error());
  const auto reach = Reach::compute(*program);
  ASSERT_TRUE(reach) << describe(reach.error());
  const auto wanted = wanted_handlers();
  ASSERT_EQ(wanted.size(), 5u);
  std::set<std::string> found;
  for (const auto& stored :
       find_stored_functions(*program, *reach, {"example.org/handlers/cli", "Command", {"Run", "RunE"}, "Use"})) {
    const auto key = fmt::format("{} {}", stored.name, stored.field);
    ASSERT_TRUE(wanted.count(key)) << key << " " << program->name(stored.function);
    EXPECT_TRUE(wanted.at(key).count(std::string(program->name(stored.function)))) << program->name(stored.function);
    found.insert(key);
    // Each of them leads to what it calls, and to no other's.
    const auto from = reach->from(stored.function);
    const auto send = program->named("main.send").front();
    EXPECT_EQ(from.level(send) == Level::reachable, stored.field == "RunE") << key;
    const auto chain = from.chain(program->named("main.sink").front());
    ASSERT_GE(chain.size(), 2u);
    EXPECT_EQ(chain.front().function, program->name(stored.function));
  }
  EXPECT_EQ(found.size(), wanted.size());
  EXPECT_TRUE(find_stored_functions(*program, *reach, {"example.org/handlers/cli", "Nothing", {"Run"}, ""}).empty());
}

class GoBinaryHandlers : public testing::Test {
 protected:
  void SetUp() override { BLOBGAUGE_NEED_GO(); }
};

TEST_F(GoBinaryHandlers, AreFoundInDataAndInCode) { expect_handlers(""); }
TEST_F(GoBinaryHandlers, AreFoundInAStrippedPositionIndependentFile) {
  expect_handlers("-buildmode=pie -ldflags='-s -w'");
}

}  // namespace
}  // namespace blobgauge::analyzer::gobinary
