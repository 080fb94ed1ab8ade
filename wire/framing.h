#pragma once
// Where a body ends (RFC 9112 sections 6 and 7). Refused: two Content-Length fields or values, Content-Length together
// with Transfer-Encoding, any Transfer-Encoding but `chunked`, either of them folded, Transfer-Encoding in HTTP/1.0.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.h"
#include "model/exchange.h"
#include "wire/head.h"

namespace blobgauge::wire {

struct BodyFraming {
  model::Framing kind = model::Framing::none;
  std::uint64_t length = 0;  // of Framing::length
  bool empty() const { return kind == model::Framing::none || (kind == model::Framing::length && length == 0); }
  bool operator==(const BodyFraming&) const = default;
};

Result<BodyFraming> request_framing(const RequestHead& head);
// `method` is the request's: an answer to HEAD, a 2xx to CONNECT, 1xx, 204 and 304 have no body whatever they say.
Result<BodyFraming> response_framing(const ResponseHead& head, std::string_view method);

// A run of body bytes. `payload` lies inside `wire`, or is empty where these are only framing bytes.
struct BodyPiece {
  std::string_view wire;     // as they came: chunk sizes, extensions and trailers included
  std::string_view payload;  // what the body means
  bool end = false;          // the body is complete with this piece
};

struct FramingLimits {
  std::size_t chunk_line = 4 * 1024;  // size and extensions of one chunk
  std::size_t trailers = 16 * 1024;   // the whole trailer section
  std::size_t extensions = 4 * 1024;  // of all chunks together, kept; more is legal and passes
};

// Cuts bytes into pieces without copying them. It gives the same wire bytes, payload bytes and error however the
// input is cut.
class BodyDecoder {
 public:
  explicit BodyDecoder(BodyFraming framing = {}, FramingLimits limits = {});

  // The next piece from the front of `input`; `wire` says how much it took. Call again with the rest until all is
  // taken or `end` is set. Takes nothing once done().
  Result<BodyPiece> next(std::string_view input);
  // A body without bytes is done before the first call.
  bool done() const { return state_ == State::done; }
  // The peer closed: the end of a close-framed body, an error for any other that is not done.
  Status closed();
  // Payload bytes so far.
  std::uint64_t size() const { return size_; }
  // The trailer section's lines, CRLFs included and without the last empty line.
  std::string_view trailers() const { return trailers_; }
  model::Headers trailer_fields() const;
  // The extensions of those chunks that have one, each from its semicolon on; the first ones that the limit has room
  // for.
  const std::vector<std::string>& extensions() const { return extensions_; }

 private:
  enum class State { length, until_close, size, extension, size_lf, data, data_cr, data_lf, trailer, trailer_lf, done };
  Status framing_byte(char c);
  Status trailer_line();

  State state_ = State::done;
  FramingLimits limits_;
  std::uint64_t left_ = 0;  // of the body or of the chunk
  std::uint64_t size_ = 0;
  std::size_t digits_ = 0;  // of the chunk size
  std::size_t line_ = 0;    // bytes of the chunk line so far
  bool blank_ = false;      // white space after the chunk size: only an extension may follow
  std::size_t trailer_begin_ = 0;
  std::string trailers_, extension_;  // extension_: of the chunk line that is being read
  std::vector<std::string> extensions_;
  std::size_t extension_bytes_ = 0;  // of extensions_
};

// "1a\r\n", what goes before a chunk's payload; the payload is followed by CRLF, the body by "0\r\n\r\n".
std::string chunk_prefix(std::size_t size);
inline constexpr std::string_view chunk_suffix = "\r\n";
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

}  // namespace blobgauge::wire
