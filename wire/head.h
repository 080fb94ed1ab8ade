#pragma once
// Heads of HTTP/1.x messages (RFC 9112 sections 2 to 5), with the bytes as they came: order, casing, duplicates, white
// space and line folds stay, and every field points into them.
//
// Refused, because two readers could see two messages in them: bare CR, bare LF, NUL and other controls, white space
// before the colon, an empty or non-token field name, anything but HTTP/1.0 and HTTP/1.1, more than the limits.
// Line folds (obs-fold) are kept and flagged; framing fields must not be folded (wire/framing.h).
// All errors are Category::endpoint: the other side sent it.
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.h"
#include "model/header.h"

namespace blobgauge::wire {

using model::Result;
using model::Status;

inline constexpr std::string_view crlf = "\r\n";

struct HeadLimits {
  std::size_t bytes = 64 * 1024;  // whole head, below 4 GiB; Azure refuses far smaller ones
  std::size_t fields = 512;
};

struct HeadField {
  std::string_view name;   // spelling as sent
  std::string_view value;  // without outer white space; with its CRLFs inside where folded
  std::string_view line;   // everything from the name to the last CRLF
  bool folded = false;

  // The value with each fold replaced by one space (RFC 9112 section 5.2).
  std::string text() const;
};

// What requests and responses have in common. Copies share the bytes; the views live as long as any copy.
struct Head {
  std::shared_ptr<const std::string> storage;
  std::string_view start_line;  // without CRLF
  int minor_version = 1;        // HTTP/1.0 or HTTP/1.1
  std::vector<HeadField> fields;

  // From the first byte (empty lines before a request line included) to the empty line's CRLF.
  std::string_view bytes() const { return storage ? std::string_view(*storage) : std::string_view{}; }
  // The first field of that name, compared without case.
  const HeadField* find(std::string_view name) const;
  std::size_t count(std::string_view name) const;
  std::string text(std::string_view name) const;  // empty where absent
  // True if a comma-separated list field, over all its lines, has the token (case-insensitive).
  bool lists(std::string_view name, std::string_view token) const;
  bool has_folds() const;
  std::string version() const { return minor_version == 0 ? "HTTP/1.0" : "HTTP/1.1"; }
  // True where the message lets the connection live on (RFC 9112 section 9.3).
  bool keep_alive() const;
  model::Headers headers() const;
};

struct RequestHead : Head {
  std::string_view method;
  std::string_view target;
};

struct ResponseHead : Head {
  int status = 0;
  std::string_view reason;
};

// "Name:  value " without its CRLF, taken apart and nothing lost.
model::Header parse_field_line(std::string_view line);

// Whole heads at once, for tests and imported text; anything after the head is an error.
Result<RequestHead> parse_request_head(std::string_view bytes, HeadLimits limits = {});
Result<ResponseHead> parse_response_head(std::string_view bytes, HeadLimits limits = {});

// Heads of our own making, fields exactly as given, nothing added. Category::input for a text that would break out of
// its line.
Result<std::string> make_request_head(std::string_view method, std::string_view target, const model::Headers& headers);
Result<std::string> make_response_head(int status, std::string_view reason, const model::Headers& headers);
// The fields alone, without the empty line.
Result<std::string> make_field_lines(const model::Headers& headers);

}  // namespace blobgauge::wire
