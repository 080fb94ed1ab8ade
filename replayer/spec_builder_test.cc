#include "replayer/spec_builder.h"

#include <gtest/gtest.h>

#include "replayer/selection.h"
#include "replayer/spec_lint.h"

namespace blobgauge::replayer {
namespace {

using model::Decision;
using model::RationaleRow;
using model::Surface;

Surface observed(std::string client) {
  Surface out;
  out.kind = "observed";
  out.client = std::move(client);
  out.release = "1";
  return out;
}

model::OperationSurface& send(Surface& surface, const std::string& operation, std::set<std::string> scenarios) {
  auto& out = surface.operations[operation];
  out.operation = operation;
  out.exchanges = 2;
  out.scenarios = std::move(scenarios);
  return out;
}

// On the committed catalogue, cases and policy, with surfaces made up.
class SpecBuilder : public testing::Test {
 protected:
  SpecBuilder() {
    const std::string root = BLOBGAUGE_SOURCE_DIR;
    auto catalogue = model::Catalogue::load(root + "/specs/catalogue");
    auto suite = load_suite(root + "/specs/cases");
    auto policy = load_policy(root + "/specs/policy/spec.yaml");
    if (!catalogue || !suite || !policy)
      throw std::runtime_error(describe(!catalogue ? catalogue.error() : !suite ? suite.error() : policy.error()));
    catalogue_ = std::move(*catalogue);
    suite_ = std::move(*suite);
    policy_ = std::move(*policy);
    scenarios_ = {{"up", "azcopy", "upload", {"--put-md5"}},
                  {"tier", "azcopy", "set the tier", {"--block-blob-tier"}},
                  {"up", "rclone", "upload", {}}};
    azcopy_ = observed("azcopy");
    send(azcopy_, "Put Blob (block)", {"up"});
    send(azcopy_, "Set Blob Tier", {"tier"});
    rclone_ = observed("rclone");
    send(rclone_, "Put Blob (block)", {"up"});
    send(rclone_, "Copy Blob", {"up"});
  }
  model::Result<model::Spec> build(std::vector<Surface> clients, std::optional<Surface> real = {}) {
    return build_spec({catalogue_, suite_, policy_, scenarios_, std::move(clients), std::move(real)});
  }
  model::Catalogue catalogue_;
  Suite suite_;
  Policy policy_;
  std::vector<ScenarioLine> scenarios_;
  Surface azcopy_, rclone_;
};

TEST_F(SpecBuilder, ComputesTiers) {
  const auto spec = build({azcopy_, rclone_});
  ASSERT_TRUE(spec) << describe(spec.error());
  EXPECT_EQ(spec->find("Put Blob (block)")->tier, "mvp");
  EXPECT_EQ(spec->find("Put Blob (block)")->emitters.size(), 2u);
  EXPECT_EQ(spec->find("Set Blob Tier")->tier, "extended");
  EXPECT_NE(spec->find("Set Blob Tier")->rationale.find("--block-blob-tier"), std::string::npos);
  EXPECT_EQ(spec->find("Copy Blob")->tier, "rclone");
  EXPECT_EQ(spec->find("Get Blob"), nullptr);
  ASSERT_EQ(spec->scenarios.size(), 3u);
  EXPECT_EQ(spec->scenarios[2].operations.size(), 2u);
  EXPECT_EQ(to_yaml(*spec), to_yaml(*build({rclone_, azcopy_}))) << "the order of the inputs must not matter";
}

TEST_F(SpecBuilder, NeedsTheClientThatTiersComeFrom) {
  const auto spec = build({rclone_});
  ASSERT_FALSE(spec);
  EXPECT_EQ(spec.error().category, model::Category::usage);
}

TEST_F(SpecBuilder, WeighsHeadersByCountsAndReaders) {
  auto real = observed("azure");
  auto& put = send(real, "Copy Blob", {});
  auto& answers = put.answers[{202, "2021-04-10"}];
  answers.count = 40;
  answers.headers = {{"x-new", 40}, {"x-read", 40}, {"x-rare", 3}, {"x-rare-read", 3}, {"server", 40}};
  answers.recorders = {"a", "b"};
  answers.accounts = {"1f3a", "2b00", "77aa"};
  answers.years = {"2021", "2024"};
  put.answers[{202, "2015-04-05"}].count = 1000;  // too old to count
  put.answers[{404, "2021-04-10"}].count = 9;     // no success
  Surface read = observed("rclone");
  read.kind = "static";
  for (const auto* name : {"x-read", "x-rare-read"}) {
    auto& field = send(read, "Copy Blob", {}).response_headers[name];
    field.name = name;
    field.presence = model::Presence::always;
  }
  const auto spec = build({azcopy_, rclone_, read}, real);
  ASSERT_TRUE(spec);
  std::map<std::string, std::string> lines;
  for (const auto& line : spec->find("Copy Blob")->headers)
    lines[line.name] = std::string(name_of(line.weight)) + (line.always ? "" : " at times");
  EXPECT_EQ(lines["x-new"], "differs");
  EXPECT_EQ(lines["x-read"], "breaks");
  EXPECT_EQ(lines["x-rare-read"], "differs at times");
  EXPECT_FALSE(lines.count("x-rare"));
  EXPECT_FALSE(lines.count("server"));
  EXPECT_TRUE(lines.count("x-ms-copy-status")) << "what the case file says of every answer";
}

TEST_F(SpecBuilder, NamesTheCodesThatAClientTellsApart) {
  auto real = observed("azure");
  auto& answers = send(real, "Copy Blob", {}).answers[{404, "2021-04-10"}];
  answers.count = 9;
  answers.error_codes = {{"Gone", 9}};
  Surface read = observed("rclone");
  read.kind = "static";
  read.evidence["p1"] = {"path", {"main.main", "isGone a.go:7"}};
  auto& codes = send(read, "Copy Blob", {}).compared_codes;
  codes["Gone"].presence = model::Presence::always;
  codes["Gone"].evidence = {"p1"};
  codes["Busy"].presence = model::Presence::conditional;
  codes["Busy"].reason = "an error of: Copy Blob, Put Blob (block)";
  const auto spec = build({azcopy_, rclone_, read}, real);
  ASSERT_TRUE(spec);
  const auto& errors = spec->find("Copy Blob")->errors;
  ASSERT_EQ(errors.size(), 2u);
  EXPECT_EQ(errors[0].name, "Busy");
  EXPECT_EQ(errors[0].weight, model::Weight::differs);
  EXPECT_EQ(errors[0].doubt, "no recorded answer to this operation has it");
  EXPECT_EQ(errors[1].name, "Gone");
  EXPECT_EQ(errors[1].weight, model::Weight::breaks);
  EXPECT_EQ(errors[1].basis, "9 recorded answers of the real service have it");
  EXPECT_EQ(errors[1].evidence.at(0), "rclone 1 compares it (path: main.main > isGone a.go:7)");
  EXPECT_FALSE(errors[1].always) << "the service answers it at times, and no run asserts it by itself";
  EXPECT_EQ(to_yaml(*model::spec_from_yaml(to_yaml(*spec), "again")), to_yaml(*spec));
}

// Put Copy Blob's only answers into a surface, and say what becomes of a header that a client reads.
class SpecBuilderDoubt : public SpecBuilder {
 protected:
  model::ContractLine line(const std::string& header, std::uint64_t count, std::set<std::string> recorders) {
    auto real = observed("azure");
    auto& answers = send(real, "Copy Blob", {}).answers[{202, "2021-04-10"}];
    answers.count = count;
    answers.headers = {{header, count}};
    answers.recorders = std::move(recorders);
    answers.accounts = {"1f3a"};
    Surface read = observed("rclone");
    read.kind = "static";
    auto& field = send(read, "Copy Blob", {}).response_headers[header];
    field.name = header;
    field.presence = model::Presence::always;
    const auto spec = build({azcopy_, rclone_, read}, real);
    for (const auto& item : spec->find("Copy Blob")->headers)
      if (item.name == header) return item;
    return {};
  }
};

TEST_F(SpecBuilderDoubt, SaysWhatAnNOfNLineRestsOn) {
  const auto made = line("x-read", 40, {"a", "b"});
  EXPECT_EQ(made.basis, "40 of 40 answers; 2 recorders, at least 1 account; versions 2021-04-10; years unknown");
  EXPECT_EQ(made.doubt, "");
  EXPECT_EQ(made.weight, model::Weight::breaks);
}

TEST_F(SpecBuilderDoubt, NeverBreaksByAFewAnswersOneRecorderOrAFeatureOfTheAccount) {
  EXPECT_EQ(line("x-read", 29, {"a", "b"}).doubt, "fewer than 30 answers");
  EXPECT_EQ(line("x-read", 29, {"a", "b"}).weight, model::Weight::differs);
  EXPECT_EQ(line("x-read", 4000, {"a"}).doubt, "not more than one recorder");
  EXPECT_EQ(line("x-read", 4000, {"a"}).weight, model::Weight::differs);
  policy_.account_features["x-feature"] = "versioning";
  EXPECT_EQ(line("x-feature", 4000, {"a", "b"}).doubt, "depends on versioning");
  EXPECT_EQ(line("x-feature", 4000, {"a", "b"}).weight, model::Weight::differs);
}

TEST_F(SpecBuilder, AnExecutableShowsWhatCanBeReachedAndNothingElse) {
  Surface program = observed("azcopy");
  program.kind = "executable";
  auto& put = send(program, "Put Blob (block)", {});
  put.level = model::Level::reachable;
  put.evidence = {"p1"};
  put.request_headers["x-executable"].name = "x-executable";
  put.request_headers["x-executable"].presence = model::Presence::always;
  program.evidence["p1"] = {"path", {"main.main (root)", "azblob.Upload"}};
  send(program, "Undelete Blob", {}).level = model::Level::reachable;
  const auto without = build({azcopy_, rclone_}), spec = build({azcopy_, rclone_, program});
  ASSERT_TRUE(without && spec);
  EXPECT_FALSE(spec->find("Undelete Blob")) << "that it can be reached makes nobody send it";
  ASSERT_EQ(spec->operations.size(), without->operations.size());
  for (std::size_t i = 0; i < spec->operations.size(); ++i) {
    EXPECT_EQ(spec->operations[i].dialects.size(), without->operations[i].dialects.size());
    for (const auto& dialect : spec->operations[i].dialects)
      for (const auto& [name, presence] : dialect.headers) EXPECT_NE(name, "x-executable");
    EXPECT_EQ(spec->operations[i].tier, without->operations[i].tier);
  }
  const auto& emitters = spec->find("Put Blob (block)")->emitters;
  ASSERT_FALSE(emitters.empty());
  EXPECT_EQ(emitters[0].evidence.back(), "executable 1, reachable: path: main.main (root) > azblob.Upload");
}

TEST_F(SpecBuilder, LintFindsGapsAndDrift) {
  auto spec = *build({azcopy_, rclone_});
  for (const auto& finding : lint(spec, suite_)) EXPECT_FALSE(finding.gap) << finding.what;
  spec.operations[0].cases.push_back("gone/case");
  spec.operations[0].headers.push_back({"x", "", model::Weight::differs, true, {}});
  spec.scenarios.push_back({"none", "azcopy", "1", "none", {"Nothing"}});
  std::size_t gaps = 0;
  for (const auto& finding : lint(spec, suite_)) gaps += finding.gap;
  EXPECT_EQ(gaps, 3u);
}

TEST_F(SpecBuilder, LintHoldsTheRationaleAgainstTheTiers) {
  const auto spec = *build({azcopy_, rclone_});
  const auto gaps = [&](Decision decision, const std::string& operation) {
    RationaleRow row;
    row.topic = "topic";
    row.decision = decision;
    row.operations = {operation};
    std::vector<std::string> out;
    for (const auto& finding : lint(spec, suite_, {row}))
      if (finding.gap) out.push_back(finding.what);
    return out;
  };
  ASSERT_EQ(spec.find("Put Blob (block)")->tier, "mvp");
  EXPECT_EQ(
      gaps(Decision::declined, "Put Blob (block)"),
      std::vector<std::string>{"Put Blob (block) is declined by the rationale (topic), and the mvp client sends it"});
  EXPECT_TRUE(gaps(Decision::in, "Put Blob (block)").empty());
  EXPECT_TRUE(gaps(Decision::declined, "Append Block").empty()) << "nobody sends it";
}

TEST_F(SpecBuilder, SelectsCases) {
  const auto spec = *build({azcopy_, rclone_});
  const auto count = [&](const std::string& client, const std::string& expression) {
    const auto chosen = select(suite_, spec, client, expression);
    return chosen ? static_cast<int>(chosen->size())
                  : -static_cast<int>(chosen.error().category == model::Category::usage);
  };
  EXPECT_EQ(count("", "put-blob/success"), 1);
  EXPECT_GT(count("", "copy-blob/*"), 3);
  EXPECT_EQ(count("azcopy", "copy-blob/*"), -1);
  EXPECT_GT(count("rclone", ""), count("rclone", "tag:core"));
  EXPECT_EQ(count("", "get-blob/*"), -1) << "no client of this spec sends it";
  EXPECT_EQ(count("", "tag:nothing"), -1);
  EXPECT_EQ(count("", "tier:huge"), -1);
  EXPECT_EQ(count("s3cmd", ""), -1);
  const auto extended = select(suite_, spec, "", "tier:extended");
  ASSERT_TRUE(extended);
  for (const auto& chosen : *extended)
    EXPECT_TRUE(chosen.item->operation == "Set Blob Tier" || !chosen.item->needs.empty()) << chosen.item->id;
}

}  // namespace
}  // namespace blobgauge::replayer
