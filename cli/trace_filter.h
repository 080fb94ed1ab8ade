#pragma once
// Which exchanges of a trace a person wants to see, and how one looks on a line.
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "model/error.h"
#include "model/exchange.h"

namespace blobgauge::cli {

// All that are given must hold; empty ones do not count.
struct TraceFilter {
  std::string operation;  // glob
  std::string host;       // glob
  std::string status;     // "404", "4xx", "0", "?"
  std::string method;
  std::string after, before;  // RFC 3339 UTC ("2026-11-21T12:00:00Z")
  bool marked = false;        // with marks only

  void define(CLI::App& app);
  // Category::usage for a status or time that is none. To be called once before `matches`.
  model::Status prepare();
  bool matches(const model::Exchange& exchange) const;

 private:
  std::int64_t after_ns_ = 0, before_ns_ = 0;
};

// "201"; "?" where the recording does not say.
std::string status_text(const model::Response& response);
// "#12 10:00:01.123 PUT acct.blob.core.windows.net/c/b?comp=block 201 Put Block 4194304>0 12 ms"
std::string to_line(const model::Exchange& exchange);
// Everything, over several lines.
std::string to_page(const model::Exchange& exchange);

}  // namespace blobgauge::cli
