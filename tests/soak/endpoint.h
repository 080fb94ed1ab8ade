#pragma once
// A server for many exchanges, with a fixed number of threads, each of which serves one connection at a time.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "recorder/test_peers.h"

namespace blobgauge::soak {

using recorder::testing_peers::Socket;

class Endpoint {
 public:
  Endpoint(std::size_t threads, std::function<void(Socket&)> serve) : serve_(std::move(serve)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    ::listen(listener_, 1024);
    for (std::size_t i = 0; i < threads; ++i)
      threads_.emplace_back([this] {
        for (;;) {
          const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
          if (descriptor < 0) return;
          Socket socket(descriptor);
          serve_(socket);
        }
      });
  }
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;
  ~Endpoint() {
    ::shutdown(listener_, SHUT_RDWR);
    for (auto& thread : threads_) thread.join();
    ::close(listener_);
  }
  std::uint16_t port() const { return port_; }

 private:
  std::function<void(Socket&)> serve_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace blobgauge::soak
