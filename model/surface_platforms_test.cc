#include "model/surface_platforms.h"

#include <gtest/gtest.h>

namespace blobgauge::model {
namespace {

Field field(std::string name, Presence presence) {
  Field made;
  made.name = std::move(name);
  made.presence = presence;
  return made;
}

// Put Block with the headers that are named, and one more operation where that is not empty.
Surface read_for(const std::string& platform, std::map<std::string, Presence> headers, const std::string& more = {}) {
  Surface surface;
  surface.kind = "static";
  surface.client = "client";
  surface.platforms = {platform};
  auto& block = surface.operations["Put Block"];
  block.operation = "Put Block";
  for (const auto& [name, presence] : headers) block.request_headers[name] = field(name, presence);
  if (!more.empty()) {
    surface.operations[more] = block;
    surface.operations[more].operation = more;
  }
  return surface;
}

const Surface linux_only = read_for(
    "linux/amd64", {{"x-all", Presence::always}, {"x-posix", Presence::always}, {"x-often", Presence::conditional}},
    "Set Blob Metadata");
const Surface windows = read_for("windows/amd64", {{"x-all", Presence::always}, {"x-often", Presence::conditional}});
const Surface darwin = read_for(
    "darwin/arm64", {{"x-all", Presence::always}, {"x-posix", Presence::always}, {"x-often", Presence::never}});

using Set = std::set<std::string>;

TEST(SurfacePlatforms, MarkWhatOnlySomeHave) {
  const auto all = merge(merge(linux_only, windows).value(), darwin).value();
  EXPECT_EQ(all.platforms, (Set{"darwin/arm64", "linux/amd64", "windows/amd64"}));
  const auto& block = all.operations.at("Put Block");
  EXPECT_EQ(block.platforms, Set());
  EXPECT_EQ(block.request_headers.at("x-all").platforms, Set());
  EXPECT_EQ(block.request_headers.at("x-all").presence, Presence::always);
  EXPECT_EQ(block.request_headers.at("x-posix").platforms, (Set{"darwin/arm64", "linux/amd64"}));
  EXPECT_EQ(block.request_headers.at("x-posix").presence, Presence::conditional) << "not on every platform";
  EXPECT_EQ(block.request_headers.at("x-often").platforms, (Set{"linux/amd64", "windows/amd64"}));
  const auto& metadata = all.operations.at("Set Blob Metadata");
  EXPECT_EQ(metadata.platforms, Set{"linux/amd64"});
  EXPECT_EQ(metadata.request_headers.at("x-posix").platforms, Set()) << "wherever the operation is";
  EXPECT_EQ(metadata.request_headers.at("x-posix").presence, Presence::always);
}

TEST(SurfacePlatforms, DoNotHangOnTheOrder) {
  const auto one = merge(merge(linux_only, windows).value(), darwin).value();
  EXPECT_EQ(merge(linux_only, merge(windows, darwin).value()).value(), one);
  EXPECT_EQ(merge(darwin, merge(windows, linux_only).value()).value(), one);
  EXPECT_EQ(merge(one, one).value(), one);
  EXPECT_EQ(merge(one, windows).value(), one);
}

TEST(SurfacePlatforms, KeepTheValuesThatTheSourceNames) {
  const auto with = [](Surface surface, std::set<std::string> values, ValueKind kind) {
    surface.operations.at("Put Block").request_headers.at("x-often").value = {kind, std::move(values)};
    return surface;
  };
  const auto value = [](const Surface& surface) {
    return surface.operations.at("Put Block").request_headers.at("x-often").value;
  };
  const auto open = with(linux_only, {"2020-10-02", "{}"}, ValueKind::pattern);
  const auto one = with(windows, {"2021-12-02"}, ValueKind::constant);
  EXPECT_EQ(value(merge(open, open).value()), value(open));
  EXPECT_EQ(value(merge(open, one).value()).values, (Set{"2020-10-02", "2021-12-02", "{}"}));
  EXPECT_EQ(value(merge(open, darwin).value()), value(open)) << "never sent there";
  EXPECT_EQ(merge(merge(open, one).value(), darwin).value(), merge(open, merge(darwin, one).value()).value());
}

TEST(SurfacePlatforms, StandInTheFile) {
  const auto all = merge(linux_only, windows).value();
  const auto text = to_yaml(all);
  EXPECT_NE(text.find("platforms: [linux/amd64, windows/amd64]"), std::string::npos) << text;
  EXPECT_NE(text.find("platforms: [linux/amd64]"), std::string::npos) << text;
  const auto read = surface_from_yaml(text, "test");
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_EQ(*read, all);
  EXPECT_EQ(to_yaml(linux_only).find("platforms:"), std::string::npos) << "of one platform there is nothing to mark";
}

TEST(SurfacePlatforms, AreForgottenWhereOneSurfaceDoesNotSayThem) {
  auto unknown = windows;
  unknown.platforms.clear();
  const auto all = merge(merge(linux_only, darwin).value(), unknown).value();
  EXPECT_EQ(all.platforms, Set());
  for (const auto& [name, operation] : all.operations) {
    EXPECT_EQ(operation.platforms, Set()) << name;
    for (const auto& [key, header] : operation.request_headers) EXPECT_EQ(header.platforms, Set()) << key;
  }
}

}  // namespace
}  // namespace blobgauge::model
