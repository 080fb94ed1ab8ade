// Many exchanges with faults on both sides: whatever happens, the server's count and the trace's are the same, every
// difference has a mark that says why, no descriptor is lost and memory does not grow.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <random>
#include <thread>

#include "model/temporary.h"
#include "model/trace.h"
#include "tests/soak/endpoint.h"
#include "tests/soak/recorder_process.h"

namespace blobgauge::soak {
namespace {

using namespace std::chrono_literals;
using Random = std::mt19937;

constexpr std::size_t workers = 16;

// What goes wrong in one exchange; a letter each, so that a target can carry them.
struct Plan {
  char server = 'n';  // n: nothing; r: reset after the head; z: reset inside the answer; t: answer cut in order;
                      // e: early answer; s: stall; c: answer until close; m: no HTTP; h: closes after the answer
  char client = 'n';  // n: nothing; a: reset inside the body; q: leaves without reading; l: reads slowly
  std::size_t body = 0, answer = 0;
};

Plan random_plan(Random& random) {
  Plan out;
  const auto n = [&](std::size_t most) { return std::uniform_int_distribution<std::size_t>(0, most)(random); };
  out.body = n(2) == 0 ? n(n(50) == 0 ? 300'000 : 12'000) : 0;
  out.answer = n(n(50) == 0 ? 300'000 : 9'000);
  if (n(9) == 0) out.server = "rztecmh"[n(6)];
  if (n(1500) == 0) out.server = 's';
  if (n(19) == 0) out.client = "aql"[n(2)];
  if (out.client == 'a') out.body += 100;
  return out;
}

// Serves one connection as the targets say.
void serve(Socket& socket, std::vector<std::atomic<std::uint8_t>>& seen) {
  for (;;) {
    const auto head = socket.until("\r\n\r\n");
    if (!head.ends_with("\r\n\r\n")) return;
    std::size_t id = 0, body = 0, answer = 0;
    char plan = 'n';
    if (std::sscanf(head.c_str(), "%*s /s/%zu/%c/%zu/%zu ", &id, &plan, &body, &answer) != 4) return;
    ++seen.at(id);
    if (plan == 'r') return socket.reset();
    if (plan == 's') {
      socket.rest();  // until the recorder has enough
      return;
    }
    const auto whole = fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", answer, std::string(answer, 'd'));
    if (plan == 'e') socket.say(whole);
    if (socket.bytes(body).size() != body) return;
    if (plan == 'e') continue;
    if (plan == 'm') {
      socket.say("HTTP/1.1 2OO Odd\r\n\r\n");
      return;
    }
    if (plan == 'c') {
      socket.say("HTTP/1.1 200 OK\r\n\r\n" + std::string(answer, 'd'));
      return;
    }
    const bool cut = plan == 't' || plan == 'z';
    if (!socket.say(cut ? whole.substr(0, whole.size() - 1) : whole)) return;
    if (plan == 'z') return socket.reset();
    if (plan == 't' || plan == 'h') return;
  }
}

struct Tally {
  std::mutex mutex;
  std::string first_wrong;  // under the mutex
  std::atomic<std::size_t> whole{0}, faulty{0}, closed{0}, wrong{0}, garbage{0};
};

class Client {
 public:
  Client(std::uint16_t port, Tally& tally) : port_(port), tally_(tally) {}

  void exchange(std::size_t id, const Plan& plan, Random& random) {
    if (!socket_.open()) connect();
    const bool kept = used_++ > 0;
    const auto head =
        fmt::format("{} /s/{}/{}/{}/{} HTTP/1.1\r\nHost: soak\r\n{}\r\n", plan.body ? "PUT" : "GET", id, plan.server,
                    plan.body, plan.answer, plan.body ? fmt::format("Content-Length: {}\r\n", plan.body) : "");
    const bool faulty = plan.server != 'n' || plan.client == 'a' || plan.client == 'q';
    ++(faulty ? tally_.faulty : tally_.whole);
    if (plan.client == 'a') {
      socket_.say(head + std::string(plan.body / 2, 'u'));
      socket_.reset();
      return;
    }
    const bool said = socket_.say(head) && socket_.say(std::string(plan.body, 'u'));
    if (plan.client == 'q') {
      socket_ = Socket();
      return;
    }
    const auto answer = said || faulty ? read(plan) : std::string();
    if (answer == "whole" && plan.server != 'h') return;
    if (!faulty && answer != "whole") {
      // A kept connection may have ended meanwhile: the one before it was a server's that closes unsaid.
      if (kept && answer.empty() && after_close_)
        ++tally_.closed;
      else
        wrong(fmt::format("exchange {} ({}, {} bytes up, {} down) got '{}'", id, kept ? "kept" : "new connection",
                          plan.body, plan.answer, answer));
    }
    after_close_ = plan.server == 'h';
    if (!after_close_ || random() % 2) socket_ = Socket();
  }

  // What is no request must be refused, and reach nobody.
  void garbage() {
    socket_ = Socket();
    connect();
    socket_.say("GET /s/0 HTTP/1.1\r\nHost : x\r\n\r\n");
    if (socket_.rest().starts_with("HTTP/1.1 400 ")) ++tally_.garbage;
    socket_ = Socket();
  }

 private:
  void connect() {
    socket_ = Socket::to(port_);
    used_ = 0;
    after_close_ = false;
  }
  std::string read(const Plan& plan) {
    const auto head = socket_.until("\r\n\r\n");
    if (head.empty()) return {};
    const auto wanted = fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", plan.answer);
    if (head != wanted) return head.substr(0, 40) + "... " + socket_.rest().substr(0, 200);
    std::size_t got = 0;
    const std::size_t step = plan.client == 'l' ? 700 : 1 << 20;
    while (got < plan.answer) {
      const auto part = socket_.bytes(std::min(step, plan.answer - got)).size();
      if (part == 0) return "cut";
      got += part;
      if (plan.client == 'l') std::this_thread::yield();
    }
    return "whole";
  }

  void wrong(std::string what) {
    const std::lock_guard lock(tally_.mutex);
    if (tally_.wrong++ == 0) tally_.first_wrong = std::move(what);
  }

  std::uint16_t port_;
  Tally& tally_;
  Socket socket_;
  std::size_t used_ = 0;
  bool after_close_ = false;
};

TEST(Soak, CountsMatchAndNothingIsLost) {
  const std::size_t count = std::getenv("BLOBGAUGE_LONG") ? 200'000 : 2'000;
  const auto folder = model::TemporaryFolder::create().value();
  const auto trace = folder.path() + "/soak.trace.zst";
  std::vector<std::atomic<std::uint8_t>> seen(count);
  Tally tally;
  Endpoint endpoint(3 * workers, [&](Socket& socket) { serve(socket, seen); });
  RecorderProcess recorder(fmt::format("http://127.0.0.1:{}", endpoint.port()), trace, {"--idle", "5"});
  // Whatever it opens once is open when a first connection has come and gone.
  {
    auto first = Socket::to(recorder.port());
    first.say("GET /first HTTP/1.1\r\nHost : x\r\n\r\n");
    EXPECT_TRUE(first.rest().starts_with("HTTP/1.1 400 "));
  }
  // The first connection lingers for two seconds, and then there are as few as there will ever be.
  auto descriptors = recorder.descriptors();
  for (const auto settled = std::chrono::steady_clock::now() + 3s; std::chrono::steady_clock::now() < settled;)
    descriptors = std::min(descriptors, recorder.descriptors());

  std::atomic<std::size_t> next = 0, done = 0, garbage = 0, warm = 0;
  const auto work = [&](std::size_t worker) {
    Random random(static_cast<unsigned>(worker + 1));
    Client client(recorder.port(), tally);
    for (;;) {
      const auto id = next++;
      if (id >= count) return;
      client.exchange(id, random_plan(random), random);
      if (random() % 500 == 0) {
        ++garbage;
        client.garbage();
      }
      if (++done == count / 4) warm = recorder.memory();
    }
  };
  std::vector<std::thread> threads;
  for (std::size_t worker = 0; worker < workers; ++worker) threads.emplace_back(work, worker);
  for (auto& thread : threads) thread.join();

  const auto end = recorder.memory(), peak = recorder.peak_memory();
  EXPECT_LE(end, warm + 16 * 1024) << "KiB, after " << count << " exchanges and after a quarter of them";
  EXPECT_LE(peak, 128u * 1024);
  // Closing connections linger for two seconds.
  const auto limit = std::chrono::steady_clock::now() + 20s;
  while (recorder.descriptors() > descriptors && std::chrono::steady_clock::now() < limit) std::this_thread::yield();
  EXPECT_LE(recorder.descriptors(), descriptors) << fmt::format("{}", fmt::join(recorder.open_files(), "\n"));
  EXPECT_EQ(recorder.stop(), 0);

  std::vector<std::uint8_t> told(count);
  std::size_t refused = 0, unseen = 0;
  auto reader = model::open_trace(trace);
  ASSERT_TRUE(reader) << describe(reader.error());
  model::Exchange exchange;
  for (auto more = (*reader)->next(exchange); more && *more; more = (*reader)->next(exchange)) {
    const auto& marks = exchange.marks;
    std::size_t id = 0;
    if (std::sscanf(exchange.request.target.c_str(), "/s/%zu/", &id) != 1) {
      ++refused;
      EXPECT_TRUE(marks.size() == 1 && marks[0].starts_with("request: not forwarded: "));
      continue;
    }
    ++told.at(id);
    if (seen[id] > 0) continue;
    ++unseen;
    const auto explains = [](const std::string& mark) {
      return mark.starts_with("client: closed") || mark.starts_with("server: ");
    };
    EXPECT_TRUE(std::any_of(marks.begin(), marks.end(), explains))
        << "exchange " << exchange.number
        << " never came to the server: " << fmt::format("{}", fmt::join(marks, " / "));
  }
  EXPECT_TRUE((*reader)->end().complete);
  std::size_t arrived = 0;
  for (std::size_t id = 0; id < count; ++id) {
    EXPECT_LE(seen[id], 1) << "exchange " << id << " came to the server twice";
    EXPECT_LE(told[id], 1) << "exchange " << id << " is in the trace twice";
    EXPECT_LE(seen[id], told[id]) << "exchange " << id << " came to the server and is not in the trace";
    arrived += seen[id];
  }
  EXPECT_EQ(refused, garbage.load() + 1);
  EXPECT_EQ(tally.garbage.load(), garbage.load()) << "what is no request was not answered with 400";
  EXPECT_EQ(tally.wrong.load(), 0u) << "exchanges without a fault did not come through, the first: "
                                    << tally.first_wrong;
  fmt::print(
      "{} exchanges without a fault, {} with one, {} refused; {} came to the server, {} did not and say why; "
      "{} met a kept connection that had ended\n{} descriptors; {} KiB after a quarter, {} at the end, {} at most\n",
      tally.whole.load(), tally.faulty.load(), refused, arrived, unseen, tally.closed.load(), descriptors, warm.load(),
      end, peak);
}

}  // namespace
}  // namespace blobgauge::soak
