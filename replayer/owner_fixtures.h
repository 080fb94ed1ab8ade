#pragma once
// Fixtures that the endpoint's owner loads by another route, so that an endpoint which takes no writes can be judged.
// All of a run are written to one folder, then the owner's command is run as `CMD load FOLDER`, and at the end as
// `CMD remove FOLDER`. FOLDER/manifest.jsonl has one line a fixture, containers before what is in them:
// {"container": "bg1-0-c"} and {"container": "bg1-0-c", "blob": "a b", "file": "1.bin", "size": 3000, "headers": {..}}.
// docs/ci.md is the contract.
#include <string>
#include <vector>

#include "model/error.h"
#include "model/temporary.h"
#include "replayer/placement.h"
#include "replayer/request_maker.h"

namespace blobgauge::replayer {

class OwnerFixtures {
 public:
  // Writes the fixtures of `cases` and has them loaded. The command is run by the shell, its output is not shown.
  // Category::endpoint where it fails, with the last line that it wrote; ::output where the folder cannot be written.
  static model::Result<OwnerFixtures> load(const std::string& command, const std::vector<PlacedCase>& cases,
                                           const RequestMaker& maker);
  OwnerFixtures(OwnerFixtures&&) = default;
  OwnerFixtures& operator=(OwnerFixtures&&) = delete;
  // Has them removed; what fails here is not told, for nothing that was judged depends on it.
  ~OwnerFixtures();

 private:
  OwnerFixtures(std::string command, model::TemporaryFolder folder)
      : command_(std::move(command)), folder_(std::move(folder)) {}
  std::string command_;
  model::TemporaryFolder folder_;
};

}  // namespace blobgauge::replayer
