// What the proxy does not forward, and what it forwards as it came although it is no HTTP.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <atomic>

#include "model/classifier.h"
#include "model/trace.h"
#include "recorder/test_proxy.h"

namespace blobgauge::recorder {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using testing_peers::Origin;
using testing_peers::Socket;

TEST(Refusal, AmbiguousFramingIsRefusedAndNotForwarded) {
  std::atomic<int> requests = 0;
  Origin origin([&](Socket&) { ++requests; });
  Recorded setup(Recorded::reverse(origin));
  for (const std::string fields :
       {"Content-Length: 1\r\nContent-Length: 2\r\n", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: gzip\r\n", "Content-Length: 1\r\nX-Folded: a\r\n b\r\n", "Content-Length: 1\n"}) {
    auto client = setup.client();
    client.say("PUT /c/b?sig=SENTINEL HTTP/1.1\r\nHost: a\r\n" + fields + "\r\nx");
    EXPECT_THAT(client.rest(), StartsWith("HTTP/1.1 400")) << fields;
  }
  const auto& told = setup.told();
  EXPECT_EQ(requests, 0);
  EXPECT_EQ(setup.proxy->counts().refused, 5u);
  ASSERT_EQ(told.size(), 5u);
  for (const auto& each : told) {
    EXPECT_EQ(each.response.status, 0);
    EXPECT_FALSE(each.request.body.complete);
    EXPECT_THAT(each.marks, ElementsAre(AllOf(StartsWith("request: not forwarded: "), HasSubstr("answered 400"))));
  }
  EXPECT_EQ(told[0].request.target, "/c/b?sig=REDACTED");
  EXPECT_EQ(told[0].request.headers.count("content-length"), 2u);
  // The last one was no head: nothing of it is told that would have to be guessed.
  EXPECT_EQ(told[4].request.method, "");
  EXPECT_TRUE(told[4].request.headers.empty());
  EXPECT_FALSE(told[4].request.headers_complete);
  EXPECT_EQ(told[4].operation, model::unclassified);
  EXPECT_EQ(model::from_json_line(model::to_json_line(told[4]))->marks, told[4].marks);
}

TEST(Refusal, TwoHostsAreTwoReadingsInAnyVersion) {
  std::atomic<int> requests = 0;
  Origin origin([&](Socket&) { ++requests; });
  Recorded setup(Recorded::reverse(origin));
  for (const std::string start : {"GET / HTTP/1.1\r\n", "GET / HTTP/1.0\r\n", "GET http://a/ HTTP/1.0\r\n"}) {
    auto client = setup.client();
    client.say(start + "Host: a\r\nhost: b\r\n\r\n");
    EXPECT_THAT(client.rest(), StartsWith("HTTP/1.1 400")) << start;
  }
  EXPECT_EQ(setup.told().size(), 3u);
  EXPECT_EQ(requests, 0);
}

TEST(Refusal, AChunkThatIsNoneIsRefusedInTheMiddleOfItsBody) {
  Origin origin([](Socket& socket) { socket.rest(); });
  Recorded setup(Recorded::reverse(origin));
  auto client = setup.client();
  client.say("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n+3\r\ndef\r\n0\r\n\r\n");
  EXPECT_THAT(client.rest(), StartsWith("HTTP/1.1 400"));
  const auto& told = setup.told();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].request.body.size, 3u);
  EXPECT_FALSE(told[0].request.body.complete);
  EXPECT_THAT(told[0].marks, Contains(StartsWith("request: its body was refused: malformed chunked body")));
}

TEST(Refusal, WhatIsNoAnswerReachesTheClientAsItCame) {
  const std::pair<const char*, int> answers[] = {
      {"HTTP/2 200 OK\r\n\r\nbody", 0},
      {"not HTTP at all", 0},
      {"HTTP/1.1 200 OK\r\nX : y\r\n\r\nbody", 0},
      {"HTTP/1.1 200 OK\nContent-Length: 1\n\nb", 0},
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nbody", 200},
      {"HTTP/1.1 503 Slow\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 503},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nXX\r\nrest", 200},
      {"HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 2OO OK\r\n\r\nbody", 0},
  };
  for (const auto& [answer, status] : answers) {
    for (const bool slowly : {false, true}) {
      Origin origin([&, text = std::string_view(answer)](Socket& socket) {
        socket.until("\r\n\r\n");
        const std::size_t step = slowly ? 1 : text.size();
        for (std::size_t at = 0; at < text.size(); at += step) socket.say(text.substr(at, step));
      });
      Recorded setup(Recorded::reverse(origin));
      auto client = setup.client();
      client.say("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
      EXPECT_EQ(client.rest(), answer);
      const auto& told = setup.told();
      ASSERT_EQ(told.size(), 1u);
      EXPECT_EQ(told[0].response.status, status) << answer;
      EXPECT_FALSE(told[0].response.body.complete);
      EXPECT_THAT(told[0].marks, Contains(AllOf(StartsWith("answer: "), HasSubstr("bytes passed on as they came"))));
    }
  }
}

TEST(Refusal, AMalformedAnswerEndsWithItsConnectionsEvenIfTheServerKeepsThem) {
  Origin origin([](Socket& socket) {
    socket.until("\r\n\r\n");
    socket.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok");
    socket.rest();
  });
  auto options = Recorded::reverse(origin);
  options.early_answer_grace = 50ms;
  Recorded setup(options);
  auto client = setup.client();
  client.say("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
  client.until("ok");
  client.say("GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.rest(), "");
  ASSERT_EQ(setup.told().size(), 1u);
}

TEST(Refusal, ARequestForTheProxyItselfOrForLinkLocalAddressesIsRefused) {
  Recorded setup(Recorded::forward());
  auto direct = setup.client();
  direct.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(direct.rest(), HasSubstr("this is a proxy"));
  auto circle = setup.client();
  circle.say(fmt::format("GET http://127.0.0.1:{}/ HTTP/1.1\r\nHost: a\r\n\r\n", setup.proxy->port()));
  EXPECT_THAT(circle.rest(), StartsWith("HTTP/1.1 403"));
  auto metadata = setup.client();
  metadata.say("CONNECT 169.254.169.254:443 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(metadata.rest(), StartsWith("HTTP/1.1 403"));
  const auto& told = setup.told();
  ASSERT_EQ(told.size(), 3u);
  for (const auto& each : told) EXPECT_THAT(each.marks, ElementsAre(StartsWith("request: not forwarded: ")));
  EXPECT_EQ(told[2].request.method, "CONNECT");
  EXPECT_EQ(told[2].request.target, "169.254.169.254:443");
  EXPECT_EQ(told[2].request.host, "169.254.169.254:443");
  EXPECT_EQ(told[2].operation, model::unclassified);
}

TEST(Refusal, OtherHostsAreRefusedByNameAndByWhatTheNameLeadsTo) {
  std::atomic<int> connections = 0;
  Origin origin([&](Socket&) { ++connections; });
  auto options = Recorded::forward();
  // 169.254.169.254 as one number, which the system's name look-up takes: to the proxy it is a name like any other.
  options.allowed_hosts = {"2852039166"};
  Recorded setup(options);
  const auto answer = [&](const std::string& start) {
    auto client = setup.client();
    client.say(start + " HTTP/1.1\r\nHost: a\r\n\r\n");
    return client.rest();
  };
  const auto there = fmt::format("127.0.0.1:{}", origin.port());
  for (const auto& start : {"GET http://" + there + "/", "CONNECT " + there, std::string("CONNECT evil.test:443")})
    EXPECT_THAT(answer(start), AllOf(StartsWith("HTTP/1.1 403"), HasSubstr("--allow-host"))) << start;
  for (const std::string start : {"GET http://2852039166/metadata", "CONNECT 2852039166:80"})
    EXPECT_THAT(answer(start), AllOf(StartsWith("HTTP/1.1 403"), HasSubstr("link-local"))) << start;
  (void)setup.told();
  EXPECT_EQ(connections, 0);
  EXPECT_EQ(setup.proxy->counts().forbidden, 5u);
  EXPECT_THAT(setup.proxy->refused_hosts(), ElementsAre("127.0.0.1", "evil.test", "2852039166"));
}

TEST(Refusal, AMappedHostIsServedWithoutBeingAllowed) {
  Origin origin([](Socket& socket) {
    socket.until("\r\n\r\n");
    socket.say("HTTP/1.1 204 No Content\r\n\r\n");
  });
  Proxy::Options options;
  options.mapping = Mapping({MapRule::parse(fmt::format("made.up.test=http://127.0.0.1:{}", origin.port())).value()});
  Recorded setup(options);
  auto client = setup.client();
  client.say("GET http://made.up.test/c HTTP/1.1\r\nHost: made.up.test\r\n\r\n");
  EXPECT_THAT(client.until("\r\n\r\n"), StartsWith("HTTP/1.1 204"));
}

}  // namespace
}  // namespace blobgauge::recorder
