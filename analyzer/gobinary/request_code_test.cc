// The fixture is compiled by the Go at hand; its comments say what must be read.
#include "analyzer/gobinary/request_code.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "analyzer/test_go.h"
#include "model/file.h"
#include "model/temporary.h"
#include "model/text.h"

namespace blobgauge::analyzer::gobinary {
namespace {

using testing::UnorderedElementsAreArray;

const std::string requests_fixture = BLOBGAUGE_SOURCE_DIR "/analyzer/gobinary/testdata/requests";

// By function: the method, then one line a write.
std::map<std::string, std::vector<std::string>> wanted_requests() {
  std::map<std::string, std::vector<std::string>> wanted;
  const auto source = model::read_file(requests_fixture + "/main.go");
  EXPECT_TRUE(source);
  if (!source) return wanted;
  std::vector<std::string> pending;
  for (const auto line : model::split(*source, '\n')) {
    constexpr std::string_view mark = "// want ";
    if (line.starts_with(mark)) {
      const auto text = line.substr(mark.size());
      const auto space = text.find(' ');
      pending = {std::string(text.substr(0, space))};
      for (const auto write : model::split(text.substr(space), ',')) pending.emplace_back(model::trim(write));
    } else if (line.starts_with("func ") && !pending.empty()) {
      const auto name = line.substr(line.find(") ") + 2);
      wanted[std::string(name.substr(0, name.find('(')))] = std::exchange(pending, {});
    }
  }
  return wanted;
}

std::string written(const CodeWrite& write) {
  return fmt::format("{} {}={} {}", write.part == CodeWrite::Part::header ? "header" : "query",
                     write.name.value_or("?"), write.value.value_or("?"), write.always ? "always" : "sometimes");
}

void expect_requests(const std::string& options) {
  const auto folder = model::TemporaryFolder::create();
  ASSERT_TRUE(folder);
  const auto path = folder->path() + "/requests";
  const auto command = fmt::format("cd '{}' && CGO_ENABLED=0 GOFLAGS=-mod=mod GOTOOLCHAIN=local go build {} -o '{}' .",
                                   requests_fixture, options, path);
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
  const auto program = Executable::open(path);
  ASSERT_TRUE(program) << describe(program.error());
  const auto reach = Reach::compute(*program);
  ASSERT_TRUE(reach) << describe(reach.error());
  const auto is_builder = [](std::string_view symbol) { return symbol.starts_with("main."); };
  const auto found =
      find_requests(*program, *reach, {{"net/http.NewRequest", 0}, {"net/http.NewRequestWithContext", 2}}, is_builder);
  const auto wanted = wanted_requests();
  ASSERT_GT(wanted.size(), 5u);
  EXPECT_EQ(found.size(), wanted.size());
  for (const auto& request : found) {
    const auto name = std::string(request.builder.substr(request.builder.rfind('.') + 1));
    ASSERT_TRUE(wanted.count(name)) << request.builder;
    std::vector<std::string> lines{std::string(request.method.value_or("?"))};
    for (const auto& write : request.writes) lines.push_back(written(write));
    EXPECT_THAT(lines, UnorderedElementsAreArray(wanted.at(name))) << name << " " << options;
  }
}

class GoBinaryRequests : public testing::Test {
 protected:
  void SetUp() override { BLOBGAUGE_NEED_GO(); }
};

TEST_F(GoBinaryRequests, AreReadFromMachineCode) { expect_requests(""); }
TEST_F(GoBinaryRequests, AreReadFromAStrippedPositionIndependentFile) {
  expect_requests("-buildmode=pie -ldflags='-s -w'");
}

}  // namespace
}  // namespace blobgauge::analyzer::gobinary
