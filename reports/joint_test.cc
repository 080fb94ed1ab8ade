#include "reports/joint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "model/text.h"

namespace blobgauge::reports {
namespace {

using model::Verdict;
using testing::HasSubstr;
using testing::Not;

class JointTest : public testing::Test {
 protected:
  JointTest() : catalogue_(*model::Catalogue::load(BLOBGAUGE_SOURCE_DIR "/specs/catalogue")) {
    model::Spec spec;
    spec.generated_from = "azcopy 10.32.2";
    model::SpecOperation copy;
    copy.operation = "Put Block From URL";
    copy.tier = "mvp";
    copy.rationale = "azcopy sends it with default flags";
    copy.emitters = {{"azcopy", "10.32.2", {"azcopy/copy-blob"}, {"exchange 7", "e2", "e3", "e4"}, 5}};
    copy.dialects = {{"azcopy-10.32.2", {{"x-ms-copy-source", "always"}, {"If-Match", "conditional"}}, {"comp"}, {}},
                     {"rclone-1.75.1", {{"X-Ms-Copy-Source", "always"}}, {"comp", "blockid"}, {}}};
    copy.headers = {{"Date", "the service does", model::Weight::differs, true, {}},
                    {"ETag", "azcopy reads it", model::Weight::breaks, true, {"downloader.go:12"}}};
    copy.cases = {"put-block-from-url/success"};
    model::SpecOperation second;
    second.operation = "Get Account Information";
    second.tier = "extended";
    second.rationale = "with a flag";
    spec.operations = {second, copy};
    spec.scenarios = {{"azcopy/copy-blob", "azcopy", "10.32.2", "blob to blob", {"Put Block From URL"}}};
    input_.spec = spec;
    decisions_ = *model::load_rationale(BLOBGAUGE_SOURCE_DIR "/specs/policy/rationale.yaml");
  }
  void add_candidate(std::string actual) {
    model::Results results;
    results.endpoint_version = "4.2";
    results.cases.push_back(
        {"put-block-from-url/success", "Put Block From URL", "mvp", "copies", {"core"}, Verdict::fail, "", {}, 1, {}});
    results.cases[0].findings.push_back(
        {model::Weight::breaks, "status", "201", std::move(actual), "", "PUT /c/b -> 500", "copy"});
    results.scenarios.push_back({"azcopy/copy-blob",
                                 "azcopy",
                                 "10.32.2",
                                 "blob to blob",
                                 "predicted",
                                 Verdict::fail,
                                 "Put Block From URL: PUT /c/b -> 500",
                                 "",
                                 0,
                                 0,
                                 {"put-block-from-url/success"}});
    input_.columns.push_back({"gateway", {results}});
  }
  std::string text() const {
    const auto overview = make_overview(input_);
    return to_joint({input_, overview, catalogue_, decisions_});
  }
  const model::Catalogue catalogue_;
  Input input_;
  std::vector<model::RationaleRow> decisions_;
};

TEST_F(JointTest, SaysWhoNeedsWhatAndWhy) {
  const auto page = text();
  EXPECT_LT(page.find("## Tier mvp: 1 operation"), page.find("## Tier extended: 1 operation"));
  EXPECT_THAT(page, HasSubstr("| [Put Block From URL](#put-block-from-url) | mvp | azcopy 10.32.2 | `w` |"));
  EXPECT_THAT(page, HasSubstr("| azcopy 10.32.2 | 5 exchanges | azcopy/copy-blob | exchange 7; e2; e3; and 1 more |"));
  EXPECT_THAT(
      page,
      HasSubstr("| `?comp` | sent | sent |\n| `?blockid` | - | sent |\n| `x-ms-copy-source` | always | always |"));
  EXPECT_LT(page.find("| header | `ETag` | breaks |"), page.find("| header | `Date` | differs |"));
  for (const auto& decision : decisions_) EXPECT_THAT(page, HasSubstr("### " + decision.title)) << decision.topic;
}

TEST_F(JointTest, SaysWhatACandidateAnswers) {
  add_candidate("500");
  const auto page = text();
  EXPECT_THAT(page, HasSubstr("| `w` | **1 fail of 1** |"));
  EXPECT_THAT(page, HasSubstr("- gateway fail (status: expected `201`, got `500`): `put-block-from-url/success`"));
  EXPECT_THAT(page, HasSubstr("**breaks** (predicted) by `Put Block From URL -> 500`"));
  EXPECT_THAT(page, HasSubstr("| gateway | 4.2 |"));
}

TEST_F(JointTest, IsTheSameTextEachTime) {
  add_candidate("500");
  EXPECT_EQ(text(), text());
}

TEST_F(JointTest, HostileAnswersStayTextAndTablesKeepTheirColumns) {
  for (const auto* hostile : {"<script>", "a|b", "line\nbreak", "`code`", "\x1b[31m", "](x)"}) {
    input_.columns.clear();
    add_candidate(hostile);
    const auto page = text();
    EXPECT_THAT(page, Not(HasSubstr("<script>\n")));
    std::size_t columns = 0;
    for (const auto line : model::split(page, '\n')) {
      EXPECT_EQ(visible(line), line);
      if (!line.starts_with('|')) {
        columns = 0;
        continue;
      }
      std::size_t bars = 0;
      for (std::size_t i = 0; i < line.size(); ++i) bars += line[i] == '|' && (i == 0 || line[i - 1] != '\\');
      if (columns) {
        EXPECT_EQ(bars, columns) << line;
      }
      columns = bars;
    }
  }
}

TEST_F(JointTest, EveryLinkHasItsHeading) {
  add_candidate("500");
  const auto page = text();
  std::set<std::string> anchors;
  for (const auto line : model::split(page, '\n')) {
    if (!line.starts_with('#')) continue;
    std::string anchor;
    for (const char c : model::lower(line.substr(line.find(' ') + 1)))
      if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_')
        anchor += c;
      else if (c == ' ')
        anchor += '-';
    anchors.insert(anchor);
  }
  std::size_t links = 0;
  for (auto at = page.find("](#"); at != std::string::npos; at = page.find("](#", at + 1)) {
    const auto name = page.substr(at + 3, page.find(')', at) - at - 3);
    EXPECT_TRUE(anchors.count(name)) << name;
    ++links;
  }
  EXPECT_GT(links, decisions_.size());
}

}  // namespace
}  // namespace blobgauge::reports
