#pragma once
// Runs the real clients: each scenario in a folder and a container of its own, under a recorder, with a time limit.
#include <functional>
#include <string>
#include <vector>

#include "clients/recording.h"
#include "clients/store.h"
#include "model/classifier.h"
#include "model/error.h"
#include "model/profile.h"
#include "model/results.h"

namespace blobgauge::clients {

struct VerifyOptions {
  struct Client {
    std::string name;     // which file of `scenarios`
    std::string program;  // path, or a name that PATH finds
  };
  std::vector<Client> clients;
  std::string select = "*";  // glob over scenario ids
  std::string scenarios = "specs/scenarios";
  std::string service = "specs/scenarios/service/blob.yaml";
  std::string traces;           // folder for one trace and one client log per scenario; empty: none are kept
  std::string work;             // folder for temporary files; empty: the system's
  unsigned parallel = 2;        // AzCopy alone needs two seconds of a core per command, so more gains nothing
  std::chrono::seconds cap{0};  // upper bound of every step's time limit; 0: none
};

struct Verified {
  model::Results results;
  std::vector<std::string> hung;  // ids of the scenarios that met their time limit
};

// After each scenario, on whichever thread ran it, one call at a time.
using VerifyProgress = std::function<void(const model::ScenarioResult& last, std::size_t done, std::size_t total)>;

// Category::endpoint before the first scenario if the endpoint does not answer or refuses the key; Category::usage if
// nothing is selected or a program can't be started. A scenario that breaks is a result, not an error.
model::Result<Verified> verify(const VerifyOptions& options, const model::Profile& profile,
                               const model::Catalogue& catalogue, Recorder& recorder, const VerifyProgress& progress);

}  // namespace blobgauge::clients
