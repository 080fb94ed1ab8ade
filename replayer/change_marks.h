#pragma once
// How an endpoint deals with what a client's new release changed: by the cases that send what is new, or look at the
// answer that is newly read, and by what became of them there.
#include <map>
#include <string>
#include <vector>

#include "model/surface_diff.h"
#include "model/verdict.h"
#include "replayer/suite.h"

namespace blobgauge::replayer {

// What is known of one run of the cases.
struct RunVerdicts {
  std::map<std::string, model::Verdict> cases;  // by id; one that is not here was not run
  std::string api_version;                      // that its requests named; empty: not known
  std::string refused;                          // why no case was run at all; empty: they were
};

// The cases that would show it. A change that names values (`asked`) is only shown by a request with one of them.
std::vector<const Case*> cases_for(const Suite& suite, const model::SurfaceChange& change,
                                   const std::string& api_version);

// "answered (4 cases)": all of them pass. "failing: ID, ...": the ones that do not. "untested": none ran.
std::string mark_of(const Suite& suite, const model::SurfaceChange& change, const RunVerdicts& run);

}  // namespace blobgauge::replayer
