#pragma once
// Both ends of a conversation, played from scripts: sockets, poll and OpenSSL, nothing of wire/. A peer parses nothing,
// it says prescribed bytes when so many of the other side's have come, and keeps every byte that it was sent.
#include <openssl/ssl.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace blobgauge::fidelity {

inline constexpr std::size_t at_their_end = static_cast<std::size_t>(-1);

struct Step {
  std::size_t after = 0;  // bytes that must have come from the other side, or at_their_end
  std::string bytes;
  bool alone = true;  // what was said before it has a moment to travel apart
};

struct Script {
  std::vector<Step> steps;
  std::size_t finish_after = 0;  // the sending side ends after the steps when so many bytes have come
};

struct Heard {
  std::string bytes;
  // How it ended. A peer that says and hears nothing for a while gives up: the other side hangs.
  enum class End { orderly, reset, hung } end = End::hung;
};

struct ContextFree {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using Context = std::unique_ptr<SSL_CTX, ContextFree>;
Context server_context(const std::string& chain_pem, const std::string& key_pem);
Context client_context(const std::string& authority_pem);

class Peer {
 public:
  explicit Peer(int descriptor = -1) : descriptor_(descriptor) {}
  Peer(Peer&& other) noexcept;
  Peer& operator=(Peer&&) = delete;
  ~Peer();
  static Peer to(std::uint16_t port);

  bool open() const { return descriptor_ >= 0; }
  // The handshake, on a connection that has said what comes before it. False if it failed.
  bool accept_tls(SSL_CTX* context);
  bool connect_tls(SSL_CTX* context, const std::string& name);
  // A request for a tunnel, and its answer.
  std::string ask(std::string_view request);

  Heard play(const Script& script);
  // Says `answer` once for each message that `count` finds in what has come, until the other side ends.
  Heard serve(const std::function<std::size_t(std::string_view)>& count, std::string_view answer);

 private:
  bool handshake(int (*step)(SSL*));
  bool hear();  // false when nothing more can come
  bool wait(bool to_write, int milliseconds);
  bool say(std::string_view bytes);
  void finish();

  int descriptor_ = -1;
  SSL* ssl_ = nullptr;
  bool wants_write_ = false;
  Heard heard_;
  bool ended_ = false;
};

class Listening {
 public:
  Listening();
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;
  ~Listening();
  std::uint16_t port() const { return port_; }
  // The next connection, or one that is not open if none came in time.
  Peer accept(std::chrono::milliseconds limit);

 private:
  int descriptor_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace blobgauge::fidelity
