#include "replayer/spec_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace blobgauge::replayer {
namespace {

using testing::HasSubstr;

TEST(SpecPage, SaysOfAnExpectationWhatItWants) {
  Expectation item;
  item.about = Expectation::About::header;
  item.name = "ETag";
  EXPECT_EQ(text_of(item), "header ETag is there [breaks]");
  item.test = Expectation::Test::equals;
  item.values = {"\"1\""};
  item.from = "2021-08-06";
  item.weight = model::Weight::differs;
  EXPECT_EQ(text_of(item), "header ETag is \"1\", from 2021-08-06 on [differs]");
  item = {};
  item.test = Expectation::Test::one_of;
  item.values = {"201"};
  EXPECT_EQ(text_of(item), "status is 201 [breaks]");
  item.values = {"400", "501"};
  EXPECT_EQ(text_of(item), "status is one of 400, 501 [breaks]");
}

TEST(SpecPage, HasTheWholeOfACommittedOperation) {
  const std::string root = BLOBGAUGE_SOURCE_DIR;
  const auto spec = model::load_spec(root + "/specs/azure-blob-mvp.yaml");
  const auto suite = load_suite(root + "/specs/cases");
  const auto catalogue = model::Catalogue::load(root + "/specs/catalogue");
  const auto decisions = model::load_rationale(root + "/specs/policy/rationale.yaml");
  const auto old = model::load_surface(root + "/specs/surfaces/azcopy-10.10.0-static.yaml");
  ASSERT_TRUE(spec && suite && catalogue && decisions && old);
  const std::vector<model::Surface> surfaces = {*old};
  const auto* operation = spec->find("Put Block From URL");
  ASSERT_TRUE(operation);
  const auto page = page_of(*operation, {*spec, *suite, *catalogue, *decisions, surfaces});
  // Who needs it, how each release sends it, what may be answered, which case checks what and why.
  for (const auto* part :
       {"Who needs it\n  azcopy 10.32.2:", "\nHow each release sends it\n  azcopy-10.32.2 (observed)",
        "azcopy-10.10.0 (static)", "\nWhat may be answered\n", "\nWhich case checks what, and why\n",
        "never confirmed on the real service", "\nWhat stands on it\n", "SAS letters, any of:"})
    EXPECT_THAT(page, HasSubstr(part));
  for (const auto& id : operation->cases) EXPECT_THAT(page, HasSubstr("  " + id + " ["));
  for (const auto& emitter : operation->emitters)
    EXPECT_THAT(page, HasSubstr(emitter.client + "-" + emitter.release + " (observed)"));
}

}  // namespace
}  // namespace blobgauge::replayer
