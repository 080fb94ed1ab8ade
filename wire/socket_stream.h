#pragma once
// The Stream over a TCP socket, with OpenSSL on it once TLS was begun. wire/stream.cc and wire/connect.cc make them.
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <optional>

#include "wire/stream.h"
#include "wire/tls_bio.h"
#include "wire/tls_state.h"

namespace blobgauge::wire {

using Socket = boost::asio::ip::tcp::socket;

class SocketStream final : public Stream {
 public:
  // The socket is connected; `peer` is its name in messages.
  SocketStream(Socket socket, std::string peer);
  ~SocketStream() override;

  Task<Result<std::size_t>> read_some(std::span<char> into) override;
  using Stream::write;
  Task<Status> write(std::string_view a, std::string_view b, std::string_view c) override;
  Task<Status> finish() override;
  void close() override;
  void reset() override;
  void interrupt() override;
  bool quiet() override;
  void set_idle_limit(Milliseconds limit) override;
  void on_silence(std::function<void()> told) override;
  bool broken() override;
  Task<Status> accept_tls(std::shared_ptr<TlsServer> tls, std::string name_without_sni, std::string early) override;
  Task<Status> connect_tls(std::shared_ptr<const TlsClient> tls, std::string server_name) override;
  Opening opening() const override { return opening_; }
  void set_opening(Opening opening) { opening_ = opening; }
  bool secure() const override;
  std::shared_ptr<const model::TlsFacts> tls_facts() const override;
  const std::string& server_name() const override;
  const std::string& peer() const override;
  std::string local_address() const override;

 private:
  struct Core;
  struct Layer;
  // Suspends until the SSL call that gave `result` can go on; an error where it cannot.
  Task<Status> wait_for_tls(int result, const char* doing);
  Task<Status> handshake();

  std::shared_ptr<Core> core_;
  Opening opening_;
};

}  // namespace blobgauge::wire
