#include "model/surface_diff.h"

#include <gtest/gtest.h>

namespace blobgauge::model {
namespace {

Surface with(std::string name, Presence presence, Value value = {}) {
  Surface surface;
  surface.kind = "static";
  auto& operation = surface.operations["Put Block"];
  operation.operation = "Put Block";
  if (name.empty()) return surface;
  Field field;
  field.name = std::move(name);
  field.presence = presence;
  field.value = std::move(value);
  operation.request_headers["x-a"] = field;
  return surface;
}

TEST(SurfaceDiff, NothingBetweenEquals) {
  const auto a = with("x-a", Presence::always, {ValueKind::constant, {"1"}});
  EXPECT_TRUE(diff(a, a).empty());
}

TEST(SurfaceDiff, WhatIsNewlyAskedForIsBreaking) {
  const auto without = with("", Presence::always), header = with("x-a", Presence::conditional);
  ASSERT_EQ(diff(without, header).size(), 1u);
  EXPECT_EQ(diff(without, header)[0].grade, Grade::breaking);
  EXPECT_EQ(diff(header, without)[0].grade, Grade::harmless);
  EXPECT_EQ(diff(with("x-a", Presence::never), header)[0].grade, Grade::breaking);
  Surface more = without;
  more.operations["Get Blob"].operation = "Get Blob";
  EXPECT_EQ(diff(without, more)[0].what, "operation");
  EXPECT_EQ(diff(without, more)[0].grade, Grade::breaking);
  EXPECT_EQ(diff(more, without)[0].grade, Grade::harmless);
}

TEST(SurfaceDiff, ANewValueIsBreakingAFewerOneIsNot) {
  const auto one = with("x-a", Presence::always, {ValueKind::constant, {"1"}});
  const auto two = with("x-a", Presence::always, {ValueKind::one_of, {"1", "2"}});
  EXPECT_EQ(diff(one, two)[0].grade, Grade::breaking);
  EXPECT_EQ(diff(two, one)[0].grade, Grade::harmless);
  EXPECT_EQ(diff(one, with("x-a", Presence::always))[0].grade, Grade::evidence);
}

TEST(SurfaceDiff, SpellingAndPresenceAreEvidence) {
  const auto changes = diff(with("x-a", Presence::always), with("X-A", Presence::conditional));
  ASSERT_EQ(changes.size(), 2u);
  for (const auto& change : changes) EXPECT_EQ(change.grade, Grade::evidence);
}

TEST(SurfaceDiff, WhatPartialEvidenceLacksIsNotGone) {
  auto one = with("x-a", Presence::undecided, {ValueKind::constant, {"1"}});
  one.kind = "partial";
  one.operations["Put Block"].response_headers["etag"].name = "ETag";
  auto before = with("x-a", Presence::always, {ValueKind::one_of, {"1", "2"}});
  before.operations["Get Blob"].operation = "Get Blob";
  before.operations["Put Block"].statuses[201] = 3;
  EXPECT_TRUE(diff(before, one).empty());
  EXPECT_EQ(diff(with("", Presence::always), one).at(0).grade, Grade::breaking);
  EXPECT_EQ(diff(with("x-a", Presence::always, {ValueKind::constant, {"2"}}), one).at(0).what, "request header value");
}

Surface executable(Level level, Presence header = Presence::always) {
  auto surface = with("x-a", header, {ValueKind::constant, {"1"}});
  surface.kind = "executable";
  surface.operations["Put Block"].level = level;
  return surface;
}

TEST(SurfaceDiff, AnExecutablesOperationsAreGradedByLevel) {
  Surface none;
  none.kind = "executable";
  const auto grade = [](const Surface& a, const Surface& b) {
    const auto changes = diff(a, b);
    return changes.size() == 1 ? std::string(name_of(changes[0].grade)) + " " + changes[0].what : "several";
  };
  const auto sure = executable(Level::reachable), bound = executable(Level::safe_bound);
  EXPECT_EQ(grade(none, sure), "breaking operation");
  EXPECT_EQ(grade(none, bound), "evidence operation");
  EXPECT_EQ(grade(bound, sure), "breaking level");
  EXPECT_EQ(grade(sure, bound), "harmless level");
  EXPECT_EQ(grade(bound, executable(Level::by_reflection)), "evidence level");
  EXPECT_EQ(diff(none, sure)[0].after, "reachable");
}

TEST(SurfaceDiff, WhereOperationsAreAllThereIsNoHeaderIsGone) {
  const auto full = executable(Level::reachable);
  auto alone = full;
  alone.operations_only = true;
  alone.operations["Put Block"].request_headers.clear();
  EXPECT_TRUE(diff(full, alone).empty());
  EXPECT_TRUE(diff(alone, full).empty());
  alone.operations["Put Block"].level = Level::safe_bound;
  EXPECT_EQ(diff(full, alone).size(), 1u);
}

TEST(SurfaceDiff, AnExecutablesOptionsAndValuesAreEvidence) {
  const auto before = executable(Level::reachable);
  auto after = before;
  Field option;
  option.name = "x-option";
  after.operations["Put Block"].request_headers["x-option"] = option;
  after.operations["Put Block"].request_headers["x-a"].value.values = {"2"};
  const auto changes = diff(before, after);
  ASSERT_EQ(changes.size(), 2u);
  for (const auto& change : changes) EXPECT_EQ(change.grade, Grade::evidence) << change.name;
}

TEST(SurfaceDiff, AWeakNeverThatIsGoneIsEvidence) {
  const auto grade = [](Presence a, Proof pa, Presence b, Proof pb) {
    auto before = executable(Level::reachable, a), after = executable(Level::reachable, b);
    before.operations["Put Block"].request_headers["x-a"].proof = pa;
    after.operations["Put Block"].request_headers["x-a"].proof = pb;
    const auto changes = diff(before, after);
    return changes.size() == 1 ? std::string(name_of(changes[0].grade)) + ": " + changes[0].before : "several";
  };
  using enum Presence;
  EXPECT_EQ(grade(never, Proof::all_ways, conditional, Proof::none), "breaking: never (no store found)");
  EXPECT_EQ(grade(never, Proof::open_ways, conditional, Proof::none), "evidence: never (none on a feasible path)");
  EXPECT_EQ(grade(conditional, Proof::none, never, Proof::all_ways), "harmless: conditional");
  EXPECT_EQ(grade(conditional, Proof::none, never, Proof::open_ways), "evidence: conditional");
}

}  // namespace
}  // namespace blobgauge::model
