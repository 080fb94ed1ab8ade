// What every report must say beside its cases: what does not hold before the first request, what policy overrides, what
// the real service never confirmed, and which role a case is about.
#include "reports/before.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "model/gate.h"
#include "reports/html.h"
#include "reports/junit.h"
#include "reports/markdown.h"
#include "reports/pull_request.h"
#include "reports/sarif.h"
#include "reports/tap.h"
#include "reports/terminal.h"

namespace blobgauge::reports {
namespace {

using model::Verdict;
using testing::HasSubstr;
using testing::Not;

class BeforeReportTest : public testing::Test {
 protected:
  BeforeReportTest() {
    model::Results results;
    results.kind = "replay";
    results.spec = "spec.yaml";
    results.remarks = {"Put, tier: mvp -> extended by policy: we say so (architect, 2026-11-30)"};
    model::CaseResult need;
    need.id = "before/azcopy/credential";
    need.operation = "before the first request";
    need.tier = "mvp";
    need.title = "azcopy: takes a SAS";
    need.verdict = Verdict::fail;
    need.findings = {{model::Weight::breaks, "credential", "one of sas, bearer", "sas: 403 <b>", "it signs nothing",
                      "GET / -> 403", "before the first request", false}};
    results.before = {need};
    model::CaseResult item;
    item.id = "source-role/whole";
    item.operation = "Get Blob";
    item.tier = "mvp";
    item.title = "is read whole";
    item.role = "source";
    item.attested = "never confirmed on the real service";
    item.verdict = Verdict::pass;
    results.cases = {item};
    item.id = "put/a";
    item.role = "destination";
    item.verdict = Verdict::fail;
    item.detail = "wrong";
    results.cases.push_back(item);
    input_.columns = {{"gateway", {results}}};
  }
  Input input_;
};

TEST_F(BeforeReportTest, EveryReportHasTheFindingAndTheOverride) {
  const auto overview = make_overview(input_);
  const std::vector<std::pair<std::string, std::string>> pages = {{"terminal", to_terminal(input_, overview, {})},
                                                                  {"markdown", to_markdown(input_, overview)},
                                                                  {"pull request", to_pull_request(input_, overview)},
                                                                  {"html", to_html(input_, overview)},
                                                                  {"junit", to_junit(input_)},
                                                                  {"tap", to_tap(input_)},
                                                                  {"sarif", to_sarif(input_)}};
  for (const auto& [name, page] : pages) {
    EXPECT_THAT(page, HasSubstr("sas: 403")) << name;
    EXPECT_THAT(page, HasSubstr("by policy: we say so")) << name;
    if (name == "html" || name == "junit") {
      EXPECT_THAT(page, Not(HasSubstr("403 <b>"))) << name;
    }
  }
}

TEST_F(BeforeReportTest, WhatDoesNotHoldGatesAndStandsInNoFigure) {
  auto results = input_.columns[0].results[0];
  EXPECT_EQ(results.figures().total, 2u);
  results.cases.clear();
  EXPECT_TRUE(model::gate_is_shut(results));
  results.before[0].verdict = Verdict::skipped;
  EXPECT_FALSE(model::gate_is_shut(results));
}

TEST_F(BeforeReportTest, RolesHaveFiguresAndASectionOfTheirOwn) {
  const auto overview = make_overview(input_);
  std::vector<std::string> scopes;
  for (const auto& row : overview.figures) scopes.push_back(row.scope);
  EXPECT_THAT(scopes, testing::IsSupersetOf({"role source", "role destination"}));
  EXPECT_THAT(to_markdown(input_, overview), HasSubstr("## Other roles"));
  EXPECT_THAT(to_html(input_, overview), HasSubstr("id=\"roles\""));
}

TEST_F(BeforeReportTest, KindsOfCredentialsHaveFigures) {
  auto& cases = input_.columns[0].results[0].cases;
  cases[0].credentials = {"account key", "source: account SAS"};
  cases[1].credentials = {"account key"};
  std::map<std::string, std::uint64_t> totals;
  for (const auto& row : make_overview(input_).figures) totals[row.scope] = row.cells[0].total;
  EXPECT_EQ(totals["credential account key"], 2u);
  EXPECT_EQ(totals["credential source: account SAS"], 1u);
}

TEST_F(BeforeReportTest, MarksWhatTheRealServiceNeverConfirmed) {
  const auto overview = make_overview(input_);
  for (const auto& page :
       {to_html(input_, overview), to_markdown(input_, overview), to_junit(input_), to_tap(input_), to_sarif(input_)})
    EXPECT_THAT(page, HasSubstr("never confirmed on the real service"));
}

TEST(BeforeWords, SayHowItStands) {
  model::CaseResult item;
  item.verdict = Verdict::pass;
  EXPECT_EQ(before_words(nullptr), "");
  EXPECT_EQ(before_words(&item), "holds");
  item.verdict = Verdict::skipped;
  item.detail = "no https";
  EXPECT_EQ(before_words(&item), "left open: no https");
  item.verdict = Verdict::pass;
  item.detail.clear();
  item.findings.resize(1);
  item.findings[0].weight = model::Weight::differs;
  item.findings[0].expected = "a";
  item.findings[0].actual = "b\x1b";
  item.findings[0].reason = "why";
  EXPECT_THAT(before_words(&item), testing::StartsWith("differs: expected a, got b"));
  EXPECT_THAT(before_words(&item), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace blobgauge::reports
