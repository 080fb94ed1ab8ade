#pragma once
// What a spec rests on that has grown old: surfaces of releases that are no longer the newest, recorded answers,
// confirmations and decisions of more than a year ago. For `spec lint --stale`.
#include <string>
#include <string_view>
#include <vector>

#include "model/error.h"
#include "model/rationale.h"
#include "model/spec.h"
#include "model/surface.h"
#include "replayer/spec_lint.h"
#include "replayer/suite.h"

namespace blobgauge::replayer {

// The newest release of a client that somebody looked up.
struct NewestRelease {
  std::string client, release, from;
};
struct NewestReleases {
  std::string looked;  // the day, "2026-11-30"
  std::vector<NewestRelease> releases;
};

// specs/clients/releases.yaml.
model::Result<NewestReleases> load_newest_releases(const std::string& path);

struct StaleInput {
  const model::Spec& spec;
  const Suite& suite;
  const NewestReleases& newest;
  const std::vector<model::Surface>& surfaces;  // of clients and of the real service
  const std::vector<model::RationaleRow>& decisions;
};

// `today` as "2026-11-30". Nothing of it is a gap: what is old may still be true.
std::vector<LintFinding> stale(const StaleInput& input, std::string_view today);

// Compares dotted numbers: 10.9.0 is older than 10.32.2. Negative, 0 or positive, as `a` is older, the same or newer.
int compare_releases(std::string_view a, std::string_view b);

}  // namespace blobgauge::replayer
