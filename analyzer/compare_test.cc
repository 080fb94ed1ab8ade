#include "analyzer/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace blobgauge::analyzer {
namespace {

using model::Field;
using model::Presence;
using model::Surface;
using model::ValueKind;

Field field(std::string name, Presence presence, std::uint64_t seen = 0, std::uint64_t of = 0,
            model::Value value = {}) {
  Field out;
  out.name = std::move(name);
  out.presence = presence;
  out.seen = seen;
  out.of = of;
  out.value = std::move(value);
  return out;
}

struct Pair {
  Surface predicted, observed;
  Pair() {
    predicted.kind = "static";
    predicted.client = observed.client = "client";
    observed.kind = "observed";
    predicted.operations["Put Block"].operation = observed.operations["Put Block"].operation = "Put Block";
  }
  auto& says() { return predicted.operations["Put Block"].request_headers; }
  auto& saw() { return observed.operations["Put Block"].request_headers; }
};

TEST(Compare, OperationsAloneSayNothingOfHeaders) {
  Pair pair;
  pair.predicted.kind = "executable";
  pair.predicted.operations_only = true;
  pair.saw()["x-v"] = field("x-v", Presence::always, 3, 3);
  const auto result = compare(pair.predicted, pair.observed);
  EXPECT_TRUE(result.unpredicted.empty() && result.unseen.empty() && result.contradicted.empty());
  EXPECT_EQ(result.agreements[0].recall(), 1);
  EXPECT_THAT(to_text(result), testing::HasSubstr("operations alone"));
  EXPECT_THAT(to_text(result), testing::Not(testing::HasSubstr("request headers ")));
}

TEST(Compare, PerfectAgreement) {
  Pair pair;
  pair.says()["x-v"] = field("x-v", Presence::always);
  pair.saw()["x-v"] = field("x-v", Presence::always, 3, 3);
  const auto result = compare(pair.predicted, pair.observed);
  for (const auto& row : result.agreements) {
    EXPECT_EQ(row.recall(), 1) << row.what;
    EXPECT_EQ(row.precision(), 1) << row.what;
  }
  EXPECT_TRUE(result.unpredicted.empty() && result.unseen.empty() && result.contradicted.empty());
}

TEST(Compare, NamesWhatIsReadOfAnswersAndInNone) {
  Pair pair;
  auto& predicted = pair.predicted.operations["Put Block"];
  auto& seen = pair.observed.operations["Put Block"];
  predicted.response_headers["etag"] = field("ETag", Presence::always);
  predicted.response_headers["x-id"] = field("x-id", Presence::always);
  seen.response_headers["etag"] = field("ETag", Presence::always, 3, 3);
  predicted.response_body["Root/Name"] = field("Root/Name", Presence::always);
  predicted.compared_codes["Busy"] = field("Busy", Presence::always);
  predicted.compared_codes["Gone"] = field("Gone", Presence::always);
  predicted.compared_codes["Held"] = field("Held", Presence::conditional);  // perhaps another operation's
  seen.error_codes = {"Gone"};
  std::vector<std::string> names;
  for (const auto& item : compare(pair.predicted, pair.observed).unanswered)
    names.push_back(item.what + " " + item.name);
  EXPECT_THAT(names, testing::ElementsAre("response header x-id", "response element Root/Name", "error code Busy"));
  pair.observed.kind = "partial";
  EXPECT_TRUE(compare(pair.predicted, pair.observed).unanswered.empty()) << "a log leaves answers out";
}

TEST(Compare, ListsBothSidesWithTheirEvidence) {
  Pair pair;
  pair.predicted.evidence["p1"] = {"path", {"main main.go:1", "tier up.go:7"}};
  pair.says()["x-tier"] = field("x-tier", Presence::conditional);
  pair.says()["x-tier"].evidence = {"p1"};
  pair.says()["x-tier"].guards = {"o.Tier != nil"};
  pair.saw()["x-new"] = field("x-new", Presence::always, 2, 2);
  pair.observed.operations["Get Blob"].exchanges = 4;
  const auto result = compare(pair.predicted, pair.observed);
  EXPECT_EQ(result.agreements[0].recall(), 0.5);
  EXPECT_EQ(result.agreements[2].recall(), 0);
  const auto text = to_text(result);
  EXPECT_THAT(text,
              testing::HasSubstr(
                  "request header x-tier: conditional if o.Tier != nil\n      main main.go:1\n      tier up.go:7"));
  EXPECT_THAT(text, testing::HasSubstr("Observed and not predicted (2)"));
  EXPECT_THAT(text, testing::HasSubstr("operation : 4 exchanges"));
}

TEST(Compare, AlwaysAndNeverCanBeContradicted) {
  Pair pair;
  pair.says()["a"] = field("a", Presence::always);
  pair.saw()["a"] = field("a", Presence::conditional, 1, 2);
  pair.says()["b"] = field("b", Presence::never);
  pair.saw()["b"] = field("b", Presence::always, 2, 2);
  pair.says()["c"] = field("c", Presence::always);
  EXPECT_EQ(compare(pair.predicted, pair.observed).contradicted.size(), 3u);
}

TEST(Compare, ValuesAreHeldAgainstTemplates) {
  Pair pair;
  pair.says()["range"] = field("range", Presence::always, 0, 0, {ValueKind::pattern, {"bytes={from}-{to}"}});
  pair.saw()["range"] =
      field("range", Presence::always, 3, 3, {ValueKind::one_of, {"bytes=0-9", "bytes={number}-{number}", "rows=1"}});
  const auto result = compare(pair.predicted, pair.observed);
  EXPECT_EQ(result.agreements[3].observed, 3u);
  EXPECT_EQ(result.agreements[3].both, 2u);
  ASSERT_EQ(result.unpredicted.size(), 1u);
  EXPECT_THAT(result.unpredicted[0].detail, testing::HasSubstr("'rows=1' is none of"));
}

TEST(Compare, AFormAloneIsHeldAgainstNoTemplate) {
  Pair pair;
  pair.says()["id"] = field("id", Presence::always, 0, 0, {ValueKind::pattern, {"{}x{}"}});
  pair.saw()["id"] = field("id", Presence::always, 3, 3, {ValueKind::pattern, {"{base64}"}});
  pair.says()["kind"] = field("kind", Presence::always, 0, 0, {ValueKind::constant, {"one"}});
  pair.saw()["kind"] = field("kind", Presence::always, 3, 3, {ValueKind::pattern, {"{base64}"}});
  const auto result = compare(pair.predicted, pair.observed);
  EXPECT_EQ(result.agreements[3].observed, 1u);
  ASSERT_EQ(result.unpredicted.size(), 1u) << "a constant is contradicted by what varies";
  EXPECT_EQ(result.unpredicted[0].name, "kind");
}

TEST(Compare, WhatTheLibraryWritesIsNamedAndNotCounted) {
  Pair pair;
  pair.saw()["host"] = field("Host", Presence::always, 1, 1);
  const auto result = compare(pair.predicted, pair.observed);
  EXPECT_EQ(result.agreements[2].observed, 0u);
  EXPECT_EQ(result.library, std::vector<std::string>{"host"});
}

TEST(Compare, WhatPartialEvidenceLacksIsNoFinding) {
  Pair pair;
  pair.observed.kind = "partial";
  pair.says()["always"] = field("always", Presence::always);
  pair.says()["some"] = field("some", Presence::conditional);
  pair.predicted.operations["Get Blob"].operation = "Get Blob";
  pair.saw()["new"] = field("new", Presence::undecided);
  const auto result = compare(pair.predicted, pair.observed);
  EXPECT_TRUE(result.contradicted.empty() && result.unseen.empty());
  ASSERT_EQ(result.unpredicted.size(), 1u);
  EXPECT_EQ(result.unpredicted[0].detail, "a log");
  EXPECT_THAT(to_text(result), testing::HasSubstr("partial evidence"));
}

TEST(Compare, AnExecutablePredictsOperationsByLevel) {
  Pair pair;
  pair.predicted.kind = "executable";
  pair.predicted.operations["Put Block"].level = model::Level::by_reflection;
  for (const auto& [name, level] :
       {std::pair("Get Blob", model::Level::safe_bound), std::pair("Delete Blob", model::Level::safe_bound),
        std::pair("Put Blob", model::Level::reachable)}) {
    pair.predicted.operations[name].operation = name;
    pair.predicted.operations[name].level = level;
  }
  pair.observed.operations["Get Blob"].exchanges = 4;
  const auto result = compare(pair.predicted, pair.observed);
  EXPECT_EQ(result.agreements[0].predicted, 2u) << "the safe bound predicts nothing";
  EXPECT_EQ(result.agreements[0].both, 1u);
  ASSERT_EQ(result.unpredicted.size(), 1u);
  EXPECT_EQ(result.unpredicted[0].detail, "4 exchanges, predicted in the safe bound only");
  ASSERT_EQ(result.unseen.size(), 1u);
  EXPECT_EQ(result.unseen[0].operation + ": " + result.unseen[0].detail, "Put Blob: reachable");
}

TEST(Compare, AnExecutableSaysNothingOfOptionsAndValues) {
  Pair pair;
  pair.predicted.kind = "executable";
  pair.predicted.operations["Put Block"].level = model::Level::reachable;
  pair.says()["x-option"] = field("x-option", Presence::undecided);
  pair.says()["x-v"] = field("x-v", Presence::always, 0, 0, {ValueKind::constant, {"the library's"}});
  pair.says()["x-other"] = field("x-other", Presence::always);
  pair.saw()["x-v"] = field("x-v", Presence::always, 2, 2, {ValueKind::constant, {"the program's"}});
  const auto result = compare(pair.predicted, pair.observed);
  EXPECT_TRUE(result.unpredicted.empty() && result.unseen.empty());
  ASSERT_EQ(result.contradicted.size(), 1u) << "the library writes it whatever the program does";
  EXPECT_EQ(result.contradicted[0].name, "x-other");
  EXPECT_THAT(to_text(result), testing::Not(testing::HasSubstr("values")));
}

TEST(Compare, AnExecutablesNeverIsHeldAgainstWhatWasSeen) {
  Pair pair;
  pair.predicted.kind = "executable";
  pair.predicted.operations["Put Block"].level = model::Level::reachable;
  const auto slot = [&](const std::string& name, Presence presence, model::Proof proof = model::Proof::none) {
    auto f = field(name, presence);
    f.proof = proof;
    f.guards = {"o != nil"};
    pair.says()[name] = f;
  };
  slot("x-wrong", Presence::never, model::Proof::open_ways);
  slot("x-never", Presence::never, model::Proof::all_ways);
  slot("x-feasible", Presence::never, model::Proof::open_ways);
  slot("x-some", Presence::conditional);
  slot("x-unknown", Presence::undecided);
  pair.says()["x-plain"] = field("x-plain", Presence::always);
  pair.saw()["x-plain"] = field("x-plain", Presence::always, 3, 3);
  pair.saw()["x-wrong"] = field("x-wrong", Presence::conditional, 1, 3);
  pair.predicted.operations["Put Block"].query["snapshot"] = pair.says()["x-never"];
  pair.observed.operations["Put Block"].query["snapshot"] = field("snapshot", Presence::always, 1, 3);
  CompareOptions options;
  options.of_address = {"snapshot"};
  const auto result = compare(pair.predicted, pair.observed, options);
  ASSERT_EQ(result.contradicted.size(), 1u) << to_text(result);
  EXPECT_EQ(result.contradicted[0].name, "x-wrong");
  EXPECT_EQ(result.contradicted[0].detail, "predicted never, none on a feasible path, seen in 1 of 3");
  EXPECT_EQ(result.address, std::vector<std::string>{"snapshot"})
      << "it came with the address that the client was given";
  EXPECT_EQ(result.slots.all, 4u) << "those that were seen and those without a guard are none";
  EXPECT_EQ(result.slots.decided(), 3u);
  EXPECT_EQ(result.slots.never, 1u);
  EXPECT_EQ(result.slots.never_feasible, 1u);
  EXPECT_THAT(to_text(result), testing::HasSubstr("options never seen: 4, decided 3 (75.0 %)"));
}

// A policy may write the header whatever the program's option says; the option is decided all the same.
TEST(Compare, AnOptionIsDecidedWhereItsHeaderIsNot) {
  Pair pair;
  pair.predicted.kind = "executable";
  pair.predicted.operations["Put Block"].level = model::Level::reachable;
  for (const auto* name : {"x-seen", "x-id", "x-other"}) {
    auto f = field(name, Presence::undecided);
    f.guards = {"o.ID != nil"};
    f.option = model::OwnOption{Presence::never, model::Proof::all_ways};
    pair.says()[name] = f;
  }
  pair.says()["x-other"].option.reset();
  pair.saw()["x-seen"] = field("x-seen", Presence::always, 3, 3);
  const auto result = compare(pair.predicted, pair.observed);
  EXPECT_TRUE(result.contradicted.empty()) << "nobody said that the header is never sent";
  EXPECT_EQ(result.slots.all, 2u);
  EXPECT_EQ(result.slots.never, 1u);
  EXPECT_EQ(result.slots.decided(), 1u);
  EXPECT_THAT(to_text(result),
              testing::HasSubstr("of these, options of fields that a policy may write all the same: 1\n"));
}

TEST(Compare, WhatHasNoNameIsNotCompared) {
  Pair pair;
  pair.observed.operations["unclassified"].exchanges = 7;
  pair.predicted.operations["unclassified"].operation = "unclassified";
  const auto result = compare(pair.predicted, pair.observed);
  EXPECT_EQ(result.unnamed, 7u);
  EXPECT_EQ(result.agreements[0].recall(), 1);
  EXPECT_EQ(result.agreements[0].precision(), 1);
  EXPECT_THAT(to_text(result), testing::HasSubstr("not compared: 7"));
}

TEST(Compare, WhatStandsInTheAddressIsNobodys) {
  Pair pair;
  pair.observed.operations["Put Block"].query["sig"] = field("sig", Presence::always, 1, 1);
  pair.observed.operations["Put Block"].query["snapshot"] = field("snapshot", Presence::always, 1, 1);
  pair.predicted.operations["Put Block"].query["snapshot"] = field("snapshot", Presence::conditional);
  CompareOptions options;
  options.of_address = {"sig", "snapshot"};
  const auto result = compare(pair.predicted, pair.observed, options);
  EXPECT_EQ(result.address, std::vector<std::string>{"sig"});
  EXPECT_EQ(result.agreements[1].both, 1u);
  EXPECT_TRUE(result.unpredicted.empty());
}

}  // namespace
}  // namespace blobgauge::analyzer
