// shows: endpoint-query
#include "analyzer/address_query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace blobgauge::analyzer {
namespace {

using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::UnorderedElementsAre;

Expr text(std::string value) { return {Expr::Kind::constant, 0, std::move(value), {}}; }
Expr node(int id) { return {Expr::Kind::node, id, {}, {}}; }
Expr kind(Expr::Kind k, std::vector<Expr> parts = {}) { return {k, 0, "why", std::move(parts)}; }

// Node 1: a version that somebody stores; 2: one that nobody stores; 3: the query that a client's address is made with;
// 4: the field that holds the address.
class AddressQuery : public ::testing::Test {
 protected:
  AddressQuery() {
    facts_.functions.resize(2);
    facts_.functions[1].name = "sdk.Parts.String";
    facts_.requests.resize(1);
    facts_.nodes = {{},
                    {"field", "sdk.Parts.Version", 0, false, {}},
                    {"field", "sdk.Parts.Snapshot", 0, false, {}},
                    {"local", "query", 0, false, {}},
                    {"field", "sdk.Client.endpoint", 0, false, {}}};
    const auto call = kind(Expr::Kind::call);
    facts_.nodes[1].inflows.push_back({call, 1, 0, "a.go:1", {}, false});
    add(3, kind(Expr::Kind::concat, {call, text("&versionid="), node(1)}), "parts.go:7");
    add(3, kind(Expr::Kind::concat, {call, text("&snapshot="), node(2)}), "parts.go:9");
    add(3, kind(Expr::Kind::concat, {call, text("&note about="), call}), "parts.go:11");
    add(4, kind(Expr::Kind::concat, {call, text("?"), node(3)}), "client.go:3");
  }
  void add(int to, Expr from, std::string at) {
    facts_.nodes[to].inflows.push_back({std::move(from), 1, 0, std::move(at), {}, false});
  }
  Facts facts_;
};

TEST_F(AddressQuery, IsWhatTheTextOfTheAddressNames) {
  const ValueFlow flow(facts_);
  const auto found = address_parameters(facts_, flow, node(4));
  EXPECT_THAT(found, UnorderedElementsAre(Key("versionid")));
  EXPECT_EQ(found.at("versionid").at, "parts.go:7");
  EXPECT_EQ(found.at("versionid").function, "sdk.Parts.String");
}

TEST_F(AddressQuery, OfAnAddressThatIsNotFollowedIsEmpty) {
  const ValueFlow flow(facts_);
  EXPECT_THAT(address_parameters(facts_, flow, kind(Expr::Kind::call)), IsEmpty());
}

TEST_F(AddressQuery, EndsWhereAddressesAreMadeOfEachOther) {
  add(3, node(4), "again.go:1");
  const ValueFlow flow(facts_);
  EXPECT_THAT(address_parameters(facts_, flow, node(3)), UnorderedElementsAre(Key("versionid")));
}

}  // namespace
}  // namespace blobgauge::analyzer
