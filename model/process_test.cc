#include "model/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <thread>

namespace blobgauge::model {
namespace {

using std::chrono::milliseconds;

ProcessOutcome shell(std::string script, milliseconds limit = milliseconds{0}) {
  ProcessRequest request;
  request.command = {"sh", "-c", std::move(script)};
  request.time_limit = limit;
  auto outcome = run_process(request);
  EXPECT_TRUE(outcome) << describe(outcome.error());
  return outcome.value_or(ProcessOutcome{});
}

TEST(Process, KeepsBothStreamsAndTheExitCode) {
  const auto outcome = shell("echo one; echo two >&2; exit 3");
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_EQ(outcome.out, "one\n");
  EXPECT_EQ(outcome.err, "two\n");
  EXPECT_FALSE(outcome.timed_out);
}

TEST(Process, ReadsMoreThanAPipeHolds) {
  const auto outcome = shell("head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2");
  EXPECT_EQ(outcome.out.size(), 1'000'000U);
  EXPECT_EQ(outcome.err.size(), 1'000'000U);
}

TEST(Process, DropsWhatIsOverTheLimit) {
  ProcessRequest request;
  request.command = {"sh", "-c", "head -c 100000 /dev/zero"};
  request.capture_limit = 1000;
  EXPECT_EQ(run_process(request)->out.size(), 1000U);
}

TEST(Process, KillsAtTheLimitWithEverythingItStarted) {
  const auto outcome = shell("sleep 1000 & echo $!; wait", milliseconds{200});
  EXPECT_TRUE(outcome.timed_out);
  EXPECT_EQ(outcome.exit_code, 128 + SIGTERM);
  EXPECT_LT(outcome.duration, milliseconds{2000});
  const auto grandchild = static_cast<pid_t>(std::atoi(outcome.out.c_str()));
  ASSERT_GT(grandchild, 1);
  // It is dead or about to be reaped by whoever adopted it; a zombie still answers signal 0, so its state is read.
  const auto state = shell("for i in 1 2 3 4 5 6 7 8 9 10; do grep -qs '^State:.[SRD]' /proc/" +
                           std::to_string(grandchild) + "/status || exit 0; sleep 0.1; done; exit 1");
  EXPECT_EQ(state.exit_code, 0);
}

TEST(Process, IsNotHeldUpByAGrandchildThatKeepsThePipe) {
  const auto outcome = shell("sleep 1000 & echo done", milliseconds{20'000});
  EXPECT_FALSE(outcome.timed_out);
  EXPECT_EQ(outcome.out, "done\n");
  EXPECT_LT(outcome.duration, milliseconds{10'000});
}

TEST(Process, SaysWhatCannotBeStarted) {
  ProcessRequest request;
  request.command = {"/nowhere/at-all"};
  const auto outcome = run_process(request);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().category, Category::usage);
  EXPECT_THAT(outcome.error().message, testing::HasSubstr("/nowhere/at-all: No such file"));
}

TEST(Process, CleanEnvironmentHasOnlyWhatIsGiven) {
  ProcessRequest request;
  request.command = {"/usr/bin/env"};
  request.environment = {{"A", "1"}, {"B", "x=y"}};
  request.clean = true;
  EXPECT_EQ(run_process(request)->out, "A=1\nB=x=y\n");
}

TEST(Process, ReplacesAVariableOfOurs) {
  ::setenv("BLOBGAUGE_TEST_VARIABLE", "ours", 1);
  ProcessRequest request;
  request.command = {"sh", "-c", "echo $BLOBGAUGE_TEST_VARIABLE"};
  request.environment = {{"BLOBGAUGE_TEST_VARIABLE", "theirs"}};
  EXPECT_EQ(run_process(request)->out, "theirs\n");
}

TEST(Process, RunsInItsFolderAndInParallel) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([] {
      ProcessRequest request;
      request.command = {"pwd"};
      request.folder = "/";
      const auto outcome = run_process(request);
      ASSERT_TRUE(outcome);
      EXPECT_EQ(outcome->out, "/\n");
    });
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace blobgauge::model
