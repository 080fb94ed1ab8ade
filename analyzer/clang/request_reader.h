#pragma once
// The requests that a C or C++ client can send, from its units and its file: each function that matters is followed
// once (follower.h), callees before callers, and what depends on a caller is taken from there.
#include <map>
#include <set>
#include <string>
#include <vector>

#include "analyzer/clang/follower.h"
#include "analyzer/clang/hit.h"
#include "analyzer/clang/program.h"
#include "analyzer/clang/source_rules.h"
#include "analyzer/clang/unit.h"

namespace blobgauge::analyzer::clang {

// A request with the place that people look for: the innermost call that still says all of it.
struct FoundRequest {
  Hit hit;
  int function = 0;
  std::string at;
};

struct RequestsRead {
  std::vector<FoundRequest> requests;
  std::set<Trouble> troubles;
  std::set<int> relevant;  // functions on a way to a request
};

RequestsRead read_requests(const std::vector<Unit>& units, const Program& program, const SourceRules& rules);

}  // namespace blobgauge::analyzer::clang
