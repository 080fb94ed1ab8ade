#pragma once
// What a run of cases, scenarios or checks found; the input of every report. docs/formats/results.md is the contract.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.h"
#include "model/exchange.h"
#include "model/verdict.h"

namespace blobgauge::model {

// One expectation that did not hold.
struct Finding {
  Weight weight = Weight::breaks;
  std::string expectation;  // "status", "header ETag", "body digest"
  std::string expected, actual;
  std::string reason;    // why the contract has this line
  std::string exchange;  // "PUT /container/blob?comp=block -> 500", request id included where the answer had one
  std::string step;
};

struct CaseResult {
  std::string id, operation, tier, title;
  std::vector<std::string> tags;
  Verdict verdict = Verdict::error;
  std::string detail;  // one line: why blocked, skipped, unsupported...
  std::vector<Finding> findings;
  std::int64_t duration_us = 0;
  std::vector<Exchange> exchanges;  // of failing cases only, redacted
};

// A client command on this endpoint: run for real (`verify`) or predicted from the cases it stands on (`replay`).
struct ScenarioResult {
  std::string id, client, release, title;
  std::string how;                           // "run" or "predicted"
  Verdict verdict = Verdict::indeterminate;  // pass: works; fail: breaks
  std::string broken_by;                     // the exchange that breaks it, with operation name; empty where it works
  std::string detail;
  std::int64_t duration_us = 0;
  std::uint64_t exchanges = 0;
  std::vector<std::string> cases;  // predicted: the failing cases
};

// Divergence = fail / total, coverage = (pass + fail) / total, over all selected cases; never added up.
struct Figures {
  std::uint64_t total = 0, pass = 0, fail = 0, unsupported = 0, skipped = 0, blocked = 0, indeterminate = 0, error = 0;
  double divergence() const { return total ? static_cast<double>(fail) / static_cast<double>(total) : 0; }
  double coverage() const { return total ? static_cast<double>(pass + fail) / static_cast<double>(total) : 0; }
};

struct Results {
  std::string tool, spec, endpoint, started;  // started: ISO 8601 UTC
  std::string kind;                           // "replay", "verify", "check"
  std::int64_t duration_us = 0;
  bool complete = true;  // false: interrupted; finished verdicts are kept
  std::vector<CaseResult> cases;
  std::vector<ScenarioResult> scenarios;
  // Only cases with at least one `breaks` finding fail; `differs` alone is a pass that lists its findings.
  Figures figures(std::string_view tier = {}) const;
};

std::string to_json(const Results& results);
Result<Results> results_from_json(std::string_view text, std::string name);
Result<Results> load_results(const std::string& path);
Status save_results(const Results& results, const std::string& path);  // whole or not at all

}  // namespace blobgauge::model
