#include "model/spec.h"

#include <gtest/gtest.h>

namespace blobgauge::model {
namespace {

Spec sample_spec() {
  Spec spec;
  spec.service = "azure-blob";
  spec.generated_from = "azcopy-10.32.2-observed";
  SpecOperation operation;
  operation.operation = "Put Block From URL";
  operation.tier = "mvp";
  operation.rationale = "azcopy sends it with default flags";
  operation.emitters.push_back({"azcopy", "10.32.2", {"azcopy-copy-blob"}, {"trace#4"}, 3});
  operation.dialects.push_back(
      {"azcopy-10.32.2", {{"X-Ms-Version", "always"}}, {"comp", "blockid"}, {{"Accept", "application/xml"}}});
  operation.headers.push_back(
      {"ETag", "39 of 39 answers: yes", Weight::breaks, true, {"a: b", "2021-04-10"}, "2019-12-12"});
  operation.headers.push_back({"x", "sometimes", Weight::differs, false, {}});
  operation.cases = {"put-block-from-url/source-range"};
  spec.operations.push_back(operation);
  spec.scenarios.push_back({"azcopy-copy-blob", "azcopy", "10.32.2", "copy", {"Put Block From URL"}});
  return spec;
}

TEST(Spec, RoundTripsByteForByte) {
  const auto text = to_yaml(sample_spec());
  const auto back = spec_from_yaml(text, "s.yaml");
  ASSERT_TRUE(back) << describe(back.error()) << text;
  EXPECT_EQ(to_yaml(*back), text);
  EXPECT_FALSE(back->operations[0].headers[1].always);
  ASSERT_NE(back->find("Put Block From URL"), nullptr);
  EXPECT_EQ(back->find("Put Block"), nullptr);
}

TEST(Spec, PointsAtTheMistake) {
  auto text = to_yaml(sample_spec());
  text.replace(text.find("weight: breaks"), 14, "weight: broken");
  const auto back = spec_from_yaml(text, "s.yaml");
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().category, Category::input);
  EXPECT_GT(back.error().where.line, 10u);
  EXPECT_FALSE(spec_from_yaml("format: 2\nservice: x\n", "s.yaml"));
  EXPECT_FALSE(spec_from_yaml("format: 1\nservice: x\noperation: []\n", "s.yaml"));
  EXPECT_FALSE(load_spec("/nonexistent/spec.yaml"));
}

}  // namespace
}  // namespace blobgauge::model
