#pragma once
// Peers for tests that say and see exact bytes: blocking sockets on loopback, nothing of wire/ in them.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace blobgauge::recorder::testing_peers {

class Socket {
 public:
  explicit Socket(int descriptor = -1) : descriptor_(descriptor) {
    if (!open()) return;
    const timeval limit{30, 0};  // a test that hangs fails instead
    const int on = 1;
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  static Socket to(std::uint16_t port) {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address);
    return Socket(descriptor);
  }
  Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)), seen_(std::move(other.seen_)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(seen_, other.seen_);
    std::swap(ended_, other.ended_);
    return *this;
  }
  ~Socket() {
    if (open()) ::close(descriptor_);
  }

  bool open() const { return descriptor_ >= 0; }
  int descriptor() const { return descriptor_; }

  // Of its own end.
  std::uint16_t port() const {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
  }

  bool say(std::string_view text) {
    while (!text.empty()) {
      const auto n = ::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  // Everything up to and including `mark`, or up to the end of the stream.
  std::string until(std::string_view mark) {
    for (;;) {
      if (const auto at = seen_.find(mark); at != std::string::npos) return take(at + mark.size());
      if (!more()) return take(seen_.size());
    }
  }
  std::string bytes(std::size_t count) {
    while (seen_.size() < count && more()) {
    }
    return take(std::min(count, seen_.size()));
  }
  std::string rest() {
    while (more()) {
    }
    return take(seen_.size());
  }
  void half_close() { ::shutdown(descriptor_, SHUT_WR); }
  void reset() {
    const linger at_once{1, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(std::exchange(descriptor_, -1));
    seen_.clear();
  }
  // What came last was the other side's orderly end.
  bool ended() const { return ended_; }

 private:
  bool more() {
    char buffer[65536];
    const auto n = ::recv(descriptor_, buffer, sizeof buffer, 0);
    if (n > 0) seen_.append(buffer, static_cast<std::size_t>(n));
    ended_ = n == 0;
    return n > 0;
  }
  std::string take(std::size_t count) {
    auto out = seen_.substr(0, count);
    seen_.erase(0, count);
    return out;
  }
  int descriptor_;
  bool ended_ = false;
  std::string seen_;
};

// Runs `script` for each connection, one thread each.
class Origin {
 public:
  explicit Origin(std::function<void(Socket&)> script) : script_(std::move(script)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    ::listen(listener_, 64);
    acceptor_ = std::thread([this] {
      for (;;) {
        const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (descriptor < 0) return;
        const std::lock_guard lock(mutex_);
        threads_.emplace_back([this, descriptor] {
          Socket socket(descriptor);
          script_(socket);
        });
      }
    });
  }
  Origin(const Origin&) = delete;
  Origin& operator=(const Origin&) = delete;
  ~Origin() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    ::close(listener_);
    for (auto& thread : threads_) thread.join();
  }
  std::uint16_t port() const { return port_; }

 private:
  std::function<void(Socket&)> script_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace blobgauge::recorder::testing_peers
