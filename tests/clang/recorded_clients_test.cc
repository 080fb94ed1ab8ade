// The two clients themselves, recorded through `blobgauge record` in front of Azurite by tools/record-clients: whatever
// they send, the surface that was read from their source predicts. It takes a minute, so it runs in the long tier.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "model/file.h"
#include "model/temporary.h"
#include "tests/clang/reading.h"

namespace blobgauge::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

bool runs(std::vector<std::string> command) {
  model::ProcessRequest request;
  request.command = std::move(command);
  request.time_limit = std::chrono::seconds(60);
  const auto outcome = model::run_process(request);
  return outcome && outcome->exit_code == 0;
}

// Why the clients cannot be recorded here; empty where they can.
std::string missing() {
  if (!std::getenv("BLOBGAUGE_LONG")) return "a long test: BLOBGAUGE_LONG is not set";
  if (!runs({"pgbackrest", "version"})) return "pgbackrest is not installed (tools/packages.txt, group full)";
  if (!runs({"/usr/bin/python3", "-c", "from osgeo import gdal"})) return "Debian's python3-gdal is not installed";
  const char* azurite = std::getenv("BLOBGAUGE_AZURITE");
  if (!azurite || !fs::exists(azurite)) return "BLOBGAUGE_AZURITE is not set: tools/setup gets Azurite";
  return {};
}

TEST(RecordedClients, SendNothingThatTheirSourceDoesNotPredict) {
  if (const auto why = missing(); !why.empty()) GTEST_SKIP() << why;
  const auto scratch = model::TemporaryFolder::create();
  ASSERT_TRUE(scratch);
  model::ProcessRequest request;
  request.command = {"bash", BLOBGAUGE_SOURCE_DIR "/tools/record-clients", scratch->path()};
  request.environment = {{"BLOBGAUGE", BLOBGAUGE_PROGRAM}};
  request.time_limit = std::chrono::seconds(540);
  const auto recorded = model::run_process(request);
  ASSERT_TRUE(recorded);
  ASSERT_EQ(recorded->exit_code, 0) << recorded->out << recorded->err;
  for (const std::string name : {"gdal-3.6.2", "pgbackrest-2.45"}) {
    const auto compared = blobgauge({"compare", BLOBGAUGE_SOURCE_DIR "/specs/surfaces/" + name + "-static.yaml",
                                     scratch->path() + "/" + name + "-observed.yaml"});
    EXPECT_EQ(compared.exit_code, 0) << name << compared.out << compared.err;
    // What the scenario is for: blocks, their list and further pages were seen.
    const auto observed = model::read_file(scratch->path() + "/" + name + "-observed.yaml").value_or("");
    for (const std::string seen : {"Put Block:", "Put Block List:", "List Blobs (", " marker:"})
      EXPECT_THAT(observed, HasSubstr(seen)) << name;
  }
}

}  // namespace
}  // namespace blobgauge::tests
