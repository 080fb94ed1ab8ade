#include "replayer/policy_override.h"

#include <gtest/gtest.h>

#include "model/file.h"
#include "model/temporary.h"

namespace blobgauge::replayer {
namespace {

using model::Weight;

class PolicyOverrideTest : public testing::Test {
 protected:
  PolicyOverrideTest() {
    model::SpecOperation put;
    put.operation = "Put";
    put.tier = "mvp";
    put.rationale = "a client sends it";
    model::ContractLine etag;
    etag.name = "ETag";
    etag.weight = Weight::breaks;
    etag.reason = "read";
    put.headers = {etag};
    spec_.operations = {put};
  }
  // The error's message, or nothing.
  std::string apply(const std::string& line, const std::string& value, const std::string& rest = all) {
    const auto folder = *model::TemporaryFolder::create();
    const auto path = folder.path() + "/overrides.yaml";
    (void)model::write_file(path, "format: 1\noverrides:\n  - {operation: Put, line: \"" + line +
                                      "\", value: " + value + ", " + rest + "}\n");
    const auto read = load_overrides(path);
    if (!read) return read.error().message;
    const auto status = apply_overrides(*read, spec_);
    return status ? std::string() : status.error().message;
  }
  static constexpr auto all = "reason: we say so, owner: architect, date: \"2026-11-30\"";
  model::Spec spec_;
};

TEST_F(PolicyOverrideTest, ChangesALineAndKeepsWhatItWas) {
  EXPECT_EQ(apply("header etag", "differs"), "");
  EXPECT_EQ(spec_.operations[0].headers[0].weight, Weight::differs);
  EXPECT_EQ(spec_.operations[0].headers[0].reason, "by policy: we say so (architect, 2026-11-30); read");
  EXPECT_EQ(apply("tier", "extended"), "");
  EXPECT_EQ(spec_.operations[0].tier, "extended");
  ASSERT_EQ(spec_.overrides.size(), 2u);
  EXPECT_EQ(spec_.overrides[1].was, "mvp");
  EXPECT_EQ(text_of(spec_.overrides[1]), "Put, tier: mvp -> extended by policy: we say so (architect, 2026-11-30)");
  const auto again = model::spec_from_yaml(to_yaml(spec_), "spec");
  ASSERT_TRUE(again) << describe(again.error());
  EXPECT_EQ(to_yaml(*again), to_yaml(spec_));
}

TEST_F(PolicyOverrideTest, TakesALineOutOfTheContract) {
  EXPECT_EQ(apply("header ETag", "off"), "");
  EXPECT_FALSE(spec_.operations[0].headers[0].always);
}

TEST_F(PolicyOverrideTest, RefusesWhatNobodyOwnsOrNothingNeeds) {
  EXPECT_NE(apply("tier", "extended", "owner: architect, date: \"2026-11-30\""), "");
  EXPECT_NE(apply("tier", "extended", "reason: x, date: \"2026-11-30\""), "");
  EXPECT_NE(apply("tier", "extended", "reason: x, owner: y, date: \"30.11.2026\""), "");
  EXPECT_NE(apply("tier", "extended", "reason: \"\", owner: y, date: \"2026-11-30\""), "");
  EXPECT_NE(apply("header Nothing", "differs"), "");
  EXPECT_NE(apply("header ETag", "maybe"), "");
  EXPECT_NE(apply("tier", "mvp"), "") << "it changes nothing";
}

}  // namespace
}  // namespace blobgauge::replayer
