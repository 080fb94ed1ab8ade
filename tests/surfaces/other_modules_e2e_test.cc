// Clients that nothing here was written for, from the module proxy: one stands on azblob 1.8.2, whose generated code
// puts an operation's query behind the address and is told the good statuses by its callers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "model/process.h"
#include "model/surface.h"
#include "model/temporary.h"

namespace blobgauge {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;

class OtherModules : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::getenv("BLOBGAUGE_LONG")) GTEST_SKIP() << "of the long tier";
    if (!std::getenv("BLOBGAUGE_GO_FRONTEND")) GTEST_SKIP() << "the Go front end is not set (tools/setup --print)";
  }

  // What a module's client sends; its file in specs/clients is found by the module.
  static model::Surface analyse(const std::string& module) {
    const auto folder = model::TemporaryFolder::create();
    const auto out = folder->path() + "/static.yaml";
    model::ProcessRequest request;
    request.command = {BLOBGAUGE_PROGRAM, "analyze", "go", "--module", module, "-o", out};
    request.folder = BLOBGAUGE_SOURCE_DIR;
    request.time_limit = std::chrono::seconds{200};
    const auto ran = model::run_process(request);
    EXPECT_TRUE(ran) << describe(ran.error());
    if (!ran || ran->exit_code != 0) {
      ADD_FAILURE() << (ran ? ran->err : "");
      return {};
    }
    const auto surface = model::load_surface(out);
    EXPECT_TRUE(surface) << describe(surface.error());
    return surface ? *surface : model::Surface{};
  }

  static void expect_decided(const model::Surface& surface) {
    for (const auto& [name, operation] : surface.operations) {
      EXPECT_THAT(operation.statuses, Not(IsEmpty())) << name;
      for (const auto* fields : {&operation.query, &operation.request_headers})
        for (const auto& [key, field] : *fields)
          EXPECT_NE(field.presence, model::Presence::undecided) << name << " " << key << ": " << field.reason;
    }
  }

  static std::vector<std::string> operations(const model::Surface& surface) {
    std::vector<std::string> names;
    for (const auto& [name, operation] : surface.operations) names.push_back(name);
    return names;
  }
};

TEST_F(OtherModules, GoCloud) {
  const auto surface = analyse("gocloud.dev@v0.49.0");
  EXPECT_THAT(operations(surface),
              ElementsAre("Copy Blob", "Delete Blob", "Get Blob", "Get Blob (range)", "Get Blob Properties",
                          "List Blobs (hierarchy)", "Put Blob (block)", "Put Block", "Put Block List"));
  expect_decided(surface);
  ASSERT_THAT(surface.operations, Contains(Key("Put Block")));
  const auto& block = surface.operations.at("Put Block");
  EXPECT_EQ(block.query.at("comp").presence, model::Presence::always);
  EXPECT_EQ(block.query.at("comp").value.values, std::set<std::string>{"block"});
  EXPECT_EQ(block.request_headers.at("x-ms-version").value.values, std::set<std::string>{"2026-12-06"});
  EXPECT_THAT(block.statuses, ElementsAre(std::pair{201, 0u}));
  EXPECT_EQ(surface.operations.at("List Blobs (hierarchy)").query.at("restype").presence, model::Presence::always);
}

TEST_F(OtherModules, ThanosObjstore) {
  const auto surface = analyse("github.com/thanos-io/objstore@v0.0.0-20250804093838-71d60dfee488");
  EXPECT_THAT(operations(surface),
              ElementsAre("Create Container", "Delete Blob", "Get Blob", "Get Blob (range)", "Get Blob Properties",
                          "Get Container Properties", "List Blobs (flat)", "List Blobs (hierarchy)", "Put Blob (block)",
                          "Put Block", "Put Block List"));
  expect_decided(surface);
}

}  // namespace
}  // namespace blobgauge
