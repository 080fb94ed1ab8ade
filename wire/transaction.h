#pragma once
// What a server's handler gets: one request, and the means to answer it (wire/server.h).
#include <any>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "model/header.h"
#include "wire/connection.h"

namespace blobgauge::wire {

// What lives as long as one client connection.
struct Session {
  std::uint64_t number = 0;    // from 1, per server
  std::uint64_t requests = 0;  // heads so far; inside an intercepted tunnel, those in it
  std::string peer;            // "127.0.0.1:43210"
  bool secure = false;         // TLS is on
  std::string server_name;     // SNI of the client, may be empty
  std::string tunnel;          // authority of the CONNECT that was intercepted, or empty
  std::any data;               // the handler's own
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
  Task<Status> write_raw(std::string_view a, std::string_view b = {}, std::string_view c = {});
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

}  // namespace blobgauge::wire
