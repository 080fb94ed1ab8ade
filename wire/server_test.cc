// Server and client against each other, over loopback sockets.
#include "wire/server.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/client.h"
#include "wire/digest.h"

namespace blobgauge::wire {
namespace {

using model::Category;
using model::Headers;
using testing::HasSubstr;
using testing::StartsWith;

// A server on the runtime and a client beside it; run() drives both.
struct Pair {
  explicit Pair(Handler handler, ServerOptions options = {}, ClientOptions client_options = {})
      : server(*Server::start(runtime, std::move(options), std::move(handler))), client(client_options) {
    to.host = "127.0.0.1";
    to.port = server->port();
  }
  ~Pair() {
    client.close_idle();
    runtime.run(server->stop(Milliseconds(0)));
    EXPECT_EQ(server->open_connections(), 0u);
  }
  ClientRequest request(std::string method, std::string body = {}) {
    ClientRequest out;
    out.destination = to;
    out.method = std::move(method);
    out.headers.add("Host", server->address());
    if (!body.empty()) out.headers.add("Content-Length", std::to_string(body.size()));
    out.body = std::move(body);
    return out;
  }
  Result<ClientResponse> send(ClientRequest request) { return runtime.run(client.send(std::move(request))); }
  Result<std::string> body(ClientResponse& response) { return runtime.run(response.read_all()); }
  // Sends raw bytes on a new connection and reads until the server closes.
  std::string raw(std::string_view bytes) {
    return runtime.run([](Destination to_server, std::string text) -> Task<std::string> {
      auto stream = co_await connect(to_server);
      if (!stream) co_return stream.error().message;
      Connection connection(std::move(*stream));
      co_await connection.write(text);
      std::string out;
      for (;;) {
        const auto more = co_await connection.read_raw();
        if (!more || more->empty()) co_return out;
        out.append(*more);
      }
    }(to, std::string(bytes)));
  }

  Runtime runtime;
  std::unique_ptr<Server> server;
  Client client;
  Destination to;
};

Task<> echo(Transaction& transaction) {
  auto body = co_await transaction.read_all(64 << 20);
  if (!body) co_return;
  Headers headers;
  headers.add("X-Method", std::string(transaction.head().method));
  headers.add("x-target", std::string(transaction.head().target));
  headers.add("X-Connection", std::to_string(transaction.session().number));
  co_await transaction.respond(200, "Fine", headers, *body);
}

std::string pattern(std::size_t size) {
  std::string out(size, '\0');
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<char>(i * 31 + (i >> 8));
  return out;
}

TEST(Server, AnswersAndKeepsTheConnection) {
  Pair pair(echo);
  for (int i = 0; i < 3; ++i) {
    auto response = pair.send(pair.request("PUT", "hello"));
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->head.status, 200);
    EXPECT_EQ(response->head.reason, "Fine");
    EXPECT_EQ(response->head.start_line, "HTTP/1.1 200 Fine");
    EXPECT_EQ(response->head.text("X-Connection"), "1");
    EXPECT_EQ(response->reused, i > 0);
    EXPECT_EQ(*pair.body(*response), "hello");
  }
  EXPECT_EQ(pair.server->accepted(), 1u);
}

TEST(Server, HeadersCrossAsTheyAre) {
  std::string seen;
  Pair pair([&](Transaction& transaction) -> Task<> {
    seen = transaction.head().bytes();
    const Headers headers{{"x-Odd-CASE", "1"}, {"ETag", "\"a\""}, {"x-odd-case", "2"}};
    co_await transaction.respond(201, "Created", headers, "");
  });
  auto request = pair.request("PUT", "x");
  request.headers = Headers{{"x-B", "1"}, {"host", "h"}, {"X-b", "2"}, {"content-length", "1"}};
  request.target = "/c/%41?comp=x&&y";
  const auto response = pair.send(std::move(request));
  ASSERT_TRUE(response);
  EXPECT_EQ(seen, "PUT /c/%41?comp=x&&y HTTP/1.1\r\nx-B: 1\r\nhost: h\r\nX-b: 2\r\ncontent-length: 1\r\n\r\n");
  EXPECT_EQ(response->head.bytes(),
            "HTTP/1.1 201 Created\r\nx-Odd-CASE: 1\r\nETag: \"a\"\r\nx-odd-case: 2\r\nContent-Length: 0\r\n\r\n");
}

TEST(Server, LargeBodiesBothWaysLengthAndChunked) {
  const auto body = pattern(5'000'001);
  Pair pair([&](Transaction& transaction) -> Task<> {
    Digest digest(Algorithm::md5);
    std::vector<std::string> pieces;
    for (bool end = false; !end;) {
      const auto piece = co_await transaction.read_body();
      if (!piece) co_return;
      digest.update(piece->payload);
      if (!piece->payload.empty()) pieces.emplace_back(piece->payload);
      end = piece->end;
    }
    Headers headers;
    headers.add("X-Md5", hex(digest.finish()));
    std::optional<std::uint64_t> length;
    if (transaction.head().find("Content-Length")) length = body.size();
    co_await transaction.begin(200, "OK", headers, length);
    for (const auto& piece : pieces) co_await transaction.write(piece);
    co_await transaction.finish();
  });
  for (const bool chunked : {false, true}) {
    auto request = pair.request("PUT", body);
    std::size_t at = 0;
    if (chunked) {
      request.headers = Headers{{"Host", "h"}, {"Transfer-Encoding", "chunked"}};
      request.body.clear();
      request.source = [&]() -> Task<Result<std::string_view>> {
        const auto piece = std::string_view(body).substr(at, 100'000);
        at += piece.size();
        co_return piece;
      };
    }
    auto response = pair.send(std::move(request));
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->framing.kind, chunked ? model::Framing::chunked : model::Framing::length);
    EXPECT_EQ(response->head.text("X-Md5"), hex(digest(Algorithm::md5, body)));
    EXPECT_EQ(response->sent, body.size());
    EXPECT_TRUE(*pair.body(*response) == body);
  }
  EXPECT_EQ(pair.server->accepted(), 1u);
}

TEST(Server, BodylessAnswers) {
  Pair pair([](Transaction& transaction) -> Task<> {
    const auto status = transaction.head().target == "/204" ? 204 : transaction.head().target == "/304" ? 304 : 200;
    co_await transaction.respond(status, "X", Headers(), "body");
  });
  for (const std::string target : {"/204", "/304", "/head", "/get"}) {
    auto request = pair.request(target == "/head" ? "HEAD" : "GET");
    request.target = target;
    auto response = pair.send(std::move(request));
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(*pair.body(*response), target == "/get" ? "body" : "");
    EXPECT_EQ(response->head.text("Content-Length"), target == "/get" || target == "/head" ? "4" : "");
  }
  EXPECT_EQ(pair.server->accepted(), 1u);
}

TEST(Server, PipelinedRequestsAreAnsweredInOrder) {
  Pair pair(echo);
  const auto out = pair.raw(
      "POST /1 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;x=y\r\na\r\n0\r\nT: 1\r\n\r\n"
      "POST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nb\r\n"
      "GET /3 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
      "GET /never HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto first = out.find("x-target: /1"), second = out.find("x-target: /2"), third = out.find("x-target: /3");
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
  EXPECT_NE(third, std::string::npos);
  EXPECT_THAT(out.substr(third), HasSubstr("Connection: close"));
  EXPECT_THAT(out, Not(HasSubstr("never")));
}

TEST(Server, RefusesHostileRequestsWithAnAnswer) {
  int handled = 0;
  std::string told;
  ServerOptions options;
  options.refused = [&](const Refusal& refusal) -> Task<> {
    EXPECT_FALSE(refusal.why.empty());
    told += fmt::format("{}{} ", refusal.status, refusal.head ? std::string(refusal.head->method) : "");
    co_return;
  };
  const auto handler = [&](Transaction& transaction) -> Task<> {
    ++handled;
    co_await transaction.respond(200, "OK", Headers(), "");
  };
  Pair pair(handler, options);
  for (const std::string text : {"GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
                                 "GET /\r\n\r\n", "GET / HTTP/1.1\nHost: a\n\n", "\x16\x03\x01",
                                 "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
                                 "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                                 "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n"})
    EXPECT_THAT(pair.raw(text), StartsWith("HTTP/1.1 400 Bad Request\r\n")) << text;
  EXPECT_THAT(pair.raw("GET / HTTP/1.1\r\na: " + std::string(100'000, 'x')), StartsWith("HTTP/1.1 431 "));
  EXPECT_EQ(handled, 0);
  EXPECT_EQ(told, "400GET 400GET 400 400 400 400PUT 400PUT 400PUT 431 ");
}

TEST(Server, ContinueIsSentWhenTheBodyIsWanted) {
  Pair pair(echo);
  auto request = pair.request("PUT", "hello");
  request.headers.add("Expect", "100-continue");
  auto response = pair.send(std::move(request));
  ASSERT_TRUE(response);
  ASSERT_EQ(response->informational.size(), 1u);
  EXPECT_EQ(response->informational[0].status, 100);
  EXPECT_EQ(*pair.body(*response), "hello");
}

TEST(Server, RefusingBeforeContinueSendsNoBody) {
  Pair pair([](Transaction& transaction) -> Task<> { co_await transaction.respond(409, "Conflict", Headers(), "no"); });
  auto request = pair.request("PUT", "hello");
  request.headers.add("Expect", "100-continue");
  auto response = pair.send(std::move(request));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->head.status, 409);
  EXPECT_FALSE(response->request_done);
  EXPECT_EQ(response->sent, 0u);
  EXPECT_EQ(response->head.text("Connection"), "close");
  EXPECT_EQ(*pair.body(*response), "no");
}

TEST(Server, AnEarlyAnswerIsSeenWhileTheBodyStillStreams) {
  // The handler reads nothing, the body is far larger than the sockets' buffers and never ends by itself.
  ServerOptions options;
  options.drain = 0;
  ClientOptions client_options;
  client_options.early_answer_grace = Milliseconds(1);
  Pair pair([](Transaction& transaction) -> Task<> { co_await transaction.respond(503, "Busy", Headers(), "later"); },
            options, client_options);
  auto request = pair.request("PUT");
  request.headers.add("Transfer-Encoding", "chunked");
  const auto block = pattern(1 << 20);
  request.source = [&]() -> Task<Result<std::string_view>> { co_return std::string_view(block); };
  auto response = pair.send(std::move(request));
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->head.status, 503);
  EXPECT_FALSE(response->request_done);
  EXPECT_EQ(*pair.body(*response), "later");
}

TEST(Server, AnswersWhileItReads) {
  // Each piece goes back before the next is there: nothing may wait for the other direction's end.
  Pair pair([](Transaction& transaction) -> Task<> {
    co_await transaction.begin(200, "OK", Headers(), std::nullopt);
    for (;;) {
      const auto piece = co_await transaction.read_body();
      if (!piece) co_return;
      co_await transaction.write(piece->payload);
      if (piece->end) break;
    }
    co_await transaction.finish();
  });
  const auto answer = pair.runtime.run([](Client& client, Destination to) -> Task<std::string> {
    auto loan = co_await client.borrow(to);
    if (!loan) co_return loan.error().message;
    auto& connection = loan->connection();
    co_await connection.write("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    const auto head = co_await connection.read_response_head();
    connection.begin_body(*response_framing(*head, "POST"));
    std::string out;
    for (const std::string_view word : {"one", "two"}) {
      const auto prefix = chunk_prefix(word.size());
      co_await connection.write(prefix, word, chunk_suffix);
      std::string got;
      while (got.size() < word.size()) got += (co_await connection.read_body())->payload;
      out += got + ",";
    }
    co_await connection.write(last_chunk);
    const auto rest = co_await connection.read_all(100);
    if (rest && rest->empty()) loan->give_back();
    const auto again = co_await client.borrow(to);
    co_return out + (again->reused() ? "reused" : "new");
  }(pair.client, pair.to));
  EXPECT_EQ(answer, "one,two,reused");
}

TEST(Server, UnreadBodiesAreDrained) {
  Pair pair([](Transaction& transaction) -> Task<> { co_await transaction.respond(200, "OK", Headers(), ""); });
  for (int i = 0; i < 2; ++i) {
    const auto response = pair.send(pair.request("PUT", pattern(3'000'000)));
    ASSERT_TRUE(response);
    EXPECT_TRUE(response->request_done);
  }
  EXPECT_EQ(pair.server->accepted(), 1u);
}

TEST(Server, AHandlerThatDoesNotAnswer) {
  Pair pair([](Transaction& transaction) -> Task<> {
    if (transaction.head().target == "/throw") throw std::runtime_error("broken");
    if (transaction.head().target == "/half") co_await transaction.begin(200, "OK", Headers(), 10);
  });
  EXPECT_EQ(pair.send(pair.request("GET"))->head.status, 500);
  auto request = pair.request("GET");
  request.target = "/throw";
  auto response = pair.send(std::move(request));
  EXPECT_THAT(*pair.body(*response), HasSubstr("broken"));
  request = pair.request("GET");
  request.target = "/half";
  auto half = pair.send(std::move(request));
  ASSERT_TRUE(half);
  const auto body = pair.body(*half);
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error().category, Category::endpoint);
}

TEST(Server, IdleConnectionsEnd) {
  ServerOptions options;
  options.idle = Milliseconds(20);
  Pair pair(echo, options);
  EXPECT_EQ(pair.raw("GET / HTT"), "");
}

TEST(Server, StopWaitsForTransactionsAndThenCuts) {
  Runtime runtime;
  Event reached, release;
  auto server = *Server::start(runtime, {}, [&](Transaction& transaction) -> Task<> {
    reached.set();
    co_await release.wait();
    co_await transaction.respond(200, "OK", Headers(), "done");
  });
  Client client;
  Destination to;
  to.host = "127.0.0.1";
  to.port = server->port();
  const auto ask = [](Client& from, Destination where) -> Task<Result<ClientResponse>> {
    ClientRequest request;
    request.destination = where;
    request.headers.add("Host", "h");
    return from.send(std::move(request));
  };
  // In time: the answer arrives.
  std::optional<Result<ClientResponse>> answer;
  const auto stop = [](Event& when, Event& then, Server& which, Milliseconds grace) -> Task<> {
    co_await when.wait();
    if (grace.count() > 0) then.set();
    co_await which.stop(grace);
  };
  const auto keep = [](Task<Result<ClientResponse>> task, std::optional<Result<ClientResponse>>& into) -> Task<> {
    into = co_await std::move(task);
  };
  runtime.run(both(keep(ask(client, to), answer), stop(reached, release, *server, Milliseconds(10'000))));
  ASSERT_TRUE(*answer) << answer->error().message;
  EXPECT_EQ((*answer)->head.status, 200);
  EXPECT_EQ(server->open_connections(), 0u);

  // Too late: cut, though the handler waits for something else.
  Event reached_too, never;
  auto second = *Server::start(runtime, {}, [&](Transaction&) -> Task<> {
    reached_too.set();
    co_await never.wait();
  });
  to.port = second->port();
  runtime.run(both(keep(ask(client, to), answer), stop(reached_too, never, *second, Milliseconds(0))));
  EXPECT_FALSE(*answer);
  EXPECT_EQ(second->open_connections(), 0u);
}

TEST(Server, ARuntimeMayDieWithEverythingUnderWay) {
  Event reached, never;
  Runtime runtime;
  auto server = *Server::start(runtime, {}, [&](Transaction&) -> Task<> {
    reached.set();
    co_await never.wait();
  });
  Client client;
  runtime.spawn([](Client& from, std::uint16_t port) -> Task<> {
    ClientRequest request;
    request.destination.host = "127.0.0.1";
    request.destination.port = port;
    request.headers.add("Host", "h");
    co_await from.send(std::move(request));
  }(client, server->port()));
  runtime.run(reached.wait());
  EXPECT_EQ(server->open_connections(), 1u);
}

TEST(Server, ATakenPortIsAUsageError) {
  Pair pair(echo);
  ServerOptions options;
  options.port = pair.server->port();
  const auto second = Server::start(pair.runtime, options, echo);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().category, Category::usage);
  EXPECT_THAT(second.error().message, HasSubstr("cannot listen on 127.0.0.1:" + std::to_string(options.port)));
}

TEST(Server, DozensOfConnectionsAtOnce) {
  Pair pair(echo);
  int good = 0;
  const auto one = [](Pair& with, int number, int& count) -> Task<> {
    const auto text = pattern(10'000 + static_cast<std::size_t>(number));
    for (int i = 0; i < 5; ++i) {
      auto response = co_await with.client.send(with.request("PUT", text));
      if (!response) co_return;
      const auto body = co_await response->read_all();
      if (body && *body == text) ++count;
    }
  };
  Event done;
  int left = 60;
  for (int i = 0; i < 60; ++i)
    pair.runtime.spawn([](Task<> task, int& open, Event& last) -> Task<> {
      co_await std::move(task);
      if (--open == 0) last.set();
    }(one(pair, i, good), left, done));
  pair.runtime.run(done.wait());
  EXPECT_EQ(good, 300);
}

}  // namespace
}  // namespace blobgauge::wire
