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

TEST(SurfaceDiff, WhatTheAnalysisLeavesUndecidedIsNoDemand) {
  const auto changes = diff(with("", Presence::always), with("x-a", Presence::undecided));
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].grade, Grade::evidence);
}

TEST(SurfaceDiff, ACodeThatIsNewlyComparedIsADemandOnItsOperationAlone) {
  const auto without = with("", Presence::always);
  const auto compares = [&](Presence presence) {
    auto surface = without;
    surface.operations.begin()->second.compared_codes["Busy"].presence = presence;
    return surface;
  };
  const auto sure = compares(Presence::always), possible = compares(Presence::conditional);
  ASSERT_EQ(diff(without, sure).size(), 1u);
  EXPECT_EQ(diff(without, sure)[0].what, "error code");
  EXPECT_EQ(diff(without, sure)[0].grade, Grade::breaking);
  EXPECT_EQ(diff(without, possible)[0].grade, Grade::evidence);
  EXPECT_EQ(diff(possible, sure)[0].grade, Grade::breaking);
  EXPECT_EQ(diff(sure, without)[0].grade, Grade::harmless);
  auto any = without;
  any.compared_codes["Busy"].presence = Presence::undecided;
  ASSERT_EQ(diff(without, any).size(), 1u);
  EXPECT_EQ(diff(without, any)[0].operation, "any operation");
  EXPECT_EQ(diff(without, any)[0].grade, Grade::evidence);
}

TEST(SurfaceDiff, ANewValueIsBreakingAFewerOneIsNot) {
  const auto one = with("x-a", Presence::always, {ValueKind::constant, {"1"}});
  const auto two = with("x-a", Presence::always, {ValueKind::one_of, {"1", "2"}});
  EXPECT_EQ(diff(one, two)[0].grade, Grade::breaking);
  EXPECT_EQ(diff(two, one)[0].grade, Grade::harmless);
  EXPECT_EQ(diff(one, with("x-a", Presence::always))[0].grade, Grade::evidence);
}

TEST(SurfaceDiff, ANewTextAmongTemplatesIsBreakingANewTemplateIsNot) {
  const auto values = [](std::set<std::string> texts) {
    return with("x-version", Presence::always, {ValueKind::pattern, std::move(texts)});
  };
  const auto grade = [](const Surface& a, const Surface& b) { return diff(a, b).at(0).grade; };
  const auto old = values({"2025-05-05", "{}"});
  EXPECT_EQ(grade(old, values({"2025-07-05", "{}"})), Grade::breaking) << "a default of the release's own";
  EXPECT_EQ(grade(old, values({"{}"})), Grade::harmless);
  EXPECT_EQ(grade(old, values({"2025-05-05", "bytes={number}-", "{}"})), Grade::evidence);
  EXPECT_EQ(grade(values({"bytes={number}-{number}"}),
                  with("x-version", Presence::always, {ValueKind::one_of, {"bytes=0-1", "bytes=2-3"}})),
            Grade::harmless);
}

TEST(SurfaceDiff, SpellingAndPresenceAreEvidence) {
  const auto changes = diff(with("x-a", Presence::always), with("X-A", Presence::conditional));
  ASSERT_EQ(changes.size(), 2u);
  for (const auto& change : changes) EXPECT_EQ(change.grade, Grade::evidence);
}

OperationTraffic traffic_of(Range requests, Range resources, Range per_resource, Range per_target) {
  OperationTraffic out;
  out.requests = requests;
  out.resources = resources;
  out.per_resource = per_resource;
  out.per_target = per_target;
  return out;
}

TEST(SurfaceDiff, TrafficOfSharedScenariosIsEvidenceButForLargerBodies) {
  auto before = with("x-a", Presence::always);
  before.kind = "observed";
  auto& traffic = before.scenarios["copy-up"];
  traffic.orders[{"Put Block", "Put Block List"}] = ScenarioTraffic::forwards;
  traffic.operations["Put Block"] = traffic_of({3, 3}, {1, 1}, {3, 3}, {1, 1});
  traffic.operations["Put Block"].sent.add(8 << 20);
  before.scenarios["only-here"] = traffic;
  auto after = before;
  after.scenarios.erase("only-here");
  EXPECT_TRUE(diff(before, after).empty());
  auto& now = after.scenarios["copy-up"];
  now.operations["Put Block"] = traffic_of({4, 6}, {1, 1}, {4, 6}, {1, 2});
  now.operations["Put Block"].sent.add(4 << 20);
  now.operations["Put Block"].errors[503] = {2, 2};
  now.operations["Get Blob"] = traffic_of({1, 1}, {1, 1}, {1, 1}, {1, 1});
  now.orders[{"Put Block", "Put Block List"}] = ScenarioTraffic::either;
  now.orders[{"Get Blob", "Put Block"}] = ScenarioTraffic::forwards;
  std::vector<std::string> lines;
  for (const auto& c : diff(before, after)) {
    EXPECT_EQ(c.grade, Grade::evidence) << c.what;
    EXPECT_EQ(c.name, "in copy-up");
    lines.push_back(c.operation + ": " + c.what + ", " + c.before + " -> " + c.after);
  }
  EXPECT_EQ(lines, (std::vector<std::string>{
                       "Get Blob: requests,  -> 1", "Put Block: requests, 3 -> 4 to 6",
                       "Put Block: requests per resource, 3 -> 4 to 6", "Put Block: requests per target, 1 -> 1 to 2",
                       "Put Block: sent bodies, 8388608 -> 4194304", "Put Block: tries again after,  -> 503 always",
                       "Put Block: order, Put Block -> Put Block List -> Put Block <-> Put Block List"}));
  now.operations["Put Block"].sent.add(100 << 20);
  EXPECT_EQ(diff(before, after).at(0).grade, Grade::breaking);
  EXPECT_EQ(diff(before, after).at(0).what, "sent bodies");
}

TEST(SurfaceDiff, PlatformsAreEvidence) {
  auto before = with("x-a", Presence::always);
  before.platforms = {"linux/amd64", "windows/amd64"};
  auto after = before;
  after.operations["Put Block"].request_headers["x-a"].platforms = {"linux/amd64"};
  const auto changes = diff(before, after);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].what + ": " + changes[0].before + " -> " + changes[0].after,
            "request header platforms: all -> linux/amd64");
  EXPECT_EQ(changes[0].grade, Grade::evidence);
  before.platforms = {"linux/amd64"};
  EXPECT_TRUE(diff(before, after).empty()) << "nobody knows what it was on Windows";
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

TEST(SurfaceDiff, WhatOnlyTheSafeBoundHasIsEvidence) {
  const auto before = executable(Level::safe_bound);
  auto after = before;
  after.operations["Put Block"].request_headers["x-b"] = after.operations["Put Block"].request_headers["x-a"];
  after.operations["Put Block"].request_headers["x-a"].value.values = {"2"};
  const auto changes = diff(before, after);
  ASSERT_EQ(changes.size(), 2u);
  for (const auto& change : changes) EXPECT_EQ(change.grade, Grade::evidence) << change.name;
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

TEST(SurfaceDiff, AnExecutablesOptionsAreEvidence) {
  const auto before = executable(Level::reachable);
  auto after = before;
  Field option;
  option.name = "x-option";
  after.operations["Put Block"].request_headers["x-option"] = option;
  const auto changes = diff(before, after);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].grade, Grade::evidence);
  // What its libraries always write is sent.
  auto& value = after.operations["Put Block"].request_headers["x-a"];
  value.value.values = {"2"};
  EXPECT_EQ(diff(before, after).at(0).what, "request header value");
  EXPECT_EQ(diff(before, after).at(0).grade, Grade::breaking);
  value.presence = Presence::conditional;
  for (const auto& change : diff(before, after)) EXPECT_EQ(change.grade, Grade::evidence) << change.what;
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
