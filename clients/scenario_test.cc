#include "clients/scenario.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/service.h"

namespace blobgauge::clients {
namespace {

using testing::HasSubstr;

const std::string specs = BLOBGAUGE_SOURCE_DIR "/specs/scenarios";

constexpr std::string_view head = "format: 1\nclient: c\nrelease: [--version]\nservice: https://x\nscenarios:\n";

std::string refusal(std::string scenario) {
  const auto file = client_file_from_yaml(std::string(head) + scenario, "c.yaml");
  return file ? "accepted" : describe(file.error());
}

TEST(Scenarios, ThatAreCommittedCanBeRead) {
  for (const auto* client : {"azcopy", "rclone"}) {
    const auto file = load_client_file(specs, client);
    ASSERT_TRUE(file) << describe(file.error());
    for (const auto& scenario : file->scenarios) {
      EXPECT_THAT(scenario.id, testing::StartsWith(client));
      EXPECT_LE(scenario.id.size(), 40U) << "it is part of a container name";
      EXPECT_TRUE(!scenario.holds.empty() || !scenario.steps[0].lists.empty() || !scenario.steps[0].says.empty() ||
                  !scenario.steps[0].succeeds)
          << scenario.id << " checks nothing";
    }
  }
  EXPECT_TRUE(load_service(specs + "/service/blob.yaml"));
}

TEST(Scenarios, OfAnUnknownClientAreAUsageError) {
  const auto file = load_client_file(specs, "nobody");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().category, model::Category::usage);
}

TEST(Scenarios, MustMakeSense) {
  EXPECT_EQ(refusal("  - {id: a, title: t, steps: [{arguments: [x]}]}"), "accepted");
  EXPECT_THAT(refusal("  - {id: a, title: t}"), HasSubstr("c.yaml:6:5: a scenario has 'steps'"));
  EXPECT_THAT(refusal("  - {id: a, title: t, steps: [{arguments: []}]}"), HasSubstr("a step has 'arguments'"));
  EXPECT_THAT(refusal("  - {id: a, title: t, steps: [{arguments: [x]}], files: [{path: ../up, sizes: [1]}]}"),
              HasSubstr("stays inside"));
  EXPECT_THAT(refusal("  - {id: a, title: t, steps: [{arguments: [x]}], files: [{path: up, count: 2, sizes: [1]}]}"),
              HasSubstr("several files need {n}"));
  EXPECT_THAT(refusal("  - {id: a, title: t, steps: [{arguments: [x]}], holds: [{files: a}]}"), HasSubstr("'equal'"));
  EXPECT_THAT(refusal("  - {id: a, title: t, steps: [{arguments: [x]}], holds: [{blob: a, no_blob: b}]}"),
              HasSubstr("exactly one"));
  EXPECT_THAT(refusal("  - {id: a, titel: t, title: t, steps: [{arguments: [x]}]}"), HasSubstr("titel"));
  EXPECT_THAT(refusal("  - {id: a, title: t, steps: [{arguments: [x]}]}\n  - {id: a, title: t, steps: "
                      "[{arguments: [x]}]}"),
              HasSubstr("there twice"));
}

TEST(Expand, ReplacesNamesAndRefusesUnknownOnes) {
  const Pairs values{{"a", "1"}, {"md5:up/x", "2"}};
  EXPECT_EQ(*expand("x{a}y{md5:up/x}", values), "x1y2");
  EXPECT_EQ(*expand("{{a}", values), "{a}");
  EXPECT_EQ(*expand("", values), "");
  EXPECT_FALSE(expand("{b}", values));
  EXPECT_FALSE(expand("{a", values));
}

}  // namespace
}  // namespace blobgauge::clients
