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
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.h"
#include "model/header.h"

namespace blobgauge::wire {

using model::Result;
using model::Status;

struct HeadLimits {
  std::size_t bytes = 64 * 1024;  // whole head; Azure refuses far smaller ones
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

// Takes bytes in any portions; the same bytes give the same head or the same error however they are cut.
class HeadParser {
 public:
  enum class Kind { request, response };
  explicit HeadParser(Kind kind, HeadLimits limits = {});

  // Takes bytes up to the end of the head and says how many that were: all of them while the head goes on.
  Result<std::size_t> feed(std::string_view bytes);
  bool started() const { return !bytes_.empty(); }
  bool done() const { return done_; }
  // The head, once done; the parser is then ready for the next one.
  RequestHead take_request();
  ResponseHead take_response();

 private:
  struct Piece {
    std::size_t begin = 0, end = 0;
  };
  struct Entry {
    Piece line, name, value;
    bool folded = false;
  };
  Status line();  // the last line of bytes_, which is complete
  Status request_line(std::string_view text, std::size_t at);
  Status status_line(std::string_view text, std::size_t at);
  Status field_line(std::string_view text, std::size_t at);
  tl::unexpected<model::Error> refuse(std::string_view why) const;
  void take(Head& head);

  Kind kind_;
  HeadLimits limits_;
  std::string bytes_;
  std::size_t line_begin_ = 0;
  std::size_t line_number_ = 1;
  bool have_start_ = false;
  bool done_ = false;
  int minor_version_ = 1;
  int status_ = 0;
  Piece start_, first_, second_;  // method and target, or reason
  std::vector<Entry> entries_;
};

// Whole heads at once, for tests and imported text; anything after the head is an error.
Result<RequestHead> parse_request_head(std::string_view bytes, HeadLimits limits = {});
Result<ResponseHead> parse_response_head(std::string_view bytes, HeadLimits limits = {});

// Heads of our own making, fields exactly as given, nothing added. Category::input for a text that would break out of
// its line.
Result<std::string> make_request_head(std::string_view method, std::string_view target, const model::Headers& headers);
Result<std::string> make_response_head(int status, std::string_view reason, const model::Headers& headers);

// The same head with some lines changed; what is not named stays byte for byte. Indexes are those of Head::fields.
class HeadEdit {
 public:
  explicit HeadEdit(const Head& head);
  void start_line(std::string text);
  void value(std::size_t index, std::string_view value);  // name and the white space after the colon stay
  void remove(std::size_t index);
  void append(std::string_view name, std::string_view value);
  // Category::input for a text that would break out of its line.
  Result<std::string> bytes() const;

 private:
  Head head_;
  std::optional<std::string> start_line_;
  std::vector<std::optional<std::string>> values_;
  std::vector<bool> removed_;
  model::Headers appended_;
};

}  // namespace blobgauge::wire
