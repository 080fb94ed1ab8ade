#pragma once
// Static against observed: was everything seen predicted (recall), and was everything predicted seen (precision)?
// An operation that an executable has in the safe bound only is not predicted: something must be wrong with the levels.
// Recall below 1 is a hole in the analysis; what was predicted and not seen is either a run that nobody made, and the
// call path says which, or an over-approximation.
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/surface.h"

namespace blobgauge::analyzer {

// One thing that only one side has.
struct Difference {
  std::string operation;
  std::string what;                   // "operation", "query", "request header", "value"
  std::string name;                   // empty for an operation
  std::string detail;                 // observed: how often; predicted: presence and guards
  std::vector<std::string> evidence;  // the lines of the first piece of evidence
};

// Of one kind of thing: how many were observed and predicted, and how many both.
struct Agreement {
  std::string what;
  std::uint64_t observed = 0, predicted = 0, both = 0;
  double recall() const { return observed ? static_cast<double>(both) / static_cast<double>(observed) : 1; }
  double precision() const { return predicted ? static_cast<double>(both) / static_cast<double>(predicted) : 1; }
};

// Guarded fields that an executable's surface predicts and no exchange shows: what only a search of the machine code
// can decide.
struct UnseenSlots {
  std::uint64_t all = 0;
  std::uint64_t never = 0, never_feasible = 0;    // no store found; none on a feasible path
  std::uint64_t always = 0, always_feasible = 0;  // on every path; on every feasible one
  std::uint64_t conditional = 0;
  // Of the decided ones: options of fields that a policy may write all the same, so that the field stays undecided.
  std::uint64_t written_elsewhere = 0;
  std::uint64_t decided() const { return never + never_feasible + always + always_feasible + conditional; }
};

struct Comparison {
  std::string predicted, observed;       // "rclone 1.75.0 (static)"
  std::vector<Agreement> agreements;     // operations, query, request headers, values
  std::vector<Difference> unpredicted;   // observed only
  std::vector<Difference> unseen;        // predicted only
  std::vector<Difference> contradicted;  // "always" predicted and absent at least once, "never" predicted and seen
  // What the client reads of answers, and no recorded one had: codes that no scenario brought about, say.
  std::vector<Difference> unanswered;
  std::uint64_t undecided = 0;  // fields of the prediction that say nothing
  std::uint64_t unnamed = 0;    // observed exchanges that are no operation: nobody predicts what has no name
  // Names of `left_to_library` that were seen or predicted; counted nowhere.
  std::vector<std::string> library;
  // Query names of `of_address` that were seen and are no builder's; counted nowhere.
  std::vector<std::string> address;
  // Headers that were seen and that only a name which the source leaves open ("*": a user's own) covers; counted as
  // predicted, and listed.
  std::set<std::string> open_names;
  // The observed side is partial evidence: what it lacks is no finding, and there is no precision.
  bool partial = false;
  // The predicted side is of an executable: its values are those of libraries, which the program may overwrite, so none
  // is judged; that an option which it may set was not seen is no finding.
  bool executable = false;
  UnseenSlots slots;             // of an executable
  bool operations_only = false;  // the predicted side holds no headers and parameters, so none is compared
};

struct CompareOptions {
  // Request headers that the HTTP library writes and no client code names; lower case.
  std::vector<std::string> left_to_library = {
      "accept-encoding", "connection",        "content-length",   "date",      "expect", "host", "te",
      "trailer",         "transfer-encoding", "proxy-connection", "user-agent"};
  // Query parameters that stand in the address which a client is given, and so ride along with every request: those of
  // a shared access signature, a snapshot, a version.
  std::vector<std::string> of_address = {};
};

Comparison compare(const model::Surface& predicted, const model::Surface& observed, const CompareOptions& options = {});

std::string to_text(const Comparison& comparison);

}  // namespace blobgauge::analyzer
