#include "wire/stream.h"

#include <fmt/format.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <vector>

#include "wire/head_parser.h"
#include "wire/socket_stream.h"

namespace blobgauge::wire {

namespace asio = boost::asio;
using boost::system::error_code;
using model::Category;
using model::fail;
using Tcp = asio::ip::tcp;

namespace {

std::string name_of(const Tcp::endpoint& endpoint) {
  const auto address = endpoint.address();
  return fmt::format(fmt::runtime(address.is_v6() ? "[{}]:{}" : "{}:{}"), address.to_string(), endpoint.port());
}

std::string name_of(const std::string& host, std::uint16_t port) {
  return fmt::format(fmt::runtime(host.find(':') == std::string::npos ? "{}:{}" : "[{}]:{}"), host, port);
}

// Ends look-up, connecting and handshake when their common time is over. Shared with the timer's handler.
struct Deadline {
  explicit Deadline(Executor executor) : timer(executor), resolver(executor), socket(executor) {}
  asio::steady_timer timer;
  Tcp::resolver resolver;
  Socket socket;
  Stream* stream = nullptr;  // once connected
  bool passed = false;
};

void start(const std::shared_ptr<Deadline>& deadline, Milliseconds limit) {
  if (limit.count() == 0) return;
  deadline->timer.expires_after(limit);
  deadline->timer.async_wait([weak = std::weak_ptr<Deadline>(deadline)](error_code error) {
    const auto late = weak.lock();
    if (error || !late) return;
    late->passed = true;
    late->resolver.cancel();
    error_code ignored;
    late->socket.close(ignored);
    if (late->stream) late->stream->close();
  });
}

Task<Result<std::vector<Tcp::endpoint>>> look_up(Deadline& deadline, const std::string& host, std::uint16_t port) {
  error_code error;
  if (const auto address = asio::ip::make_address(host, error); !error)
    co_return std::vector<Tcp::endpoint>{Tcp::endpoint(address, port)};
  const auto found = co_await deadline.resolver.async_resolve(host, std::to_string(port),
                                                              asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return fail(Category::endpoint, error.message());
  std::vector<Tcp::endpoint> out;
  for (const auto& entry : found) out.push_back(entry.endpoint());
  co_return out;
}

// Byte by byte, so that nothing behind the answer is taken: it is the tunnel's.
Task<Status> open_tunnel(Stream& stream, const Destination& to) {
  const auto name = name_of(to.host, to.port);
  const auto& credential = to.via->authorization;
  const auto request = fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n{1}\r\n", name,
                                   credential.empty() ? "" : "Proxy-Authorization: " + credential + "\r\n");
  auto said = co_await stream.write(request);
  if (!said) co_return said;
  for (;;) {
    HeadParser parser(HeadParser::Kind::response);
    while (!parser.done()) {
      char byte = 0;
      const auto size = co_await stream.read_some(std::span<char>(&byte, 1));
      if (!size) co_return tl::make_unexpected(size.error());
      if (*size == 0) co_return fail(Category::endpoint, fmt::format("{} closed before its answer", stream.peer()));
      const auto taken = parser.feed(std::string_view(&byte, 1));
      if (!taken) co_return fail(Category::endpoint, fmt::format("{}: {}", stream.peer(), taken.error().message));
    }
    const auto head = parser.take_response();
    if (head.status < 200 && head.status != 101) continue;
    if (head.status >= 200 && head.status < 300) co_return Status{};
    co_return fail(Category::endpoint,
                   fmt::format("{}: the proxy answered {} {}", stream.peer(), head.status, head.reason));
  }
}

}  // namespace

Task<Result<std::unique_ptr<Stream>>> connect(const Destination& asked, ConnectLimits limits) {
  const auto destination = asked;
  const auto& via = destination.via;
  const auto host = via ? via->host : destination.connect_host.empty() ? destination.host : destination.connect_host;
  const auto port = via ? via->port : destination.connect_port ? destination.connect_port : destination.port;
  auto name = name_of(destination.host, destination.port);
  if (host != destination.host || port != destination.port) name += fmt::format(" (at {})", name_of(host, port));
  const auto deadline = std::make_shared<Deadline>(co_await asio::this_coro::executor);
  const auto failed = [&](std::string_view why) {
    const auto reason =
        deadline->passed ? fmt::format("no answer within {} ms", limits.connect.count()) : std::string(why);
    return fail(Category::endpoint, fmt::format("cannot connect to {}: {}", name, reason));
  };
  start(deadline, limits.connect);
  const auto begun = std::chrono::steady_clock::now();
  const auto elapsed = [&begun] {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - begun).count();
  };
  const auto addresses = co_await look_up(*deadline, host, port);
  if (!addresses) co_return failed(addresses.error().message);
  error_code error = asio::error::host_not_found;
  bool tried = false;
  std::optional<std::string> refused;
  for (const auto& address : *addresses) {
    error_code ignored;
    auto why = limits.refuses ? limits.refuses(address.address().to_string(), address.port()) : std::nullopt;
    if (why) {
      refused = std::move(why);
      continue;
    }
    tried = true;
    deadline->socket.close(ignored);
    if (deadline->passed) break;
    co_await deadline->socket.async_connect(address, asio::redirect_error(asio::use_awaitable, error));
    if (!error) break;
  }
  if (refused && !tried) co_return fail(Category::usage, *refused);
  if (error || deadline->passed) co_return failed(error.message());
  auto stream = std::make_unique<SocketStream>(std::move(deadline->socket), name);
  deadline->stream = stream.get();
  Status opened;
  if (via) opened = co_await open_tunnel(*stream, destination);
  Opening opening;
  opening.connect_ns = elapsed();
  if (opened && destination.tls) {
    opened = co_await stream->connect_tls(destination.tls, destination.host);
    opening.tls_ns = elapsed() - opening.connect_ns;
  }
  deadline->stream = nullptr;
  if (!opened && deadline->passed) co_return failed("");
  if (!opened) co_return tl::make_unexpected(opened.error());
  deadline->timer.cancel();
  stream->set_idle_limit(limits.idle);
  stream->set_opening(opening);
  co_return std::unique_ptr<Stream>(std::move(stream));
}

namespace {

class TcpListener final : public Listener {
 public:
  explicit TcpListener(Executor executor) : acceptor_(executor) {}

  Status open(const std::string& address, std::uint16_t port) {
    const auto failed = [&](const error_code& error) {
      return fail(Category::usage, fmt::format("cannot listen on {}: {}", name_of(address, port), error.message()),
                  "choose another address or port");
    };
    error_code error;
    const Tcp::endpoint endpoint(asio::ip::make_address(address == "localhost" ? "127.0.0.1" : address, error), port);
    if (error) return failed(error);
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(Tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(Tcp::acceptor::max_listen_connections, error);
    if (error) return failed(error);
    const auto bound = acceptor_.local_endpoint();
    port_ = bound.port();
    address_ = name_of(bound);
    return {};
  }

  Task<Result<std::unique_ptr<Stream>>> accept() override {
    error_code error;
    auto socket = co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return fail(Category::endpoint, fmt::format("cannot accept on {}: {}", address_, error.message()));
    const auto peer = socket.remote_endpoint(error);
    co_return std::unique_ptr<Stream>(
        std::make_unique<SocketStream>(std::move(socket), error ? std::string("a lost peer") : name_of(peer)));
  }

  std::uint16_t port() const override { return port_; }
  const std::string& address() const override { return address_; }
  void close() override {
    error_code ignored;
    acceptor_.close(ignored);
  }

 private:
  Tcp::acceptor acceptor_;
  std::uint16_t port_ = 0;
  std::string address_;
};

}  // namespace

Result<std::unique_ptr<Listener>> Listener::bind(Executor executor, const std::string& address, std::uint16_t port) {
  auto listener = std::make_unique<TcpListener>(executor);
  BLOBGAUGE_CHECK(listener->open(address, port));
  return std::unique_ptr<Listener>(std::move(listener));
}

}  // namespace blobgauge::wire
