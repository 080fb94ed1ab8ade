#pragma once
// What a run of cases, scenarios or checks found; the input of every report. docs/formats/results.md is the contract.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/case_change.h"
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
  bool accepted = false;  // a difference that the baseline's run had too
};

// Why a baseline expects that a case does not pass.
struct Excuse {
  std::string reason, ticket, expires;  // expires: the last day, YYYY-MM-DD
};

struct CaseResult {
  std::string id, operation, tier, title;
  std::vector<std::string> tags;
  Verdict verdict = Verdict::error;
  std::string detail;  // one line: why blocked, skipped, unsupported...
  std::vector<Finding> findings;
  std::int64_t duration_us = 0;
  std::vector<Exchange> exchanges;  // of failing cases only, redacted
  std::string where = {};           // "specs/cases/put-blob.yaml:12"
  std::string role = {};            // of a replay: what the endpoint is to the case ("destination", "source")
  std::string attested = {};        // of a replay: what the real service said to it, and when; or that it never did
  // Of a replay: the kinds of credentials that its steps show ("account SAS"), or a copy's source ("source:
  // anonymous").
  std::vector<std::string> credentials = {};
  CaseChange change = CaseChange::none;  // these three: where a baseline was given
  std::optional<Verdict> was = std::nullopt;
  std::optional<Excuse> excuse = std::nullopt;  // also one that has expired
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
  std::vector<std::string> cases;           // predicted: the failing cases
  std::vector<std::string> stands_on = {};  // predicted: all cases that were asked
};

// Divergence = fail / total, coverage = (pass + fail) / total, over all selected cases; never added up.
struct Figures {
  std::uint64_t total = 0, pass = 0, fail = 0, unsupported = 0, skipped = 0, blocked = 0, indeterminate = 0, error = 0;
  double divergence() const { return total ? static_cast<double>(fail) / static_cast<double>(total) : 0; }
  double coverage() const { return total ? static_cast<double>(pass + fail) / static_cast<double>(total) : 0; }
};

// One of several jobs that share a run.
struct ShardOf {
  std::size_t index = 1, count = 1;  // index from 1
  std::vector<std::string> cases;    // ids of the whole run, in its order
};

// The baseline that these results were held against.
struct BaselineUse {
  struct Vanished {
    std::string id;
    Verdict was = Verdict::pass;
  };
  std::string file, endpoint_version, made;
  std::vector<Vanished> vanished;
  std::vector<std::string> notes;  // one line each: an entry that has expired, or that stands for no case
};

// What a run sent, and how well its lanes (cases at a time) were used: their time with a request under way.
struct Traffic {
  std::uint64_t lanes = 0, requests = 0;
  std::int64_t in_flight_us = 0;  // summed over the lanes
};

struct Results {
  std::string tool, spec, endpoint, started;  // started: ISO 8601 UTC
  std::string kind;                           // "replay", "verify", "check"
  std::int64_t duration_us = 0;
  bool complete = true;  // false: interrupted; finished verdicts are kept
  bool strict = false;   // differences and unexpected passes gate too
  // What tells runs of different things apart: of spec and cases, the endpoint's own word, which cases were taken.
  std::string spec_digest = {}, endpoint_version = {}, selection = {};
  std::string run_identity = {};  // all that decides its verdicts but the endpoint, in one text; to go on with it
  std::string api_version = {};   // that the requests named
  std::vector<std::string> remarks = {};  // what every report says of this run, one line each
  std::optional<Traffic> traffic = std::nullopt;
  std::optional<ShardOf> shard = std::nullopt;
  std::optional<BaselineUse> baseline = std::nullopt;
  // What must hold before the first request, for each client: one entry each, in no figure, and gating like a case.
  std::vector<CaseResult> before = {};
  std::vector<CaseResult> cases;
  std::vector<ScenarioResult> scenarios;
  // Only cases with at least one `breaks` finding fail; `differs` alone is a pass that lists its findings.
  Figures figures(std::string_view tier = {}) const;
  // `before` and then `cases`: all that gates and that a baseline speaks of. Pointers into this object.
  std::vector<const CaseResult*> all() const;
};

std::string to_json(const Results& results);
Result<Results> results_from_json(std::string_view text, std::string name);
Result<Results> load_results(const std::string& path);
Status save_results(const Results& results, const std::string& path);  // whole or not at all

// One case alone, in one line: what a run that may be killed keeps of each case when it is done.
std::string to_json_line(const CaseResult& result);
Result<CaseResult> case_from_json_line(std::string_view line);

}  // namespace blobgauge::model
