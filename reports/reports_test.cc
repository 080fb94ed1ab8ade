#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/html.h"
#include "reports/markdown.h"
#include "reports/overview.h"
#include "reports/terminal.h"

namespace blobgauge::reports {
namespace {

using model::CaseResult;
using model::Finding;
using model::Results;
using model::ScenarioResult;
using model::Verdict;
using model::Weight;
using testing::HasSubstr;
using testing::Not;

ScenarioResult command(std::string id, std::string how, Verdict verdict, std::string broken_by = {}) {
  ScenarioResult out;
  out.id = std::move(id);
  out.client = "azcopy";
  out.release = "10.32.2";
  out.title = "title of " + out.id;
  out.how = std::move(how);
  out.verdict = verdict;
  out.broken_by = std::move(broken_by);
  return out;
}

CaseResult one_case(std::string id, std::string tier, Verdict verdict) {
  CaseResult out;
  out.id = std::move(id);
  out.operation = "Put Block From URL";
  out.tier = std::move(tier);
  out.title = "copies a range";
  out.verdict = verdict;
  if (verdict == Verdict::fail)
    out.findings.push_back({Weight::breaks, "status", "201", "500", "azcopy stops at anything else",
                            "PUT /c/b?comp=block -> 500", "copy"});
  return out;
}

const std::string culprit = "Put Block From URL: PUT /{container}/b?comp=block -> 500 Internal Server Error (16 times)";

Input reference_and_candidate() {
  Results good, ran, replayed;
  good.kind = ran.kind = "verify";
  replayed.kind = "replay";
  good.scenarios = {command("up", "run", Verdict::pass), command("copy", "run", Verdict::pass)};
  ran.scenarios = {command("up", "run", Verdict::pass), command("copy", "run", Verdict::fail, culprit)};
  replayed.scenarios = {command("copy", "predicted", Verdict::fail, culprit),
                        command("sync", "predicted", Verdict::fail, culprit),
                        command("up", "predicted", Verdict::fail, culprit)};
  replayed.cases = {one_case("b/two", "extended", Verdict::pass), one_case("a/one", "mvp", Verdict::fail)};
  replayed.endpoint = "http://127.0.0.1:10000";
  Input input;
  input.columns = {{"reference", {good}}, {"azurite", {ran, replayed}}};
  return input;
}

TEST(Overview, TheClientsOwnRunOutranksThePrediction) {
  const auto input = reference_and_candidate();
  const auto overview = make_overview(input);
  ASSERT_EQ(overview.commands.size(), 3u);
  EXPECT_EQ(overview.commands[0].id, "up");
  EXPECT_EQ(overview.commands[0].cells[1].works, Works::yes);
  EXPECT_TRUE(overview.commands[0].cells[1].disagree());
  EXPECT_FALSE(overview.commands[1].cells[1].disagree());
  EXPECT_EQ(overview.commands[2].cells[0].works, Works::absent);
  EXPECT_EQ(score(overview, 1).breaks, 2u);
  EXPECT_EQ(score(overview, 0).tried(), 2u);
}

TEST(Overview, GroupsCommandsByTheExchangeThatBreaksThem) {
  const auto input = reference_and_candidate();
  const auto overview = make_overview(input);
  ASSERT_EQ(overview.causes[1].size(), 1u);
  EXPECT_EQ(overview.causes[1][0].exchange, "Put Block From URL -> 500 Internal Server Error");
  EXPECT_EQ(overview.causes[1][0].commands.size(), 2u);
  EXPECT_TRUE(overview.causes[0].empty());
}

TEST(Overview, FiguresByTierAndClientWithTheirOwnTotals) {
  auto input = reference_and_candidate();
  model::Spec spec;
  spec.operations.emplace_back();
  spec.operations.back().operation = "Put Block From URL";
  spec.operations.back().emitters.emplace_back();
  spec.operations.back().emitters.back().client = "azcopy";
  input.spec = spec;
  const auto overview = make_overview(input);
  std::vector<std::string> scopes;
  for (const auto& row : overview.figures) scopes.push_back(row.scope);
  EXPECT_EQ(scopes, (std::vector<std::string>{"all cases", "tier mvp", "tier extended", "client azcopy"}));
  EXPECT_EQ(overview.figures[0].cells[1].total, 2u);
  EXPECT_EQ(overview.figures[1].cells[1].fail, 1u);
  EXPECT_EQ(overview.figures[0].cells[0].total, 0u);
}

TEST(Overview, GroupsCasesThatMetTheSameAnswer) {
  Results results;
  results.cases = {one_case("a", "mvp", Verdict::fail), one_case("b", "mvp", Verdict::unsupported),
                   one_case("c", "mvp", Verdict::unsupported), one_case("d", "mvp", Verdict::pass)};
  results.cases[1].detail = "PUT /c/b -> 501 NotImplemented (request 1)";
  results.cases[2].detail = "PUT /c/b -> 501 NotImplemented (request 2)";
  Input input;
  input.columns = {{"x", {results}}};
  const auto overview = make_overview(input);
  ASSERT_EQ(overview.groups[0].size(), 2u);
  EXPECT_EQ(overview.groups[0][0].rows.size(), 2u);
  EXPECT_EQ(overview.groups[0][0].actual, "501 NotImplemented");
  EXPECT_EQ(overview.groups[0][1].expected, "201");
  EXPECT_THAT(to_terminal(input, overview, {}), HasSubstr("x: 1 of 4 cases fails, 2 unsupported"));
  EXPECT_THAT(to_terminal(input, overview, {}), HasSubstr("1  Put Block From URL  status: expected 201, got 500"));
  EXPECT_THAT(to_html(input, overview), HasSubstr("1 of 4 cases fails, 2 unsupported"));
}

TEST(Overview, ACauseIsOneExpectationAndOneAnswer) {
  Results results;
  results.cases = {one_case("a", "mvp", Verdict::fail), one_case("b", "mvp", Verdict::fail),
                   one_case("c", "mvp", Verdict::fail)};
  results.cases[2].findings.front().expected = "412";
  Input input;
  input.columns = {{"x", {results}}};
  const auto overview = make_overview(input);
  ASSERT_EQ(overview.groups[0].size(), 2u);
  EXPECT_EQ(overview.groups[0][0].rows.size(), 2u);
  EXPECT_EQ(overview.groups[0][1].expected, "412");
}

TEST(Overview, ANoteSaysWhoseItIsWhereNotAllSaySo) {
  Results first, second;
  first.remarks = {"all cases are new", "5 cases were left out"};
  second.remarks = {"all cases are new"};
  Input input;
  input.columns = {{"reference", {first}}, {"azurite", {second}}};
  EXPECT_THAT(make_overview(input).notes,
              testing::ElementsAre("all cases are new", "reference: 5 cases were left out"));
  input.columns.pop_back();
  EXPECT_THAT(make_overview(input).notes, testing::ElementsAre("all cases are new", "5 cases were left out"));
}

TEST(Overview, CauseIsTheOperationAndTheAnswer) {
  EXPECT_EQ(cause_of("Lease Blob: acquire: PUT /c/b?comp=lease -> 404 Not Found"),
            "Lease Blob: acquire -> 404 Not Found");
  EXPECT_EQ(cause_of("Get Blob: GET /c/a -> b: c -> 200 OK, cut"), "Get Blob -> 200 OK");
  EXPECT_EQ(cause_of("after Get Blob: GET /c/a -> 200 OK"), "Get Blob -> 200 OK");
  EXPECT_EQ(cause_of("Copy Blob: PUT /c/b -> 404 It is not there (CannotVerifyCopySource) (15 times)"),
            "Copy Blob -> 404 CannotVerifyCopySource");
  EXPECT_EQ(cause_of("nothing was sent"), "nothing was sent");
  EXPECT_EQ(cause_of(""), "");
}

TEST(Overview, PercentNeverRoundsToPerfect) {
  EXPECT_EQ(percent(0), "0%");
  EXPECT_EQ(percent(1), "100%");
  EXPECT_EQ(percent(0.9999), ">99.9%");
  EXPECT_EQ(percent(0.0001), "<0.1%");
  EXPECT_EQ(percent(0.125), "12.5%");
}

TEST(Overview, VisibleTextIsValidAndDrivesNoTerminal) {
  EXPECT_EQ(visible("a\033[31m\r\nb"), "a\\x1b[31m\\x0d\\nb");
  EXPECT_EQ(visible("gr\xc3\xbcn"), "gr\xc3\xbcn");
  EXPECT_EQ(visible("\xff\xc3"), "\\xff\\xc3");
  EXPECT_EQ(visible("\xc2\x9b"), "\\xc2\\x9b");
  EXPECT_EQ(visible("\xed\xa0\x80"), "\\xed\\xa0\\x80");
  EXPECT_EQ(visible("\xc0\xaf"), "\\xc0\\xaf");
  EXPECT_EQ(visible("\xe2\x80\xae"), "\\xe2\\x80\\xae") << "text from right to left";
  EXPECT_EQ(visible("\xe2\x80\xa6"), "\xe2\x80\xa6");
}

TEST(Terminal, SaysWhatBreaksByWhichExchange) {
  const auto input = reference_and_candidate();
  const auto text = to_terminal(input, make_overview(input), {});
  EXPECT_THAT(text, HasSubstr("azcopy 10.32.2"));
  EXPECT_THAT(text, HasSubstr("azurite: " + culprit));
  EXPECT_THAT(text, HasSubstr("azurite: 2 of 3 client commands break\n"));
  EXPECT_THAT(text, HasSubstr("predicted to break, and the client worked"));
  EXPECT_THAT(text, Not(HasSubstr("\033")));
  EXPECT_THAT(to_terminal(input, make_overview(input), {.colour = true}), HasSubstr("\033[1;31mBREAKS"));
}

TEST(Terminal, NothingToSayIsNoCrash) {
  const Input nothing;
  EXPECT_EQ(to_terminal(nothing, make_overview(nothing), {}), "");
  Input empty;
  empty.columns = {{"x", {Results{}}}};
  to_terminal(empty, make_overview(empty), {.colour = false, .width = 0});
  to_html(empty, make_overview(empty));
  to_markdown(empty, make_overview(empty));
}

TEST(Markdown, EscapesWhatAnEndpointMayAnswer) {
  EXPECT_EQ(markdown_text("a|b <script> [x](y) *z*"), "a\\|b \\<script\\> \\[x\\](y) \\*z\\*");
  EXPECT_EQ(markdown_code("a`b|c"), "``a`b\\|c``");
  EXPECT_EQ(markdown_code("`"), "`` ` ``");
  const auto input = reference_and_candidate();
  const auto text = to_markdown(input, make_overview(input));
  EXPECT_THAT(text, HasSubstr("**azurite**: 2 of 3 client commands break."));
  EXPECT_THAT(text, HasSubstr("expected `201`, got `500`"));
}

TEST(Html, SaysItOnTheFirstScreenAndLoadsNothing) {
  auto input = reference_and_candidate();
  input.columns[1].results[0].scenarios[1].detail = "<script>alert(1)</script>\" onload='x'";
  const auto text = to_html(input, make_overview(input));
  EXPECT_THAT(text, HasSubstr("2 of 3 client commands break"));
  EXPECT_LT(text.find("Put Block From URL -&gt; 500"), text.find("id=\"commands\""));
  EXPECT_THAT(text, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(text, Not(HasSubstr("src=")));
  EXPECT_THAT(text, Not(HasSubstr("<link")));
  EXPECT_THAT(text, HasSubstr("default-src 'none'"));
}

TEST(Html, NotesStandBelowTheAnswer) {
  auto input = reference_and_candidate();
  input.columns[1].results[1].remarks = {"5 cases were <left> out"};
  const auto text = to_html(input, make_overview(input));
  const auto note = text.find("azurite: 5 cases were &lt;left&gt; out");
  ASSERT_NE(note, std::string::npos);
  EXPECT_LT(text.find("2 of 3 client commands break"), note);
  EXPECT_LT(note, text.find("id=\"commands\""));
}

TEST(Html, EveryLinkOfThePageHasATarget) {
  const auto input = reference_and_candidate();
  const auto text = to_html(input, make_overview(input));
  for (auto at = text.find("href=\"#"); at != std::string::npos; at = text.find("href=\"#", at + 1)) {
    const auto name = text.substr(at + 7, text.find('"', at + 7) - at - 7);
    // A predicted command may name a case that this file does not hold.
    EXPECT_THAT(text, HasSubstr("id=\"" + name + "\""));
  }
}

}  // namespace
}  // namespace blobgauge::reports
