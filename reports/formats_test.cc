// The formats that other programs read: held against parsers that know nothing of this one, with answers of an endpoint
// that means harm.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "model/gate.h"
#include "model/text.h"
#include "reports/badge.h"
#include "reports/case_text.h"
#include "reports/gate.h"
#include "reports/junit.h"
#include "reports/pull_request.h"
#include "reports/sarif.h"
#include "reports/tap.h"
#include "reports/terminal.h"

namespace blobgauge::reports {
namespace {

using model::CaseChange;
using model::CaseResult;
using model::Results;
using model::Verdict;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// Each ends some format's text, begins its markup, or is forbidden in it.
const std::vector<std::string> hostile_texts = {"]]>",
                                                "<script>alert(1)</script>",
                                                "a|b",
                                                "\x1b[31m",
                                                std::string("\0x", 2),
                                                "line\nnot ok 99 - forged",
                                                "# SKIP",
                                                "\xff\xfe",
                                                "\xef\xbf\xbf",
                                                "\"quoted\" 'twice'",
                                                "&amp; &#0;",
                                                "{\"a\": [",
                                                "--> <!--",
                                                "`code`",
                                                "\\",
                                                "  ---",
                                                "...",
                                                "\xc2\x9b",
                                                "\r\nX: y",
                                                "%s%n",
                                                "\xe2\x80\xae"
                                                "rtl"};

CaseResult one(std::string id, Verdict verdict, CaseChange change = CaseChange::none) {
  CaseResult out;
  out.id = std::move(id);
  out.operation = "Put Blob (block)";
  out.tier = "mvp";
  out.title = "stores the bytes";
  out.tags = {"core"};
  out.verdict = verdict;
  out.change = change;
  out.where = "specs/cases/put-blob.yaml:12";
  out.duration_us = 1500;
  if (model::plain(verdict) == Verdict::fail)
    out.findings.push_back({model::Weight::breaks, "status", "201", "500", "every upload", "PUT /c/b -> 500", "put"});
  return out;
}

Results with_baseline() {
  Results out;
  out.tool = "blobgauge 0.1.0";
  out.kind = "replay";
  out.endpoint = "http://127.0.0.1:1";
  out.started = "2026-01-02T03:04:05Z";
  out.spec = "specs/azure-blob-mvp.yaml";
  out.cases = {one("a/fine", Verdict::pass),
               one("a/lost", Verdict::fail, CaseChange::regression),
               one("a/known", Verdict::xfail, CaseChange::expected),
               one("a/none", Verdict::unsupported, CaseChange::expected),
               one("a/mended", Verdict::xpass, CaseChange::unexpected_pass),
               one("a/reached", Verdict::fail, CaseChange::newly_reached),
               one("a/late", Verdict::fail, CaseChange::expired)};
  out.cases[2].excuse = model::Excuse{"known since 4.1", "GW-7", "2026-12-31"};
  out.cases[6].excuse = model::Excuse{"known since 4.0", "GW-1", "2020-12-31"};
  out.baseline = model::BaselineUse{"baseline.yaml", "4.2", "2026-01-01", {{"b/gone", Verdict::pass}}, {"a note"}};
  model::ScenarioResult up{"azcopy/up",       "azcopy", "10.32.2", "copy up", "predicted", Verdict::fail,
                           "PUT /c/b -> 500", "",       0,         0,         {"a/lost"}};
  out.scenarios = {up};
  up.id = "azcopy/down";
  up.how = "run";
  up.cases.clear();
  out.scenarios.push_back(up);
  return out;
}

// Every text that comes from outside is this one.
Results hostile_results(const std::string& text) {
  auto out = with_baseline();
  for (auto& item : out.cases) {
    item.title += text;
    item.detail = text;
    item.tags = {text};
    item.where = text;
    for (auto& finding : item.findings)
      finding.expected = finding.actual = finding.reason = finding.exchange = finding.expectation = finding.step = text;
    if (item.excuse) item.excuse = model::Excuse{text, text, text};
    model::Exchange exchange;
    exchange.request.method = "PUT";
    exchange.request.target = "/" + text;
    exchange.request.headers.add("X", text);
    item.exchanges = {exchange};
  }
  for (auto& scenario : out.scenarios) scenario.broken_by = scenario.detail = scenario.title = text;
  out.endpoint = out.endpoint_version = out.spec = out.tool = out.started = text;
  out.baseline->file = text;
  out.baseline->notes = {text};
  out.baseline->vanished = {{"gone" + text, Verdict::pass}};
  return out;
}

Input input_of(Results results, std::string label = "gateway") {
  Input out;
  out.columns = {{std::move(label), {std::move(results)}}};
  return out;
}

pugi::xml_document parsed(const std::string& text) {
  pugi::xml_document out;
  const auto result = out.load_buffer(text.data(), text.size(), pugi::parse_full, pugi::encoding_utf8);
  EXPECT_TRUE(result) << result.description() << " at " << result.offset << " of " << text;
  return out;
}

// No byte that drives a terminal or that XML forbids, and valid UTF-8 throughout.
void expect_harmless(const std::string& text) {
  for (const auto line : model::split(text, '\n')) EXPECT_EQ(visible(line), line);
}

TEST(Junit, FailsExactlyWhereTheGateDoes) {
  const auto results = with_baseline();
  const auto document = parsed(to_junit(input_of(results)));
  std::vector<std::string> failed, skipped;
  std::size_t gating = 0;
  for (const auto& suite : document.child("testsuites").children("testsuite"))
    for (const auto& test : suite.children("testcase")) {
      if (test.child("failure") || test.child("error")) failed.push_back(test.attribute("name").value());
      if (test.child("skipped")) skipped.push_back(test.attribute("name").value());
    }
  for (const auto& item : results.cases) gating += model::gates(item, results);
  EXPECT_THAT(failed, ElementsAre("a/lost", "a/late", "b/gone", "azcopy/down"));
  EXPECT_EQ(gating, 2u);
  EXPECT_THAT(skipped, ElementsAre("a/known", "a/none", "a/reached"));
  const auto root = document.child("testsuites");
  EXPECT_EQ(root.attribute("tests").as_uint(), 9u);
  EXPECT_EQ(root.attribute("failures").as_uint(), 4u);
  EXPECT_EQ(root.attribute("skipped").as_uint(), 3u);
  EXPECT_STREQ(root.child("testsuite").attribute("timestamp").value(), "2026-01-02T03:04:05");
}

TEST(Junit, SaysWhatAPersonNeeds) {
  const auto text = to_junit(input_of(with_baseline()));
  EXPECT_THAT(text, HasSubstr("message=\"regression: status: expected 201, got 500\""));
  EXPECT_THAT(text,
              HasSubstr("<skipped message=\"expected (GW-7 until 2026-12-31): status: expected 201, got 500\"/>"));
  EXPECT_THAT(text, HasSubstr("breaks: put, status: expected 201, got 500, by PUT /c/b -&gt; 500"));
  EXPECT_THAT(text, HasSubstr("why: every upload"));
  EXPECT_THAT(text, HasSubstr("breaks: azcopy/up"));
  EXPECT_THAT(text, HasSubstr("case: specs/cases/put-blob.yaml:12"));
}

TEST(Junit, WithoutABaselineFailuresAndErrorsFailAndNothingElse) {
  Results results;
  results.cases = {one("a", Verdict::fail),    one("b", Verdict::error),   one("c", Verdict::indeterminate),
                   one("d", Verdict::blocked), one("e", Verdict::skipped), one("f", Verdict::unsupported)};
  const auto document = parsed(to_junit(input_of(results)));
  const auto root = document.child("testsuites");
  EXPECT_EQ(root.attribute("failures").as_uint(), 1u);
  EXPECT_EQ(root.attribute("errors").as_uint(), 1u);
  EXPECT_EQ(root.attribute("skipped").as_uint(), 4u);
}

TEST(Tap, CountsWhatItPlans) {
  const auto text = to_tap(input_of(with_baseline()));
  const auto lines = model::split(text, '\n');
  EXPECT_EQ(lines[0], "TAP version 13");
  EXPECT_EQ(lines[1], "1..9");
  EXPECT_THAT(text, HasSubstr("\nok 1 - gateway a/fine\nnot ok 2 - gateway a/lost\n  ---\n"));
  EXPECT_THAT(text, HasSubstr("\nnot ok 3 - gateway a/known # TODO expected (GW-7 until 2026-12-31): status:"));
  EXPECT_THAT(text, HasSubstr("\nok 4 - gateway a/none # SKIP expected\n"));
  EXPECT_THAT(text, HasSubstr("\nnot ok 6 - gateway a/reached # TODO newly reached"));
  EXPECT_THAT(text, HasSubstr("\nnot ok 8 - gateway b/gone\n"));
}

TEST(Tap, NoAnswerForgesALine) {
  for (const auto& text : hostile_texts) {
    const auto page = to_tap(input_of(hostile_results(text), text));
    std::size_t tests = 0;
    for (const auto line : model::split(page, '\n')) tests += line.starts_with("ok ") || line.starts_with("not ok ");
    EXPECT_EQ(tests, 9u) << page;
    for (const auto line : model::split(page, '\n'))
      if (line.starts_with("not ok 2 ")) {
        EXPECT_EQ(line.find(" # "), std::string_view::npos) << line;
      }
    expect_harmless(page);
  }
}

TEST(Sarif, LevelsSuppressionsAndStates) {
  const auto document = json::parse(to_sarif(input_of(with_baseline())));
  const auto& results = document["runs"][0]["results"];
  std::map<std::string, json> by_rule;
  for (const auto& item : results) by_rule[item["ruleId"]] = item;
  EXPECT_EQ(by_rule.size(), 6u) << "what passes is no result";
  EXPECT_EQ(by_rule["a/lost"]["level"], "error");
  EXPECT_EQ(by_rule["a/lost"]["baselineState"], "new");
  EXPECT_EQ(by_rule["a/known"]["level"], "warning");
  EXPECT_EQ(by_rule["a/known"]["suppressions"][0]["justification"], "known since 4.1 (GW-7 until 2026-12-31)");
  EXPECT_EQ(by_rule["a/none"]["level"], "note");
  EXPECT_EQ(by_rule["a/reached"]["level"], "warning");
  EXPECT_FALSE(by_rule["a/late"].contains("suppressions"));
  EXPECT_EQ(by_rule["b/gone"]["level"], "error");
  const auto& place = by_rule["a/lost"]["locations"][0]["physicalLocation"];
  EXPECT_EQ(place["artifactLocation"]["uri"], "specs/cases/put-blob.yaml");
  EXPECT_EQ(place["region"]["startLine"], 12);
  for (const auto& item : results)
    EXPECT_EQ(document["runs"][0]["tool"]["driver"]["rules"][item["ruleIndex"].get<std::size_t>()]["id"],
              item["ruleId"]);
}

TEST(Formats, HostileAnswersStayText) {
  for (const auto& text : hostile_texts) {
    const auto input = input_of(hostile_results(text), text);
    const auto overview = make_overview(input);
    const auto junit = to_junit(input);
    const auto document = parsed(junit);
    EXPECT_EQ(document.child("testsuites").attribute("tests").as_uint(), 9u);
    expect_harmless(junit);
    EXPECT_THAT(junit, Not(HasSubstr("<script")));
    EXPECT_THAT(junit, Not(HasSubstr("]]>")));
    const auto sarif = to_sarif(input);
    EXPECT_EQ(json::parse(sarif)["runs"][0]["results"].size(), 6u);
    expect_harmless(sarif);
    for (const auto figure : {BadgeFigure::commands, BadgeFigure::cases, BadgeFigure::gate}) {
      const auto badge = to_badge(input, overview, figure, "");
      EXPECT_STREQ(parsed(badge).first_child().name(), "svg");
      EXPECT_THAT(badge, Not(HasSubstr("<script")));
      expect_harmless(badge);
    }
    const auto comment = to_pull_request(input, overview);
    EXPECT_THAT(comment, Not(HasSubstr("\n<script")));
    expect_harmless(comment);
    expect_harmless(to_terminal(input, overview, {}));
  }
}

TEST(Formats, NothingToSayIsNoCrash) {
  const Input nothing;
  parsed(to_junit(nothing));
  EXPECT_EQ(to_tap(nothing), "TAP version 13\n1..0\n");
  EXPECT_TRUE(json::parse(to_sarif(nothing))["runs"].empty());
  for (const auto figure : {BadgeFigure::commands, BadgeFigure::cases, BadgeFigure::gate}) {
    parsed(to_badge(nothing, make_overview(nothing), figure, ""));
    const auto empty = input_of({});
    parsed(to_badge(empty, make_overview(empty), figure, ""));
  }
  EXPECT_EQ(to_pull_request(nothing, make_overview(nothing)), "");
}

TEST(Gate, TheLineBeginsWithWhatShutIt) {
  auto results = with_baseline();
  EXPECT_EQ(gate_line(results),
            "shut: 1 regression, 1 vanished, 1 expired; also 1 unexpected pass, 1 newly reached, 2 expected");
  results.strict = true;
  EXPECT_EQ(gate_line(results),
            "shut: 1 regression, 1 vanished, 1 expired, 1 unexpected pass; also 1 newly reached, 2 expected");
  Results plain;
  EXPECT_EQ(gate_line(plain), "open");
  plain.cases = {one("a", Verdict::fail), one("b", Verdict::pass)};
  EXPECT_EQ(gate_line(plain), "shut: 1 of 2 cases fail");
  plain.cases[0].verdict = Verdict::unsupported;
  EXPECT_EQ(gate_line(plain), "open");
}

// Two ways to one answer: the line and the exit code.
TEST(Gate, TheLineSaysShutExactlyWhereTheExitCodeIsOne) {
  for (int change = 0; change <= static_cast<int>(CaseChange::unexpected_pass); ++change)
    for (const bool strict : {false, true}) {
      Results results;
      results.strict = strict;
      results.baseline.emplace();
      results.cases = {one("a", Verdict::fail, static_cast<CaseChange>(change))};
      EXPECT_EQ(gate_line(results).starts_with("shut"), model::gate_is_shut(results)) << change;
    }
}

TEST(PullRequest, RegressionsComeFirstAndOneScreenIsEnough) {
  auto results = with_baseline();
  for (int i = 0; i < 200; ++i) {
    results.cases.push_back(one(fmt::format("b/{}", i), Verdict::fail, CaseChange::regression));
    results.scenarios.push_back({fmt::format("azcopy/{}", i),
                                 "azcopy",
                                 "10.32.2",
                                 "t",
                                 "predicted",
                                 Verdict::fail,
                                 fmt::format("Put Blob: PUT /c -> {}", i),
                                 "",
                                 0,
                                 0,
                                 {"a/lost"}});
  }
  const auto input = input_of(results);
  const auto text = to_pull_request(input, make_overview(input));
  EXPECT_LT(std::count(text.begin(), text.end(), '\n'), 70) << text;
  EXPECT_LT(text.find("a/lost"), text.find("vanished: `b/gone`"));
  EXPECT_LT(text.find("a/lost"), text.find("client commands"));
  EXPECT_THAT(text, HasSubstr("and 191 more"));
  EXPECT_THAT(text, HasSubstr("status `201` | `500` | `PUT /c/b -> 500`"));
}

TEST(Terminal, WithABaselineWhatGotWorseComesFirst) {
  const auto input = input_of(with_baseline());
  const auto text = to_terminal(input, make_overview(input), {});
  EXPECT_TRUE(text.starts_with("gateway: gate shut: 1 regression, 1 vanished, 1 expired; also")) << text;
  EXPECT_THAT(text, HasSubstr("\n  regression       a/lost  status: expected 201, got 500\n"));
  EXPECT_THAT(text, HasSubstr("\n  vanished         b/gone\n"));
  EXPECT_THAT(text, HasSubstr("a note"));
}

TEST(Overview, SaysWhichCommandsMendingACauseWouldFree) {
  auto results = with_baseline();
  results.cases[5].findings[0].actual = "404";
  results.scenarios.push_back(
      {"azcopy/two", "azcopy", "10.32.2", "t", "predicted", Verdict::fail, "x", "", 0, 0, {"a/lost", "a/reached"}});
  const auto input = input_of(results);
  const auto overview = make_overview(input);
  ASSERT_FALSE(overview.groups[0].empty());
  const auto& first = overview.groups[0].front();
  EXPECT_EQ(first.rows.size(), 2u) << "lost and late met the same answer";
  ASSERT_EQ(first.frees.size(), 1u);
  EXPECT_EQ(first.frees[0]->id, "up");
}

}  // namespace
}  // namespace blobgauge::reports
