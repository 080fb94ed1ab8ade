// The fixture is compiled by the Go at hand; its comments say what must be found.
#include "analyzer/gobinary/reachability.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>

#include "analyzer/test_go.h"
#include "model/file.h"
#include "model/temporary.h"
#include "model/text.h"

namespace blobgauge::analyzer::gobinary {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string fixture = BLOBGAUGE_SOURCE_DIR "/analyzer/gobinary/testdata/reach";

struct Want {
  std::string level, name;
};

// "// want LEVEL: NAME, NAME"
std::vector<Want> wants() {
  std::vector<Want> wants;
  const auto source = model::read_file(fixture + "/main.go");
  if (!source) return wants;
  for (const auto line : model::split(*source, '\n')) {
    constexpr std::string_view mark = "// want ";
    if (!line.starts_with(mark)) continue;
    const auto colon = line.find(": ");
    for (const auto name : model::split(line.substr(colon + 2), ','))
      wants.push_back({std::string(line.substr(mark.size(), colon - mark.size())), std::string(model::trim(name))});
  }
  return wants;
}

// Built once a set of options, in a folder that goes when the tests end.
class GoBinaryReach : public testing::Test {
 protected:
  void SetUp() override { BLOBGAUGE_NEED_GO(); }

  static std::string built(const std::string& options, const std::string& system = "linux") {
    static model::TemporaryFolder folder = *model::TemporaryFolder::create();
    static std::map<std::string, std::string> done;
    auto& path = done[system + " " + options];
    if (!path.empty()) return path;
    path = fmt::format("{}/reach{}", folder.path(), done.size());
    const auto command =
        fmt::format("cd '{}' && CGO_ENABLED=0 GOFLAGS=-mod=mod GOTOOLCHAIN=local GOOS={} go build {} -o '{}' .",
                    fixture, system, options, path);
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    return path;
  }
};

std::set<std::string> of_level(const Executable& program, const Reach& reach, Level most) {
  std::set<std::string> names;
  for (FunctionId id = 0; id < program.function_count(); ++id)
    if (reach.level(id) <= most) names.emplace(program.name(id));
  return names;
}

void expect_wants(const std::string& path) {
  const auto program = Executable::open(path);
  ASSERT_TRUE(program) << describe(program.error());
  const auto reach = Reach::compute(*program);
  ASSERT_TRUE(reach) << describe(reach.error());
  const auto wanted = wants();
  ASSERT_GT(wanted.size(), 30u);
  for (const auto& want : wanted) {
    const auto ids = program->named(want.name);
    EXPECT_EQ(ids.empty(), want.level == "absent") << want.name;
    for (const auto id : ids) EXPECT_EQ(model::name_of(reach->level(id)), want.level) << want.name;
  }
}

TEST_F(GoBinaryReach, FindsWhatTheCommentsSay) { expect_wants(built("")); }
TEST_F(GoBinaryReach, NeedsNoSymbols) { expect_wants(built("-ldflags='-s -w'")); }
TEST_F(GoBinaryReach, ReadsPositionIndependentPrograms) { expect_wants(built("-buildmode=pie")); }
TEST_F(GoBinaryReach, ReadsProgramsForWindows) {
  for (const auto* options : {"-ldflags='-s -w'", "-buildmode=pie", "-buildmode=exe"}) {
    const auto path = built(options, "windows");
    expect_wants(path);
    EXPECT_EQ(Executable::open(path).value().platform(), "windows/amd64");
  }
}
TEST_F(GoBinaryReach, ReadsBothAtOnce) { expect_wants(built("-buildmode=pie -ldflags='-s -w'")); }

// Without symbols pieces of data have to be guessed; a guess may only add.
TEST_F(GoBinaryReach, AStrippedProgramLosesNothing) {
  for (const std::string mode : {"", "-buildmode=pie "}) {
    std::set<std::string> found[2];
    for (const bool stripped : {false, true}) {
      const auto program = Executable::open(built(mode + (stripped ? "-ldflags='-s -w'" : "")));
      ASSERT_TRUE(program) << describe(program.error());
      const auto reach = Reach::compute(*program);
      ASSERT_TRUE(reach);
      found[stripped] = of_level(*program, *reach, Level::reachable);
    }
    std::vector<std::string> lost;
    std::set_difference(found[0].begin(), found[0].end(), found[1].begin(), found[1].end(), std::back_inserter(lost));
    EXPECT_THAT(lost, ElementsAre()) << mode;
  }
}

TEST_F(GoBinaryReach, ChainsNameEachFrameWithItsPlace) {
  const auto program = Executable::open(built("-ldflags='-s -w' -trimpath"));
  ASSERT_TRUE(program) << describe(program.error());
  const auto reach = Reach::compute(*program);
  ASSERT_TRUE(reach);
  const auto source = *model::read_file(fixture + "/main.go");
  const auto line_of = [&](std::string_view text) {
    return static_cast<std::uint32_t>(
        1 + std::count(source.begin(), source.begin() + static_cast<std::ptrdiff_t>(source.find(text)), '\n'));
  };
  const auto chain_of = [&](std::string_view name) {
    const auto ids = program->named(name);
    return ids.empty() ? std::vector<Frame>{} : reach->chain(ids.front());
  };
  const auto shown = [&](const std::vector<Frame>& chain) {
    std::vector<std::string> lines;
    for (const auto& frame : chain)
      lines.push_back(fmt::format("{} {}:{} {}{}", to_string(frame.edge), frame.at.file, frame.at.line, frame.function,
                                  frame.via.empty() ? "" : ", " + frame.via));
    return lines;
  };
  const std::string file = "example.org/reach/main.go";
  EXPECT_THAT(shown(chain_of("main.innermost")),
              ElementsAre(fmt::format("root {}:{} main.main", file, line_of("outermost()\n\tchannel")),
                          fmt::format("call {}:{} main.outermost", file, line_of("func outermost()")),
                          fmt::format("inlined {}:{} main.inlinedOnce", file, line_of("func inlinedOnce()")),
                          fmt::format("inlined {}:{} main.inlinedTwice", file, line_of("func inlinedTwice()")),
                          fmt::format("call {}:{} main.innermost", file, line_of("func innermost("))));
  EXPECT_THAT(shown(chain_of("main.inlinedTwice")),
              ElementsAre(HasSubstr("root"), HasSubstr("call"),
                          fmt::format("inlined {}:{} main.inlinedOnce", file, line_of("func inlinedOnce()")),
                          fmt::format("inlined {}:{} main.inlinedTwice", file, line_of("func inlinedTwice()"))));
  EXPECT_THAT(shown(chain_of("main.(*square).area")),
              ElementsAre(HasSubstr("root"), HasSubstr("call"),
                          fmt::format("itab {}:{} main.(*square).area, *main.square as main.shape", file,
                                      line_of("func (s *square) area()"))));
  EXPECT_THAT(shown(chain_of("main.tabled")), Contains(HasSubstr("closure " + file)));
  EXPECT_THAT(shown(chain_of("main.(*shownByPrinting).String")), Contains(HasSubstr("dynamic itab")));
  EXPECT_THAT(shown(chain_of("main.(*target).Unnamed")), Contains(HasSubstr("reflection")));
  EXPECT_THAT(chain_of("main.unused"), ElementsAre());
}

TEST_F(GoBinaryReach, SaysWhatItWasBuiltFrom) {
  const auto program = Executable::open(built(""));
  ASSERT_TRUE(program) << describe(program.error());
  EXPECT_EQ(program->build_info().package, "example.org/reach");
  EXPECT_THAT(program->build_info().go_version, HasSubstr("go1."));
  EXPECT_GE(program->build_info().go_minor, 21);
}

// Each length and offset is hostile; under the sanitizers this is the proof that they are checked.
TEST_F(GoBinaryReach, ADamagedProgramIsRefusedOrRead) {
  const auto original = *model::read_file(built("-ldflags='-s -w'"));
  for (const double part : {0.0001, 0.01, 0.3, 0.6, 0.9, 0.999}) {
    const auto size = static_cast<std::size_t>(part * static_cast<double>(original.size()));
    const auto read = Executable::from_bytes(std::string_view(original).substr(0, size), "cut");
    EXPECT_FALSE(read) << part;
  }
  const auto program = *Executable::from_bytes(original, "whole");
  EXPECT_GT(program.physical_count(), 1000u);
}

}  // namespace
}  // namespace blobgauge::analyzer::gobinary
