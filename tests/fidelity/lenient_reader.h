#pragma once
// Servers as they are: readers of HTTP/1.1 that each forgive something else. What a recorder forwards must mean the
// same to all of them; where they differ, one request could hide in another (request smuggling).
#include <string>
#include <string_view>
#include <vector>

namespace blobgauge::fidelity {

struct Habits {
  const char* name = "strict";
  bool lf_ends_line = false;      // LF alone ends a line
  bool cr_ends_line = false;      // CR alone does
  bool nul_ends_value = false;    // as in C
  bool trims_name = false;        // "Content-Length : 1" counts
  bool joins_folds = false;       // a line that begins with a blank goes on with the one before; else it is a field
  bool last_length_wins = false;  // of two
  bool length_before_coding = false;
  bool coding_by_substring = false;  // "xchunked", "chunked, identity"
  bool prefix_numbers = false;       // "5, 6", "+5", "5 x" are read as by strtol
  bool bare_chunks = false;          // chunk lines may end with LF, and data needs no CRLF after it
};
const std::vector<Habits>& all_habits();

struct Seen {
  std::string start;      // the request line
  std::size_t begin = 0;  // of the request, in all bytes
  std::size_t body = 0;   // where its body begins
  std::size_t end = 0;    // behind it
  bool whole = false;
};
// The requests in `bytes`; the last one may be cut.
std::vector<Seen> read_requests(std::string_view bytes, const Habits& habits);

}  // namespace blobgauge::fidelity
