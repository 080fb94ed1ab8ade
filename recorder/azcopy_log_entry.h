#pragma once
// One entry of AzCopy's log that tells of a request: text to exchange. docs/formats/azcopy-log.md describes the forms;
// which of them a file has is read off each entry, because a log can hold several (a resumed job, releases 10.21).
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/error.h"
#include "model/exchange.h"

namespace blobgauge::recorder {

struct AzcopyLogEntry {
  // outgoing: about to be sent, level DEBUG only. answered: a response came. failed: none came.
  enum class Kind { outgoing, answered, failed };
  Kind kind = Kind::outgoing;
  bool slow = false;                     // logged as a warning, and then with headers at every level
  bool refused = false;                  // a status that is logged as an error, likewise
  bool full = false;                     // with headers; otherwise the method and the URL are all of the request
  bool bracketed = false;                // values as "[value]": releases up to 10.21
  bool foreign = false;                  // the URL has another scheme than http and https; nothing more is read
  std::optional<std::int64_t> whole_us;  // from the first try's begin to this answer
  // Request, response, attempt, wait_ns and marks, as far as the entry tells them.
  model::Exchange exchange;
};

// The time at the begin of a line, which begins an entry; a line without one continues the entry before it.
struct AzcopyLogTime {
  std::int64_t us = 0;   // since 1970, whole seconds
  std::size_t size = 0;  // characters that it takes, the blank after it included
};
std::optional<AzcopyLogTime> azcopy_log_time(std::string_view line);

// Does this first line of an entry, without its time, begin one that tells of a request?
bool is_azcopy_request(std::string_view first_line);

// `text`: the whole entry without its time, lines with or without carriage returns. `cut`: the file ended within it.
// Category::input where an entry that tells of a request is not of a known form, or its URL is none.
model::Result<AzcopyLogEntry> parse_azcopy_entry(std::string_view text, bool cut = false);

// As Go writes a duration ("1m2.5s", "226.239376ms", "853µs"), in microseconds.
std::optional<std::int64_t> parse_go_duration(std::string_view text);

}  // namespace blobgauge::recorder
