// The tables of reports: matrix, permissions, trend.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/matrix.h"
#include "reports/permissions.h"
#include "reports/trend.h"

namespace blobgauge::reports {
namespace {

using model::Verdict;
using testing::HasSubstr;

model::Spec two_clients() {
  model::Spec spec;
  for (const auto& [name, tier] : {std::pair{"Put Blob (block)", "mvp"}, std::pair{"Get Blob", "mvp"}}) {
    model::SpecOperation operation;
    operation.operation = name;
    operation.tier = tier;
    operation.emitters = {{"azcopy", "10.32.2", {}, {}, 3}};
    spec.operations.push_back(operation);
  }
  spec.operations[1].emitters.push_back({"rclone", "1.75.1", {}, {}, 0});
  return spec;
}

model::Results run_of(std::string started, std::string digest, Verdict verdict) {
  model::Results out;
  out.started = std::move(started);
  out.spec_digest = std::move(digest);
  out.endpoint_version = "4|2";
  out.cases.push_back({"get-blob/success", "Get Blob", "mvp", "t", {}, verdict, "", {}, 1, {}});
  out.scenarios.push_back({"azcopy/down", "azcopy", "10.32.2", "t", "predicted", verdict, "", "", 0, 0, {}});
  return out;
}

TEST(Matrix, SaysWhoSendsAndWhoAnswers) {
  Input input;
  input.spec = two_clients();
  input.columns = {{"a|b", {run_of("2026-01-01T00:00:00Z", "d", Verdict::fail)}}};
  EXPECT_EQ(to_matrix(input, make_overview(input)),
            "| operation | tier | azcopy 10.32.2 | rclone 1.75.1 | a\\|b |\n"
            "| --- | --- | --- | --- | --- |\n"
            "| Put Blob (block) | mvp | sends | - | not asked |\n"
            "| Get Blob | mvp | sends | can send | **1 fail of 1** |\n");
}

TEST(Trend, TheOldestRunComesFirstAndAnotherSpecIsSaid) {
  Input input;
  input.columns = {{"gateway",
                    {run_of("2026-02-01T00:00:00Z", "sha256:2", Verdict::pass),
                     run_of("2026-01-01T00:00:00Z", "sha256:1", Verdict::fail)}}};
  const auto text = to_trend(input);
  EXPECT_THAT(text, HasSubstr("| 2026-01-01T00:00:00Z | 4\\|2 | `sha256:1` | 100% | 100% | 1 | 0 of 1 work, 1 break | "
                              "shut: 1 of 1 cases fail |\n"
                              "| 2026-02-01T00:00:00Z | 4\\|2 | `sha256:2` (another) | 0% | 100% | 1 | 1 of 1 work | "
                              "open |\n"));
  EXPECT_EQ(to_trend({}), "");
  input.columns[0].results[1].remarks = {"Get Blob, tier: mvp -> off by policy: we say so"};
  EXPECT_THAT(to_trend(input), testing::EndsWith(" | open |\n\n- Get Blob, tier: mvp -\\> off by policy: we say so "
                                                 "(since 2026-01-01T00:00:00Z)\n"));
}

TEST(Permissions, OneLetterThatServesSeveralIsEnough) {
  const auto catalogue = model::Catalogue::load(BLOBGAUGE_SOURCE_DIR "/specs/catalogue");
  ASSERT_TRUE(catalogue) << describe(catalogue.error());
  auto spec = two_clients();
  model::SpecOperation other;
  other.operation = "Nothing like it";
  spec.operations.push_back(other);
  const auto text = to_permissions(spec, *catalogue, "");
  EXPECT_THAT(text, HasSubstr("## rclone 1.75.1\n\n- A SAS with `r` is enough\n"));
  EXPECT_THAT(text, HasSubstr("- Nothing like it is not in the catalogue\n"));
  EXPECT_THAT(text, HasSubstr("| Get Blob | mvp | `r` |"));
  EXPECT_THAT(text, testing::Not(HasSubstr("Decided by people")));
  EXPECT_THAT(to_permissions(spec, *catalogue, "extended"), testing::Not(HasSubstr("Get Blob")));
  spec.overrides.push_back({"Get Blob", "tier", "extended", "mvp", "we say so", "architect", "2026-11-30"});
  EXPECT_THAT(to_permissions(spec, *catalogue, ""), HasSubstr("## Decided by people, not computed\n\n- Get Blob"));
}

}  // namespace
}  // namespace blobgauge::reports
