// The fixture's comments say what must be answered, and the program itself, when it runs, what can be.
#include "analyzer/gobinary/entry_flow.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "analyzer/gobinary/image.h"
#include "analyzer/test_go.h"
#include "model/file.h"
#include "model/temporary.h"
#include "model/text.h"

namespace blobgauge::analyzer::gobinary {
namespace {

const std::string flow_fixture = BLOBGAUGE_SOURCE_DIR "/analyzer/gobinary/testdata/flow";

struct EntryWant {
  std::string where, answer;  // "main.build AX 0", "never"
  bool feasible = false;      // of the precise grade
};

std::vector<EntryWant> flow_wants() {
  std::vector<EntryWant> wants;
  const auto source = model::read_file(flow_fixture + "/main.go");
  if (!source) return wants;
  for (const auto line : model::split(*source, '\n')) {
    constexpr std::string_view mark = "// want ";
    const auto colon = line.rfind(": ");
    if (!line.starts_with(mark)) continue;
    auto where = line.substr(mark.size(), colon - mark.size());
    constexpr std::string_view weaker = "feasible ";
    const bool feasible = where.starts_with(weaker);
    if (feasible) where.remove_prefix(weaker.size());
    wants.push_back({std::string(where), std::string(line.substr(colon + 2)), feasible});
  }
  return wants;
}

// "AX 16,8", "BX", "+0,8": a register or a place on the stack, and the offsets behind it.
EntryWord word_of(std::string_view register_and_path) {
  static const std::map<std::string_view, int> registers{{"AX", 0}, {"BX", 3}, {"CX", 1}, {"DI", 7}, {"SI", 6}};
  EntryWord word;
  const auto space = register_and_path.find(' ');
  const auto first = register_and_path.substr(0, space);
  std::string_view path = space == first.npos ? "" : register_and_path.substr(space + 1);
  if (first.starts_with('+')) {
    word.in_register = false;
    const auto comma = first.find(',');
    word.place = std::atoi(std::string(first.substr(1, comma)).c_str());
    path = comma == first.npos ? "" : first.substr(comma + 1);
  } else {
    word.place = registers.at(first);
  }
  if (path.empty()) return word;
  for (const auto offset : model::split(path, ',')) word.path.push_back(std::atoi(std::string(offset).c_str()));
  return word;
}

std::string shown(const Chance& chance) {
  std::string text = fmt::format("{}{}{}", chance.zero ? "zero " : "", chance.nonzero ? "nonzero " : "",
                                 chance.unknown ? "unknown " : "");
  for (const auto& store : chance.stores)
    text += fmt::format("\n  {} {}:{}", store.function, store.at.file, store.at.line);
  for (const auto& reason : chance.reasons) text += "\n  " + reason;
  return text;
}

bool agrees(const Chance& chance, std::string_view answer) {
  if (answer == "never") return chance.zero && !chance.nonzero && !chance.unknown;
  if (answer == "always") return !chance.zero && chance.nonzero && !chance.unknown;
  if (answer == "set") return chance.nonzero;
  return answer == "maybe" && (chance.nonzero || chance.unknown);
}

struct Build {
  const char *toolchain, *options;
};
// For the tests' names.
std::ostream& operator<<(std::ostream& out, const Build& build) {
  return out << build.toolchain << ' ' << build.options;
}

// Builders whose option is stored through an alias that was lost from sight.
constexpr std::string_view stored_out_of_sight[] = {
    "main.buildChannelled",  "main.buildKept ", "main.buildKeptInside", "main.buildMapped",
    "main.buildCopiedSlice", "main.buildBoth",  "main.buildGivenBack"};

class GoBinaryEntryFlow : public testing::TestWithParam<Build> {
 protected:
  void SetUp() override {
    const std::string toolchain = GetParam().toolchain;
    if (toolchain != "local") {
      if (!std::getenv("BLOBGAUGE_LONG")) GTEST_SKIP() << "of the long tier";
      if (std::system(fmt::format("GOTOOLCHAIN={} go version >/dev/null 2>&1", toolchain).c_str()) != 0)
        GTEST_SKIP() << toolchain << " cannot be had";
    }
    BLOBGAUGE_NEED_GO();
  }
  static std::string built(const Build& build) {
    static model::TemporaryFolder folder = *model::TemporaryFolder::create();
    static std::map<std::string, std::string> done;
    auto& path = done[fmt::format("{} {}", build.toolchain, build.options)];
    if (!path.empty()) return path;
    path = fmt::format("{}/flow{}", folder.path(), done.size());
    const auto command = fmt::format("cd '{}' && CGO_ENABLED=0 GOFLAGS=-mod=mod GOTOOLCHAIN={} go build {} -o '{}' .",
                                     flow_fixture, build.toolchain, build.options, path);
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    return path;
  }
};

TEST_P(GoBinaryEntryFlow, AnswersWhatTheCommentsSay) {
  const auto program = Executable::open(built(GetParam()));
  ASSERT_TRUE(program) << describe(program.error());
  const auto reach = Reach::compute(*program);
  ASSERT_TRUE(reach) << describe(reach.error());
  const auto flow = EntryFlow::make(*program, *reach);
  ASSERT_TRUE(flow) << describe(flow.error());
  const auto wants = flow_wants();
  ASSERT_GT(wants.size(), 30u);
  for (const auto& want : wants) {
    const auto space = want.where.find(' ');
    const auto ids = program->named(want.where.substr(0, space));
    ASSERT_FALSE(ids.empty()) << want.where;
    const auto word = word_of(want.where.substr(space + 1));
    const auto safest = flow->ask(ids[0], word, Grade::safest);
    EXPECT_TRUE(agrees(safest, want.answer) || (want.feasible && safest.unknown))
        << want.where << ": " << want.answer << ", safest: " << shown(safest);
    // The linker of older releases leaves the types of more interfaces in, so that more assertions can be.
    constexpr int first_that_leaves_out = 20;
    if (want.feasible && program->build_info().go_minor < first_that_leaves_out) continue;
    const auto precise = flow->ask(ids[0], word, Grade::precise);
    if (want.feasible || want.answer == "never" || want.answer == "always") {
      EXPECT_TRUE(agrees(precise, want.answer)) << want.where << ": " << want.answer << ", precise: " << shown(precise);
    }
  }
}

// What the running program sees other than zero is never called never.
TEST_P(GoBinaryEntryFlow, NothingThatRunsIsCalledNever) {
  const auto path = built(GetParam());
  ASSERT_EQ(std::system(fmt::format("'{0}' 2>'{0}.seen' </dev/null", path).c_str()), 0);
  const auto program = Executable::open(path);
  ASSERT_TRUE(program) << describe(program.error());
  const auto reach = Reach::compute(*program);
  ASSERT_TRUE(reach) << describe(reach.error());
  const auto flow = EntryFlow::make(*program, *reach);
  ASSERT_TRUE(flow) << describe(flow.error());
  const auto seen = *model::read_file(path + ".seen");
  EXPECT_GT(std::count(seen.begin(), seen.end(), '\n'), 25);
  for (const auto line : model::split(seen, '\n')) {
    if (line.empty()) continue;
    const auto space = line.find(' ');
    const auto chance =
        flow->ask(program->named(line.substr(0, space)).at(0), word_of(line.substr(space + 1)), Grade::safest);
    EXPECT_TRUE(chance.nonzero || chance.unknown) << line << ": " << shown(chance);
    // The weaker grade leaves out stores through what was lost from sight, and nothing else.
    const auto weaker =
        flow->ask(program->named(line.substr(0, space)).at(0), word_of(line.substr(space + 1)), Grade::precise);
    const bool by_alias = std::any_of(std::begin(stored_out_of_sight), std::end(stored_out_of_sight),
                                      [&](std::string_view name) { return line.starts_with(name); });
    EXPECT_TRUE(by_alias || weaker.nonzero || weaker.unknown) << line << ": " << shown(weaker);
  }
}

// Whatever stands where code should be, the search ends and answers.
TEST_P(GoBinaryEntryFlow, DamagedCodeIsAnswered) {
  auto bytes = *model::read_file(built(GetParam()));
  const auto whole = Executable::from_bytes(bytes, "whole");
  ASSERT_TRUE(whole) << describe(whole.error());
  const auto wants = flow_wants();
  std::uint32_t random = 1;
  for (int turn = 0; turn < 3; ++turn) {
    // Segments are found in the file by their beginning: code is what the first function's bytes are.
    const auto code = whole->image().at(whole->entry(0), 64);
    const auto start = bytes.find(std::string_view(reinterpret_cast<const char*>(code.data()), code.size()));
    ASSERT_NE(start, bytes.npos);
    const auto size = whole->entry(whole->physical_count() - 1) - whole->entry(0);
    for (int i = 0; i < 20'000; ++i) {
      random = random * 1664525 + 1013904223;
      bytes[start + 64 + random % (size - 64)] = static_cast<char>(random >> 24);
    }
    const auto program = Executable::from_bytes(bytes, "damaged");
    if (!program) continue;
    const auto reach = Reach::compute(*program);
    if (!reach) continue;
    const auto flow = EntryFlow::make(*program, *reach, {1, 50'000});
    ASSERT_TRUE(flow);
    for (const auto& want : wants) {
      const auto space = want.where.find(' ');
      for (const auto id : program->named(want.where.substr(0, space)))
        for (const auto grade : {Grade::safest, Grade::precise})
          flow->ask(id, word_of(want.where.substr(space + 1)), grade);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Builds, GoBinaryEntryFlow,
                         testing::Values(Build{"local", ""}, Build{"local", "-buildmode=pie -ldflags='-s -w'"},
                                         Build{"local", "-gcflags=-l"}));
// Other releases come through the Go module proxy.
INSTANTIATE_TEST_SUITE_P(Releases, GoBinaryEntryFlow,
                         testing::Values(Build{"go1.18.10", ""}, Build{"go1.21.13", ""}, Build{"go1.23.12", ""},
                                         Build{"go1.25.8", ""}));

}  // namespace
}  // namespace blobgauge::analyzer::gobinary
