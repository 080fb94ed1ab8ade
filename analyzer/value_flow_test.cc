#include "analyzer/value_flow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace blobgauge::analyzer {
namespace {

using ::testing::ElementsAre;

Expr text(std::string value) { return {Expr::Kind::constant, 0, std::move(value), {}}; }
Expr node(int id) { return {Expr::Kind::node, id, {}, {}}; }
Expr kind(Expr::Kind k, std::vector<Expr> parts = {}) { return {k, 0, "why", std::move(parts)}; }
Guard test(Guard::Kind k, Expr e, std::string constant = {}, std::string source = {}) {
  Guard g;
  g.kind = k;
  g.value = std::move(e);
  g.constant = std::move(constant);
  g.text = std::move(source);
  return g;
}

// Node 1: a field that nobody stores to; 2: one that gets a constant; 3: a parameter that passes 2 on; 4: one that
// only reflection may fill; 5: filled by every constructor.
class Flow : public ::testing::Test {
 protected:
  Flow() {
    facts_.functions.resize(2);
    facts_.requests.resize(1);
    facts_.nodes = {{},
                    {"field", "T.Never", 0, false, {}},
                    {"field", "T.Set", 0, false, {}},
                    {"param", "f(p)", 0, false, {}},
                    {"field", "T.Decoded", 0, false, {}},
                    {"field", "T.Filled", 0, true, {}}};
    facts_.nodes[2].inflows.push_back({kind(Expr::Kind::address, {text("Hot")}), 1, 0, "a.go:1", {}, false});
    facts_.nodes[3].inflows.push_back({node(2), 1, 0, "a.go:2", {}, false});
    facts_.nodes[4].inflows.push_back({kind(Expr::Kind::unknown), 1, 0, "a.go:3", {}, false});

    facts_.nodes[5].inflows.push_back({text("v1"), 1, 0, "a.go:4", {}, false});
  }
  Facts facts_;
};

TEST_F(Flow, NeverNeedsTheAbsenceOfAnyStore) {
  const ValueFlow flow(facts_);
  EXPECT_EQ(flow.truth(test(Guard::Kind::nonnil, node(1))).holds, Chance::no);
  EXPECT_EQ(flow.truth(test(Guard::Kind::nil, node(1))).fails, Chance::no);
}

TEST_F(Flow, AnAddressIsThereWhateverItLeadsTo) {
  const ValueFlow flow(facts_);
  const auto address = kind(Expr::Kind::address, {kind(Expr::Kind::unknown)});
  const auto there = flow.truth(test(Guard::Kind::nonnil, address));
  EXPECT_EQ(there.holds, Chance::yes);
  EXPECT_EQ(there.fails, Chance::no);
  const auto filled = flow.truth(test(Guard::Kind::nonempty, address));
  EXPECT_EQ(filled.holds, Chance::doubt);
  EXPECT_EQ(filled.doubt, "why");
  EXPECT_EQ(flow.domain(address).value().kind, model::ValueKind::dynamic);
  EXPECT_EQ(flow.truth(test(Guard::Kind::nonnil, kind(Expr::Kind::unknown))).holds, Chance::doubt);
}

TEST_F(Flow, AStoreMakesItPossibleAndNotCertain) {
  const ValueFlow flow(facts_);
  for (const int id : {2, 3}) {
    const auto truth = flow.truth(test(Guard::Kind::nonnil, node(id)));
    EXPECT_EQ(truth.holds, Chance::yes);
    EXPECT_EQ(truth.fails, Chance::yes);
    EXPECT_THAT(flow.domain(node(id)).constants, ElementsAre("Hot"));
  }
  EXPECT_THAT(flow.witnesses(node(3), 5), ElementsAre(" a.go:1"));
}

TEST_F(Flow, AStoreUnderAGuardThatCannotHoldIsNone) {
  facts_.nodes.push_back({"local", "if T.Never { x = ... }", 0, false, {}});
  facts_.nodes.back().inflows.push_back({text("a"), 1, 0, "a.go:5", test(Guard::Kind::nonnil, node(1)), false});
  facts_.nodes.back().inflows.push_back({text("b"), 1, 0, "a.go:6", test(Guard::Kind::nonnil, node(2)), false});
  // The guard's node may come after the node that it guards.
  facts_.nodes.push_back({"local", "if later { x = ... }", 0, false, {}});
  facts_.nodes.back().inflows.push_back({text("c"), 1, 0, "a.go:7", test(Guard::Kind::yes, node(8)), false});
  facts_.nodes.push_back({"local", "later", 0, false, {}});
  facts_.nodes.back().inflows.push_back({text("true"), 1, 0, "a.go:8", {}, false});
  const ValueFlow flow(facts_);
  EXPECT_THAT(flow.domain(node(6)).constants, ElementsAre("b"));
  EXPECT_THAT(flow.domain(node(7)).constants, ElementsAre("c"));
}

TEST_F(Flow, WhatOnlyReflectionMayFillIsADoubt) {
  const ValueFlow flow(facts_);
  const auto truth = flow.truth(test(Guard::Kind::nonnil, node(4)));
  EXPECT_EQ(truth.holds, Chance::doubt);
  EXPECT_EQ(truth.doubt, "why");
}

TEST_F(Flow, AFieldOfEveryConstructorIsNeverUnset) {
  const ValueFlow flow(facts_);
  EXPECT_EQ(flow.truth(test(Guard::Kind::nonnil, node(5))).fails, Chance::no);
  EXPECT_EQ(flow.domain(node(5)).value().kind, model::ValueKind::constant);
}

TEST_F(Flow, EmptyAndNilDiffer) {
  const ValueFlow flow(facts_);
  const auto empty = kind(Expr::Kind::address, {text("")});
  EXPECT_EQ(flow.truth(test(Guard::Kind::nonnil, empty)).fails, Chance::no);
  EXPECT_EQ(flow.truth(test(Guard::Kind::nonempty, empty)).holds, Chance::no);
  EXPECT_EQ(flow.truth(test(Guard::Kind::empty, text("a"))).holds, Chance::no);
}

TEST_F(Flow, ConcatenationKeepsWhatIsKnown) {
  const ValueFlow flow(facts_);
  const auto known = kind(Expr::Kind::concat, {text("a-"), kind(Expr::Kind::any, {text("b"), text("c")})});
  EXPECT_THAT(flow.domain(known).constants, ElementsAre("a-b", "a-c"));
  const auto open = flow.domain(kind(Expr::Kind::concat, {text("meta-"), kind(Expr::Kind::call)}));
  EXPECT_THAT(open.templates, ElementsAre("meta-{}"));
  EXPECT_EQ(open.value().kind, model::ValueKind::pattern);
}

TEST_F(Flow, AHelpersArgumentsAreTheCalls) {
  const ValueFlow flow(facts_);
  const Expr here = text("text/plain");
  const Binding binding{{{3, &here}}, nullptr};
  EXPECT_THAT(flow.domain(node(3), &binding).constants, ElementsAre("text/plain"));
  EXPECT_EQ(flow.truth(test(Guard::Kind::nonempty, node(3)), &binding).fails, Chance::no);
}

TEST_F(Flow, SetUnlessItIsThereFailsNever) {
  const ValueFlow flow(facts_);
  const auto there = test(Guard::Kind::nonempty, kind(Expr::Kind::call), "", "h.Get(k) != \"\"");
  const auto absent = test(Guard::Kind::empty, kind(Expr::Kind::call), "", "h.Get(k) == \"\"");
  Guard both;
  both.kind = Guard::Kind::also;
  both.parts = {there, test(Guard::Kind::yes, text("true"), "", "clobber")};
  Guard either;
  either.kind = Guard::Kind::either;
  either.parts = {absent, both};
  EXPECT_EQ(flow.truth(either).fails, Chance::no);
  both.parts[1].value = kind(Expr::Kind::call);
  either.parts[1] = both;
  EXPECT_EQ(flow.truth(either).fails, Chance::yes);
}

// A string that grows around a loop ends as "some text" and not in an endless search.
TEST_F(Flow, ALoopOfConcatenationsEnds) {
  facts_.nodes.push_back({"local", "f#x", 0, false, {}});
  facts_.nodes.back().inflows.push_back({text("a"), 1, 0, "a.go:5", {}, false});
  facts_.nodes.back().inflows.push_back({kind(Expr::Kind::concat, {node(6), text("b")}), 1, 0, "a.go:6", {}, false});
  const ValueFlow flow(facts_);
  EXPECT_TRUE(flow.domain(node(6)).something);
  EXPECT_EQ(flow.domain(node(6)).value().kind, model::ValueKind::dynamic);
}

}  // namespace
}  // namespace blobgauge::analyzer
