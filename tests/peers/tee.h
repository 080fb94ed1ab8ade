#pragma once
// An independent ear on a connection: copies bytes between whoever connects and a server, both ways, and keeps them. It
// is sockets and OpenSSL and knows no HTTP but the head of a CONNECT; nothing of wire/ moves a byte here.
#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "wire/certificate.h"

namespace blobgauge::peers {

// What went through one connection, in clear.
struct Conversation {
  std::string name;      // of a CONNECT, with its port; empty otherwise
  std::string sent;      // by the client
  std::string received;  // by the client
};

class Tee {
 public:
  struct Options {
    std::uint16_t port = 0;    // to listen on, of 127.0.0.1; 0: a free one
    std::uint16_t target = 0;  // port of the server on 127.0.0.1
    // As an HTTP proxy: waits for a CONNECT and meets the server of that name, which is no server of that name at all.
    // A name that is not here gets 502, and stands in refused().
    std::map<std::string, std::uint16_t> targets;
    // Speaks TLS with the client, in a tunnel too, with a certificate for the name that it asks for (for 127.0.0.1
    // where it asks for none); plain with the server.
    std::shared_ptr<wire::CertificateAuthority> authority;
  };

  explicit Tee(Options options);
  Tee(const Tee&) = delete;
  ~Tee();

  std::uint16_t port() const { return port_; }
  // Of ended connections and of those still open.
  std::vector<Conversation> conversations() const;
  std::vector<std::string> refused() const;

 private:
  struct Line;
  void serve(Line& line);
  void copy(Line& line);
  // Empty where the client wants none, or nobody can be met.
  bool open_tunnel(Line& line);

  Options options_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  mutable std::mutex mutex_;
  std::list<Line> lines_;
  std::vector<std::string> refused_;
  std::thread acceptor_;
};

}  // namespace blobgauge::peers
