#pragma once
// The log of an AzCopy job as exchanges. It is partial evidence: the head of the trace names the level and what that
// level leaves out. docs/formats/azcopy-log.md describes the forms of the releases and what each of them lost.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/error.h"
#include "model/exchange.h"
#include "model/trace.h"
#include "recorder/line_source.h"

namespace blobgauge::recorder {

struct AzcopyLogOptions {
  // The header whose value is the same in both entries of one try; the catalogue knows it.
  std::string client_request_id;
};

struct AzcopyLogSummary {
  std::uint64_t exchanges = 0;
  std::uint64_t retries = 0;         // of them, second and later tries
  std::uint64_t status_unknown = 0;  // answered, and the level does not say how; or not answered in the log
  std::uint64_t without_answer = 0;  // sent, and nothing more in the log
  std::uint64_t foreign = 0;         // requests whose address is no http or https URL
  bool mixed_levels = false;         // entries that the head's level does not write: a job that was resumed
  bool cut = false;                  // a file ended in the middle of an entry
};

// Streams: memory holds one entry and the requests that are not answered yet. Not thread-safe.
class AzcopyLog {
 public:
  // Beyond so many requests without answer all are given as such: no client has them in flight.
  static constexpr std::size_t most_pending = 100'000;
  // The level shows in the first request; so many entries are looked at before it is called unknown.
  static constexpr std::size_t look_ahead = 1'000;

  // Files in the order in which they are to be read: the parts of a rotated log, or a zip of a job's folder, of which
  // the logs are taken. "-" is standard input. Category::input where the first one is no log of AzCopy.
  static model::Result<AzcopyLog> open(std::vector<std::string> paths, AzcopyLogOptions options);
  static model::Result<AzcopyLog> read(LineSource lines, AzcopyLogOptions options);
  AzcopyLog(AzcopyLog&&) noexcept;
  ~AzcopyLog();

  // Client, release, and what is partial about it.
  const model::TraceHead& head() const;
  // False at the end. Exchanges come in the order in which they ended, numbered from 1; those without an answer last.
  model::Result<bool> next(model::Exchange& exchange);
  // Whole once `next` gave false.
  const AzcopyLogSummary& summary() const;

 private:
  class Impl;
  explicit AzcopyLog(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace blobgauge::recorder
