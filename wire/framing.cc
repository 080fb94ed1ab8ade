#include "wire/framing.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "model/text.h"
#include "wire/characters.h"

namespace blobgauge::wire {

using model::Category;
using model::fail;
using model::Framing;

namespace {

tl::unexpected<model::Error> refuse(std::string_view why) {
  return fail(Category::endpoint, fmt::format("refused framing: {}", why));
}

// What Content-Length and Transfer-Encoding say; nothing where neither is there.
Result<std::optional<BodyFraming>> stated(const Head& head) {
  const auto* length = head.find("Content-Length");
  const auto* coding = head.find("Transfer-Encoding");
  if (length && coding) return refuse("both Content-Length and Transfer-Encoding");
  if (head.count("Content-Length") > 1) return refuse("more than one Content-Length");
  if (head.count("Transfer-Encoding") > 1) return refuse("more than one Transfer-Encoding");
  if ((length && length->folded) || (coding && coding->folded)) return refuse("a folded framing field");
  if (coding) {
    if (head.minor_version == 0) return refuse("Transfer-Encoding in HTTP/1.0");
    if (!model::iequals(coding->value, "chunked")) return refuse("a Transfer-Encoding other than chunked");
    return BodyFraming{Framing::chunked, 0};
  }
  if (length) {
    const auto number = model::parse_number(length->value);
    if (!number) return refuse("Content-Length is not one decimal number");
    return BodyFraming{Framing::length, *number};
  }
  return std::nullopt;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

Result<BodyFraming> request_framing(const RequestHead& head) {
  BLOBGAUGE_TRY(const auto framing, stated(head));
  if (!framing) return BodyFraming{};
  // RFC 9110 section 9.3.6: content of CONNECT has no meaning; what follows the head is the tunnel.
  if (head.method == "CONNECT" && !framing->empty()) return refuse("a CONNECT request with a body");
  return *framing;
}

Result<BodyFraming> response_framing(const ResponseHead& head, std::string_view method) {
  const bool bodyless = method == "HEAD" || head.status < 200 || head.status == 204 || head.status == 304 ||
                        (method == "CONNECT" && head.status < 300);
  if (bodyless) return BodyFraming{};
  BLOBGAUGE_TRY(const auto framing, stated(head));
  return framing.value_or(BodyFraming{Framing::close, 0});
}

BodyDecoder::BodyDecoder(BodyFraming framing, FramingLimits limits) : limits_(limits), left_(framing.length) {
  if (framing.empty()) return;
  switch (framing.kind) {
    case Framing::none:
      break;
    case Framing::length:
      state_ = State::length;
      break;
    case Framing::chunked:
      state_ = State::size;
      break;
    case Framing::close:
      state_ = State::until_close;
      break;
  }
}

Result<BodyPiece> BodyDecoder::next(std::string_view input) {
  BodyPiece piece;
  std::size_t at = 0;
  const auto payload = [&] {
    const auto room = std::min<std::uint64_t>(left_, input.size() - at);
    piece.payload = input.substr(at, static_cast<std::size_t>(room));
    at += piece.payload.size();
    size_ += room;
    left_ -= room;
  };
  switch (state_) {
    case State::done:
      break;
    case State::until_close:
      piece.payload = input;
      at = input.size();
      size_ += at;
      break;
    case State::length:
      payload();
      if (left_ == 0) state_ = State::done;
      break;
    default:
      // Framing bytes up to a run of data, then that run: a mistake behind the data is reported by the next call, so
      // the data before it is never lost.
      while (at < input.size() && state_ != State::data && state_ != State::done) {
        BLOBGAUGE_CHECK(framing_byte(input[at]));
        ++at;
      }
      if (state_ == State::data) {
        payload();
        if (left_ == 0) state_ = State::data_cr;
      }
  }
  piece.wire = input.substr(0, at);
  piece.end = state_ == State::done;
  return piece;
}

Status BodyDecoder::framing_byte(char c) {
  const auto malformed = [](std::string_view why) {
    return fail(Category::endpoint, fmt::format("malformed chunked body: {}", why));
  };
  switch (state_) {
    case State::size:
    case State::extension:
      if (++line_ > limits_.chunk_line)
        return malformed(fmt::format("a chunk line longer than {} bytes", limits_.chunk_line));
      if (c == '\r') {
        if (digits_ == 0) return malformed("a chunk without a size");
        if (blank_) return malformed("white space after a chunk size");
        state_ = State::size_lf;
        if (!extension_.empty() && extension_bytes_ + extension_.size() <= limits_.extensions) {
          extension_bytes_ += extension_.size();
          extensions_.push_back(std::move(extension_));
        }
        extension_.clear();
        return {};
      }
      if (is_control(c) && c != '\t') return malformed("a control character in a chunk line");
      if (state_ == State::extension) {
        extension_.push_back(c);
        return {};
      }
      if (const int digit = hex_digit(c); digit >= 0 && !blank_) {
        if (++digits_ > 16) return malformed("a chunk size of more than 16 digits");
        left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
        return {};
      }
      if (digits_ == 0) return malformed("a chunk without a size");
      if (is_blank(c)) {
        blank_ = true;
      } else if (c == ';') {
        blank_ = false;
        extension_.push_back(c);
        state_ = State::extension;
      } else {
        return malformed("a chunk size that is not hexadecimal");
      }
      return {};
    case State::size_lf:
      if (c != '\n') return malformed("a CR that does not end the chunk line");
      if (left_ > std::numeric_limits<std::uint64_t>::max() - size_) return malformed("the sum of sizes overflows");
      digits_ = line_ = 0;
      state_ = left_ == 0 ? State::trailer : State::data;
      return {};
    case State::data_cr:
      if (c != '\r') return malformed("chunk data longer than its size");
      state_ = State::data_lf;
      return {};
    case State::data_lf:
      if (c != '\n') return malformed("no CRLF after chunk data");
      state_ = State::size;
      return {};
    case State::trailer:
      if (c == '\n') return malformed("a trailer line that ends with LF alone");
      if (c == '\r') {
        state_ = State::trailer_lf;
        return {};
      }
      if (trailers_.size() + 2 >= limits_.trailers)
        return malformed(fmt::format("a trailer section longer than {} bytes", limits_.trailers));
      trailers_.push_back(c);
      return {};
    case State::trailer_lf:
      if (c != '\n') return malformed("a CR that does not end the trailer line");
      return trailer_line();
    case State::data:
    case State::length:
    case State::until_close:
    case State::done:
      break;
  }
  return fail(Category::internal, "the body decoder took payload for framing");
}

Status BodyDecoder::trailer_line() {
  const auto line = std::string_view(trailers_).substr(trailer_begin_);
  if (line.empty()) {
    state_ = State::done;
    return {};
  }
  if (const char* bad = bad_field_line(line))
    return fail(Category::endpoint, fmt::format("malformed trailer of a chunked body: {}", bad));
  trailers_.append("\r\n");
  trailer_begin_ = trailers_.size();
  state_ = State::trailer;
  return {};
}

model::Headers BodyDecoder::trailer_fields() const {
  model::Headers out;
  for (std::string_view rest = trailers_; !rest.empty();) {
    const auto line = rest.substr(0, rest.find(crlf));
    rest.remove_prefix(std::min(line.size() + crlf.size(), rest.size()));
    out.add(parse_field_line(line));
  }
  return out;
}

Status BodyDecoder::closed() {
  switch (state_) {
    case State::done:
      return {};
    case State::until_close:
      state_ = State::done;
      return {};
    case State::length:
      return fail(Category::endpoint, fmt::format("the body ended {} bytes before its Content-Length", left_));
    default:
      return fail(Category::endpoint, "the chunked body ended before its last chunk");
  }
}

std::string chunk_prefix(std::size_t size) { return fmt::format("{:x}\r\n", size); }

}  // namespace blobgauge::wire
