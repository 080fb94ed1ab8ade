#pragma once
// A connected byte stream, TCP with or without TLS on it. One reader and one writer may wait at the same time; all
// calls are made on the Runtime's thread.
//
// Errors: Category::timeout when nothing moved for the idle limit, Category::endpoint for everything the other side
// or the network did; each names the peer. After an error the stream can only be closed.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/error.h"
#include "model/exchange.h"
#include "wire/runtime.h"
#include "wire/task.h"
#include "wire/tls.h"

namespace blobgauge::wire {

// What it took to open a connection, in nanoseconds; zeros for one that was accepted.
struct Opening {
  std::int64_t connect_ns = 0;  // name look-up, TCP, and the tunnel through a proxy
  std::int64_t tls_ns = 0;      // the handshake
};

class Stream {
 public:
  virtual ~Stream() = default;

  // Reads at least one byte; 0 is the peer's orderly end.
  virtual Task<Result<std::size_t>> read_some(std::span<char> into) = 0;
  // Writes everything, in order, without joining the pieces in memory.
  virtual Task<Status> write(std::string_view a, std::string_view b, std::string_view c) = 0;
  Task<Status> write(std::string_view a) { return write(a, {}, {}); }
  Task<Status> write(std::string_view a, std::string_view b) { return write(a, b, {}); }
  // Ends the sending direction (TLS close_notify, then FIN); reading goes on.
  virtual Task<Status> finish() = 0;
  // Ends both directions at once; whoever waits gets an error. May be called twice.
  virtual void close() = 0;
  // Likewise, and the peer learns that it was no orderly end (a TCP reset); what was not sent yet is lost.
  virtual void reset() = 0;
  // Wakes whoever waits in a read or a write with an error; the other direction may still be used afterwards. The
  // direction that was woken is unusable.
  virtual void interrupt() = 0;
  // False if the peer has closed or sent bytes that nobody waits for: such a stream must not be used for a new request.
  virtual bool quiet() = 0;

  // Longest time without a byte in either direction while somebody waits; 0: no limit.
  virtual void set_idle_limit(Milliseconds limit) = 0;
  // `told` is called about once a second while somebody waits and nothing moves, so that who waits can look at
  // something else meanwhile; it may close streams. An empty function ends it.
  virtual void on_silence(std::function<void()> told) = 0;
  // The peer has reset the connection, or it is closed in both directions; an orderly end of the peer's is neither.
  // Costs a system call; reads find out by themselves.
  virtual bool broken() = 0;

  // Puts TLS on the running stream, as server or as client. `name_without_sni` is the name to pick a certificate for
  // where the client sends none; `early` are bytes of the handshake that were already read.
  virtual Task<Status> accept_tls(std::shared_ptr<TlsServer> tls, std::string name_without_sni, std::string early) = 0;
  // `server_name` goes into SNI and is what the certificate must be for; an IP address is checked but not sent.
  virtual Task<Status> connect_tls(std::shared_ptr<const TlsClient> tls, std::string server_name) = 0;

  virtual Opening opening() const { return {}; }

  virtual bool secure() const = 0;
  // What the TLS handshake agreed on; null without TLS.
  virtual std::shared_ptr<const model::TlsFacts> tls_facts() const { return nullptr; }
  // Server name that the TLS client asked for; empty without TLS or SNI.
  virtual const std::string& server_name() const = 0;
  // "127.0.0.1:43210" or "[::1]:43210" or, where connected by name, "name:port".
  virtual const std::string& peer() const = 0;
  // The address of our end, without its port; empty where there is none any more.
  virtual std::string local_address() const { return {}; }
};

// A proxy on the way: it is asked for a tunnel (CONNECT, RFC 9110 section 9.3.6).
struct HttpProxy {
  std::string host;
  std::uint16_t port = 0;
  std::string authorization;  // value of Proxy-Authorization; empty: none
};

// Where a connection goes.
struct Destination {
  std::string host;        // name or address, IPv6 without brackets; the name that TLS checks
  std::uint16_t port = 0;  // 1..65535
  // What to connect to in place of host and port (as `--resolve` does); empty and 0: the same.
  std::string connect_host;
  std::uint16_t connect_port = 0;
  std::shared_ptr<const TlsClient> tls;  // null: plain TCP
  std::shared_ptr<const HttpProxy> via;  // in place of connect_host and connect_port, and it looks the name up
  // The same connection can serve both. Settings and proxies are told apart by their address.
  bool operator==(const Destination&) const = default;
};

struct ConnectLimits {
  Milliseconds connect{10'000};  // name look-up, TCP and TLS handshake together
  Milliseconds idle{60'000};     // of the stream afterwards
  // Asked about each address before it is connected to, when the name was looked up; a text says why it is not.
  std::function<std::optional<std::string>(std::string_view address, std::uint16_t port)> refuses{};
};

// Errors name host:port and the reason ("cannot connect to 127.0.0.1:1: Connection refused"). Addresses that the limits
// refuse are passed over; Category::usage, with the reason alone, where there is no other.
Task<Result<std::unique_ptr<Stream>>> connect(const Destination& destination, ConnectLimits limits = {});

class Listener {
 public:
  // Binds at once; port 0 takes a free one. Category::usage where the address is taken or not ours.
  static Result<std::unique_ptr<Listener>> bind(Executor executor, const std::string& address, std::uint16_t port);
  virtual ~Listener() = default;
  virtual Task<Result<std::unique_ptr<Stream>>> accept() = 0;
  virtual std::uint16_t port() const = 0;
  // "127.0.0.1:43210"
  virtual const std::string& address() const = 0;
  virtual void close() = 0;
};

}  // namespace blobgauge::wire
