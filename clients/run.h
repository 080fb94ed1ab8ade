#pragma once
// One scenario from its fixtures to its verdict; verify.h runs many.
#include <string>
#include <vector>

#include "clients/recording.h"
#include "clients/scenario.h"
#include "clients/store.h"
#include "model/classifier.h"
#include "model/profile.h"
#include "model/results.h"

namespace blobgauge::clients {

struct ScenarioRun {
  const ClientFile* file = nullptr;
  const Scenario* scenario = nullptr;
  std::string program, release;
  std::string container;          // name of its own
  std::string work;               // folder of its own, there and empty
  std::string trace;              // path
  std::string log;                // path of the client's output; empty: not kept
  std::string error_code_header;  // of the service
  std::chrono::seconds cap{0};
};

struct ScenarioOutcome {
  model::ScenarioResult result;
  bool hung = false;
};

// Never fails: what goes wrong around the client makes the scenario `blocked` or `error`, with the reason.
ScenarioOutcome run_scenario(const ScenarioRun& run, const model::Profile& profile, Store& store,
                             const model::Classifier& classifier, Recorder& recorder);

}  // namespace blobgauge::clients
