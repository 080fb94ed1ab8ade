#pragma once
// What went wrong in the wild at endpoints, in our own words, and what shows that a case notices it; or why no case
// can. Read from specs/policy/known-failures.yaml and not-testable.yaml: docs/formats/known-failures.md.
#include <string>
#include <vector>

#include "model/error.h"

namespace blobgauge::replayer {

// On an endpoint with this fault `cases` do not pass, and `differs` pass with a difference.
struct Shown {
  std::string fault;
  std::vector<std::string> cases, differs;
};

struct KnownFailure {
  std::string id, what;
  std::vector<std::string> links;  // public reports
  std::vector<Shown> shown;        // empty where `reason` says why no case can show it
  std::string reason;
};

// Category::input with file:line:column for an unknown key, an id that stands twice, a row without a fault (or, of the
// other file, without a reason).
model::Result<std::vector<KnownFailure>> load_known_failures(const std::string& path);

}  // namespace blobgauge::replayer
