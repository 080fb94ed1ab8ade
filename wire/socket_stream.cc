#include "wire/socket_stream.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace blobgauge::wire {

namespace asio = boost::asio;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;
using model::Category;
using model::fail;

namespace {

constexpr Milliseconds silence{1'000};  // what on_silence() promises

}  // namespace

// TLS on the socket. The bridge is declared first: the SSL's BIO points to it.
struct SocketStream::Layer {
  TlsBridge bridge;
  ServerHandshake server;
  std::shared_ptr<TlsServer> server_settings;  // keeps what `server` points to
  std::shared_ptr<const TlsClient> client_settings;
  std::string server_name;
  std::shared_ptr<const model::TlsFacts> facts;
  SslPtr ssl;
  bool established = false;
};

// Shared with the idle timer's handler and with every operation under way, so that none can outlive it.
struct SocketStream::Core : std::enable_shared_from_this<SocketStream::Core> {
  Core(Socket connected, std::string name)
      : socket(std::move(connected)), timer(socket.get_executor()), peer(std::move(name)) {}

  Socket socket;
  asio::steady_timer timer;
  std::string peer;
  std::string no_name;
  std::unique_ptr<Layer> tls;
  Milliseconds limit{0};
  std::function<void()> on_silence;
  Clock::time_point last_move = Clock::now();
  Clock::time_point last_look = last_move;  // of on_silence
  int waiting = 0;                          // operations under way
  unsigned run_length = 0;                  // TLS reads in a row that did not wait
  std::uint64_t timer_epoch = 0;            // tells the running timer from those that were replaced
  bool armed = false, looks = false;        // looks: somebody asked for on_silence once
  bool closed = false, timed_out = false, interrupted = false;

  SSL* ssl() const { return tls ? tls->ssl.get() : nullptr; }
  bool secure() const { return tls && tls->established; }

  // One timer serves all operations and both its purposes: it looks when something could be due at the earliest, and
  // only then again.
  void arm() {
    if (armed || closed || (limit.count() == 0 && !looks)) return;
    armed = true;
    auto due = Clock::time_point::max();
    if (limit.count() > 0) due = last_move + limit;
    if (looks) due = std::min<Clock::time_point>(due, std::max(last_move, last_look) + silence);
    timer.expires_at(due);
    timer.async_wait([weak = weak_from_this(), epoch = ++timer_epoch](error_code) {
      const auto core = weak.lock();
      if (!core || core->timer_epoch != epoch || core->closed) return;
      core->armed = false;
      if (core->waiting == 0) return;
      const auto now = Clock::now();
      if (core->limit.count() > 0 && now - core->last_move >= core->limit) {
        core->timed_out = true;
        return core->close();
      }
      if (core->looks && now - std::max(core->last_move, core->last_look) >= silence) {
        core->last_look = now;
        if (const auto told = core->on_silence) told();  // a copy: it may take itself back
      }
      core->arm();
    });
  }

  void close() {
    if (closed) return;
    closed = true;
    error_code ignored;
    timer.cancel();
    socket.close(ignored);
  }

  tl::unexpected<model::Error> failed(const error_code& error) const {
    if (interrupted && !timed_out && !closed && error == asio::error::operation_aborted)
      return fail(Category::endpoint, fmt::format("the exchange with {} was given up", peer));
    return failed(error.message());
  }
  tl::unexpected<model::Error> failed(std::string_view why) const {
    if (timed_out)
      return fail(Category::timeout,
                  fmt::format("nothing moved for {} ms on the connection with {}", limit.count(), peer));
    if (closed) return fail(Category::endpoint, fmt::format("the connection with {} was closed on our side", peer));
    return fail(Category::endpoint, fmt::format("connection with {}: {}", peer, why));
  }
};

namespace {

std::shared_ptr<const model::TlsFacts> facts_of(const SSL* ssl, const std::string& server_name) {
  model::TlsFacts facts;
  facts.version = SSL_get_version(ssl);
  facts.cipher = SSL_get_cipher_name(ssl);
  facts.server_name = server_name;
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl, &name, &size);
  if (name) facts.protocol.assign(reinterpret_cast<const char*>(name), size);
  return std::make_shared<const model::TlsFacts>(std::move(facts));
}

// Marks an operation as under way, so that the idle limit counts.
template <class Core>
class Operation {
 public:
  explicit Operation(std::shared_ptr<Core> core) : core_(std::move(core)) {
    if (core_->waiting++ == 0) core_->last_move = Clock::now();
    core_->arm();
  }
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;
  ~Operation() { --core_->waiting; }
  Core* operator->() const { return core_.get(); }

 private:
  std::shared_ptr<Core> core_;
};

}  // namespace

SocketStream::SocketStream(Socket socket, std::string peer)
    : core_(std::make_shared<Core>(std::move(socket), std::move(peer))) {
  error_code ignored;
  core_->socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  core_->socket.native_non_blocking(true, ignored);
}

SocketStream::~SocketStream() { core_->close(); }

Task<Result<std::size_t>> SocketStream::read_some(std::span<char> into) {
  const Operation core(core_);
  if (core->closed) co_return core->failed("closed");
  if (!core->secure()) {
    error_code error;
    const auto size = co_await core->socket.async_read_some(asio::buffer(into.data(), into.size()),
                                                            asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::eof) co_return std::size_t{0};
    if (error) co_return core->failed(error);
    core->last_move = Clock::now();
    co_return size;
  }
  // A fast peer must not keep the loop from everybody else.
  if (++core->run_length % 8 == 0) co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
  for (;;) {
    if (core->closed) co_return core->failed("closed");
    // Each call gives one record; those that came with it are taken along. An error behind them is met again.
    std::size_t size = 0;
    int got = 0;
    do {
      ERR_clear_error();
      const auto room = std::min<std::size_t>(into.size() - size, 1 << 20);
      got = SSL_read(core->ssl(), into.data() + size, static_cast<int>(room));
      if (got > 0) size += static_cast<std::size_t>(got);
    } while (got > 0 && size < into.size() && SSL_has_pending(core->ssl()));
    if (size > 0) {
      core->last_move = Clock::now();
      co_return size;
    }
    if (SSL_get_error(core->ssl(), got) == SSL_ERROR_ZERO_RETURN) co_return std::size_t{0};
    core->run_length = 0;
    const auto waited = co_await wait_for_tls(got, "reading");
    if (!waited) co_return tl::make_unexpected(waited.error());
  }
}

Task<Status> SocketStream::write(std::string_view a, std::string_view b, std::string_view c) {
  const Operation core(core_);
  std::array<asio::const_buffer, 3> buffers{asio::buffer(a), asio::buffer(b), asio::buffer(c)};
  std::size_t next = 0;
  for (;;) {
    while (next < buffers.size() && buffers[next].size() == 0) ++next;
    if (next == buffers.size()) co_return Status{};
    if (core->closed) co_return core->failed("closed");
    std::size_t size = 0;
    if (!core->secure()) {
      error_code error;
      size = co_await core->socket.async_write_some(buffers, asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return core->failed(error);
    } else {
      ERR_clear_error();
      const auto& buffer = buffers[next];
      core->tls->bridge.more = buffer.size() > SSL3_RT_MAX_PLAIN_LENGTH ||
                               std::any_of(buffers.begin() + static_cast<std::ptrdiff_t>(next) + 1, buffers.end(),
                                           [](const auto& later) { return later.size() > 0; });
      const int put =
          SSL_write(core->ssl(), buffer.data(), static_cast<int>(std::min<std::size_t>(buffer.size(), 1 << 20)));
      if (put <= 0) {
        const auto waited = co_await wait_for_tls(put, "writing");
        if (!waited) co_return waited;
        continue;
      }
      size = static_cast<std::size_t>(put);
    }
    core->last_move = Clock::now();
    for (auto& buffer : buffers) {
      const auto taken = std::min(size, buffer.size());
      buffer += taken;
      size -= taken;
    }
  }
}

Task<Status> SocketStream::wait_for_tls(int result, const char* doing) {
  const auto core = core_;
  const int saved = core->tls->bridge.last_error;
  const int kind = SSL_get_error(core->ssl(), result);
  error_code error;
  if (kind == SSL_ERROR_WANT_READ || kind == SSL_ERROR_WANT_WRITE) {
    const auto direction = kind == SSL_ERROR_WANT_READ ? Socket::wait_read : Socket::wait_write;
    co_await core->socket.async_wait(direction, asio::redirect_error(asio::use_awaitable, error));
    if (error || core->closed) co_return core->failed(error);
    co_return Status{};
  }
  if (core->tls->bridge.ended && kind != SSL_ERROR_ZERO_RETURN)
    co_return core->failed(core->secure() ? "closed without TLS close_notify" : "closed during the TLS handshake");
  if (kind == SSL_ERROR_SYSCALL) co_return core->failed(error_code(saved, boost::system::system_category()));
  const bool refused_certificate = ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_CERTIFICATE_VERIFY_FAILED;
  auto reason = openssl_error();
  if (!core->tls->server.error.empty()) reason = core->tls->server.error;
  if (const auto verdict = SSL_get_verify_result(core->ssl()); refused_certificate && verdict != X509_V_OK)
    reason = fmt::format("certificate not accepted: {}", X509_verify_cert_error_string(verdict));
  co_return core->failed(fmt::format("TLS {}: {}", doing, reason.empty() ? "protocol error" : reason));
}

Task<Status> SocketStream::handshake() {
  const Operation core(core_);
  for (;;) {
    if (core->closed) co_return core->failed("closed");
    ERR_clear_error();
    const int done = SSL_do_handshake(core->ssl());
    core->last_move = Clock::now();
    if (done == 1) {
      core->tls->established = true;
      if (const char* sni = SSL_get_servername(core->ssl(), TLSEXT_NAMETYPE_host_name)) core->tls->server_name = sni;
      core->tls->facts = facts_of(core->ssl(), core->tls->server_name);
      co_return Status{};
    }
    const auto waited = co_await wait_for_tls(done, "handshake");
    if (!waited) co_return waited;
  }
}

Task<Status> SocketStream::accept_tls(std::shared_ptr<TlsServer> tls, std::string name_without_sni, std::string early) {
  auto layer = std::make_unique<Layer>();
  layer->bridge.socket = core_->socket.native_handle();
  layer->bridge.early = std::move(early);
  layer->server.server = &tls->state();
  layer->server.name_without_sni = std::move(name_without_sni);
  layer->ssl.reset(SSL_new(tls->state().context.get()));
  layer->server_settings = std::move(tls);
  auto* bio = make_bio(layer->bridge);
  SSL_set_bio(layer->ssl.get(), bio, bio);
  SSL_set_app_data(layer->ssl.get(), &layer->server);
  SSL_set_accept_state(layer->ssl.get());
  core_->tls = std::move(layer);
  return handshake();
}

Task<Status> SocketStream::connect_tls(std::shared_ptr<const TlsClient> tls, std::string server_name) {
  auto layer = std::make_unique<Layer>();
  layer->bridge.socket = core_->socket.native_handle();
  layer->ssl.reset(SSL_new(tls->state().context.get()));
  layer->client_settings = std::move(tls);
  auto* ssl = layer->ssl.get();
  auto* bio = make_bio(layer->bridge);
  SSL_set_bio(ssl, bio, bio);
  error_code not_address;
  asio::ip::make_address(server_name, not_address);
  if (not_address) {
    SSL_set_tlsext_host_name(ssl, server_name.c_str());
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    SSL_set1_host(ssl, server_name.c_str());
  } else {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), server_name.c_str());
  }
  SSL_set_connect_state(ssl);
  core_->tls = std::move(layer);
  return handshake();
}

Task<Status> SocketStream::finish() {
  const Operation core(core_);
  if (core->closed) co_return core->failed("closed");
  while (core->secure()) {
    ERR_clear_error();
    const int done = SSL_shutdown(core->ssl());
    if (done >= 0) break;  // 0: our close_notify is out, the peer's has not come
    const auto waited = co_await wait_for_tls(done, "closing");
    if (!waited) co_return waited;
  }
  error_code error;
  core->socket.shutdown(Socket::shutdown_send, error);
  if (error) co_return core->failed(error);
  co_return Status{};
}

void SocketStream::close() { core_->close(); }

void SocketStream::reset() {
  error_code ignored;
  core_->socket.set_option(asio::socket_base::linger(true, 0), ignored);
  core_->close();
}

void SocketStream::interrupt() {
  core_->interrupted = true;
  error_code ignored;
  core_->socket.cancel(ignored);
}

bool SocketStream::quiet() {
  if (core_->closed) return false;
  char byte = 0;
  if (core_->secure()) {
    ERR_clear_error();
    // Reads what the protocol itself sends (session tickets) on the way.
    const int size = SSL_peek(core_->ssl(), &byte, 1);
    const bool quiet = SSL_get_error(core_->ssl(), size) == SSL_ERROR_WANT_READ;
    ERR_clear_error();
    return quiet;
  }
  const auto size = ::recv(core_->socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void SocketStream::set_idle_limit(Milliseconds limit) {
  core_->limit = limit;
  core_->last_move = Clock::now();
  core_->armed = false;
  ++core_->timer_epoch;
  if (core_->waiting > 0) core_->arm();
}

// A timer that runs for the idle limit looks in time only if it began as one of silence, so a first wish restarts it;
// those that follow, one an exchange, find it running.
void SocketStream::on_silence(std::function<void()> told) {
  const bool first = told && !core_->looks;
  core_->looks |= first;
  core_->on_silence = std::move(told);
  if (!first) return;
  core_->armed = false;
  ++core_->timer_epoch;
  if (core_->waiting > 0) core_->arm();
}

bool SocketStream::broken() {
  if (core_->closed) return true;
  pollfd state{core_->socket.native_handle(), 0, 0};
  return ::poll(&state, 1, 0) > 0 && (state.revents & (POLLERR | POLLHUP)) != 0;
}

bool SocketStream::secure() const { return core_->secure(); }
std::shared_ptr<const model::TlsFacts> SocketStream::tls_facts() const {
  return core_->secure() ? core_->tls->facts : nullptr;
}
const std::string& SocketStream::server_name() const {
  return core_->secure() ? core_->tls->server_name : core_->no_name;
}
const std::string& SocketStream::peer() const { return core_->peer; }
std::string SocketStream::local_address() const {
  error_code error;
  const auto endpoint = core_->socket.local_endpoint(error);
  return error ? std::string() : endpoint.address().to_string();
}

}  // namespace blobgauge::wire
