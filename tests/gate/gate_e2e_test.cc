// A job that replays is killed, its endpoint freezes, it is split over machines: no verdict that was reached is lost,
// and what comes together is what one quiet run would have found.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>

#include "endpoint/server.h"
#include "model/file.h"
#include "model/process.h"
#include "model/results.h"
#include "model/temporary.h"
#include "model/text.h"
#include "model/yaml.h"
#include "tests/peers/background.h"
#include "wire/certificate.h"
#include "wire/tls.h"

namespace blobgauge {
namespace {

namespace fs = std::filesystem;
using model::CaseResult;
using model::Results;
using model::Verdict;
using testing::HasSubstr;

// What two runs must have in common: not the times, nor what an endpoint makes up anew.
std::vector<std::string> verdicts(const Results& results) {
  std::vector<std::string> out;
  for (const auto& item : results.cases) {
    auto line = fmt::format("{} {}", item.id, name_of(item.verdict));
    for (const auto& finding : item.findings)
      line += fmt::format("; {} {} {}", name_of(finding.weight), finding.step, finding.expectation);
    out.push_back(std::move(line));
  }
  for (const auto& scenario : results.scenarios)
    out.push_back(fmt::format("{} {} {}", scenario.id, name_of(scenario.verdict), fmt::join(scenario.cases, " ")));
  return out;
}

// Until the file has so many lines, or nothing has happened in its folder for half a minute.
class LineWatch {
 public:
  explicit LineWatch(std::string path) : path_(std::move(path)), descriptor_(::inotify_init1(IN_NONBLOCK)) {
    ::inotify_add_watch(descriptor_, fs::path(path_).parent_path().c_str(), IN_MODIFY | IN_CREATE);
  }
  ~LineWatch() { ::close(descriptor_); }
  bool wait(std::size_t lines) {
    while (count() < lines) {
      pollfd waiting{descriptor_, POLLIN, 0};
      if (::poll(&waiting, 1, 30'000) <= 0) return false;
      char events[4096];
      while (::read(descriptor_, events, sizeof events) > 0) {
      }
    }
    return true;
  }

 private:
  std::size_t count() const {
    const auto text = model::read_file(path_);
    return text ? static_cast<std::size_t>(std::count(text->begin(), text->end(), '\n')) : 0;
  }
  const std::string path_;
  const int descriptor_;
};

class GateE2e : public testing::Test {
 protected:
  // A spec of every operation that has cases, some of which ask for what no endpoint answers.
  GateE2e() {
    fs::create_directory(path("cases"));
    std::string spec = "format: 1\nservice: azure-blob\ngenerated_from: a test\noperations:\n";
    std::string operations;
    for (const auto& entry : fs::directory_iterator(BLOBGAUGE_SOURCE_DIR "/specs/cases")) {
      auto text = *model::read_file(entry.path().string());
      if (entry.path().filename() == "delete-blob.yaml")
        for (auto at = text.find("status: 412"); at != std::string::npos; at = text.find("status: 412", at))
          text.replace(at, 11, "status: 299");
      std::ofstream(path("cases/" + entry.path().filename().string())) << text;
      const auto root = model::yaml::parse(text, entry.path().string());
      const auto* operation = root ? root->find("operation") : nullptr;
      if (!operation) continue;
      spec += fmt::format("  - {{operation: {}, tier: mvp, rationale: r, emitters: []}}\n",
                          model::yaml::quote(operation->text));
      operations += (operations.empty() ? "" : ", ") + model::yaml::quote(operation->text);
    }
    spec += fmt::format(
        "scenarios:\n  - {{id: azcopy/all, client: azcopy, release: 10.32.2, title: all, operations: [{}]}}\n",
        operations);
    std::ofstream(path("spec.yaml")) << spec;
  }

  std::string path(const std::string& name) const { return folder_.path() + "/" + name; }
  std::vector<std::string> replay(const std::string& endpoint, const std::string& output,
                                  std::vector<std::string> more = {}) const {
    std::vector<std::string> out = {BLOBGAUGE_PROGRAM, "replay", "--spec", path("spec.yaml"),
                                    "--endpoint",      endpoint, "-o",     path(output)};
    out.insert(out.end(), more.begin(), more.end());
    return out;
  }
  model::ProcessOutcome run(std::vector<std::string> command,
                            std::vector<std::pair<std::string, std::string>> environment = {}) const {
    model::ProcessRequest request;
    request.command = std::move(command);
    request.folder = BLOBGAUGE_SOURCE_DIR;
    request.environment = std::move(environment);
    request.time_limit = std::chrono::seconds(120);
    auto outcome = model::run_process(request);
    EXPECT_TRUE(outcome) << describe(outcome.error());
    return outcome.value_or(model::ProcessOutcome{});
  }
  Results results(const std::string& name) const {
    auto out = model::load_results(path(name));
    EXPECT_TRUE(out) << describe(out.error());
    return out.value_or(Results{});
  }
  Results whole(const std::string& endpoint, std::vector<std::string> more = {}) const {
    const auto outcome = run(replay(endpoint, "whole.json", std::move(more)));
    EXPECT_LE(outcome.exit_code, 1) << outcome.err;
    return results("whole.json");
  }
  peers::Background::Environment environment() const { return {{"PATH", std::getenv("PATH")}}; }
  std::unique_ptr<peers::Background> start_endpoint(std::string& url) const {
    auto out = std::make_unique<peers::Background>(
        std::vector<std::string>{BLOBGAUGE_PROGRAM, "endpoint", "--listen", "127.0.0.1:0"}, environment());
    url = out->line_with("http://");
    return out;
  }

  const model::TemporaryFolder folder_ = *model::TemporaryFolder::create();
};

TEST_F(GateE2e, TwoRunsOnAnUnchangedEndpointGiveTheSameVerdicts) {
  std::string url;
  const auto endpoint = start_endpoint(url);
  const auto first = whole(url, {"--lanes", "1"}), second = whole(url, {"--lanes", "16"});
  EXPECT_GE(first.cases.size(), 100u);
  EXPECT_GE(first.figures().fail, 1u) << "a run without a failure shows less";
  EXPECT_EQ(verdicts(first), verdicts(second));
}

TEST_F(GateE2e, AKilledRunLosesNoFinishedVerdict) {
  std::string url;
  const auto endpoint = start_endpoint(url);
  constexpr std::size_t enough = 20;
  {
    LineWatch journal(path("r.json.partial"));
    peers::Background killed(replay(url, "r.json", {"--lanes", "2"}), environment());
    ASSERT_TRUE(journal.wait(enough)) << killed.said();
    ::kill(killed.process(), SIGKILL);
    killed.end();
  }
  EXPECT_FALSE(fs::exists(path("r.json")));
  std::map<std::string, std::string> finished;
  const auto journal = *model::read_file(path("r.json.partial"));
  for (const auto line : model::split(journal, '\n'))
    if (const auto item = model::case_from_json_line(line); item && !item->id.empty())
      finished[item->id] = to_json_line(*item);
  EXPECT_GE(finished.size(), enough - 1);
  ASSERT_LT(finished.size(), 100u) << "the run ended before it was killed";

  const auto again = run(replay(url, "r.json"));
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_THAT(again.err, HasSubstr("go on with --resume"));
  const auto other = run(replay(url, "r.json", {"--resume", "--auth", "sas"}));
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_THAT(other.err, HasSubstr("is of another run"));

  const auto resumed = run(replay(url, "r.json", {"--resume"}));
  EXPECT_EQ(resumed.exit_code, 1) << resumed.err;
  const auto found = results("r.json");
  EXPECT_TRUE(found.complete);
  for (const auto& item : found.cases)
    if (finished.count(item.id)) {
      EXPECT_EQ(to_json_line(item), finished[item.id]) << "it was not run again";
    }
  EXPECT_EQ(verdicts(found), verdicts(whole(url)));
  EXPECT_FALSE(fs::exists(path("r.json.partial")));
}

TEST_F(GateE2e, AnEndpointThatStopsAnsweringEndsTheRunInOneLineAndCanGoOn) {
  std::string url;
  const auto endpoint = start_endpoint(url);
  LineWatch journal(path("r.json.partial"));
  auto ends = std::async(std::launch::async, [&] {
    return run(replay(url, "r.json", {"--lanes", "1", "--time-limit", "1"}));
  });
  const bool underway = journal.wait(10);
  ::kill(endpoint->process(), SIGSTOP);
  const auto stopped = ends.get();
  ASSERT_TRUE(underway) << stopped.err;
  EXPECT_EQ(stopped.exit_code, 7) << stopped.err;
  EXPECT_TRUE(stopped.err.starts_with("blobgauge: nothing moved for 1000 ms")) << stopped.err;
  EXPECT_EQ(std::count(stopped.err.begin(), stopped.err.end(), '\n'), 1) << stopped.err;
  const auto cut = results("r.json");
  EXPECT_FALSE(cut.complete);
  EXPECT_GE(cut.figures().pass, 9u);
  ::kill(endpoint->process(), SIGCONT);
  const auto resumed = run(replay(url, "r.json", {"--resume"}));
  EXPECT_EQ(resumed.exit_code, 1) << resumed.err;
  const auto quiet = whole(url);
  EXPECT_EQ(cut.figures().total, quiet.figures().total) << "the denominator does not move";
  EXPECT_EQ(verdicts(results("r.json")), verdicts(quiet));
}

TEST_F(GateE2e, ShardsTogetherAreTheWholeRun) {
  std::string url;
  const auto endpoint = start_endpoint(url);
  const auto alone = whole(url);
  for (const bool timed : {false, true}) {
    std::vector<std::string> merge = {BLOBGAUGE_PROGRAM, "results", "merge", "-o", path("merged.json")};
    for (int index = 0; index < 3; ++index) {
      const auto name = fmt::format("{}-{}.json", timed, index);
      std::vector<std::string> more = {"--shard", "3"};
      if (timed) more.insert(more.end(), {"--times", path("whole.json")});
      const auto outcome = run(replay(url, name, more), {{"JOB_COMPLETION_INDEX", std::to_string(index)}});
      EXPECT_LE(outcome.exit_code, 1) << outcome.err;
      EXPECT_LT(results(name).cases.size(), alone.cases.size());
      merge.push_back(path(name));
    }
    const auto merged = run(merge);
    EXPECT_EQ(merged.exit_code, 1) << merged.err;
    EXPECT_EQ(verdicts(results("merged.json")), verdicts(alone));
    EXPECT_EQ(results("merged.json").figures().total, alone.figures().total);
    merge.pop_back();
    const auto hole = run(merge);
    EXPECT_EQ(hole.exit_code, 2);
    EXPECT_EQ(hole.err, "blobgauge: shard 3 of 3 is missing\n");
  }
}

TEST_F(GateE2e, ACertificateForAnotherNameEndsInOneLine) {
  const auto authority = wire::CertificateAuthority::temporary();
  ASSERT_TRUE(authority);
  const auto identity = (*authority)->leaf("other.example");
  ASSERT_TRUE(identity);
  endpoint::ServerOptions options;
  options.tls = *wire::TlsServer::create(*identity);
  const auto server = endpoint::Server::start(std::move(options));
  ASSERT_TRUE(server) << describe(server.error());
  std::ofstream(path("ca.pem")) << (*authority)->certificate_pem();
  const auto profile = [&](const std::string& host) {
    std::ofstream(path("profile.yaml")) << fmt::format(
        "format: 1\nname: tls\nurl: https://{}:{}/{}\nresolve: 127.0.0.1\nca_file: {}\nkey: {{well_known: {}}}\n"
        "api_version: \"2023-11-03\"\n",
        host, (*server)->port(), endpoint::default_account, path("ca.pem"), endpoint::default_key);
    return run({BLOBGAUGE_PROGRAM, "replay", "--spec", path("spec.yaml"), "--profile", path("profile.yaml"), "--select",
                "delete-blob/*", "-o", path("tls.json")});
  };
  const auto wrong = profile("gateway.example");
  EXPECT_EQ(wrong.exit_code, 4);
  EXPECT_EQ(std::count(wrong.err.begin(), wrong.err.end(), '\n'), 1) << wrong.err;
  EXPECT_THAT(wrong.err, HasSubstr("certificate"));
  EXPECT_THAT(wrong.err, HasSubstr("gateway.example"));
  EXPECT_FALSE(fs::exists(path("tls.json.partial"))) << "nothing was run, so nothing is in the way of the next try";
  EXPECT_LE(profile("other.example").exit_code, 1) << "the same with the right name";
  // The puller that the run starts trusts and finds what the profile trusts and finds.
  const auto pulled = run(
      {BLOBGAUGE_PROGRAM, "replay", "--profile", path("profile.yaml"), "--role", "source", "-o", path("pulled.json")});
  EXPECT_LE(pulled.exit_code, 1) << pulled.err;
  EXPECT_GE(results("pulled.json").figures().pass, 6u);
  EXPECT_EQ(results("pulled.json").figures().pass, results("pulled.json").figures().total)
      << testing::PrintToString(verdicts(results("pulled.json")));
}

// Readers of others count what the exit code counts. They come with the long tier.
TEST_F(GateE2e, ReadersOfOthersCountTheSame) {
  const char* readers = std::getenv("BLOBGAUGE_REPORT_READERS");
  if (!readers || !*readers) GTEST_SKIP() << "BLOBGAUGE_REPORT_READERS is not set (tools/test --full sets it)";
  Results hostile = *model::load_results(BLOBGAUGE_SOURCE_DIR "/tests/transcripts/inputs/gated.json");
  for (const auto* text : {"]]>", "<script>alert(1)</script>", "a|b", "\x1b[31m\x01", "\xff\xfe", "\xef\xbf\xbf",
                           "# SKIP", "\"quoted\" 'twice' & \\", "two\nlines"}) {
    for (auto& item : hostile.cases) {
      item.title = item.detail = text;
      item.where = std::string("specs/") + text;
      for (auto& finding : item.findings) finding.actual = finding.expected = finding.exchange = text;
    }
    hostile.started = "2026-01-02T03:04:05Z";
    hostile.endpoint = hostile.endpoint_version = text;
    ASSERT_TRUE(model::save_results(hostile, path("hostile.json")));
    for (const auto* format : {"junit", "sarif"})
      EXPECT_EQ(
          run({BLOBGAUGE_PROGRAM, "report", format, "gateway=" + path("hostile.json"), "-o", path(format)}).exit_code,
          0);
    const auto read =
        run({"/usr/bin/python3", BLOBGAUGE_SOURCE_DIR "/tests/gate/read_reports.py", path("junit"), path("sarif")},
            {{"PYTHONPATH", readers}});
    EXPECT_EQ(read.exit_code, 0) << text << "\n" << read.err;
    EXPECT_EQ(read.out, "{\"tests\": 9, \"failed\": 3, \"skipped\": 3, \"results\": 7, \"level error\": 3}\n");
  }
}

// The composite action, done as its file says: inputs by the environment, outputs in files.
class Action {
 public:
  Action() : root_(*model::yaml::load(BLOBGAUGE_SOURCE_DIR "/tools/gate/action.yml")) {}

  std::vector<std::string> inputs() const { return root_.find("inputs")->keys; }
  const model::yaml::Node& step() const { return root_.find("runs")->find("steps")->items.at(0); }
  std::string run() const { return step().find("run")->text; }
  // The step's environment with these inputs, or their defaults.
  std::vector<std::pair<std::string, std::string>> environment(const std::map<std::string, std::string>& with) const {
    std::vector<std::pair<std::string, std::string>> out;
    const auto& variables = *step().find("env");
    for (std::size_t i = 0; i < variables.keys.size(); ++i) {
      const auto& text = variables.items[i].text;
      static constexpr std::string_view open = "${{ inputs.", shut = " }}";
      EXPECT_TRUE(text.starts_with(open) && text.ends_with(shut)) << text;
      const auto name = text.substr(open.size(), text.size() - open.size() - shut.size());
      const auto* input = root_.find("inputs")->find(name);
      EXPECT_TRUE(input) << "no input " << name;
      const auto* fallback = input ? input->find("default") : nullptr;
      const auto given = with.find(name);
      out.emplace_back(variables.keys[i], given != with.end() ? given->second : fallback ? fallback->text : "");
    }
    return out;
  }

 private:
  const model::yaml::Node root_;
};

TEST_F(GateE2e, TheActionIsTheGate) {
  const Action action;
  for (const auto& name : action.inputs()) {
    auto variable = "GATE_" + name;
    std::transform(variable.begin(), variable.end(), variable.begin(), [](char c) { return std::toupper(c); });
    EXPECT_THAT(action.run(), HasSubstr("\"$" + variable + "\""))
        << "the input " << name << " reaches the script, quoted";
  }
  std::string url;
  const auto endpoint = start_endpoint(url);
  const auto run_action = [&](std::map<std::string, std::string> with) {
    with.emplace("profile", BLOBGAUGE_SOURCE_DIR "/specs/profiles/emulator.yaml");
    with.emplace("endpoint", url);
    with.emplace("blobgauge", BLOBGAUGE_PROGRAM);
    with.emplace("spec", path("spec.yaml"));
    with.emplace("out", path("gate folder"));
    with.emplace("select",
                 "delete-blob/success,delete-blob/missing,delete-blob/if-match,delete-blob/sas-without-right");
    auto variables = action.environment(with);
    variables.emplace_back("GITHUB_ACTION_PATH", BLOBGAUGE_SOURCE_DIR "/tools/gate");
    variables.emplace_back("GITHUB_OUTPUT", path("output"));
    variables.emplace_back("GITHUB_STEP_SUMMARY", path("step-summary.md"));
    return run({"bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", action.run()}, variables);
  };
  const auto red = run_action({});
  EXPECT_EQ(red.exit_code, 1) << red.err;
  EXPECT_EQ(*model::read_file(path("output")), fmt::format("exit-code=1\nfolder={}\n", path("gate folder")));
  EXPECT_THAT(*model::read_file(path("step-summary.md")), HasSubstr("**Shut: 1 of 4 cases fail**"));
  for (const auto* name : {"results.json", "junit.xml", "results.tap", "results.sarif", "report.html", "badge.svg"})
    EXPECT_TRUE(fs::exists(path("gate folder/") + name)) << name;
  const auto made = run({BLOBGAUGE_PROGRAM, "baseline", "init", path("gate folder/results.json"), "--reason", "r",
                         "--ticket", "GW-1", "--expires", "2099-12-31", "-o", path("baseline.yaml")});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  // A job that was killed before the spec changed is not in the way.
  std::ofstream(path("gate folder/results.json.partial")) << "{\"journal\":1,\"run\":\"another\"}\n";
  const auto green = run_action({{"baseline", path("baseline.yaml")}, {"strict", "true"}, {"name", "gate; echo way"}});
  EXPECT_EQ(green.exit_code, 0) << green.err;
  EXPECT_THAT(*model::read_file(path("step-summary.md")), HasSubstr("**Open: 1 expected**"));
  const auto away = run_action({{"endpoint", "http://127.0.0.1:1/devstoreaccount1"}});
  EXPECT_EQ(away.exit_code, 4) << away.err;
  EXPECT_THAT(*model::read_file(path("step-summary.md")), HasSubstr("No verdict, exit status 4:"));
}

}  // namespace
}  // namespace blobgauge
