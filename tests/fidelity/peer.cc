#include "tests/fidelity/peer.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace blobgauge::fidelity {

namespace {

constexpr int patience = 10'000;  // ms without a byte: the other side hangs

BIO* memory(const std::string& text) { return BIO_new_mem_buf(text.data(), static_cast<int>(text.size())); }

void prepare(int descriptor) {
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

Context server_context(const std::string& chain_pem, const std::string& key_pem) {
  Context out(SSL_CTX_new(TLS_server_method()));
  BIO* chain = memory(chain_pem);
  X509* leaf = PEM_read_bio_X509(chain, nullptr, nullptr, nullptr);
  SSL_CTX_use_certificate(out.get(), leaf);
  X509_free(leaf);
  while (X509* more = PEM_read_bio_X509(chain, nullptr, nullptr, nullptr))
    SSL_CTX_add_extra_chain_cert(out.get(), more);
  BIO_free(chain);
  BIO* pem = memory(key_pem);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(pem, nullptr, nullptr, nullptr);
  SSL_CTX_use_PrivateKey(out.get(), key);
  EVP_PKEY_free(key);
  BIO_free(pem);
  ERR_clear_error();
  return out;
}

Context client_context(const std::string& authority_pem) {
  Context out(SSL_CTX_new(TLS_client_method()));
  BIO* pem = memory(authority_pem);
  X509* authority = PEM_read_bio_X509(pem, nullptr, nullptr, nullptr);
  X509_STORE_add_cert(SSL_CTX_get_cert_store(out.get()), authority);
  X509_free(authority);
  BIO_free(pem);
  SSL_CTX_set_verify(out.get(), SSL_VERIFY_PEER, nullptr);
  return out;
}

Peer::Peer(Peer&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      ssl_(std::exchange(other.ssl_, nullptr)),
      wants_write_(other.wants_write_),
      heard_(std::move(other.heard_)),
      ended_(other.ended_) {}

Peer::~Peer() {
  if (ssl_) SSL_free(ssl_);
  if (descriptor_ >= 0) ::close(descriptor_);
}

Peer Peer::to(std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = loopback(port);
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(descriptor);
    return Peer();
  }
  prepare(descriptor);
  return Peer(descriptor);
}

bool Peer::accept_tls(SSL_CTX* context) {
  ssl_ = SSL_new(context);
  SSL_set_fd(ssl_, descriptor_);
  return handshake(SSL_accept);
}

bool Peer::connect_tls(SSL_CTX* context, const std::string& name) {
  ssl_ = SSL_new(context);
  SSL_set_fd(ssl_, descriptor_);
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_), name.c_str()) != 1) {
    SSL_set_tlsext_host_name(ssl_, name.c_str());
    SSL_set1_host(ssl_, name.c_str());
  }
  return handshake(SSL_connect);
}

bool Peer::handshake(int (*step)(SSL*)) {
  for (;;) {
    ERR_clear_error();
    const int done = step(ssl_);
    if (done == 1) return true;
    const int error = SSL_get_error(ssl_, done);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return false;
    if (!wait(error == SSL_ERROR_WANT_WRITE, patience)) return false;
  }
}

std::string Peer::ask(std::string_view request) {
  if (!say(request)) return {};
  // Byte by byte: what comes after the answer is the tunnel's.
  std::string answer;
  char byte = 0;
  while (!answer.ends_with("\r\n\r\n")) {
    const auto size = ::recv(descriptor_, &byte, 1, 0);
    if (size == 1)
      answer.push_back(byte);
    else if (size == 0 || !wait(false, patience))
      break;
  }
  return answer;
}

// Also true when there is something to read while the other direction was asked for.
bool Peer::wait(bool to_write, int milliseconds) {
  if (!to_write && ssl_ && SSL_pending(ssl_) > 0) return true;
  pollfd entry{descriptor_, static_cast<short>(POLLIN | (to_write ? POLLOUT : 0)), 0};
  return ::poll(&entry, 1, milliseconds) > 0;
}

// Takes what is there. An orderly end of TLS without its close_notify counts as a reset: it could be anybody's.
bool Peer::hear() {
  char buffer[65536];
  while (!ended_) {
    std::ptrdiff_t size = 0;
    bool later = false, orderly = false;
    if (ssl_) {
      ERR_clear_error();
      size = SSL_read(ssl_, buffer, sizeof buffer);
      const int error = size > 0 ? SSL_ERROR_NONE : SSL_get_error(ssl_, static_cast<int>(size));
      later = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
      orderly = error == SSL_ERROR_ZERO_RETURN;
    } else {
      size = ::recv(descriptor_, buffer, sizeof buffer, 0);
      later = size < 0 && (errno == EAGAIN || errno == EINTR);
      orderly = size == 0;
    }
    if (size > 0) {
      heard_.bytes.append(buffer, static_cast<std::size_t>(size));
      continue;
    }
    if (later) return true;
    ended_ = true;
    heard_.end = orderly ? Heard::End::orderly : Heard::End::reset;
  }
  return false;
}

bool Peer::say(std::string_view bytes) {
  while (!bytes.empty()) {
    std::ptrdiff_t size = 0;
    bool later = false;
    if (ssl_) {
      ERR_clear_error();
      SSL_set_mode(ssl_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
      size = SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
      const int error = size > 0 ? SSL_ERROR_NONE : SSL_get_error(ssl_, static_cast<int>(size));
      later = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
    } else {
      size = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      later = size < 0 && (errno == EAGAIN || errno == EINTR);
    }
    if (size > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(size));
      continue;
    }
    if (!later || !wait(true, patience)) return false;
    hear();
  }
  return true;
}

void Peer::finish() {
  if (ssl_) SSL_shutdown(ssl_);
  ::shutdown(descriptor_, SHUT_WR);
}

Heard Peer::play(const Script& script) {
  const auto has_come = [&](std::size_t after) {
    return after == at_their_end ? ended_ : heard_.bytes.size() >= after;
  };
  const auto until = [&](std::size_t after) {
    while (hear() && !has_come(after))
      if (!wait(false, patience)) return false;
    return has_come(after);
  };
  bool speaks = true;
  for (const auto& step : script.steps) {
    if (step.alone) wait(false, 1);
    speaks = speaks && until(step.after) && say(step.bytes);
    if (!speaks) break;
  }
  if (speaks && !until(script.finish_after) && !ended_) return heard_;
  // Who hangs here is met at the other side's patience.
  finish();
  until(at_their_end);
  return heard_;
}

Heard Peer::serve(const std::function<std::size_t(std::string_view)>& count, std::string_view answer) {
  std::size_t answered = 0;
  for (bool more = true; more;) {
    more = hear();
    for (const auto due = count(heard_.bytes); answered < due; ++answered)
      if (!say(answer)) return heard_;
    if (more && !wait(false, patience)) return heard_;
  }
  finish();
  return heard_;
}

Listening::Listening() {
  descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  auto address = loopback(0);
  ::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address);
  socklen_t size = sizeof address;
  ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  ::listen(descriptor_, 64);
}

Listening::~Listening() { ::close(descriptor_); }

Peer Listening::accept(std::chrono::milliseconds limit) {
  pollfd entry{descriptor_, POLLIN, 0};
  if (::poll(&entry, 1, static_cast<int>(limit.count())) <= 0) return Peer();
  const int descriptor = ::accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC);
  if (descriptor >= 0) prepare(descriptor);
  return Peer(descriptor);
}

}  // namespace blobgauge::fidelity
