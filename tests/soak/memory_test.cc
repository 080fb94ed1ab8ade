// What the recorder takes of the machine's memory at most: a large body in each direction, and many open connections,
// plain and over TLS. Prints the figures of docs/benchmarks.md.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdlib>
#include <thread>

#include "model/file.h"
#include "model/temporary.h"
#include "tests/soak/endpoint.h"
#include "tests/soak/recorder_process.h"
#include "tests/soak/tls.h"
#include "wire/certificate.h"

namespace blobgauge::soak {
namespace {

constexpr std::size_t mebibyte = 1 << 20;

bool is_long() { return std::getenv("BLOBGAUGE_LONG") != nullptr; }

// A connection of either side, with TLS on it where a context was given.
std::unique_ptr<Link> link_to(std::uint16_t port, const TlsContext* tls) {
  return std::make_unique<Link>(Socket::to(port), tls);
}

std::size_t length_of(const std::string& head, std::string_view name) {
  const auto at = head.find(name);
  return at == std::string::npos ? 0 : std::strtoull(head.c_str() + at + name.size(), nullptr, 10);
}

// Reads requests with any length of body, and answers with as many bytes as the target says ("/1234").
void serve(Socket& socket, const TlsContext* tls) {
  Link link(std::move(socket), tls);
  const std::string block(mebibyte, 'd');
  for (;;) {
    const auto head = link.head();
    if (head.empty()) return;
    if (!link.drop(length_of(head, "Content-Length: "))) return;
    const auto size = length_of(head, " /");
    if (!link.say(fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", size))) return;
    for (auto left = size; left > 0; left -= std::min(left, block.size()))
      if (!link.say(std::string_view(block).substr(0, left))) return;
  }
}

bool transfer(Link& link, std::size_t up, std::size_t down) {
  const std::string block(mebibyte, 'u');
  if (!link.say(fmt::format("PUT /{} HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", down, up))) return false;
  for (auto left = up; left > 0; left -= std::min(left, block.size()))
    if (!link.say(std::string_view(block).substr(0, left))) return false;
  const auto head = link.head();
  return head.starts_with("HTTP/1.1 200 ") && link.drop(down);
}

class Memory : public testing::TestWithParam<bool> {
 protected:
  Memory() {
    // A thousand connections are two thousand descriptors here.
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  // KiB at most, while `work` was done with a client context or none.
  template <class Work>
  std::size_t peak(std::size_t threads, Work work) {
    const bool secure = GetParam();
    const auto folder = model::TemporaryFolder::create().value();
    std::unique_ptr<TlsContext> server, client;
    std::vector<std::string> more;
    if (secure) {
      const auto authority = wire::CertificateAuthority::open(folder.path() + "/authority").value();
      const auto leaf = authority->leaf("127.0.0.1").value();
      server = TlsContext::server(leaf.chain_pem, leaf.key_pem);
      client = TlsContext::client();
      EXPECT_TRUE(model::write_file(folder.path() + "/ca.pem", authority->certificate_pem()));
      more = {"--tls", "--authority", folder.path() + "/authority", "--ca-file", folder.path() + "/ca.pem"};
    }
    Endpoint endpoint(threads, [&](Socket& socket) { serve(socket, server.get()); });
    RecorderProcess recorder(fmt::format("{}://127.0.0.1:{}", secure ? "https" : "http", endpoint.port()),
                             folder.path() + "/memory.trace.zst", more);
    work(recorder.port(), client.get());
    const auto out = recorder.peak_memory();
    EXPECT_EQ(recorder.stop(), 0);
    return out;
  }
  std::size_t limit() const { return (GetParam() ? 192 : 128) * std::size_t{1024}; }
  const char* name() const { return GetParam() ? "TLS" : "plain"; }
};

TEST_P(Memory, OfALargeBodyInEachDirection) {
  const std::size_t size = is_long() ? std::size_t{4096} * mebibyte : 64 * mebibyte;
  const auto kib = peak(4, [&](std::uint16_t port, const TlsContext* tls) {
    const auto link = link_to(port, tls);
    EXPECT_TRUE(transfer(*link, size, 0));
    EXPECT_TRUE(transfer(*link, 0, size));
  });
  fmt::print("{} MiB up and down, {}: {} MiB at most\n", size / mebibyte, name(), kib / 1024);
  EXPECT_LE(kib, limit());
}

TEST_P(Memory, OfManyOpenConnections) {
  const std::size_t count = is_long() ? 1000 : 100;
  const auto kib = peak(count + 8, [&](std::uint16_t port, const TlsContext* tls) {
    std::vector<std::unique_ptr<Link>> links;
    for (std::size_t i = 0; i < count; ++i) links.push_back(link_to(port, tls));
    // All of them open and used, then all under way at once: their answers wait for a reader.
    for (auto& link : links) EXPECT_TRUE(transfer(*link, 100'000, 100'000));
    for (auto& link : links) EXPECT_TRUE(link->say("GET /1000000 HTTP/1.1\r\nHost: a\r\n\r\n"));
    for (auto& link : links) EXPECT_TRUE(link->head().starts_with("HTTP/1.1 200 ") && link->drop(1'000'000));
  });
  fmt::print("{} connections, {}: {} MiB at most\n", count, name(), kib / 1024);
  EXPECT_LE(kib, limit());
}

INSTANTIATE_TEST_SUITE_P(Ways, Memory, testing::Bool(),
                         [](const auto& each) { return std::string(each.param ? "Tls" : "Plain"); });

}  // namespace
}  // namespace blobgauge::soak
