#pragma once
// An HTTP/1.1 server: one coroutine per connection, one Transaction per request, in order. It adds no field of its own
// beside framing, `Connection: close` and what the handler gives; Date and Server are the handler's.
#include <any>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "model/header.h"
#include "wire/connection.h"
#include "wire/runtime.h"

namespace blobgauge::wire {

// What lives as long as one client connection.
struct Session {
  std::uint64_t number = 0;  // from 1, per server
  std::string peer;          // "127.0.0.1:43210"
  bool secure = false;       // TLS is on
  std::string server_name;   // SNI of the client, may be empty
  std::string tunnel;        // authority of the CONNECT that was intercepted, or empty
  std::any data;             // the handler's own
};

class Transaction {
 public:
  Transaction(Connection& connection, Session& session, RequestHead head, BodyFraming framing);

  const RequestHead& head() const { return head_; }
  BodyFraming framing() const { return framing_; }
  Session& session() { return session_; }
  Connection& connection() { return connection_; }

  // The request's body. The first call answers `Expect: 100-continue`, unless answer_continue(false) was said or a
  // response has begun. See Connection::read_body.
  Task<Result<BodyPiece>> read_body();
  Task<Result<std::string>> read_all(std::size_t limit);
  void answer_continue(bool automatically) { automatic_continue_ = automatically; }
  bool expects_continue() const { return expects_continue_; }
  bool request_done() const;

  // A whole response; Content-Length is added, unless `headers` has it. An answer to HEAD sends the head only.
  Task<Status> respond(int status, std::string_view reason, model::Headers headers, std::string_view body);
  // A streamed response: with a length, Content-Length is added where missing; without one it is chunked (until close
  // for HTTP/1.0). write() takes payload, finish() ends it. write() does nothing in an answer to HEAD.
  Task<Status> begin(int status, std::string_view reason, model::Headers headers, std::optional<std::uint64_t> length);
  Task<Status> write(std::string_view payload);
  Task<Status> finish();

  // A whole informational head (1xx), as bytes; a forwarded 100 counts as the answer to `Expect`.
  Task<Status> inform(std::string_view head);
  // Bytes as they are, for forwarding: head and wire pieces of the final response. After its last byte call complete();
  // `keep_alive` false closes the connection afterwards. Who forwards says answer_continue(false) first: there must be
  // one writer only.
  Task<Status> write_raw(std::string_view bytes);
  void complete(bool keep_alive);

  // CONNECT interception: writes `answer`, puts TLS on the connection and completes. The next requests of this
  // connection are those inside the tunnel, with session().tunnel set.
  Task<Status> intercept(std::shared_ptr<TlsServer> tls, std::string authority, std::string answer);

  bool response_started() const { return started_; }
  bool response_done() const { return done_; }
  bool keep_alive() const { return keep_alive_; }
  bool intercepted() const { return intercepted_; }
  bool awaits_continue() const { return expects_continue_ && !continued_ && !request_done(); }
  // Close after this response.
  void close() { keep_alive_ = false; }

 private:
  Task<Status> send_head(int status, std::string_view reason, model::Headers headers, std::string_view body);

  Connection& connection_;
  Session& session_;
  RequestHead head_;
  BodyFraming framing_;
  bool keep_alive_;
  bool expects_continue_;
  bool automatic_continue_ = true;
  bool continued_ = false;
  bool started_ = false;
  bool done_ = false;
  bool intercepted_ = false;
  bool bodyless_ = false;
  BodyFraming response_;
  std::uint64_t written_ = 0;
};

// A handler that returns without a complete response has its connection cut, or gets a 500 sent if none had begun.
using Handler = std::function<Task<>(Transaction&)>;

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;          // 0: a free one
  std::shared_ptr<TlsServer> tls;  // null: plain HTTP
  HeadLimits head;
  Milliseconds idle{120'000};      // between two bytes, and between two requests
  std::uint64_t drain = 64 << 20;  // unread request bytes that are thrown away to keep a connection
  Milliseconds linger{2'000};      // how long a closing connection is still read, so that the answer arrives
  std::size_t connections = 1024;  // more wait in the kernel's queue
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
