// How a message ends on one side is how it ends on the other: half-closed, cut, reset, or early.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <atomic>

#include "recorder/test_proxy.h"

namespace blobgauge::recorder {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using testing_peers::Origin;
using testing_peers::Socket;

TEST(Ends, AHalfClosedClientGetsItsAnswers) {
  Origin origin([](Socket& socket) {
    for (int i = 0; i < 2; ++i) {
      socket.until("\r\n\r\n");
      socket.say(fmt::format("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{}", i));
    }
  });
  Recorded setup(Recorded::reverse(origin));
  auto client = setup.client();
  client.say("GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n");
  client.half_close();
  EXPECT_EQ(client.rest(),
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n0HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1");
  EXPECT_EQ(setup.told().size(), 2u);
}

TEST(Ends, TheServerSaysWhatItMakesOfARequestThatEndsInItsMiddle) {
  std::string seen;
  Origin origin([&](Socket& socket) {
    seen = socket.rest();
    EXPECT_TRUE(socket.ended());
    socket.say("HTTP/1.1 400 Cut\r\nContent-Length: 2\r\n\r\nno");
  });
  Recorded setup(Recorded::reverse(origin));
  auto client = setup.client();
  const std::string half = "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf";
  client.say(half);
  client.half_close();
  EXPECT_EQ(client.rest(), "HTTP/1.1 400 Cut\r\nContent-Length: 2\r\n\r\nno");
  const auto& told = setup.told();
  EXPECT_EQ(seen, half);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].response.status, 400);
  EXPECT_FALSE(told[0].request.body.complete);
  EXPECT_THAT(told[0].marks, Contains("client: closed before its request was complete"));
}

// What is delimited by the connection's end is whole only if that end was orderly.
TEST(Ends, AnAnswerThatIsResetIsNotPassedOffAsWhole) {
  for (const bool http : {true, false}) {
    Origin origin([&](Socket& socket) {
      socket.until("\r\n\r\n");
      socket.say(http ? "HTTP/1.1 200 OK\r\n\r\npart" : "HTTP/0.9 what\r\n\r\npart");
      socket.until("got it");
      socket.reset();
    });
    Recorded setup(Recorded::reverse(origin));
    auto client = setup.client();
    client.say("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n");
    EXPECT_THAT(client.until("part"), StartsWith("HTTP/"));
    client.say("got it");
    EXPECT_EQ(client.rest(), "");
    EXPECT_FALSE(client.ended());
    const auto& told = setup.told();
    ASSERT_EQ(told.size(), 1u);
    EXPECT_FALSE(told[0].response.body.complete);
    EXPECT_THAT(told[0].marks, Not(Contains(StartsWith("client: "))));
  }
}

TEST(Ends, AnAnswerThatEndsTooSoonEndsInOrderAndNothingOfItIsLost) {
  const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n" + std::string(300'000, 'x');
  Origin origin([&](Socket& socket) {
    socket.until("\r\n\r\n");
    socket.say(answer);
  });
  Recorded setup(Recorded::reverse(origin));
  auto client = setup.client();
  // A request that waits unread must not turn the end into a reset.
  client.say("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.rest(), answer);
  EXPECT_TRUE(client.ended());
  const auto& told = setup.told();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_THAT(told[0].marks, ElementsAre(StartsWith("answer: broke off")));
}

TEST(Ends, ABodyGoesOnAfterAnEarlyAnswerAsLongAsItMoves) {
  std::atomic<std::size_t> seen = 0;
  Origin origin([&](Socket& socket) {
    socket.until("\r\n\r\n");
    socket.say("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nearly");
    while (!socket.bytes(1).empty()) ++seen;
  });
  auto options = Recorded::reverse(origin);
  options.early_answer_grace = 100ms;
  Recorded setup(options);
  auto client = setup.client();
  client.say("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  client.until("early");
  const auto end = std::chrono::steady_clock::now() + 4 * options.early_answer_grace;
  std::size_t sent = 0;
  while (std::chrono::steady_clock::now() < end) {
    ASSERT_TRUE(client.say("1\r\nx\r\n"));
    sent += 6;
    while (seen < sent && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  }
  client.say("0\r\n\r\n");
  client.half_close();
  EXPECT_EQ(client.rest(), "");
  const auto& told = setup.told();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_TRUE(told[0].request.body.complete);
  EXPECT_EQ(told[0].request.body.size, sent / 6);
}

TEST(Ends, WhatComesAfterAnAnswerIsNotTakenForTheNextOne) {
  std::atomic<int> connections = 0;
  Origin origin([&](Socket& socket) {
    ++connections;
    while (!socket.until("\r\n\r\n").empty()) socket.say("HTTP/1.1 204 No\r\n\r\nHTTP/1.1 200 Evil\r\n\r\n");
  });
  Recorded setup(Recorded::reverse(origin));
  auto client = setup.client();
  for (int i = 0; i < 2; ++i) {
    client.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(client.until("\r\n\r\n"), "HTTP/1.1 204 No\r\n\r\n");
  }
  const auto& told = setup.told();
  EXPECT_EQ(connections, 2);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_THAT(told[0].marks, ElementsAre("answer: bytes came after its end, and were not passed on"));
}

TEST(Ends, AClientThatGivesUpOnASilentServerIsNoticed) {
  for (const bool half_closed : {false, true}) {
    std::atomic<bool> asked = false, over = false, in_order = false;
    Origin origin([&](Socket& socket) {
      socket.until("\r\n\r\n");
      asked = true;
      socket.rest();
      in_order = socket.ended();
      over = true;
    });
    Recorded setup(Recorded::reverse(origin));  // with an idle limit of five minutes
    auto client = setup.client();
    client.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    if (half_closed) client.half_close();
    while (!asked) std::this_thread::yield();
    client.reset();
    while (!over) std::this_thread::yield();
    EXPECT_FALSE(in_order);
    const auto& told = setup.told();
    ASSERT_EQ(told.size(), 1u);
    EXPECT_THAT(told[0].marks, ElementsAre("client: reset before its answer"));
  }
}

TEST(Ends, AClientThatStallsIsLeftAfterTheIdleLimit) {
  Origin origin([](Socket& socket) { socket.rest(); });
  auto options = Recorded::reverse(origin);
  options.idle_limit = 50ms;
  Recorded setup(options);
  auto client = setup.client();
  client.say("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nsome");
  client.rest();
  const auto& told = setup.told();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_FALSE(told[0].request.body.complete);
}

}  // namespace
}  // namespace blobgauge::recorder
