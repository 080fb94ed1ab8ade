#pragma once
// What is known to be wrong with one endpoint, so that a gate is green today and red tomorrow only for what got worse:
// the verdicts of a run that somebody accepted, and an entry with reason, ticket and last day for what did not pass in
// it. Both are needed: without the verdicts a case that is new could not be told from one that broke.
// docs/formats/baseline.md is the contract of the YAML.
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.h"
#include "model/results.h"
#include "replayer/case_term.h"
#include "replayer/suite.h"

namespace blobgauge::replayer {

// Cases that are expected not to pass.
struct ExpectedFailure {
  std::vector<CaseTerm> cases;  // any of these
  std::string reason, ticket;
  std::string expires;           // the last day, YYYY-MM-DD
  std::string endpoint_version;  // on which it was seen; for the reader
  model::Position where;
};

struct Baseline {
  std::string endpoint, endpoint_version;
  std::string spec_digest;
  std::string made;  // YYYY-MM-DD
  std::vector<ExpectedFailure> expected;
  std::map<std::string, model::Verdict> accepted;               // by case
  std::map<std::string, std::vector<std::string>> differences;  // "step: expectation", by case
};

// Category::input with file:line:column for an unknown key, a gap, a date that is none, a case that stands twice.
model::Result<Baseline> baseline_from_yaml(std::string_view text, const std::string& name);
model::Result<Baseline> load_baseline(const std::string& path);
std::string to_yaml(const Baseline& baseline);

// Tags that an entry names and the suite does not declare: Category::input.
model::Status check_tags(const Baseline& baseline, const Suite& suite);

// Says of each case what became of it, turns fail and pass into xfail and xpass where an entry expected otherwise, and
// lists what vanished. `known`: the ids of every case that there is, run or not. An interrupted run's unanswered cases
// stay as they are. `today`: YYYY-MM-DD.
void apply(const Baseline& baseline, const std::string& file, const std::vector<std::string>& known,
           std::string_view today, model::Results& results);

// The result as a run without a baseline would have it.
void forget_baseline(model::CaseResult& item);

// What an entry that is made now says.
struct NewEntry {
  std::string reason, ticket, expires;
  bool complete() const { return !reason.empty() && !ticket.empty() && !expires.empty(); }
};

// One entry per operation for all that does not pass. Category::usage where the run was interrupted or is one shard.
model::Result<Baseline> make_baseline(const model::Results& results, const NewEntry& entry, std::string_view today);

// The same baseline after another run: new verdicts, entries gone that nothing needs any more. Category::usage if a
// failure that no entry in force covers needs an entry and `entry` is not complete. Cases that the run did not take
// stay if it took a selection only, and go otherwise.
model::Result<Baseline> update_baseline(Baseline baseline, const model::Results& results, const NewEntry& entry,
                                        std::string_view today);

}  // namespace blobgauge::replayer
