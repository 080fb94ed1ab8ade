#include "replayer/runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>

#include "model/text.h"
#include "replayer/dry_run.h"
#include "replayer/preflight.h"
#include "replayer/request_maker.h"
#include "wire/server.h"

namespace blobgauge::replayer {
namespace {

using model::Verdict;
using model::Weight;

// A store of named bytes with switches for what it does wrong; the whole service that these tests need. It runs on a
// thread of its own, the runner on the test's.
class Script {
 public:
  struct Faults {
    std::atomic<bool> silent = false;  // changed while it runs
    bool answers_twice = false;
    bool loses_bytes = false, refuses = false, no_digest = false, knows_nothing = false;
    std::string silent_for;  // part of a target that is never answered
  } faults;
  std::size_t together = 0;  // so many PUTs must be there before the first is answered

  Script() {
    server_ =
        std::move(*wire::Server::start(runtime_, {}, [this](wire::Transaction& request) { return answer(request); }));
    runtime_.start();
  }
  ~Script() {
    runtime_.stop();
    server_.reset();
  }
  std::string url() const { return "http://" + server_->address() + "/devstoreaccount1"; }
  std::size_t left() const { return store_.size(); }

 private:
  wire::Task<> answer(wire::Transaction& request) {
    const std::string method(request.head().method), target(request.head().target);
    if (faults.silent || (!faults.silent_for.empty() && target.find(faults.silent_for) != std::string::npos)) {
      wire::Event never;
      co_await never.wait_for(wire::Milliseconds(5'000));
      co_return;
    }
    auto body = co_await request.read_all(1 << 20);
    int status = 200;
    std::string text;
    model::Headers headers;
    if (faults.refuses) {
      status = 403;
      headers.add("Error-Code", "AuthenticationFailed");
    } else if (faults.knows_nothing && method == "PUT") {
      status = 501;
    } else if (method == "PUT") {
      if (++waiting_ == together) met_.set();
      if (together) (void)co_await met_.wait_for(wire::Milliseconds(5'000));
      status = 201;
      store_[target] = faults.loses_bytes ? "" : body.value_or("");
      if (!faults.no_digest) headers.add("Digest", "d");
    } else if (method == "DELETE") {
      status = store_.erase(target) ? 202 : 404;
    } else if (store_.count(target)) {
      text = store_[target];
    } else if (!target.ends_with("/")) {
      status = 404;
      headers.add("Error-Code", "NotFound");
      text = "<Error><Code>NotFound</Code></Error>";
    }
    if (faults.answers_twice && method == "GET") {
      const auto once = "HTTP/1.1 " + std::to_string(status) + " x\r\nContent-Length: " + std::to_string(text.size()) +
                        "\r\n\r\n" + text;
      (void)co_await request.write_raw(once, once);
      request.complete(true);
      co_return;
    }
    (void)co_await request.respond(status, "", headers, text);
  }

  wire::Runtime runtime_;
  wire::Event met_;
  std::size_t waiting_ = 0;
  std::map<std::string, std::string> store_;
  std::unique_ptr<wire::Server> server_;
};

Step step(std::string method, std::string target, std::string status) {
  Step out;
  out.name = method;
  out.operation = "O";
  out.request.method = std::move(method);
  out.request.target = std::move(target);
  Expectation expectation;
  expectation.test = Expectation::Test::one_of;
  expectation.values = {std::move(status)};
  out.expectations = {expectation};
  return out;
}

class RunnerTest : public testing::Test {
 protected:
  RunnerTest() {
    profile_ =
        *model::at_endpoint(*model::load_profile(BLOBGAUGE_SOURCE_DIR "/specs/profiles/emulator.yaml"), script_.url());
    suite_.error_header = "Error-Code";
    suite_.error_element = "Error/Code";
    suite_.preflight.push_back({step("GET", "/", "200"), {{"403", "the endpoint refuses the credential"}}});
    suite_.teardown = step("DELETE", "/${container}", "202");

    Expectation digest;
    digest.about = Expectation::About::header;
    digest.name = "Digest";
    digest.weight = Weight::differs;
    Case put;
    put.id = "o/put";
    put.operation = "O";
    put.title = "stores";
    put.why = "why";
    put.names = {"c"};
    put.steps = {step("PUT", "/${c}", "201")};
    put.steps[0].request.has_body = true;
    put.steps[0].request.body = {{"", 1, 0, 5000}};
    put.steps[0].expectations.push_back(digest);
    put.after = {step("GET", "/${c}", "200")};
    Expectation body;
    body.about = Expectation::About::body;
    body.test = Expectation::Test::content;
    put.after[0].expectations.push_back(body);
    put.after[0].contents = {put.steps[0].request.body};
    suite_.cases.push_back(put);

    Case missing = put;
    missing.id = "o/missing";
    missing.steps = {step("GET", "/${c}", "404")};
    missing.after.clear();
    suite_.cases.push_back(missing);

    Case given = missing;
    given.id = "o/given";
    given.given = {step("PUT", "/${c}", "201")};
    given.steps = {step("GET", "/${c}", "200")};
    suite_.cases.push_back(given);
    options_.time_limit = wire::Milliseconds(300);
    options_.run = "test";
  }
  model::Result<replayer::Run> run() {
    std::vector<Chosen> chosen;
    for (const auto& item : suite_.cases) chosen.push_back({&item, "mvp"});
    return run_cases(suite_, {}, profile_, chosen, options_);
  }
  std::vector<Verdict> verdicts(const replayer::Run& run) {
    std::vector<Verdict> out;
    for (const auto& result : run.results.cases) out.push_back(result.verdict);
    return out;
  }
  Script script_;
  model::Profile profile_;
  Suite suite_;
  RunOptions options_;
};

TEST_F(RunnerTest, PassesOnAnEndpointThatIsRight) {
  const auto done = run();
  ASSERT_TRUE(done) << describe(done.error());
  EXPECT_EQ(verdicts(*done), (std::vector<Verdict>{Verdict::pass, Verdict::pass, Verdict::pass}));
  EXPECT_TRUE(done->results.complete);
  EXPECT_EQ(script_.left(), 0u) << "what a case made is removed";
}

TEST_F(RunnerTest, SendsAtTheSameTimeWhatIsToBe) {
  auto& item = suite_.cases[0];
  Step both;
  both.name = "both";
  both.at_once = {step("PUT", "/${c}", "201"), step("PUT", "/${c}", "201"), step("PUT", "/${c}", "201")};
  both.statuses = {"201", "201", "201"};
  item.steps = {both};
  item.after.clear();
  suite_.cases.resize(1);
  script_.together = 3;
  const auto done = run();
  ASSERT_TRUE(done) << describe(done.error());
  EXPECT_EQ(done->results.cases[0].verdict, Verdict::pass) << done->results.cases[0].detail;
}

TEST_F(RunnerTest, StatusesOfRequestsAtOnceCountInAnyOrder) {
  auto& item = suite_.cases[0];
  Step both;
  both.name = "both";
  both.at_once = {step("PUT", "/${c}", "201"), step("GET", "/${c}-none", "404")};
  both.statuses = {"404", "201"};
  item.steps = {both};
  item.after.clear();
  suite_.cases.resize(1);
  EXPECT_EQ(run()->results.cases[0].verdict, Verdict::pass);
  item.steps[0].statuses = {"409", "201"};
  const auto done = run();
  ASSERT_EQ(done->results.cases[0].verdict, Verdict::fail);
  EXPECT_EQ(done->results.cases[0].findings[0].expected, "409, 201 in some order");
  EXPECT_EQ(done->results.cases[0].findings[0].actual, "201, 404");
}

TEST_F(RunnerTest, RepeatsAStepUntilAnAnswerIsWrong) {
  auto& item = suite_.cases[0];
  item.steps = {step("PUT", "/${c}-${n}", "201")};
  item.steps[0].repeat = {25, 4, "n"};
  item.after = {step("GET", "/${c}-00", "200"), step("GET", "/${c}-24", "200"), step("GET", "/${c}-25", "404")};
  suite_.cases.resize(1);
  const auto done = run();
  EXPECT_EQ(done->results.cases[0].verdict, Verdict::pass);
  EXPECT_EQ(script_.left(), 25u);
  item.steps[0].expectations[0].values = {"202"};
  const auto wrong = run();
  EXPECT_EQ(wrong->results.cases[0].verdict, Verdict::fail);
  EXPECT_LE(wrong->results.cases[0].exchanges.size(), 4u + 3u) << "the first wrong answer ends it";
}

TEST_F(RunnerTest, AnAcceptedAndLostWriteFails) {
  script_.faults.loses_bytes = true;
  const auto done = run();
  ASSERT_TRUE(done);
  const auto& result = done->results.cases[0];
  EXPECT_EQ(result.verdict, Verdict::fail);
  ASSERT_EQ(result.findings.size(), 1u);
  EXPECT_EQ(result.findings[0].expected, "5000 bytes");
  EXPECT_EQ(result.findings[0].exchange, "GET /devstoreaccount1/{c} -> 200") << "its own names must not show";
  EXPECT_EQ(result.exchanges.size(), 2u);
}

TEST_F(RunnerTest, ADifferenceAloneIsAPassThatListsIt) {
  script_.faults.no_digest = true;
  const auto done = run();
  ASSERT_TRUE(done);
  EXPECT_EQ(done->results.cases[0].verdict, Verdict::pass);
  ASSERT_EQ(done->results.cases[0].findings.size(), 1u);
  EXPECT_EQ(done->results.cases[0].findings[0].weight, Weight::differs);
}

TEST_F(RunnerTest, AnAnswerThatIsSentTwiceIsADifference) {
  script_.faults.answers_twice = true;
  const auto done = run();
  ASSERT_TRUE(done) << describe(done.error());
  EXPECT_EQ(verdicts(*done), (std::vector<Verdict>{Verdict::pass, Verdict::pass, Verdict::pass}));
  ASSERT_EQ(done->results.cases[2].findings.size(), 1u);
  EXPECT_EQ(done->results.cases[2].findings[0].expectation, "end of the answer");
  EXPECT_EQ(done->results.cases[2].findings[0].weight, Weight::differs);
}

TEST_F(RunnerTest, WhatComesAfterADifferentStatusIsStillSent) {
  auto& item = suite_.cases[0];
  item.steps = {step("GET", "/${c}-none", "400"), step("GET", "/${c}-nor-this", "200")};
  item.steps[0].expectations[0].weight = Weight::differs;
  item.steps[0].captures = {{"digest", "Digest"}};
  item.after.clear();
  suite_.cases.resize(1);
  auto done = run();
  ASSERT_TRUE(done);
  ASSERT_EQ(done->results.cases[0].verdict, Verdict::fail);
  ASSERT_EQ(done->results.cases[0].findings.size(), 2u);
  EXPECT_EQ(done->results.cases[0].findings[1].expected, "200");
  // What can't be sent because of the difference is no worse than the difference.
  item.steps[1].request.headers = {{"Digest", "${digest}"}};
  done = run();
  EXPECT_EQ(done->results.cases[0].verdict, Verdict::pass);
  EXPECT_EQ(done->results.cases[0].findings.at(1).weight, Weight::differs);
}

TEST_F(RunnerTest, TellsUnsupportedAndBlockedApart) {
  script_.faults.knows_nothing = true;
  const auto done = run();
  ASSERT_TRUE(done);
  EXPECT_EQ(verdicts(*done), (std::vector<Verdict>{Verdict::unsupported, Verdict::pass, Verdict::blocked}));
  EXPECT_EQ(done->results.cases[2].detail, "fixture 'PUT': PUT /devstoreaccount1/{c} -> 501");
}

TEST_F(RunnerTest, ACaseWithoutAnAnswerIsNotScored) {
  script_.faults.silent_for = "bgtest-1-";
  const auto done = run();
  ASSERT_TRUE(done) << describe(done.error());
  EXPECT_EQ(verdicts(*done), (std::vector<Verdict>{Verdict::pass, Verdict::indeterminate, Verdict::pass}));
  EXPECT_FALSE(done->stopped);
}

TEST_F(RunnerTest, StopsBeforeAHopelessRun) {
  script_.faults.refuses = true;
  auto done = run();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().category, model::Category::endpoint);
  EXPECT_NE(done.error().message.find("refuses the credential: GET /devstoreaccount1/ -> 403 AuthenticationFailed"),
            std::string::npos)
      << done.error().message;
  script_.faults.refuses = false;
  script_.faults.silent = true;
  done = run();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().category, model::Category::timeout);
  profile_ = *model::at_endpoint(profile_, "http://127.0.0.1:1/devstoreaccount1");
  done = run();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().category, model::Category::endpoint);
}

TEST_F(RunnerTest, StopsWhenTheEndpointGoesAway) {
  // The first case hangs the endpoint for good.
  options_.lanes = 1;
  while (suite_.cases.size() < 12) {
    suite_.cases.push_back(suite_.cases[1]);
    suite_.cases.back().id = "o/more-" + std::to_string(suite_.cases.size());
  }
  options_.progress = [&](std::size_t done, std::size_t, std::string_view) {
    if (done == 3) script_.faults.silent = true;
  };
  const auto done = run();
  ASSERT_TRUE(done);
  ASSERT_TRUE(done->stopped);
  EXPECT_EQ(done->stopped->category, model::Category::timeout);
  EXPECT_FALSE(done->results.complete);
  EXPECT_EQ(done->results.cases.size(), 12u) << "the denominator does not move";
  EXPECT_EQ(done->results.cases[2].verdict, Verdict::pass) << "what was found stays";
  EXPECT_EQ(done->results.cases[11].verdict, Verdict::indeterminate);
}

TEST_F(RunnerTest, WhatAnAnswerLacksFailsOnlyWhoUsesIt) {
  script_.faults.no_digest = true;
  suite_.cases[2].given[0].captures = {{"digest", "Digest"}};
  auto done = run();
  ASSERT_TRUE(done);
  EXPECT_EQ(done->results.cases[2].verdict, Verdict::pass);
  suite_.cases[2].steps[0].request.headers = {{"Digest", "${digest}"}};
  done = run();
  ASSERT_TRUE(done);
  EXPECT_EQ(done->results.cases[2].verdict, Verdict::fail);
  ASSERT_EQ(done->results.cases[2].findings.size(), 1u);
  EXPECT_EQ(done->results.cases[2].findings[0].exchange, "PUT /devstoreaccount1/{c} -> 201");
}

TEST_F(RunnerTest, AMistakeInACaseIsAnErrorAndNotAFailure) {
  suite_.cases[0].steps[0].request.target = "/${nobody}";
  const auto done = run();
  ASSERT_TRUE(done);
  EXPECT_EQ(done->results.cases[0].verdict, Verdict::error);
}

TEST_F(RunnerTest, WhatAnInterruptedRunFinishedIsNotRunAgain) {
  const auto first = run();
  ASSERT_TRUE(first);
  auto kept = first->results.cases[1];
  kept.verdict = Verdict::fail;
  kept.detail = "as it was found";
  options_.finished = {kept};
  std::vector<std::string> final_ids;
  options_.keep_result = [&](const model::CaseResult& result) {
    final_ids.push_back(result.id);
    return model::Status{};
  };
  const auto done = run();
  ASSERT_TRUE(done);
  EXPECT_EQ(verdicts(*done), (std::vector<Verdict>{Verdict::pass, Verdict::fail, Verdict::pass}));
  EXPECT_EQ(done->results.cases[1].detail, "as it was found");
  EXPECT_THAT(final_ids, testing::UnorderedElementsAre("o/put", "o/given"));
}

TEST_F(RunnerTest, OnlyFinalResultsAreKept) {
  script_.faults.silent_for = "bgtest-1-";
  std::vector<std::string> ids;
  options_.keep_result = [&](const model::CaseResult& result) {
    ids.push_back(result.id);
    return model::Status{};
  };
  ASSERT_TRUE(run());
  EXPECT_THAT(ids, testing::UnorderedElementsAre("o/put", "o/given")) << "no answer came to the other";
}

TEST_F(RunnerTest, AResultThatCannotBeKeptEndsTheRun) {
  options_.lanes = 1;
  options_.keep_result = [&](const model::CaseResult&) -> model::Status {
    return model::fail(model::Category::output, "disk full");
  };
  const auto done = run();
  ASSERT_TRUE(done);
  ASSERT_TRUE(done->stopped);
  EXPECT_EQ(done->stopped->message, "disk full");
  EXPECT_FALSE(done->results.complete);
}

TEST_F(RunnerTest, APartPredictsAboutAllThatWasSelected) {
  suite_.cases[0].tags = {"core"};
  suite_.cases[1].tags = {"core"};
  suite_.cases.push_back(suite_.cases[1]);
  suite_.cases.back().id = "o/elsewhere";
  model::Spec spec;
  spec.scenarios = {{"up", "azcopy", "10", "t", {"O"}}};
  options_.selected = {"o/put", "o/missing", "o/elsewhere"};
  std::vector<Chosen> part = {{&suite_.cases[0], "mvp"}, {&suite_.cases[1], "mvp"}};
  auto done = run_cases(suite_, spec, profile_, part, options_);
  ASSERT_TRUE(done);
  ASSERT_EQ(done->results.scenarios.size(), 1u);
  EXPECT_EQ(done->results.scenarios[0].verdict, Verdict::indeterminate);
  EXPECT_EQ(done->results.scenarios[0].detail, "o/elsewhere not run");
}

TEST_F(RunnerTest, ThePreflightEndsARunThatMayNotWriteAndNoOther) {
  suite_.preflight.push_back({step("PUT", "/${c}", "201"), {{"NotAllowed", "the credential may not write"}}});
  script_.faults.knows_nothing = true;
  EXPECT_TRUE(run()) << "501 to a write is for the cases to say";
  suite_.preflight.back().refusals = {{"501", "the credential may not write"}};
  const auto done = run();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().category, model::Category::endpoint);
  EXPECT_NE(done.error().message.find("the credential may not write: PUT /devstoreaccount1/{c} -> 501"),
            std::string::npos)
      << done.error().message;
}

TEST_F(RunnerTest, SendsNoFasterThanTheProfileAllows) {
  profile_.rate = 100;
  const auto ran = run();
  ASSERT_TRUE(ran) << describe(ran.error());
  ASSERT_TRUE(ran->results.traffic);
  EXPECT_GE(ran->results.traffic->requests, 3u);
  // The first of them had its turn when the lanes began.
  EXPECT_GE(ran->results.duration_us, static_cast<std::int64_t>(ran->results.traffic->requests - 1) * 10'000);
}

TEST_F(RunnerTest, ThePreflightEndsARunAgainstSomethingElse) {
  script_.faults.knows_nothing = true;
  suite_.preflight.push_back({step("PUT", "/${c}", "201"), {}});
  suite_.request_id_header = "Request-Id";
  const auto done = run();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().category, model::Category::endpoint);
  EXPECT_THAT(done.error().message, testing::HasSubstr("none has Request-Id, and PUT /devstoreaccount1/{c} -> 501"));
  // One field of its own, or one write that is done, and the cases say what is wrong.
  script_.faults.knows_nothing = false;
  EXPECT_TRUE(run());
  script_.faults.knows_nothing = true;
  suite_.preflight.push_back({step("GET", "/none", "200"), {}});
  EXPECT_TRUE(run());
}

TEST_F(RunnerTest, ThePreflightLeavesNothing) {
  suite_.preflight.push_back({step("PUT", "/${c}", "201"), {}});
  const auto done = run();
  ASSERT_TRUE(done);
  EXPECT_EQ(script_.left(), 0u);
}

TEST(Preflight, SaysThatTheClocksDiffer) {
  const auto now = std::chrono::system_clock::from_time_t(784887151);  // Tue, 15 Nov 1994 08:12:31 GMT
  EXPECT_EQ(clock_hint("Tue, 15 Nov 1994 08:12:31 GMT", now), "");
  EXPECT_EQ(clock_hint("Tue, 15 Nov 1994 08:27:31 GMT", now), "");
  EXPECT_EQ(clock_hint("Tue, 15 Nov 1994 08:27:32 GMT", now), "; its clock is 901 s ahead of this machine's");
  EXPECT_EQ(clock_hint("Tue, 15 Nov 1994 07:12:31 GMT", now), "; its clock is 3600 s behind this machine's");
  for (const auto* date : {"", "yesterday", "Tue, 15 Nov 1994 07:12:31 GMT+1"}) EXPECT_EQ(clock_hint(date, now), "");
}

TEST_F(RunnerTest, ADryRunSendsNothingAndShowsEveryRequest) {
  suite_.cases[2].given[0].captures = {{"digest", "Digest"}};
  suite_.cases[2].steps[0].request.headers = {{"X-Of", "${digest}"}};
  suite_.cases[0].title = "two\nlines";
  profile_ = *model::at_endpoint(profile_, "http://127.0.0.1:1/devstoreaccount1");
  std::vector<Chosen> chosen;
  for (const auto& item : suite_.cases) chosen.push_back({&item, "mvp"});
  const auto text = dry_run(suite_, {}, profile_, chosen, options_);
  ASSERT_TRUE(text) << describe(text.error());
  EXPECT_THAT(*text,
              testing::HasSubstr("# o/put: two lines\n# step: PUT\n#   body.bin: 5000 generated bytes of seed 1\n"
                                 "curl -sS -i -g --path-as-is -X PUT"));
  EXPECT_THAT(*text, testing::HasSubstr("-H 'X-Of: {digest}'"));
  EXPECT_THAT(*text, testing::HasSubstr("--data-binary @body.bin http://127.0.0.1:1/devstoreaccount1/bgtest-0-c\n"));
  EXPECT_EQ(text->find("SharedKey"), std::string::npos) << "credentials stay out";
  EXPECT_EQ(script_.left(), 0u);
}

}  // namespace
}  // namespace blobgauge::replayer
