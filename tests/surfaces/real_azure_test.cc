// specs/surfaces/real-azure.yaml is what the recorded answers of the real service say, and nothing else: it is made
// again here and compared byte for byte. BLOBGAUGE_REWRITE=1 writes it anew.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "analyzer/observed.h"
#include "model/classifier.h"
#include "model/file.h"
#include "recorder/import_recordings.h"

namespace blobgauge {
namespace {

constexpr auto recordings = BLOBGAUGE_SOURCE_DIR "/../shared/azure-exchanges.jsonl.xz";
constexpr auto committed = BLOBGAUGE_SOURCE_DIR "/specs/surfaces/real-azure.yaml";

TEST(RealAzure, TheCommittedSurfaceIsMadeFromTheRecordings) {
  if (!std::filesystem::exists(recordings)) {
    EXPECT_FALSE(std::getenv("CI")) << recordings << " must be there where CI is set";
    GTEST_SKIP() << "the recordings (" << recordings << ") are not beside this tree";
  }
  const auto catalogue = model::Catalogue::load(BLOBGAUGE_SOURCE_DIR "/specs/catalogue");
  ASSERT_TRUE(catalogue) << describe(catalogue.error());
  const model::Classifier classifier(*catalogue);
  // Names and counts only: values and file names of recordings stay where they are.
  analyzer::ObserveOptions options;
  options.client = "real Azure";
  options.values = options.evidence = false;
  options.provenance = true;
  analyzer::Observer observer(analyzer::vocabulary_of(*catalogue), options);
  const auto summary = recorder::import_recordings(recordings, {}, [&](model::Exchange&& exchange) -> model::Status {
    observer.add(exchange, classifier.classify(exchange).name);
    return {};
  });
  ASSERT_TRUE(summary) << describe(summary.error());
  const auto text = to_yaml(observer.finish());
  if (std::getenv("BLOBGAUGE_REWRITE")) {
    ASSERT_TRUE(model::write_file(committed, text));
  }
  const auto there = model::read_file(committed);
  ASSERT_TRUE(there) << describe(there.error());
  EXPECT_TRUE(*there == text) << "made anew it differs; look at it with BLOBGAUGE_REWRITE=1 and git diff";
}

TEST(RealAzure, TheCommittedSurfaceIsSmallAndReadsBack) {
  EXPECT_LT(std::filesystem::file_size(committed), 2'000'000u);
  const auto surface = model::load_surface(committed);
  ASSERT_TRUE(surface) << describe(surface.error());
  EXPECT_EQ(surface->kind, "observed");
  EXPECT_TRUE(surface->evidence.empty());
  for (const auto& [name, operation] : surface->operations) {
    std::uint64_t answered = 0;
    for (const auto& [key, answers] : operation.answers) answered += answers.count;
    std::uint64_t statuses = 0;
    for (const auto& [status, count] : operation.statuses) statuses += count;
    EXPECT_EQ(answered, statuses) << name;
    EXPECT_EQ(statuses, operation.exchanges) << name;
    for (const auto* fields :
         {&operation.query, &operation.request_headers, &operation.response_headers, &operation.response_body})
      for (const auto& [key, field] : *fields) EXPECT_EQ(field.value, model::Value{}) << name << " " << key;
  }
}

}  // namespace
}  // namespace blobgauge
