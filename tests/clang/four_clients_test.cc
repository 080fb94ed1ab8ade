// The MVP spec with two more clients: it says of each operation and header which client sends it, and no tier moves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "model/file.h"
#include "model/temporary.h"
#include "tests/clang/reading.h"

namespace blobgauge::tests {
namespace {

using ::testing::HasSubstr;
const std::string surfaces = BLOBGAUGE_SOURCE_DIR "/specs/surfaces/";

// The spec that these clients' committed surfaces give, as text.
std::string spec_of(const std::vector<std::string>& clients) {
  const auto scratch = model::TemporaryFolder::create();
  EXPECT_TRUE(scratch);
  std::vector<std::string> arguments{"spec", "build"};
  for (const auto& client : clients)
    for (const auto* kind : {"-observed.yaml", "-static.yaml"}) arguments.push_back(surfaces + client + kind);
  const auto file = scratch->path() + "/spec.yaml";
  for (const auto& more : {std::string("--real"), surfaces + "real-azure.yaml", std::string("-o"), file})
    arguments.push_back(more);
  const auto ran = blobgauge(std::move(arguments));
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  return model::read_file(file).value_or("");
}

// operation -> its part of the spec.
std::map<std::string, std::string> operations(const std::string& spec) {
  std::map<std::string, std::string> parts;
  const std::string start = "\n  - operation: ";
  for (auto at = spec.find(start); at != std::string::npos;) {
    const auto next = spec.find(start, at + 1);
    const auto part = spec.substr(at, next == std::string::npos ? next : next - at);
    const auto name = part.substr(start.size(), part.find('\n', start.size()) - start.size());
    parts[name] = part;
    at = next;
  }
  return parts;
}

std::string tier(const std::string& part) {
  const auto at = part.find("\n    tier: ");
  return at == std::string::npos ? "" : part.substr(at + 11, part.find('\n', at + 1) - at - 11);
}

TEST(FourClients, MoveNoTierAndAreNamed) {
  const auto two = operations(spec_of({"azcopy-10.32.2", "rclone-1.75.1"}));
  const auto four = operations(spec_of({"azcopy-10.32.2", "rclone-1.75.1", "pgbackrest-2.45", "gdal-3.6.2"}));
  ASSERT_GT(two.size(), 10U);
  for (const auto& [name, part] : two) {
    ASSERT_TRUE(four.count(name)) << name;
    EXPECT_EQ(tier(part), tier(four.at(name))) << name;
  }
  for (const auto& [name, part] : four) {
    if (two.count(name)) continue;
    EXPECT_EQ(tier(part), "informative") << name;
  }
  // Who sends it, from where, and which of its headers.
  for (const auto* text :
       {"client: azcopy", "client: rclone", "client: pgbackrest", "client: gdal", "id: pgbackrest-2.45",
        "id: gdal-3.6.2", "storageWriteAzureBlockAsync storage/azure/write.c:146",
        "cpl::VSIAzureFSHandler::PutBlock port/cpl_vsil_az.cpp:1904"})
    EXPECT_THAT(four.at("Put Block"), HasSubstr(text));
}

}  // namespace
}  // namespace blobgauge::tests
