#include "wire/runtime.h"

#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <stdexcept>
#include <string>

namespace blobgauge::wire {
namespace {

TEST(Runtime, RunGivesTheValueOrThrows) {
  Runtime runtime;
  EXPECT_EQ(runtime.run([]() -> Task<std::string> { co_return "value"; }()), "value");
  EXPECT_THROW(runtime.run([]() -> Task<> {
    throw std::runtime_error("x");
    co_return;
  }()),
               std::runtime_error);
}

TEST(Runtime, AThreadOfItsOwn) {
  Runtime runtime;
  runtime.start();
  std::atomic<int> count = 0;
  for (int i = 0; i < 10; ++i)
    runtime.spawn([](std::atomic<int>& total) -> Task<> {
      ++total;
      co_return;
    }(count));
  // Tasks begin in the order in which they were given.
  EXPECT_EQ(runtime.run([](std::atomic<int>& total) -> Task<int> { co_return total.load(); }(count)), 10);
  runtime.stop();
  runtime.start();
  EXPECT_EQ(runtime.run([]() -> Task<int> { co_return 1; }()), 1);
}

TEST(Runtime, BothWaitsForBoth) {
  Runtime runtime;
  std::string order;
  Event first, second;
  const auto one = [](std::string& log, Event& wait, Event& then, char mark) -> Task<> {
    co_await wait.wait();
    log.push_back(mark);
    then.set();
  };
  second.set();
  Event last;
  runtime.run(both(one(order, first, last, 'b'), one(order, second, first, 'a')));
  EXPECT_EQ(order, "ab");
  EXPECT_TRUE(last.is_set());
}

TEST(Runtime, EventsWaitNoLongerThanAsked) {
  Runtime runtime;
  Event event;
  EXPECT_FALSE(runtime.run(event.wait_for(Milliseconds(1))));
  event.set();
  EXPECT_TRUE(runtime.run(event.wait_for(Milliseconds(0))));
}

TEST(Runtime, ASignalBeforeAnybodyWaitsIsKept) {
  Runtime runtime;
  auto interrupted = runtime.interrupted();
  std::raise(SIGINT);
  EXPECT_EQ(runtime.run(std::move(interrupted)), SIGINT);
}

TEST(Runtime, SignalsAreValues) {
  Runtime runtime;
  int got = 0;
  const auto wait = [](Runtime& on, int& into) -> Task<> { into = co_await on.interrupted(); };
  const auto send = []() -> Task<> {
    std::raise(SIGTERM);
    co_return;
  };
  runtime.run(both(wait(runtime, got), send()));
  EXPECT_EQ(got, SIGTERM);
}

}  // namespace
}  // namespace blobgauge::wire
