// The committed surfaces of clients against what the real ones of these releases send: a run of all scenarios gives the
// committed observed surface byte for byte, and the surface that was read from AzCopy's source predicts all of it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "analyzer/compare.h"
#include "model/catalogue.h"
#include "model/file.h"
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

// Runs all scenarios of the client and writes its observed surface.
void observe(const std::string& client, const char* program, const std::string& folder, const std::string& surface) {
  const auto traces = folder + "/traces";
  const auto verified = run({"verify", "--clients", client, "--client", client + "=" + program, "--jobs", "4",
                             "--traces", traces, "-o", folder + "/results.json"});
  ASSERT_TRUE(verified) << describe(verified.error());
  ASSERT_EQ(verified->exit_code, 0) << verified->err;
  std::vector<std::string> infer{"infer", "--repeatable", "-o", surface};
  for (const auto& entry : fs::directory_iterator(traces))
    if (entry.path().extension() == ".zst") infer.push_back(entry.path());
  const auto inferred = run(std::move(infer));
  ASSERT_TRUE(inferred) << describe(inferred.error());
  ASSERT_EQ(inferred->exit_code, 0) << inferred->err;
}

// The first lines that are not the same, so that a log alone says what a run did differently.
std::string first_differences(const std::string& made, const std::string& there) {
  std::istringstream a(made), b(there);
  std::string out, left, right;
  for (int line = 1, shown = 0; shown < 6; ++line) {
    if (!std::getline(a, left)) left.clear();
    if (!std::getline(b, right)) right.clear();
    if (!a && !b) break;
    if (left == right) continue;
    out += std::to_string(line) + ": made '" + left + "', committed '" + right + "'; ";
    ++shown;
  }
  return out;
}

void expect_committed(const std::string& surface, const std::string& name) {
  const auto made = model::read_file(surface), there = model::read_file(BLOBGAUGE_SOURCE_DIR "/specs/surfaces/" + name);
  ASSERT_TRUE(made && there) << name;
  EXPECT_TRUE(*made == *there) << name << ": " << first_differences(*made, *there)
                               << "tools/regenerate-observed shows the rest";
}

TEST(Rclone, SendsWhatItsCommittedSurfaceSays) {
  const char* rclone = std::getenv("BLOBGAUGE_RCLONE");
  if (!rclone) GTEST_SKIP() << "rclone is not set (tools/setup --print)";
  const auto folder = model::TemporaryFolder::create();
  ASSERT_TRUE(folder);
  const auto seen = folder->path() + "/seen.yaml";
  ASSERT_NO_FATAL_FAILURE(observe("rclone", rclone, folder->path(), seen));
  expect_committed(seen, "rclone-1.75.1-observed.yaml");
}

TEST(AzCopySource, PredictsEverythingThatTheRealOneSends) {
  const char* azcopy = std::getenv("BLOBGAUGE_AZCOPY");
  if (!azcopy) GTEST_SKIP() << "AzCopy is not set (tools/setup --print)";
  const auto folder = model::TemporaryFolder::create();
  ASSERT_TRUE(folder);
  const auto seen = folder->path() + "/seen.yaml";
  ASSERT_NO_FATAL_FAILURE(observe("azcopy", azcopy, folder->path(), seen));
  expect_committed(seen, "azcopy-10.32.2-observed.yaml");

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
