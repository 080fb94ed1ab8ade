#pragma once
// A trace file: JSON lines, zstd where the name ends in ".zst". docs/formats/trace.md is its contract.
// The first line names the format and its version, the last one says that the writer finished. A trace without the
// last line was cut short, and its reader says so instead of passing it off as whole.
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.h"
#include "model/exchange.h"
#include "model/redaction.h"

namespace blobgauge::model {

inline constexpr int trace_version = 1;

struct TraceHead {
  std::string tool;                  // "blobgauge 0.1.0"
  std::string client;                // "azcopy", or empty
  std::string release;               // "10.32.2", or empty
  std::string scenario;              // id of the scenario that ran, or empty
  std::vector<std::string> command;  // of `record -- CMD`
  // What the trace was made from, where that does not hold all that crossed the wire ("log of AzCopy, level INFO"), and
  // what it leaves out. Such a trace is partial evidence: what is not in it was not shown to be absent.
  std::string partial = {};
  std::vector<std::string> omits = {};
  // Names in it are pseudonyms of the key that has this id (model/pseudonyms.h); empty: they are what was sent.
  std::string pseudonyms = {};
};

struct TraceEnd {
  bool complete = false;  // the last line was there
  std::uint64_t exchanges = 0;
  std::uint64_t dropped =
      0;                 // that crossed the wire and are not in the trace; marks of others say where they are missing
  int client_exit = -1;  // of `record -- CMD`; -1: no command
  std::vector<std::string> notes;
};

// Writes exchange by exchange. Not thread-safe.
class TraceWriter {
 public:
  virtual ~TraceWriter() = default;
  // It is on its way to the file when this returns, unless the caller says that more follows at once: then it may wait
  // in memory for the next, up to 256 KiB of them.
  virtual Status write(const RedactedExchange& exchange, bool more_follows) = 0;
  // Redacts a copy and writes it.
  virtual Status write(const Exchange& exchange) = 0;
  // Writes the last line and closes; without it the file is marked as cut by the line's absence.
  virtual Status finish(TraceEnd end) = 0;
  // Bytes of the file so far, compressed where it is.
  virtual std::uint64_t size() const = 0;
};

class TraceReader {
 public:
  virtual ~TraceReader() = default;
  virtual const TraceHead& head() const = 0;
  // False at the end; errors carry file:line. A line that is cut in the middle ends the trace as incomplete. The memory
  // of what `exchange` held is used again: give the same one each time. Without `true`, what it holds is unspecified.
  virtual Result<bool> next(Exchange& exchange) = 0;
  // Valid once `next` gave false.
  virtual const TraceEnd& end() const = 0;
};

// The head as a writer may write it.
TraceHead masked(TraceHead head, const Redaction& redaction);

// "-" is standard output or input. What is written passes `redaction`, the command line in the head included.
Result<std::unique_ptr<TraceWriter>> create_trace(const std::string& path, const TraceHead& head,
                                                  const Redaction& redaction);
Result<std::unique_ptr<TraceReader>> open_trace(const std::string& path);

// One exchange as one JSON line without the line feed, and back; the functions that both classes stand on.
std::string to_json_line(const Exchange& exchange);
Result<Exchange> from_json_line(std::string_view line);

}  // namespace blobgauge::model
