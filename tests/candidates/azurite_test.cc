// What docs/candidates/azurite.md says is what Azurite does: its causes are those of docs/candidates/azurite.yaml, and
// a run over https with a token and two accounts fails exactly in the cases that this baseline names.
// BLOBGAUGE_REWRITE=1 writes the document's two blocks anew.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <set>

#include "model/file.h"
#include "model/process.h"
#include "model/temporary.h"
#include "replayer/baseline.h"

namespace blobgauge {
namespace {

using model::Results;
using model::Verdict;
using testing::IsEmpty;

const std::string document = BLOBGAUGE_SOURCE_DIR "/docs/candidates/azurite.md";
const std::string known = BLOBGAUGE_SOURCE_DIR "/docs/candidates/azurite.yaml";

// What stands between the markers of that name.
void expect_block(const std::string& name, const std::string& wanted) {
  const auto start = fmt::format("<!-- {} -->\n", name), end = fmt::format("<!-- end of {} -->", name);
  auto text = model::read_file(document).value();
  const auto from = text.find(start), to = text.find(end);
  ASSERT_TRUE(from != std::string::npos && to != std::string::npos) << "no markers of " << name;
  const auto begin = from + start.size();
  if (std::getenv("BLOBGAUGE_REWRITE")) {
    text.replace(begin, to - begin, wanted);
    ASSERT_TRUE(model::write_file(document, text));
    return;
  }
  EXPECT_EQ(text.substr(begin, to - begin), wanted) << "BLOBGAUGE_REWRITE=1 writes it anew";
}

std::string link(const std::string& ticket) {
  const auto slash = ticket.rfind('/');
  return slash == std::string::npos ? "*" + ticket + "*" : fmt::format("[{}]({})", ticket.substr(slash + 1), ticket);
}

std::set<std::string> ids(const Results& results, Verdict verdict) {
  std::set<std::string> out;
  for (const auto* item : results.all())
    if (item->verdict == verdict) out.insert(item->id);
  return out;
}

std::set<std::string> ids(const replayer::Baseline& baseline, Verdict verdict) {
  std::set<std::string> out;
  for (const auto& [id, was] : baseline.accepted)
    if (was == verdict) out.insert(id);
  return out;
}

TEST(Azurite, EveryFailureHasItsCauseInTheDocument) {
  const auto baseline = replayer::load_baseline(known).value();
  std::string table = "| cases | Azurite, and the service | reported |\n| --- | --- | --- |\n";
  std::set<std::string> named;
  for (const auto& entry : baseline.expected) {
    std::vector<std::string> words;
    for (const auto& term : entry.cases) {
      words.push_back("`" + term.word() + "`");
      const bool fresh = named.insert(term.text).second;
      EXPECT_TRUE(fresh) << term.text << " has two causes";
    }
    table += fmt::format("| {} | {} | {} |\n", fmt::join(words, ", "), entry.reason, link(entry.ticket));
  }
  expect_block("causes", table);
  for (const auto& id : ids(baseline, Verdict::fail))
    EXPECT_EQ(named.count(id), 1u) << id << " has no cause of its own";
  for (const auto verdict : {Verdict::blocked, Verdict::indeterminate, Verdict::error})
    EXPECT_THAT(ids(baseline, verdict), IsEmpty());
}

void expect_known_failures_and_no_other(Results found) {
  const auto baseline = replayer::load_baseline(known).value();
  for (const auto verdict : {Verdict::pass, Verdict::fail, Verdict::unsupported, Verdict::skipped, Verdict::blocked,
                             Verdict::indeterminate, Verdict::error})
    EXPECT_EQ(ids(found, verdict), ids(baseline, verdict))
        << name_of(verdict) << ": " << known << " is brought up to date by blobgauge baseline update";
  // Nor in anything that only differs.
  std::vector<std::string> every;
  for (const auto& [id, was] : baseline.accepted) every.push_back(id);
  replayer::apply(baseline, known, every, baseline.made, found);
  std::vector<std::string> fresh;
  for (const auto* item : found.all())
    for (const auto& finding : item->findings)
      if (finding.weight == model::Weight::differs && !finding.accepted)
        fresh.push_back(fmt::format("{}: {} {}", item->id, finding.step, finding.expectation));
  EXPECT_THAT(fresh, IsEmpty());
}

void expect_same_verdicts(const Results& key, const Results& bearer) {
  for (const auto verdict : {Verdict::pass, Verdict::fail, Verdict::unsupported, Verdict::skipped})
    EXPECT_EQ(ids(key, verdict), ids(bearer, verdict)) << name_of(verdict);
}

// With a SAS, what it does not have is no 501 but an empty 500.
void expect_only_empty_500_beside(const Results& key, const Results& sas) {
  const auto known_failures = ids(key, Verdict::fail);
  std::size_t further = 0;
  for (const auto& item : sas.cases) {
    if (item.verdict != Verdict::fail || known_failures.count(item.id)) continue;
    ++further;
    EXPECT_TRUE(std::any_of(item.findings.begin(), item.findings.end(), [](const model::Finding& finding) {
      return finding.expectation == "status" && finding.actual == "500" && finding.exchange.ends_with(" -> 500");
    })) << item.id;
  }
  EXPECT_GE(further, 100u);
}

void expect_that_only_the_scheme_makes_a_difference(const Results& key, const Results& http) {
  std::vector<std::string> other;
  for (const auto& item : http.cases) {
    const auto there =
        std::find_if(key.cases.begin(), key.cases.end(), [&](const auto& each) { return each.id == item.id; });
    ASSERT_NE(there, key.cases.end()) << item.id;
    if (there->verdict != item.verdict) other.push_back(item.id);
  }
  EXPECT_THAT(other,
              testing::UnorderedElementsAre("get-blob/wrong-key", "sas/only-https-account", "sas/only-https-blob"));
  EXPECT_LT(http.cases.size(), key.cases.size());
}

void expect_figures(const std::function<Results(std::string)>& results) {
  std::string table = "| run | cases | pass | fail | unsupported | skipped |\n| --- | --- | --- | --- | --- | --- |\n";
  for (const auto& [name, title] : {std::pair{"key", "https, token, second account; signed with the key"},
                                    {"large", "the same, 12,000 blobs in three pages"},
                                    {"bearer", "the same, `--auth bearer`"},
                                    {"sas", "the same, `--auth sas`"},
                                    {"http", "http, one account, no token"}}) {
    const auto figures = results(name).figures();
    table += fmt::format("| {}: `{}.json` | {} | {} | {} | {} | {} |\n", title, name, figures.total, figures.pass,
                         figures.fail, figures.unsupported, figures.skipped);
  }
  expect_block("figures", table);
}

TEST(Azurite, FailsInTheCasesThatTheDocumentNames) {
  if (!std::getenv("BLOBGAUGE_LONG"))
    GTEST_SKIP() << "of the long tier (tools/test --full): five runs of Azurite take more than a minute";
  const char* azurite = std::getenv("BLOBGAUGE_AZURITE");
  ASSERT_TRUE(azurite && std::filesystem::exists(azurite)) << "BLOBGAUGE_AZURITE is not set: tools/setup gets Azurite";
  const auto folder = model::TemporaryFolder::create().value();
  model::ProcessRequest request;
  request.command = {"bash", BLOBGAUGE_SOURCE_DIR "/tools/replay-azurite", folder.path()};
  request.environment = {{"BLOBGAUGE", BLOBGAUGE_PROGRAM}};
  request.time_limit = std::chrono::seconds(540);
  const auto ran = model::run_process(request);
  ASSERT_TRUE(ran) << describe(ran.error());
  ASSERT_EQ(ran->exit_code, 0) << ran->out << ran->err;
  const auto results = [&](const std::string& name) {
    return model::load_results(folder.path() + "/" + name + ".json").value();
  };
  const auto key = results("key");
  expect_known_failures_and_no_other(key);
  expect_same_verdicts(key, results("bearer"));
  expect_only_empty_500_beside(key, results("sas"));
  expect_that_only_the_scheme_makes_a_difference(key, results("http"));
  expect_figures(results);
}

}  // namespace
}  // namespace blobgauge
