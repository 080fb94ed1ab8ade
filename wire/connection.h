#pragma once
// HTTP messages over a Stream, in one direction each way: one coroutine may read while another writes, so an answer can
// come before the request's body is through. Nothing is re-made: heads and pieces carry the bytes as they came.
//
// A connection reads one message after the other: head, begin_body(), pieces until `end`, next head. Bytes of a
// pipelined message wait in the buffer.
#include <memory>
#include <optional>
#include <string>

#include "wire/framing.h"
#include "wire/head.h"
#include "wire/stream.h"

namespace blobgauge::wire {

inline constexpr std::string_view continue_head = "HTTP/1.1 100 Continue\r\n\r\n";

class Connection {
 public:
  // The buffer bounds what one connection holds of a body. It is 16 KiB for heads and small messages, of which there
  // can be thousands of connections, and grows while a body fills it: fewer and larger reads cost the kernel half. All
  // that connections of this process have beyond that is at most 16 MiB: a thousand bodies at once do with the small
  // ones.
  explicit Connection(std::unique_ptr<Stream> stream, HeadLimits limits = {}, std::size_t buffer_bytes = 512 * 1024);

  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Stream& stream() { return *stream_; }

  // Nothing at the peer's orderly end between two messages; an end inside a head is an error.
  Task<Result<std::optional<RequestHead>>> read_request_head();
  // The next response head, informational ones (1xx) included.
  Task<Result<ResponseHead>> read_response_head();
  // True once a byte of the head that is being read, or was to be read, has come: tells a cut head from an idle end.
  bool head_started() const { return head_started_; }
  // Why the last head was refused: the other side can still be told. A stream's errors are no refusals. read_raw()
  // then gives the refused head's bytes again, from the first one on.
  enum class Refusal { none, malformed, too_large };
  Refusal head_refusal() const { return refusal_; }

  // Says how the body after the last head ends; a body without bytes needs no read.
  void begin_body(BodyFraming framing);
  // The next piece; its views live until the next read. At the end, and again after it, `end` is set.
  Task<Result<BodyPiece>> read_body();
  bool body_done() const { return decoder_.done(); }
  // After an error of read_body(): the bytes were no body, they are still buffered(). Otherwise the stream failed.
  bool body_malformed() const { return begin_ != end_; }
  // The peer has ended its sending side in an orderly way; such an end inside a body is an error of read_body() too.
  bool ended() const { return ended_; }
  const BodyDecoder& body() const { return decoder_; }
  // The rest of the payload in one string; Category::endpoint if it would be longer than `limit`.
  Task<Result<std::string>> read_all(std::size_t limit);

  // Bytes as they come, after an upgrade or CONNECT; empty at the orderly end. The view lives until the next read.
  Task<Result<std::string_view>> read_raw();
  // For a connection that waits to be used again: does without a buffer until the next read, where nothing is in it;
  // of so many as 4 MiB make, the small ones stay.
  void rest();
  // Bytes that were read and not yet taken.
  std::string_view buffered() const;
  std::string take_buffered();

  Task<Status> write(std::string_view a) { return stream_->write(a); }
  Task<Status> write(std::string_view a, std::string_view b) { return stream_->write(a, b); }
  Task<Status> write(std::string_view a, std::string_view b, std::string_view c) { return stream_->write(a, b, c); }

  // Puts TLS on the connection as server; bytes that were read too early are part of the handshake.
  Task<Status> accept_tls(std::shared_ptr<TlsServer> tls, std::string name_without_sni);

 private:
  Task<Result<std::size_t>> fill();
  void drop_buffer();
  void grow_buffer();
  Task<Result<bool>> read_head(class HeadParser& parser);

  std::unique_ptr<Stream> stream_;
  HeadLimits limits_;
  std::unique_ptr<char[]> buffer_;
  std::size_t buffer_bytes_;         // the most it may have
  std::size_t capacity_ = 0;         // what it has
  bool filled_ = false;              // by the last read, so that it should grow
  bool resting_ = false;             // its buffer is counted as one that waits
  std::size_t begin_ = 0, end_ = 0;  // unread part of buffer_
  bool head_started_ = false, ended_ = false;
  Refusal refusal_ = Refusal::none;
  std::string refused_;   // what was already taken from the buffer of a refused head
  std::string replayed_;  // the same, while its reader looks at it
  BodyDecoder decoder_;
};

}  // namespace blobgauge::wire
