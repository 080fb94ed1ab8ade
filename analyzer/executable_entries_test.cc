#include "analyzer/executable_entries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <optional>

#include "analyzer/test_go.h"
#include "model/temporary.h"

namespace blobgauge::analyzer {
namespace {

using gobinary::Chance;
using gobinary::EntryWord;
using gobinary::FunctionId;
using gobinary::Grade;
using model::Proof;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

Word word(const std::string& in, std::int32_t at = 0, std::vector<std::int32_t> path = {}) {
  return {Word::Means::set, in, at, std::move(path), 8};
}

TEST(EntryWords, AreNumberedAsInstructionsNumberThem) {
  // ModRM's numbers, Intel's manual volume 2, table 2-2.
  const std::vector<std::string> registers{"AX", "CX", "", "BX", "", "", "SI", "DI", "R8", "R9", "R10", "R11"};
  for (std::size_t i = 0; i < registers.size(); ++i) {
    if (registers[i].empty()) continue;
    const auto asked = entry_word(word(registers[i], 0, {24, 8}));
    EXPECT_TRUE(asked.in_register);
    EXPECT_EQ(asked.place, static_cast<std::int32_t>(i)) << registers[i];
    EXPECT_THAT(asked.path, ElementsAre(24, 8));
  }
  const auto stack = entry_word(word("stack", 16));
  EXPECT_FALSE(stack.in_register);
  EXPECT_EQ(stack.place, 16);
}

class Entries : public ::testing::Test {
 protected:
  void SetUp() override {
    BLOBGAUGE_NEED_GO();
    const auto file = folder_.path() + "/reach";
    const auto command = "cd '" BLOBGAUGE_SOURCE_DIR
                         "/analyzer/gobinary/testdata/reach' && CGO_ENABLED=0 GOFLAGS=-mod=mod GOTOOLCHAIN=local "
                         "go build -o '" +
                         file + "' .";
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
    program_.emplace(*gobinary::Executable::open(file));
    reach_.emplace(*gobinary::Reach::compute(*program_));
    facts_.functions.push_back({});
    for (const auto* name : {"main.direct", "main.unused", "main.inlined"})
      facts_.functions.push_back({name, "main", {}, {}, {}});
  }

  model::TemporaryFolder folder_ = *model::TemporaryFolder::create();
  std::optional<gobinary::Executable> program_;
  std::optional<gobinary::Reach> reach_;
  Facts facts_;
};

TEST_F(Entries, AreAskedOnceInBothGrades) {
  std::mutex lock;
  std::vector<std::string> asked;
  ExecutableEntries entries(
      facts_, *program_, *reach_,
      [&](FunctionId id, const EntryWord&, Grade grade) {
        const std::lock_guard guard(lock);
        asked.emplace_back(program_->name(id));
        Chance chance;
        chance.nonzero = grade == Grade::safest;
        chance.zero = !chance.nonzero;
        chance.stores = {{program_->name(id), program_->position(id)}};
        return chance;
      },
      2);
  const EntryQuestion direct{1, word("AX")}, unused{2, word("AX")};
  entries.prepare({direct, unused});
  EXPECT_THAT(asked, SizeIs(2)) << "nothing comes to a function that is not reached";
  const auto answer = entries.ask(direct, Proof::all_ways);
  EXPECT_TRUE(answer.nonzero && !answer.zero);
  ASSERT_THAT(answer.stores, SizeIs(1));
  EXPECT_THAT(answer.stores[0], HasSubstr("main.direct main/main.go:"));
  EXPECT_TRUE(entries.ask(direct, Proof::open_ways).zero);
  const auto none = entries.ask(unused, Proof::all_ways);
  EXPECT_FALSE(none.zero || none.nonzero || none.unknown);
  EXPECT_THAT(asked, SizeIs(2));
}

TEST_F(Entries, WhatWasInlinedHasNoArguments) {
  // A function of the runtime that has code and is inlined elsewhere too, or only inlined.
  FunctionId inlined = program_->function_count();
  for (FunctionId id = 0; id < program_->function_count(); ++id)
    if (std::any_of(program_->hosts_begin(id), program_->hosts_end(id),
                    [&](FunctionId host) { return reach_->level(host) == model::Level::reachable; }) &&
        program_->named(program_->name(id)).size() == 1 && program_->name(id).find('(') == std::string_view::npos &&
        program_->name(id).starts_with("runtime."))
      inlined = id;
  ASSERT_LT(inlined, program_->function_count());
  facts_.functions.back() = {std::string(program_->name(inlined)), "runtime", {}, {}, {}};
  const ExecutableEntries entries(facts_, *program_, *reach_, [](FunctionId, const EntryWord&, Grade) {
    Chance chance;
    chance.zero = true;
    return chance;
  });
  const auto answer = entries.ask({3, word("AX")}, Proof::all_ways);
  EXPECT_TRUE(answer.unknown) << program_->name(inlined);
  EXPECT_THAT(answer.reasons, ElementsAre(HasSubstr("put it into its callers")));
}

}  // namespace
}  // namespace blobgauge::analyzer
