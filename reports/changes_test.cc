#include "reports/changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace blobgauge::reports {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

model::Surface surface(std::string release, std::string header, std::string value) {
  model::Surface s;
  s.kind = "static";
  s.client = "app";
  s.release = std::move(release);
  s.evidence["p1"] = {"path", {"main.main main.go:1", "send send.go:9"}};
  auto& operation = s.operations["Put Block"];
  operation.operation = "Put Block";
  model::Field field;
  field.name = header;
  field.presence = model::Presence::always;
  field.value = {model::ValueKind::constant, {std::move(value)}};
  field.evidence = {"p1"};
  operation.request_headers[header] = field;
  return s;
}

TEST(Changes, SayNothingWhereNothingChanged) {
  const auto changes = changes_between(surface("1", "x-a", "1"), surface("2", "x-a", "1"));
  EXPECT_EQ(to_text(changes), "breaking: 0\nharmless: 0\nevidence: 0\n");
  EXPECT_THAT(to_markdown(changes), HasSubstr("Nothing changed."));
  EXPECT_TRUE(nlohmann::json::parse(to_json(changes)).at("changes").empty());
}

TEST(Changes, NameWhereTheCodeShowsThem) {
  const auto changes = changes_between(surface("1", "x-a", "1"), surface("2", "x-b", "1"));
  const auto json = nlohmann::json::parse(to_json(changes));
  EXPECT_EQ(json.at("before"), "app 1 (static)");
  const auto& first = json.at("changes").at(0);
  EXPECT_EQ(first.at("grade"), "breaking");
  EXPECT_EQ(first.at("name"), "x-b");
  EXPECT_EQ(first.at("where").at(1), "send send.go:9");
  EXPECT_THAT(to_markdown(changes), HasSubstr("| Put Block | request header x-b | - | always: 1 | send send.go:9 |"));
}

TEST(Changes, KeepTheirFingerprint) {
  const auto one = changes_between(surface("1", "x-a", "1"), surface("2", "x-a", "2")).list.at(0);
  const auto again = changes_between(surface("7", "x-a", "1"), surface("8", "x-a", "2")).list.at(0);
  const auto other = changes_between(surface("1", "x-a", "1"), surface("2", "x-a", "3")).list.at(0);
  EXPECT_EQ(model::fingerprint(one), model::fingerprint(again)) << "releases are no part of a change";
  EXPECT_NE(model::fingerprint(one), model::fingerprint(other));
  EXPECT_EQ(model::fingerprint(one).size(), 16U);
}

TEST(Changes, ShowHostileTextAsText) {
  const auto changes = changes_between(surface("1", "x-a", "1"), surface("2", "x-a", "<b>|\x1b[31m"));
  EXPECT_THAT(to_markdown(changes), Not(HasSubstr("<b>")));
  EXPECT_THAT(to_markdown(changes), Not(HasSubstr("\x1b")));
  EXPECT_TRUE(nlohmann::json::accept(to_json(changes)));
}

}  // namespace
}  // namespace blobgauge::reports
