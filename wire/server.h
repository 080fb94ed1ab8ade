#pragma once
// An HTTP/1.1 server: one coroutine per connection, one Transaction per request, in order. It adds no field of its own
// beside framing, `Connection: close` and what the handler gives; Date and Server are the handler's.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "wire/runtime.h"
#include "wire/transaction.h"

namespace blobgauge::wire {

// A handler that returns without a complete response has its connection cut, or gets a 500 sent if none had begun.
using Handler = std::function<Task<>(Transaction&)>;

// A request that the server answers itself because it is not one: 400, or 431 for a head that is too large.
struct Refusal {
  const Session& session;
  const RequestHead* head = nullptr;  // null where the bytes were no head
  int status = 400;
  const std::string& why;
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: a free one
  // Null: plain HTTP. A client that names no server is given the certificate for the address that it reached.
  std::shared_ptr<TlsServer> tls;
  HeadLimits head;
  Milliseconds idle{120'000};      // between two bytes, and between two requests
  std::uint64_t drain = 64 << 20;  // unread request bytes that are thrown away to keep a connection
  Milliseconds linger{2'000};      // how long a closing connection is still read, so that the answer arrives
  std::size_t connections = 1024;  // more wait in the kernel's queue
  // Told of each refusal before its answer goes out, which waits for it.
  std::function<Task<>(const Refusal&)> refused{};
  // Told of each TLS handshake that fails; on the loop's thread.
  std::function<void(const model::Error&)> handshake_failed{};
};

// What the handler refers to must live until stop() was awaited or the Runtime is gone. A handler that still runs at
// the end of stop's grace is cancelled: what it waits for ends with an error or an exception
// (boost::system::system_error), which it should let through.
class Server {
 public:
  // Listens and serves from the next turn of the loop on. Category::usage where the address cannot be bound.
  static Result<std::unique_ptr<Server>> start(Runtime& runtime, ServerOptions options, Handler handler);
  ~Server();  // as stop(0), without waiting; any thread may do it

  std::uint16_t port() const;
  // "127.0.0.1:43210"
  const std::string& address() const;
  // Of the loop's thread only.
  std::size_t open_connections() const;
  std::uint64_t accepted() const;

  // Accepts no more, lets running transactions end for up to `grace`, cuts the others; then no coroutine of this
  // server is left.
  Task<> stop(Milliseconds grace);

 private:
  struct State;
  explicit Server(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace blobgauge::wire
