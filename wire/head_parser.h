#pragma once
// Reads a head as its bytes come in. What it refuses is told above wire/head.h's types.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "wire/head.h"

namespace blobgauge::wire {

// Takes bytes in any portions; the same bytes give the same head or the same error however they are cut.
class HeadParser {
 public:
  enum class Kind { request, response };
  explicit HeadParser(Kind kind, HeadLimits limits = {});

  // Takes bytes up to the end of the head and says how many that were: all of them while the head goes on.
  Result<std::size_t> feed(std::string_view bytes);
  bool started() const { return !bytes_.empty(); }
  // What was taken of this head; after an error some of the bytes that gave it may be among them.
  std::string_view bytes() const { return bytes_; }
  // The error of feed() was about a limit and not about the form.
  bool too_large() const { return too_large_; }
  bool done() const { return done_; }
  // The head, once done; the parser is then ready for the next one.
  RequestHead take_request();
  ResponseHead take_response();

 private:
  struct Piece {
    Piece() = default;
    Piece(std::size_t from, std::size_t to)
        : begin(static_cast<std::uint32_t>(from)), end(static_cast<std::uint32_t>(to)) {}
    std::uint32_t begin = 0, end = 0;  // a head is far below 4 GiB (HeadLimits)
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
  tl::unexpected<model::Error> refuse_size(std::string_view why);
  void take(Head& head);

  Kind kind_;
  HeadLimits limits_;
  std::string bytes_;
  std::size_t line_begin_ = 0;
  std::size_t line_number_ = 1;
  bool have_start_ = false;
  bool done_ = false;
  bool too_large_ = false;
  int minor_version_ = 1;
  int status_ = 0;
  Piece start_, first_, second_;  // method and target, or reason
  std::vector<Entry> entries_;
};

}  // namespace blobgauge::wire
