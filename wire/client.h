#pragma once
// An HTTP/1.1 client with a pool of kept-alive connections. Requests go out exactly as given: no field is added,
// dropped or reordered, so Host and the framing fields are the caller's.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/header.h"
#include "wire/connection.h"

namespace blobgauge::wire {

struct ClientOptions {
  ConnectLimits limits;
  HeadLimits head;
  std::size_t idle_per_destination = 16;  // connections kept; more are closed
  // After `Expect: 100-continue` the body goes out when no answer came for this long (RFC 9110 section 10.1.1).
  Milliseconds continue_wait{1'000};
  // How long the rest of a body is still sent after the final answer began; then it is given up.
  Milliseconds early_answer_grace{250};
};

// Gives the next part of a payload, empty at the end. The view must live until the next call.
// After an early answer it may be left before its end.
using BodySource = std::function<Task<Result<std::string_view>>()>;

struct ClientRequest {
  Destination destination;
  std::string method = "GET";
  std::string target = "/";
  model::Headers headers;
  // The payload; framed as `headers` say: Content-Length (must agree), chunked, or none.
  std::string body;
  BodySource source;              // in place of `body` where set
  bool fresh_connection = false;  // not one from the pool
};

class Client;

// A connection on loan: its holder writes and reads messages as it likes, both directions at once if need be.
class Loan {
 public:
  ~Loan();  // closes what was not given back
  Loan(Loan&&) noexcept;
  Loan& operator=(Loan&&) noexcept;
  // False once it was given back.
  explicit operator bool() const;
  Connection& connection() const;
  bool reused() const;  // it carried a request before
  // Back to the pool: only after a complete exchange in which both sides keep alive.
  void give_back();

 private:
  friend class Client;
  struct State;
  explicit Loan(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

class ClientResponse {
 public:
  explicit ClientResponse(Loan loan);
  // Gives the connection back to the pool if the body was read to its end, else closes it.
  ~ClientResponse();
  ClientResponse(ClientResponse&&) noexcept;
  ClientResponse& operator=(ClientResponse&&) noexcept;

  ResponseHead head;
  std::vector<ResponseHead> informational;  // 1xx that came before it, at most 16
  BodyFraming framing;
  bool reused = false;       // it came over a kept connection
  bool retried = false;      // a kept connection turned out dead, the request was sent again
  bool request_done = true;  // false: the answer came before the body was through, the rest was not sent
  std::uint64_t sent = 0;    // payload bytes handed to the stream

  // See Connection::read_body.
  Task<Result<BodyPiece>> read_body();
  bool body_done() const;
  Task<Result<std::string>> read_all(std::size_t limit = 64 << 20);
  // Once the body is done: bytes that came with its last ones and belong to no answer that was asked for (a body to
  // HEAD, an answer sent twice). What comes later is not seen; a connection with any is not used again.
  std::size_t surplus() const;

 private:
  friend class Client;
  void settle();
  std::size_t surplus_ = 0;
  bool reusable_ = false;
  Loan loan_;
};

// Must be destroyed before its Runtime. Loans may outlive it.
class Client {
 public:
  explicit Client(ClientOptions options = {});
  ~Client();

  // Sends the request and reads the head of its final answer. Body and head travel at once, so an early answer is seen.
  // A request with `body` and an idempotent method is sent once more if a kept connection died before any answer byte.
  Task<Result<ClientResponse>> send(ClientRequest request);

  // A connection to `destination`, from the pool or new.
  Task<Result<Loan>> borrow(const Destination& destination, bool fresh = false);
  void close_idle();

  struct State;  // the pool, which loans refer to

 private:
  std::shared_ptr<State> state_;
};

}  // namespace blobgauge::wire
