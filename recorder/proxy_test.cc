#include "recorder/proxy.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <atomic>
#include <latch>
#include <map>
#include <random>

#include "model/classifier.h"
#include "model/file.h"
#include "model/temporary.h"
#include "model/text.h"
#include "model/trace.h"
#include "recorder/test_proxy.h"

namespace blobgauge::recorder {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
using testing_peers::Origin;
using testing_peers::Socket;

TEST(Proxy, ForwardsAbsoluteFormAndTellsWhatCrossedTheWire) {
  std::string seen;
  Origin origin([&](Socket& socket) {
    seen = socket.until("\r\n\r\n");
    seen += socket.bytes(5);
    socket.say("HTTP/1.1 201 Created\r\nETag:  \"x\" \r\neTag: y\r\nContent-Length: 3\r\n\r\nabc");
  });
  Recorded setup(Recorded::forward());
  auto client = setup.client();
  const std::string fields =
      fmt::format("HOST: 127.0.0.1:{}\r\nx-A:\t1\r\nx-a: 2\r\nContent-Length: 5\r\n\r\n", origin.port());
  client.say(fmt::format("PUT http://127.0.0.1:{}/c/b%2F?comp=metadata HTTP/1.1\r\n", origin.port()) + fields +
             "hello");
  EXPECT_EQ(client.until("abc"), "HTTP/1.1 201 Created\r\nETag:  \"x\" \r\neTag: y\r\nContent-Length: 3\r\n\r\nabc");
  const auto& told = setup.told();
  EXPECT_EQ(seen, "PUT /c/b%2F?comp=metadata HTTP/1.1\r\n" + fields + "hello");
  ASSERT_EQ(told.size(), 1u);
  const auto& exchange = told.front();
  EXPECT_EQ(exchange.number, 1u);
  EXPECT_EQ(exchange.request.method, "PUT");
  EXPECT_EQ(exchange.request.scheme, "http");
  EXPECT_EQ(exchange.request.target, "/c/b%2F?comp=metadata");
  EXPECT_EQ(exchange.request.framing, model::Framing::length);
  EXPECT_EQ(exchange.request.body.size, 5u);
  EXPECT_EQ(exchange.request.body.sha256, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
  EXPECT_EQ(exchange.request.body.bytes, std::nullopt);
  EXPECT_EQ(exchange.response.status, 201);
  EXPECT_EQ(exchange.response.headers.count("etag"), 2u);
  EXPECT_EQ(exchange.response.body.size, 3u);
  EXPECT_TRUE(exchange.response.body.complete);
  EXPECT_GT(exchange.started_ns, 0);
  EXPECT_THAT(exchange.marks, ElementsAre("target: absolute form became origin form"));
}

// Requests and answers with every oddity that is still valid HTTP/1.1, through reverse mode: byte for byte.
TEST(Proxy, WhatIsValidPassesByteForByte) {
  std::mt19937 random(17);
  const auto pick = [&](std::initializer_list<const char*> from) {
    return std::string(*(from.begin() + random() % from.size()));
  };
  const auto fields = [&] {
    std::string out;
    for (auto n = random() % 6; n > 0; --n)
      out += pick({"X-Odd", "x-odd", "X-MS-Thing", "Accept"}) + pick({":", ": ", ":\t", ":  "}) +
             pick({"", "v", "a, b", "\"q\"", "\xc3\xa9\xff", "a \t b"}) + pick({"", " ", "\t"}) + "\r\n";
    return out;
  };
  const auto payload = [&] {
    std::string out(random() % 3 ? random() % 200 : random() % 100'000, '\0');
    for (auto& c : out) c = static_cast<char>(random());
    return out;
  };
  const auto framed = [&](std::string start, bool may_close) {
    const auto body = payload();
    const auto kind = random() % (may_close ? 4 : 3);
    if (kind == 0) return start + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    if (kind == 1) return start + (may_close ? "Content-Length: 0\r\n\r\n" : "\r\n");
    if (kind == 3) return start + "Connection: close\r\n\r\n" + body;
    std::string out = start + "Transfer-Encoding: chunked\r\n\r\n";
    for (std::size_t at = 0; at < body.size();) {
      const auto size = std::min<std::size_t>(1 + random() % 5000, body.size() - at);
      out += fmt::format(fmt::runtime(pick({"{:x}", "{:X}", "00{:x}", "{:x};n=v", "{:x};n=\"q;\\\"\""})), size) +
             "\r\n" + body.substr(at, size) + "\r\n";
      at += size;
    }
    return out + pick({"0", "000", "0;last"}) + "\r\n" + pick({"", "Trailer-A: b\r\n"}) + "\r\n";
  };
  struct Pair {
    std::string request, answer, seen;
  };
  std::map<std::string, Pair> pairs;  // by path
  std::mutex mutex;
  Origin origin([&](Socket& socket) {
    const auto head = socket.until("\r\n\r\n");
    const auto path = head.substr(head.find('/'), head.find(' ', head.find('/')) - head.find('/'));
    std::unique_lock lock(mutex);
    auto& pair = pairs.at(path);
    lock.unlock();
    pair.seen = head + socket.bytes(pair.request.size() - head.size());
    socket.say(pair.answer);
  });
  Recorded setup(Recorded::reverse(origin));
  for (int i = 0; i < 200; ++i) {
    const auto path = "/r" + std::to_string(i);
    const auto method = pick({"GET", "PUT", "POST", "DELETE", "PATCH"});
    Pair pair;
    pair.request = framed(method + " " + path + " HTTP/1.1\r\nhost: a.test\r\nConnection: close\r\n" + fields(), false);
    pair.answer = (random() % 4 ? "" : "HTTP/1.1 103 Early\r\nLink: x\r\n\r\n") +
                  framed("HTTP/1.1 " + pick({"200 OK", "404 ", "299 Odd reason"}) + "\r\n" + fields(), true);
    std::unique_lock lock(mutex);
    pairs[path] = pair;
    lock.unlock();
    auto client = setup.client();
    client.say(pair.request);
    ASSERT_EQ(client.rest(), pair.answer) << path;
    ASSERT_EQ(pairs[path].seen, pair.request) << path;
  }
  const auto& told = setup.told();
  ASSERT_EQ(told.size(), 200u);
  // What is told has every byte of the heads, and of chunked bodies what the payload does not show.
  const auto lines = [](const model::Headers& headers) {
    std::string out;
    for (const auto& field : headers) out += field.name + ":" + field.before + field.value + field.after + "\r\n";
    return out;
  };
  for (const auto& each : told) {
    EXPECT_TRUE(each.request.body.complete && each.response.body.complete);
    EXPECT_GE(each.total_ns, each.first_byte_ns);
    EXPECT_GT(each.first_byte_ns, each.wait_ns);
    EXPECT_EQ(each.sequence, 1u);
    const auto& pair = pairs.at(each.request.target);
    EXPECT_EQ(pair.request.find(each.request.method + " " + each.request.target + " HTTP/1.1\r\n" +
                                lines(each.request.headers) + "\r\n"),
              0u);
    EXPECT_NE(pair.answer.find("\r\n" + lines(each.response.headers) + "\r\n"), std::string::npos);
    for (const auto& [body, text] :
         {std::pair(&each.request.body, &pair.request), {&each.response.body, &pair.answer}}) {
      if (!body->trailers.empty()) {
        EXPECT_TRUE(text->ends_with("\r\n" + lines(body->trailers) + "\r\n"));
      }
      for (const auto& extension : body->extensions) EXPECT_NE(text->find(extension + "\r\n"), std::string::npos);
      EXPECT_EQ(body->extensions.empty(),
                text->find(";n=") == std::string::npos && text->find(";last") == std::string::npos);
    }
  }
}

TEST(Proxy, AContinueIsTheServersAndNotOurs) {
  std::atomic<bool> said = false;
  Origin origin([&](Socket& socket) {
    socket.until("\r\n\r\n");
    said = true;
    socket.say("HTTP/1.1 100 Go on\r\nX-From: server\r\n\r\n");
    socket.bytes(4);
    socket.say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  Recorded setup(Recorded::reverse(origin));
  auto client = setup.client();
  client.say("PUT /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  EXPECT_EQ(client.until("\r\n\r\n"), "HTTP/1.1 100 Go on\r\nX-From: server\r\n\r\n");
  EXPECT_TRUE(said);
  client.say("body");
  EXPECT_EQ(client.until("\r\n\r\n"), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  EXPECT_THAT(setup.told().front().marks, ElementsAre("interim answer: 100 Go on"));
}

TEST(Proxy, ARefusalInPlaceOfAContinueReachesTheClient) {
  Origin origin([&](Socket& socket) {
    socket.until("\r\n\r\n");
    socket.say("HTTP/1.1 412 No\r\nContent-Length: 2\r\n\r\nno");
    socket.rest();
  });
  auto options = Recorded::reverse(origin);
  options.early_answer_grace = 50ms;
  Recorded setup(options);
  auto client = setup.client();
  client.say("PUT /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  EXPECT_EQ(client.rest(), "HTTP/1.1 412 No\r\nContent-Length: 2\r\n\r\nno");
  const auto& told = setup.told();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told.front().response.status, 412);
  EXPECT_EQ(told.front().response.body.bytes, "no");
  EXPECT_FALSE(told.front().request.body.complete);
}

TEST(Proxy, AnEarlyAnswerIsSeenWhileTheBodyStillComes) {
  Origin origin([&](Socket& socket) {
    socket.until("\r\n\r\n");
    socket.say("HTTP/1.1 403 No\r\nConnection: close\r\nContent-Length: 5\r\n\r\nearly");
  });
  auto options = Recorded::reverse(origin);
  options.early_answer_grace = 100ms;
  Recorded setup(options);
  auto client = setup.client();
  client.say("PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\nbegin");
  EXPECT_THAT(client.until("early"), HasSubstr("403 No"));
  const auto& told = setup.told();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told.front().response.status, 403);
  EXPECT_TRUE(told.front().response.body.complete);
  EXPECT_FALSE(told.front().request.body.complete);
  EXPECT_EQ(told.front().request.body.size, 5u);
}

TEST(Proxy, AServerThatIsNotThereIsA502AndStatusZero) {
  Recorded setup(Recorded::forward());
  std::uint16_t closed = 0;
  {
    Origin gone([](Socket&) {});
    closed = gone.port();
  }
  auto client = setup.client();
  client.say(fmt::format("GET http://127.0.0.1:{}/c?sig=SENTINEL HTTP/1.1\r\nHost: a\r\n\r\n", closed));
  EXPECT_THAT(client.rest(), StartsWith("HTTP/1.1 502"));
  const auto& told = setup.told();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told.front().response.status, 0);
  EXPECT_FALSE(told.front().response.body.complete);
  EXPECT_EQ(told.front().request.target, "/c?sig=REDACTED");
  EXPECT_THAT(told.front().marks, Contains(HasSubstr("the recorder answered 502")));
}

TEST(Proxy, AServerThatSaysNothingIsA504) {
  Origin origin([](Socket& socket) { socket.rest(); });
  auto options = Recorded::reverse(origin);
  options.idle_limit = 50ms;
  Recorded setup(options);
  auto client = setup.client();
  client.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(client.rest(), StartsWith("HTTP/1.1 504"));
  EXPECT_THAT(setup.told().front().marks, Contains(HasSubstr("answered 504")));
}

TEST(Proxy, AnAnswerThatBreaksOffIsMarkedAndCutForTheClientToo) {
  Origin origin([](Socket& socket) {
    socket.until("\r\n\r\n");
    socket.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  });
  Recorded setup(Recorded::reverse(origin));
  auto client = setup.client();
  client.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.rest(), "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  const auto& told = setup.told();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told.front().response.status, 200);
  EXPECT_EQ(told.front().response.body.size, 4u);
  EXPECT_FALSE(told.front().response.body.complete);
  EXPECT_THAT(told.front().marks, ElementsAre(HasSubstr("broke off")));
}

TEST(Proxy, AClientThatLeavesIsToldOfAndItsServerConnectionIsNotUsedAgain) {
  std::atomic<bool> ended = false;
  Origin origin([&](Socket& socket) {
    socket.until("\r\n\r\n");
    socket.rest();
    ended = true;
  });
  Recorded setup(Recorded::reverse(origin));
  {
    auto client = setup.client();
    client.say("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nsome");
  }
  while (!ended) std::this_thread::yield();
  const auto& told = setup.told();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told.front().response.status, 0);
  EXPECT_FALSE(told.front().request.body.complete);
  EXPECT_THAT(told.front().marks, Contains("client: closed before its request was complete"));
}

TEST(Proxy, ConnectionsAreKeptOnBothSidesAndPipelinedRequestsStayInOrder) {
  std::atomic<int> connections = 0;
  Origin origin([&](Socket& socket) {
    ++connections;
    for (std::string head; !(head = socket.until("\r\n\r\n")).empty();) {
      const auto path = head.substr(5, head.find(' ', 5) - 5);
      if (!socket.say(fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", path.size(), path))) return;
    }
  });
  Recorded setup(Recorded::reverse(origin));
  {
    auto client = setup.client();
    client.say(
        "GET /one HTTP/1.1\r\nHost: a\r\n\r\nGET /two HTTP/1.1\r\nHost: a\r\n\r\nHEAD /x HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_THAT(client.until("two"), HasSubstr("one"));
    EXPECT_EQ(client.until("\r\n\r\n"), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
  }
  const auto& told = setup.told();
  setup.proxy.reset();
  EXPECT_EQ(connections, 1);
  ASSERT_EQ(told.size(), 3u);
  EXPECT_EQ(told[2].request.method, "HEAD");
  EXPECT_EQ(told[2].response.body.size, 0u);
  EXPECT_EQ(told[0].connection, told[2].connection);
}

TEST(Proxy, ClientsDoNotShareServerConnections) {
  std::atomic<int> connections = 0, ended = 0;
  Origin origin([&](Socket& socket) {
    ++connections;
    while (!socket.until("\r\n\r\n").empty()) socket.say("HTTP/1.1 204 No Content\r\n\r\n");
    ++ended;
  });
  Recorded setup(Recorded::reverse(origin));
  for (int i = 0; i < 3; ++i) {
    auto client = setup.client();
    for (int j = 0; j < 2; ++j) {
      client.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      EXPECT_THAT(client.until("\r\n\r\n"), StartsWith("HTTP/1.1 204"));
    }
    EXPECT_EQ(connections, i + 1);
  }
  while (ended != 3) std::this_thread::yield();  // each ends with its client's, not with the recorder
  EXPECT_EQ(setup.told().size(), 6u);
}

// The server has read the request and may have done what it asks for: nobody but the client can say whether it may be
// done twice.
TEST(Proxy, NothingIsSentTwice) {
  std::atomic<int> requests = 0;
  Origin origin([&](Socket& socket) {
    socket.until("\r\n\r\n");
    ++requests;
    socket.say("HTTP/1.1 204 No Content\r\n\r\n");
    socket.until("\r\n\r\n");
    ++requests;  // and closes without an answer
  });
  Recorded setup(Recorded::reverse(origin));
  auto client = setup.client();
  client.say("PUT /c?comp=lease HTTP/1.1\r\nHost: a\r\n\r\n");
  client.until("\r\n\r\n");
  client.say("PUT /c?comp=lease HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.rest(), "");
  const auto& told = setup.told();
  EXPECT_EQ(requests, 2);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_THAT(told[1].marks, ElementsAre("server: had closed a kept connection, the client's was closed too"));
}

TEST(Proxy, ARequestWithoutHostGoesToTheTarget) {
  Origin origin([](Socket& socket) {
    EXPECT_EQ(socket.until("\r\n\r\n"), "GET /a HTTP/1.0\r\nAccept: */*\r\n\r\n");
    socket.say("HTTP/1.0 200 OK\r\n\r\nold");
  });
  Recorded setup(Recorded::reverse(origin));
  auto client = setup.client();
  client.say("GET /a HTTP/1.0\r\nAccept: */*\r\n\r\n");
  EXPECT_EQ(client.rest(), "HTTP/1.0 200 OK\r\n\r\nold");
  const auto& told = setup.told();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].request.host, fmt::format("127.0.0.1:{}", origin.port()));
}

TEST(Proxy, AStaleServerConnectionIsReplacedUnseen) {
  std::atomic<int> connections = 0;
  std::latch closed{1};
  Origin origin([&](Socket& socket) {
    socket.until("\r\n\r\n");
    const int number = ++connections;
    socket.say("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + std::to_string(number));
    if (number > 1) {
      socket.rest();
    } else {
      socket.half_close();  // after its answer, without saying so
      closed.count_down();
    }
  });
  Recorded setup(Recorded::reverse(origin));
  auto client = setup.client();
  client.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  client.until("\r\n\r\n1");
  closed.wait();
  client.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(client.until("\r\n\r\n2"), StartsWith("HTTP/1.1 200"));
}

TEST(Proxy, DocumentsAreKeptContentIsNot) {
  Origin origin([&](Socket& socket) {
    for (std::string head; !(head = socket.until("\r\n\r\n")).empty();)
      socket.say("HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: 4\r\n\r\n<a/>");
  });
  Recorded setup(Recorded::reverse(origin));
  auto client = setup.client();
  client.say("GET /c?restype=container&comp=list HTTP/1.1\r\nHost: acct.blob.core.windows.net\r\n\r\n");
  client.until("<a/>");
  client.say("GET /c/file.xml HTTP/1.1\r\nHost: a\r\n\r\n");
  client.until("<a/>");
  const auto& told = setup.told();
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].response.body.bytes, "<a/>");
  EXPECT_EQ(told[1].response.body.bytes, std::nullopt);
  EXPECT_EQ(told[0].operation, "List Blobs (flat)");
}

TEST(Proxy, ATunnelThatIsNotLookedIntoIsRaw) {
  Origin origin([](Socket& socket) {
    EXPECT_EQ(socket.bytes(7), "\x16\x03raw\r\n");
    socket.say("back");
  });
  Recorded setup(Recorded::forward());
  auto client = setup.client();
  client.say(fmt::format("CONNECT 127.0.0.1:{} HTTP/1.1\r\nHost: a\r\n\r\n", origin.port()));
  EXPECT_THAT(client.until("\r\n\r\n"), StartsWith("HTTP/1.1 200"));
  client.say("\x16\x03raw\r\n");
  EXPECT_EQ(client.rest(), "back");
  EXPECT_THAT(setup.told(), IsEmpty());
  EXPECT_EQ(setup.proxy->counts().tunnels, 1u);
}

TEST(Proxy, TokenServicesAreNotLookedIntoUnlessTheyAreMapped) {
  Origin origin([](Socket& socket) {
    EXPECT_EQ(socket.bytes(5), "hello");
    socket.say("back");
  });
  const auto folder = model::TemporaryFolder::create().value();
  ASSERT_TRUE(model::write_file(folder.path() + "/api.yaml",
                                "format: 1\nservice: none\nversion: none\nnetwork: {login-hosts: [127.0.0.1]}\n"
                                "operations: [{name: Get, method: GET, path: /}]\n"));
  for (const bool mapped : {false, true}) {
    Proxy::Options options;
    options.catalogue = std::make_shared<const model::Catalogue>(model::Catalogue::load(folder.path()).value());
    options.authority = wire::CertificateAuthority::temporary().value();
    if (mapped) options.mapping = Mapping({MapRule::parse("127.0.0.1=http://127.0.0.1:1").value()});
    const auto proxy = Proxy::start(std::move(options), std::make_shared<MemorySink>()).value();
    auto client = Socket::to(proxy->port());
    client.say(fmt::format("CONNECT 127.0.0.1:{} HTTP/1.1\r\nHost: a\r\n\r\n", origin.port()));
    EXPECT_THAT(client.until("\r\n\r\n"), StartsWith("HTTP/1.1 200"));
    client.say("hello");
    // Who looks into it takes this for a broken TLS handshake.
    EXPECT_EQ(client.rest() == "back", !mapped);
  }
}

TEST(Proxy, KeptBodiesShareABudget) {
  Origin origin([](Socket& socket) {
    socket.until("12345678");
    socket.say("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nabcdefgh");
    socket.until("12345678");
    socket.say("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nabcdefgh");
  });
  auto options = Recorded::reverse(origin);
  options.keep_body = 100;
  options.keep_total = 10;
  Recorded setup(options);
  auto client = setup.client();
  for (int i = 0; i < 2; ++i) {
    client.say("PUT /c/b HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\n12345678");
    client.until("abcdefgh");
  }
  const auto& told = setup.told();
  ASSERT_EQ(told.size(), 2u);
  for (const auto& each : told) {  // the second has what the first gave back
    EXPECT_EQ(each.request.body.bytes, "12345678");
    EXPECT_EQ(each.response.body.bytes, "ab");
    EXPECT_EQ(each.response.body.size, 8u);
    EXPECT_THAT(each.marks, ElementsAre("answer body: cut in the trace, the budget of kept bodies was used up"));
  }
}

TEST(Proxy, ASinkThatFailsDoesNotStopTheTraffic) {
  Origin origin([&](Socket& socket) {
    while (!socket.until("\r\n\r\n").empty()) socket.say("HTTP/1.1 204 No Content\r\n\r\n");
  });
  Recorded setup(Recorded::reverse(origin));
  setup.sink->status = model::fail(model::Category::output, "disk full");
  auto client = setup.client();
  for (int i = 0; i < 3; ++i) {
    client.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(client.until("\r\n\r\n"), "HTTP/1.1 204 No Content\r\n\r\n");
  }
  const auto end = setup.proxy->stop();
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().message, "disk full");
  EXPECT_EQ(setup.sink->exchanges.size(), 1u);
}

TEST(Proxy, BodiesOfAnySizePassInBothDirectionsAtOnce) {
  static constexpr std::size_t size = 24 << 20;
  Origin origin([](Socket& socket) {
    socket.until("\r\n\r\n");
    std::thread writer([&] {
      socket.say(fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", size));
      socket.say(std::string(size, 'd'));
    });
    EXPECT_EQ(socket.bytes(size).size(), size);
    writer.join();
  });
  Recorded setup(Recorded::reverse(origin));
  auto client = setup.client();
  std::thread writer([&] {
    client.say(fmt::format("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", size));
    client.say(std::string(size, 'u'));
  });
  client.until("\r\n\r\n");
  EXPECT_EQ(client.bytes(size), std::string(size, 'd'));
  writer.join();
  const auto& told = setup.told();
  EXPECT_EQ(told.front().request.body.size, size);
  EXPECT_EQ(told.front().response.body.size, size);
  EXPECT_TRUE(told.front().request.body.complete && told.front().response.body.complete);
}

}  // namespace
}  // namespace blobgauge::recorder
