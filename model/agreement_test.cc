#include "model/agreement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace blobgauge::model {
namespace {

Exchange labelled(std::string label) {
  Exchange out;
  out.number = 7;
  out.label = std::move(label);
  out.source = "recording.yaml";
  out.request.method = "GET";
  out.request.scheme = "https";
  out.request.host = "h";
  out.request.target = "/c/b";
  return out;
}

TEST(Agreement, CountsByLabelAndKeepsEveryDisagreement) {
  Agreement agreement;
  Classification said;
  said.name = "Get Blob";
  agreement.add(labelled("Get Blob"), said);
  said.certain = false;
  agreement.add(labelled("Get Blob"), said);
  said.reason = "why";
  agreement.add(labelled("Get Blob (range)"), said);
  agreement.add(labelled(""), said);
  EXPECT_EQ(agreement.exchanges(), 3U);
  EXPECT_EQ(agreement.agreed(), 2U);
  EXPECT_EQ(agreement.unlabelled(), 1U);
  EXPECT_EQ(agreement.by_label().at("Get Blob").uncertain, 1U);
  ASSERT_EQ(agreement.disagreements().size(), 1U);
  EXPECT_EQ(agreement.disagreements()[0].number, 7U);
  const auto text = to_text(agreement);
  EXPECT_THAT(text, testing::HasSubstr("disagreements: 1\n#7 GET https://h/c/b\n  label: Get Blob (range)\n"
                                       "  said:  Get Blob (why)\n  from:  recording.yaml\n"));
  EXPECT_THAT(text, testing::HasSubstr("without a label: 1"));
}

}  // namespace
}  // namespace blobgauge::model
