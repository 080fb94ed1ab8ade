#include "recorder/command.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "model/file.h"

namespace blobgauge::recorder {
namespace {

using testing::HasSubstr;

class Command : public testing::Test {
 protected:
  void SetUp() override {
    std::string folder = (std::filesystem::temp_directory_path() / "command-test-XXXXXX").string();
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  model::Result<CommandEnd> shell(const std::string& script, std::chrono::milliseconds limit = {}) const {
    CommandOptions options;
    options.arguments = {"sh", "-c", script};
    options.folder = folder_;
    options.limit = limit;
    options.grace = std::chrono::milliseconds{200};
    options.set = {{"COLOUR", "blue"}};
    options.unset = {"HOME"};
    return run_command(options);
  }
  std::string read(const std::string& name) const { return model::read_file(folder_ + "/" + name).value_or(""); }
  std::string folder_;
};

TEST_F(Command, GivesTheExitCodeAndTheEnvironment) {
  EXPECT_EQ(shell("exit 7")->exit_code, 7);
  EXPECT_EQ(shell("echo $COLOUR${HOME-none} > out; kill -KILL $$")->exit_code, 128 + SIGKILL);
  EXPECT_EQ(read("out"), "bluenone\n");
}

TEST_F(Command, WhoIsToldThatWeAreReadyMayInterruptAtOnce) {
  EXPECT_EQ(wait_for_signal([] { ::kill(::getpid(), SIGINT); }, {}), SIGINT);
  EXPECT_EQ(wait_for_signal([] {}, [] { return true; }), 0);
}

TEST_F(Command, WhatCannotBeStartedIsSaid) {
  CommandOptions options;
  options.arguments = {"no-such-command-here"};
  const auto end = run_command(options);
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().category, model::Category::usage);
  EXPECT_THAT(describe(end.error()), HasSubstr("PATH"));
}

TEST_F(Command, ATimeLimitEndsTheWholeGroup) {
  const auto end = shell("trap '' TERM; sleep 600 & echo $! > pid; wait; sleep 600", std::chrono::milliseconds{100});
  ASSERT_TRUE(end);
  EXPECT_TRUE(end->timed_out);
  EXPECT_EQ(end->exit_code, 128 + SIGKILL);
}

TEST_F(Command, SignalsArePassedOn) {
  std::atomic<bool> ended = false;
  std::thread sender([&] {
    while (!ended && !std::filesystem::exists(folder_ + "/ready")) std::this_thread::yield();
    if (!ended) ::kill(::getpid(), SIGTERM);
  });
  const auto end = shell("trap 'echo caught > caught; exit 3' TERM; touch ready; while :; do sleep 0.01; done");
  ended = true;
  sender.join();
  ASSERT_TRUE(end);
  EXPECT_EQ(end->exit_code, 3);
  EXPECT_EQ(read("caught"), "caught\n");
}

}  // namespace
}  // namespace blobgauge::recorder
