// No request hides in another: what the recorder forwards of nearly valid messages means the same to servers with any
// habits, and is what the trace says; what could mean two things is refused and noted.
//
// BLOBGAUGE_SEED=N plays one conversation alone.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "tests/fidelity/lenient_reader.h"
#include "tests/fidelity/run.h"

namespace blobgauge::fidelity {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

// Field lines by which servers were made to see two requests in one.
const std::vector<std::string>& evil_lines() {
  static const std::vector<std::string> lines{"Content-Length: 3",
                                              "Content-Length: 60",
                                              "content-length: 0",
                                              "Content-Length: +60",
                                              "Content-Length: -1",
                                              "Content-Length: 6 0",
                                              "Content-Length: 60, 60",
                                              "Content-Length: 0x3c",
                                              "Content-Length: 60.0",
                                              "Content-Length: 18446744073709551676",
                                              "Content-Length:",
                                              "Content-Length : 60",
                                              "Content-Length\t: 60",
                                              " Content-Length: 60",
                                              "Content-Length:\v60",
                                              "Content-Length: 60\0"s,
                                              "Content-Length:\r\n 60",
                                              "X: y\r\n Content-Length: 60",
                                              "Transfer-Encoding: chunked",
                                              "Transfer-Encoding: Chunked ",
                                              "Transfer-Encoding: xchunked",
                                              "Transfer-Encoding: chunked, identity",
                                              "Transfer-Encoding: identity, chunked",
                                              "Transfer-Encoding: identity",
                                              "Transfer-Encoding: gzip, chunked",
                                              "Transfer-Encoding: \"chunked\"",
                                              "Transfer-Encoding: chunked;q=1",
                                              "Transfer-Encoding:",
                                              "Transfer-Encoding : chunked",
                                              " Transfer-Encoding: chunked",
                                              "Transfer-Encoding\n: chunked",
                                              "Transfer-Encoding:\vchunked",
                                              "Transfer-Encoding: chunked\0"s,
                                              "Transfer-Encoding:\r\n chunked",
                                              "X: y\nTransfer-Encoding: chunked",
                                              "X: y\rTransfer-Encoding: chunked",
                                              "X: y\r\n\tTransfer-Encoding: chunked",
                                              "X\0: y"s,
                                              "X y: z",
                                              "X\xa0: z",
                                              ": z",
                                              "no colon",
                                              "Host: other",
                                              "X: \x7f",
                                              "X: \x01",
                                              "X: y\n",
                                              "X: y\r",
                                              "\r"};
  return lines;
}

struct Attack {
  std::string before, message, after, all;
};

class AttackMaker {
 public:
  explicit AttackMaker(std::uint64_t seed) : random_(seed) {}

  Attack make() {
    Attack out;
    out.before = "GET /before HTTP/1.1\r\nHost: a\r\n\r\n";
    out.after = "GET /after HTTP/1.1\r\nHost: a\r\n\r\n";
    const std::string body = "0\r\n\r\nGET /lure HTTP/1.1\r\nHost: a\r\nX: " + std::string(n(40), 'x') + "\r\n\r\n";
    std::string head = one_of(8) ? "POST /message HTTP/1.0\r\n" : "POST /message HTTP/1.1\r\n";
    head += "Host: a\r\nX-One: 1\r\n";
    std::string wire;
    switch (n(2)) {
      case 0:
        head += fmt::format("Content-Length: {}\r\n", body.size());
        wire = body;
        break;
      case 1:
        head += "Transfer-Encoding: chunked\r\n";
        wire = fmt::format("{:x}\r\n{}\r\n3;x=y\r\nabc\r\n0\r\nX-Trailer: 1\r\n\r\n", body.size(), body);
        break;
      default:
        break;
    }
    out.message = head + "X-Two: 2\r\n\r\n" + wire;
    for (auto changes = 1 + n(2); changes > 0; --changes) change(out.message);
    out.all = out.before + out.message + out.after;
    return out;
  }

 private:
  std::size_t n(std::size_t most) { return below_or(random_, most); }
  bool one_of(std::size_t count) { return one_in(random_, count); }
  const std::string& pick(const std::vector<std::string>& from) { return from[n(from.size() - 1)]; }

  // The place behind some line end of the text.
  std::size_t line_begin(const std::string& text) {
    std::vector<std::size_t> places;
    for (auto at = text.find("\r\n"); at != std::string::npos; at = text.find("\r\n", at + 2)) places.push_back(at + 2);
    return places.empty() ? 0 : places[n(places.size() - 1)];
  }

  void change(std::string& text) {
    static const std::vector<std::string> crumbs{"\r", "\n",   "\0"s, " ", "\t", "\r\n", "\r\n ", ":",   ";",
                                                 "\v", "\x7f", "0",   "+", "-",  ",",    "0x",    "\xff"};
    static const std::vector<std::string> ends{"\n", "\r", "\r\r\n", "\n\r\n", "\r\n\r\n", " \r\n", "\0\r\n"s, ""};
    static const std::vector<std::string> sizes{"+", "0x", " ", "-", "\t", "00000000000000000", "0", "\"", ";"};
    switch (n(6)) {
      case 0:
        text.insert(n(text.size()), pick(crumbs));
        break;
      case 1:
        if (!text.empty()) text.erase(n(text.size() - 1), 1);
        break;
      case 2:
        if (!text.empty()) text[n(text.size() - 1)] = pick(crumbs)[0];
        break;
      case 3: {
        const auto at = line_begin(text);
        if (at >= 2) text.replace(at - 2, 2, pick(ends));
        break;
      }
      case 4:
        text.insert(line_begin(text), pick(sizes));
        break;
      default:
        text.insert(line_begin(text), pick(evil_lines()) + "\r\n");
        break;
    }
  }

  Random random_;
};

std::string described(const std::vector<Seen>& requests) {
  std::string out;
  for (const auto& each : requests)
    out += fmt::format("{} [{}, {}, {}]{}\n", shown(each.start), each.begin, each.body, each.end,
                       each.whole ? "" : " cut");
  return out;
}

// What came to the server, connection by connection, while a client said all of it at once.
struct Played {
  Heard client;
  std::vector<std::string> servers;
};

Played play(Stage& stage, const std::string& text, const Habits& habits) {
  Played out;
  std::atomic<bool> over = false;
  std::thread server([&] {
    const auto count = [&](std::string_view bytes) {
      const auto requests = read_requests(bytes, habits);
      return requests.size() - (!requests.empty() && !requests.back().whole ? 1 : 0);
    };
    for (bool waits = true; waits;) {
      waits = !over;
      auto peer = stage.arrived(waits ? 5ms : 0ms);
      if (!peer.open()) continue;
      waits = true;
      out.servers.push_back(peer.serve(count, "HTTP/1.1 204 No Content\r\n\r\n").bytes);
    }
  });
  auto client = stage.through();
  out.client = client.play({{{0, text, false}}, 0});
  over = true;
  server.join();
  return out;
}

bool was_forwarded(const model::Exchange& exchange) {
  for (const auto& mark : exchange.marks)
    if (mark.starts_with("request: not forwarded") || mark.ends_with("nothing was forwarded")) return false;
  return true;
}

TEST(Smuggling, WhatIsForwardedMeansTheSameToEveryServer) {
  const char* one = std::getenv("BLOBGAUGE_SEED");
  const std::size_t count = one ? 1 : std::getenv("BLOBGAUGE_LONG") ? 12'000 : 600;
  const std::uint64_t first = one ? std::strtoull(one, nullptr, 0) : 1;
  recorder::Proxy::Options options;
  options.early_answer_grace = 200ms;  // servers that misread a message wait for what never comes
  Stage stage(Mode::reverse, options);
  std::vector<std::string> forwarded;  // request lines, in order
  std::vector<std::uint64_t> seeds;
  std::size_t refused = 0;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const auto attack = AttackMaker(seed).make();
    const auto& habits = all_habits()[seed % all_habits().size()];
    const auto played = play(stage, attack.all, habits);
    std::string seen;
    for (const auto& bytes : played.servers) seen += bytes;
    const auto told = fmt::format(
        "BLOBGAUGE_SEED={}, a server of habit '{}'\nthe client said\n{}\nand heard\n{}\nthe server saw\n{}\n", seed,
        habits.name, shown(attack.all), shown(played.client.bytes), shown(seen));
    ASSERT_EQ(played.client.end, Heard::End::orderly) << told;
    // Nothing is made up, dropped or moved.
    ASSERT_EQ(seen, attack.all.substr(0, seen.size())) << told;
    ASSERT_TRUE(seen.starts_with(attack.before)) << told;
    const bool noted = played.client.bytes.find("HTTP/1.1 4") != std::string::npos;
    refused += noted ? 1 : 0;
    for (const auto& bytes : played.servers) {
      const auto strict = read_requests(bytes, all_habits().front());
      for (const auto& other : all_habits())
        ASSERT_EQ(described(read_requests(bytes, other)), described(strict)) << "to '" << other.name << "'\n" << told;
      for (const auto& request : strict) {
        // As a request; a chunk that lost its size may have it for data.
        ASSERT_TRUE(!noted || !request.start.starts_with("GET /after")) << told;
        forwarded.push_back(request.start);
        seeds.push_back(seed);
      }
    }
  }
  std::size_t next = 0, refusals = 0;
  for (const auto& exchange : stage.told()) {
    if (!was_forwarded(exchange)) {
      ++refusals;
      continue;
    }
    ASSERT_LT(next, forwarded.size());
    EXPECT_EQ(fmt::format("{} {} {}", exchange.request.method, exchange.request.target, exchange.request.version),
              forwarded[next])
        << "BLOBGAUGE_SEED=" << seeds[next];
    ++next;
  }
  EXPECT_EQ(next, forwarded.size()) << "the server saw requests that are not in the trace";
  fmt::print("{} conversations, {} of them ended by a refusal ({} before anything was forwarded)\n", count, refused,
             refusals);
}

TEST(Smuggling, WhatCouldMeanTwoThingsIsRefused) {
  Stage stage(Mode::reverse);
  const std::string before = "GET /before HTTP/1.1\r\nHost: a\r\n\r\n",
                    after = "GET /after HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string lure = "0\r\n\r\nGET /lure HTTP/1.1\r\nHost: a\r\n\r\n";
  std::vector<std::pair<std::string, int>> messages;
  for (const auto& line : evil_lines())
    for (const auto* framing : {"Content-Length: 38", "Transfer-Encoding: chunked"}) {
      messages.emplace_back(fmt::format("POST /m HTTP/1.1\r\nHost: a\r\n{}\r\n{}\r\n\r\n{}", framing, line, lure), 400);
      messages.emplace_back(fmt::format("POST /m HTTP/1.1\r\n{}\r\n{}\r\nHost: a\r\n\r\n{}", line, framing, lure), 400);
    }
  for (const auto* start :
       {"GET /m HTTP/1.1 ", "GET  /m HTTP/1.1", "GET /m  HTTP/1.1", "GET /m\tHTTP/1.1", "GET /m /x HTTP/1.1", "GET /m",
        "GET /m HTTP/2.0", "GET /m HTTP/0.9", "GET /m http/1.1", "GET /m HTTP/1.10", "GET /m HTTP/1.1\r",
        " GET /m HTTP/1.1", "G(T /m HTTP/1.1", "GET /\x01 HTTP/1.1", "CONNECT a:1 HTTP/1.1"})
    messages.emplace_back(fmt::format("{}\r\nHost: a\r\n\r\n", start), 400);
  messages.emplace_back("GET /m HTTP/1.1\r\n\r\n", 400);
  messages.emplace_back("GET /m HTTP/1.1\nHost: a\n\n", 400);
  messages.emplace_back("GET /m HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nHost: a\r\n\r\n0\r\n\r\n", 400);
  messages.emplace_back("GET /m HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
  messages.emplace_back("GET /" + std::string(70'000, 'm') + " HTTP/1.1\r\nHost: a\r\n\r\n", 431);
  messages.emplace_back("GET /m HTTP/1.1\r\nHost: a\r\nX: " + std::string(70'000, 'm') + "\r\n\r\n", 431);
  std::string many = "GET /m HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 600; ++i) many += "X: y\r\n";
  messages.emplace_back(many + "\r\n", 431);
  for (const auto& [message, status] : messages) {
    const auto played = play(stage, before + message + after, all_habits().front());
    EXPECT_TRUE(played.client.bytes.starts_with(fmt::format("HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 {} ", status)))
        << shown(message) << "\ngot\n"
        << shown(played.client.bytes);
    ASSERT_EQ(played.servers.size(), 1u);
    EXPECT_EQ(played.servers[0], before) << shown(message);
  }
  std::size_t refused = 0;
  for (const auto& exchange : stage.told()) refused += was_forwarded(exchange) ? 0 : 1;
  EXPECT_EQ(refused, messages.size());
}

TEST(Smuggling, ABadChunkEndsTheRequestWhereItStands) {
  recorder::Proxy::Options options;
  options.early_answer_grace = 200ms;
  Stage stage(Mode::reverse, options);
  const std::string head = "POST /m HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string good = "5\r\nhello\r\n";
  for (const auto& bad : {"+5\r\nhello\r\n"s,
                          "0x5\r\nhello\r\n"s,
                          " 5\r\nhello\r\n"s,
                          "5 \r\nhello\r\n"s,
                          "5\nhello\r\n"s,
                          "5\r\nhello\n"s,
                          "5\r\nhelloX\r\n"s,
                          "5\r\nhello0\r\n"s,
                          "\r\n"s,
                          ";x\r\n"s,
                          "g\r\n"s,
                          "-1\r\n"s,
                          "5\r\r\nhello\r\n"s,
                          "5;\nx\r\nhello\r\n"s,
                          "5;\0\r\nhello\r\n"s,
                          "00000000000000005\r\nhello\r\n"s,
                          "fffffffffffffffff\r\n"s,
                          "0\n\n"s,
                          "0\r\nX y: 1\r\n\r\n"s,
                          "0\r\n Content-Length: 1\r\n\r\n"s,
                          "0\r\nX: 1\n\r\n"s,
                          "0\r\nX : 1\r\n\r\n"s,
                          "5;" + std::string(5000, 'x') + "\r\nhello\r\n",
                          "0\r\nX: " + std::string(17'000, 'x') + "\r\n\r\n"}) {
    const auto played =
        play(stage, head + good + bad + "0\r\n\r\nGET /lure HTTP/1.1\r\nHost: a\r\n\r\n", all_habits().front());
    EXPECT_TRUE(played.client.bytes.starts_with("HTTP/1.1 400 ")) << shown(bad) << "\ngot\n"
                                                                  << shown(played.client.bytes);
    std::string seen;
    for (const auto& bytes : played.servers) seen += bytes;
    EXPECT_EQ((head + good + bad).substr(0, seen.size()), seen) << shown(bad);
    for (const auto& habits : all_habits())
      for (const auto& request : read_requests(seen, habits)) EXPECT_FALSE(request.whole) << shown(bad) << habits.name;
  }
  for (const auto& exchange : stage.told()) {
    EXPECT_EQ(exchange.response.status, 0);
    EXPECT_FALSE(exchange.request.body.complete);
    ASSERT_FALSE(exchange.marks.empty());
    EXPECT_TRUE(exchange.marks.back().starts_with("request: its body was refused: ")) << exchange.marks.back();
  }
}

}  // namespace
}  // namespace blobgauge::fidelity
