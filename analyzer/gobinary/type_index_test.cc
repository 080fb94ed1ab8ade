// Of a program that Go builds: the types that the source gives its words.
#include "analyzer/gobinary/type_index.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "analyzer/gobinary/reachability.h"
#include "analyzer/test_go.h"
#include "model/temporary.h"

namespace blobgauge::analyzer::gobinary {
namespace {

constexpr std::uint8_t ax = 0, cx = 1, bx = 3;

class GoBinaryTypes : public testing::Test {
 protected:
  void SetUp() override {
    BLOBGAUGE_NEED_GO();
    const auto path = folder_->path() + "/flow";
    const auto command =
        fmt::format("cd '{}/analyzer/gobinary/testdata/flow' && CGO_ENABLED=0 GOTOOLCHAIN=local go build -o '{}' .",
                    BLOBGAUGE_SOURCE_DIR, path);
    ASSERT_EQ(std::system(command.c_str()), 0);
    program_.emplace(*Executable::open(path));
    reach_.emplace(*Reach::compute(*program_));
    types_ = std::make_unique<TypeIndex>(*program_, reach_->type_table(), reach_->types());
  }

  FunctionId function(std::string_view name) {
    const auto ids = program_->named(name);
    return ids.empty() ? FunctionId{0xffffffff} : ids.front();
  }
  std::string name(TypedPlace place) {
    return place.type ? fmt::format("{}+{}", reach_->type_table().read(place.type).name, place.offset) : "";
  }
  std::vector<std::string> implementations(std::uint64_t interface, std::size_t slot) {
    std::vector<std::string> names;
    for (const auto id : types_->implementations(interface, slot)) names.emplace_back(program_->name(id));
    return names;
  }

  std::optional<model::TemporaryFolder> folder_ = *model::TemporaryFolder::create();
  std::optional<Executable> program_;
  std::optional<Reach> reach_;
  std::unique_ptr<TypeIndex> types_;
};

TEST_F(GoBinaryTypes, AMethodsReceiverHasItsFields) {
  const auto sender = types_->receiver(function("main.(*sender).send"));
  ASSERT_NE(sender, 0u);
  EXPECT_EQ(reach_->type_table().full_name(sender), "main.sender");
  EXPECT_EQ(name(types_->leaf({sender, 0})), "string+0");
  EXPECT_EQ(name(types_->leaf({sender, 8})), "string+8");
  const auto field = types_->leaf({sender, 16});
  EXPECT_EQ(name(field), "main.provider+0");
  EXPECT_TRUE(types_->is_interface(field.type, 2));
  EXPECT_FALSE(types_->is_interface(field.type, 3)) << "it has three methods";
  EXPECT_EQ(name(types_->leaf({sender, 32})), "") << "beyond its end";
  EXPECT_EQ(name(types_->leaf({sender, -8})), "");
  EXPECT_EQ(types_->receiver(function("main.provided")), 0u);
}

TEST_F(GoBinaryTypes, ParametersAndResultsAreInTheirRegisters) {
  const auto write = function("main.(*disk).print");
  EXPECT_EQ(name(types_->parameter(write, bx)), "*main.options+0");
  EXPECT_EQ(name(types_->parameter(write, cx)), "") << "there is one only";
  EXPECT_EQ(name(types_->result(write, ax)), "int+0");
  EXPECT_EQ(name(types_->result(function("main.(*silent).key"), ax)), "*string+0");
}

TEST_F(GoBinaryTypes, AllTypesThatFitAnInterfaceAreFound) {
  const auto sender = types_->receiver(function("main.(*sender).send"));
  const auto provider = types_->leaf({sender, 16}).type;
  // Methods stand in the order of their names.
  EXPECT_THAT(implementations(provider, 0),
              testing::IsSupersetOf({"main.(*silent).key", "main.(*speaking).key", "main.(*relay).key"}));
  EXPECT_THAT(implementations(provider, 2), testing::Contains("main.(*speaking).scope"));
  EXPECT_THAT(implementations(provider, 2), testing::Not(testing::Contains("main.(*speaking).key")));
  EXPECT_THAT(implementations(provider, 7), testing::IsEmpty());
}

}  // namespace
}  // namespace blobgauge::analyzer::gobinary
