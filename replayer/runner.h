#pragma once
// Runs cases against an endpoint. It never prints and never tries again; what it finds is results. Cases run in
// parallel lanes and touch only containers of their own, named after the run and the case, which they delete at last.
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.h"
#include "model/profile.h"
#include "model/results.h"
#include "model/spec.h"
#include "replayer/placement.h"
#include "replayer/suite.h"
#include "wire/runtime.h"

namespace blobgauge::replayer {

struct RunOptions {
  std::size_t lanes = 8;
  // Longest silence of the endpoint; a case that meets it is indeterminate.
  wire::Milliseconds time_limit{10'000};
  std::string auth = "key";  // "sas", "bearer" or "none"; of steps that ask for nothing
  std::string run;           // in the container names, lower-case letters and digits; empty: a random one
  std::string dialect;       // id of a dialect of the spec whose header order and spelling is used; empty: the case's
  bool keep = false;         // leave the containers, to look at them
  const model::Profile* peer = nullptr;  // the other endpoint; null: cases that need one are skipped
  std::string client;                    // whose preconditions are judged; empty: those of all
  std::string container;                 // that exists, to live in; empty: each case makes its own
  std::string fixtures_by;  // command of the owner that loads and removes fixtures; empty: the run sends them
  // Of which the cases of the run are a part (a shard); predictions are about all of it. Empty: the cases themselves.
  std::vector<std::string> selected;
  // Cases that an interrupted run has finished; they are not run again.
  std::vector<model::CaseResult> finished;
  // After each case; may be empty.
  std::function<void(std::size_t done, std::size_t total, std::string_view id)> progress;
  // With each result that is final, on the runner's thread; may be empty. An error ends the run with it.
  std::function<model::Status(const model::CaseResult&)> keep_result;
};

struct Run {
  model::Results results;
  // Why it ended early: the endpoint went away (Category::endpoint), stopped answering (Category::timeout), or a result
  // could not be kept. The
  // verdicts that were reached are in `results`, the others are indeterminate there.
  std::optional<model::Error> stopped;
};

// The cases to run, each with the tier that the spec computed for it.
struct Chosen {
  const Case* item = nullptr;
  std::string tier;
};

// How the steps of such a run sign that ask for nothing, in the words of RequestTemplate::auth.
std::string auth_of_run(const Suite& suite, const model::Profile& profile, const std::string& auth);

// Takes out the cases that ask for what the profile says the endpoint does not have: an issuer of tokens, a second
// account. One line each for the reader, with how many.
std::vector<std::string> leave_out(std::vector<Chosen>& cases, const model::Profile& profile, std::string_view auth);

// Category::endpoint or ::timeout if the preflight shows that no case can succeed, ::input for a mistake in a case.
model::Result<Run> run_cases(const Suite& suite, const model::Spec& spec, const model::Profile& profile,
                             const std::vector<Chosen>& cases, const RunOptions& options);

}  // namespace blobgauge::replayer
