#include "tests/peers/tee.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace blobgauge::peers {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return out;
}

int connect_to(std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = loopback(port);
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return descriptor;
  ::close(descriptor);
  return -1;
}

void do_not_wait(int descriptor) {
  ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

// One side of a line: a socket that does not block, with TLS on it or without.
struct Side {
  int descriptor = -1;
  SSL* tls = nullptr;
  std::string out;  // what is still to be written
  bool ended = false, closed = false;

  enum class Got { something, nothing, end };
  Got read(std::string& into) {
    char buffer[65536];
    if (!tls) {
      const auto n = ::recv(descriptor, buffer, sizeof buffer, 0);
      if (n > 0) into.append(buffer, static_cast<std::size_t>(n));
      return n > 0 ? Got::something : n < 0 && (errno == EAGAIN || errno == EINTR) ? Got::nothing : Got::end;
    }
    ERR_clear_error();
    const int n = SSL_read(tls, buffer, sizeof buffer);
    if (n > 0) {
      into.append(buffer, static_cast<std::size_t>(n));
      return Got::something;
    }
    const int why = SSL_get_error(tls, n);
    return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? Got::nothing : Got::end;
  }
  // False where the other end is gone.
  bool write() {
    while (!out.empty()) {
      ERR_clear_error();
      const auto n = tls ? SSL_write(tls, out.data(), static_cast<int>(std::min<std::size_t>(out.size(), 1 << 16)))
                         : ::send(descriptor, out.data(), out.size(), MSG_NOSIGNAL);
      if (n > 0) {
        out.erase(0, static_cast<std::size_t>(n));
        continue;
      }
      if (!tls) return errno == EAGAIN || errno == EINTR;
      const int why = SSL_get_error(tls, static_cast<int>(n));
      return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE;
    }
    return true;
  }
  void end() {
    if (closed) return;
    closed = true;
    if (tls) SSL_shutdown(tls);
    ::shutdown(descriptor, SHUT_WR);
  }
};

struct TlsContext {
  explicit TlsContext(std::shared_ptr<wire::CertificateAuthority> given) : authority(std::move(given)) {
    context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_cert_cb(
        context, [](SSL* tls, void* self) { return static_cast<TlsContext*>(self)->certify(tls) ? 1 : 0; }, this);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  }
  ~TlsContext() { SSL_CTX_free(context); }
  bool certify(SSL* tls) const {
    const char* name = SSL_get_servername(tls, TLSEXT_NAMETYPE_host_name);
    const auto leaf = authority->leaf(name ? name : "127.0.0.1");
    if (!leaf) return false;
    BIO* chain = BIO_new_mem_buf(leaf->chain_pem.data(), static_cast<int>(leaf->chain_pem.size()));
    BIO* text = BIO_new_mem_buf(leaf->key_pem.data(), static_cast<int>(leaf->key_pem.size()));
    X509* certificate = PEM_read_bio_X509(chain, nullptr, nullptr, nullptr);
    EVP_PKEY* key = PEM_read_bio_PrivateKey(text, nullptr, nullptr, nullptr);
    const bool set = certificate && key && SSL_use_certificate(tls, certificate) && SSL_use_PrivateKey(tls, key);
    X509_free(certificate);
    EVP_PKEY_free(key);
    BIO_free(chain);
    BIO_free(text);
    return set;
  }
  std::shared_ptr<wire::CertificateAuthority> authority;
  SSL_CTX* context = nullptr;
};

}  // namespace

struct Tee::Line {
  Conversation said;
  Side client, server;
  std::unique_ptr<TlsContext> tls;
  std::thread thread;
  ~Line() {
    if (thread.joinable()) thread.join();
    if (client.tls) SSL_free(client.tls);
    for (const int descriptor : {client.descriptor, server.descriptor})
      if (descriptor >= 0) ::close(descriptor);
  }
};

Tee::Tee(Options options) : options_(std::move(options)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  auto address = loopback(options_.port);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(listener_, 128) != 0)
    throw std::runtime_error("a test's own server cannot listen");
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] {
    for (;;) {
      const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (descriptor < 0) return;
      const std::lock_guard lock(mutex_);
      auto& line = lines_.emplace_back();
      line.client.descriptor = descriptor;
      line.thread = std::thread([this, &line] { serve(line); });
    }
  });
}

Tee::~Tee() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  {
    const std::lock_guard lock(mutex_);
    for (auto& line : lines_)
      for (const int descriptor : {line.client.descriptor, line.server.descriptor})
        if (descriptor >= 0) ::shutdown(descriptor, SHUT_RDWR);
  }
  lines_.clear();  // joins
}

std::vector<Conversation> Tee::conversations() const {
  const std::lock_guard lock(mutex_);
  std::vector<Conversation> out;
  for (const auto& line : lines_) out.push_back(line.said);
  return out;
}

std::vector<std::string> Tee::refused() const {
  const std::lock_guard lock(mutex_);
  return refused_;
}

bool Tee::open_tunnel(Line& line) {
  std::string head;
  char byte = 0;
  // Byte by byte: what follows belongs to the tunnel.
  while (!head.ends_with("\r\n\r\n")) {
    if (::recv(line.client.descriptor, &byte, 1, 0) != 1 || head.size() > 16384) return false;
    head.push_back(byte);
  }
  const auto from = head.find(' ') + 1;
  const auto name = head.substr(from, head.find(' ', from) - from);
  const auto found = options_.targets.find(name.substr(0, name.rfind(':')));
  const bool known = head.starts_with("CONNECT ") && found != options_.targets.end();
  {
    const std::lock_guard lock(mutex_);
    line.said.name = name;
    if (!known) refused_.push_back(name);
    if (known) line.server.descriptor = connect_to(found->second);
  }
  const std::string answer = known ? "HTTP/1.1 200 OK\r\n\r\n" : "HTTP/1.1 502 Not Here\r\nContent-Length: 0\r\n\r\n";
  ::send(line.client.descriptor, answer.data(), answer.size(), MSG_NOSIGNAL);
  return known;
}

void Tee::serve(Line& line) {
  // OpenSSL's writes would end the program when a peer is gone. For this thread only: children inherit what a program
  // ignores.
  sigset_t broken_pipe;
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
  const bool proxy = !options_.targets.empty();
  if (proxy && !open_tunnel(line)) return line.client.end();
  if (!proxy) {
    const int descriptor = connect_to(options_.target);
    const std::lock_guard lock(mutex_);
    line.server.descriptor = descriptor;
  }
  if (line.server.descriptor < 0) return line.client.end();
  do_not_wait(line.client.descriptor);
  do_not_wait(line.server.descriptor);
  if (options_.authority) {
    line.tls = std::make_unique<TlsContext>(options_.authority);
    line.client.tls = SSL_new(line.tls->context);
    SSL_set_fd(line.client.tls, line.client.descriptor);
    SSL_set_accept_state(line.client.tls);
  }
  copy(line);
  line.client.end();
  line.server.end();
}

void Tee::copy(Line& line) {
  const auto move = [this](Side& from, Side& to, std::string& kept) {
    for (;;) {
      std::string piece;
      const auto got = from.read(piece);
      if (got == Side::Got::end) from.ended = true;
      if (got != Side::Got::something) break;
      to.out += piece;
      const std::lock_guard lock(mutex_);
      kept += piece;
      if (to.out.size() > (1 << 20)) break;
    }
    return to.write();
  };
  for (;;) {
    if (!move(line.client, line.server, line.said.sent) || !move(line.server, line.client, line.said.received)) return;
    if (line.client.ended && line.server.out.empty()) line.server.end();
    if (line.server.ended && line.client.out.empty()) return;
    pollfd waits[] = {{line.client.descriptor, 0, 0}, {line.server.descriptor, 0, 0}};
    if (!line.client.ended && line.server.out.size() < (1 << 20)) waits[0].events |= POLLIN;
    if (!line.server.ended && line.client.out.size() < (1 << 20)) waits[1].events |= POLLIN;
    if (!line.client.out.empty()) waits[0].events |= POLLOUT;
    if (!line.server.out.empty()) waits[1].events |= POLLOUT;
    if (waits[0].events == 0) waits[0].fd = -1;  // a closed side would wake us for ever
    if (::poll(waits, 2, 60'000) <= 0 && errno != EINTR) return;
  }
}

}  // namespace blobgauge::peers
