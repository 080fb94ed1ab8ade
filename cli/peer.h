#pragma once
// The other endpoint of a run whose roles need one: the profile's, or else the reference endpoint, started here on a
// free port of this machine.
#include <memory>
#include <string>
#include <vector>

#include "endpoint/server.h"
#include "model/profile.h"
#include "model/results.h"
#include "replayer/runner.h"

namespace blobgauge::cli {

// Must outlive the run.
class Peer {
 public:
  // Null where no case needs one. Category::usage where the endpoint would have to read from this machine and cannot.
  model::Result<const model::Profile*> open(const model::Profile& profile, const std::vector<replayer::Chosen>& cases);
  // For every report: which roles were judged, against which peer, and that this is not the real service.
  std::string remark(const model::Results& results) const;

 private:
  std::unique_ptr<endpoint::Server> server_;
  model::Profile profile_;
};

}  // namespace blobgauge::cli
