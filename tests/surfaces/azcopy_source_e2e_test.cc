// The committed surface of AzCopy, read from its source, against what the real AzCopy of that release sends.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "analyzer/compare.h"
#include "model/catalogue.h"
#include "model/process.h"
#include "model/surface.h"
#include "model/temporary.h"

namespace blobgauge {
namespace {

namespace fs = std::filesystem;

constexpr auto committed = BLOBGAUGE_SOURCE_DIR "/specs/surfaces/azcopy-10.32.2-static.yaml";

model::Result<model::ProcessOutcome> run(std::vector<std::string> arguments) {
  model::ProcessRequest request;
  request.command = std::move(arguments);
  request.command.insert(request.command.begin(), BLOBGAUGE_PROGRAM);
  request.folder = BLOBGAUGE_SOURCE_DIR;
  request.time_limit = std::chrono::seconds{200};
  return model::run_process(request);
}

TEST(AzCopySource, PredictsEverythingThatTheRealOneSends) {
  const char* azcopy = std::getenv("BLOBGAUGE_AZCOPY");
  if (!azcopy) GTEST_SKIP() << "AzCopy is not set (tools/setup --print)";
  const auto folder = model::TemporaryFolder::create();
  ASSERT_TRUE(folder);
  const auto traces = folder->path() + "/traces", seen = folder->path() + "/seen.yaml";
  const auto verified = run({"verify", "--clients", "azcopy", "--client", std::string("azcopy=") + azcopy, "--jobs",
                             "4", "--traces", traces, "-o", folder->path() + "/results.json"});
  ASSERT_TRUE(verified) << describe(verified.error());
  std::vector<std::string> infer{"infer", "--client", "azcopy", "--release", "10.32.2", "-o", seen};
  for (const auto& entry : fs::directory_iterator(traces))
    if (entry.path().extension() == ".zst") infer.push_back(entry.path());
  const auto inferred = run(std::move(infer));
  ASSERT_TRUE(inferred) << describe(inferred.error());
  ASSERT_EQ(inferred->exit_code, 0) << inferred->err;

  const auto predicted = model::load_surface(committed), observed = model::load_surface(seen);
  ASSERT_TRUE(predicted) << describe(predicted.error());
  ASSERT_TRUE(observed) << describe(observed.error());
  const auto catalogue = model::Catalogue::load(BLOBGAUGE_SOURCE_DIR "/specs/catalogue");
  ASSERT_TRUE(catalogue) << describe(catalogue.error());
  analyzer::CompareOptions options;
  for (const auto role : {"sas", "snapshot", "version-id"})
    for (const auto& name : catalogue->role_names(role)) options.of_address.push_back(name);
  const auto comparison = analyzer::compare(*predicted, *observed, options);
  EXPECT_TRUE(comparison.unpredicted.empty() && comparison.contradicted.empty()) << to_text(comparison);
  EXPECT_GE(comparison.agreements[0].both, 14u);
  // What a reading of the source by hand gives.
  EXPECT_EQ(predicted->operations.size(), 29u);
  EXPECT_EQ(predicted->operations.count("Get Page Ranges (diff)"), 0u);
}

}  // namespace
}  // namespace blobgauge
