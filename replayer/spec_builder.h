#pragma once
// Surfaces, scenarios, policy and cases -> the MVP spec. Pure and deterministic: equal inputs give equal bytes, so a
// committed spec is checked for drift by building it again.
#include <optional>
#include <string>
#include <vector>

#include "model/catalogue.h"
#include "model/spec.h"
#include "model/surface.h"
#include "replayer/policy.h"
#include "replayer/suite.h"

namespace blobgauge::replayer {

struct SpecInputs {
  const model::Catalogue& catalogue;
  const Suite& suite;
  Policy policy;
  std::vector<ScenarioLine> scenarios;
  std::vector<model::Surface> clients;           // observed ones decide tiers, static ones what a client reads
  std::optional<model::Surface> real_service;    // observed of the service itself; without it the cases' words stand
  model::AnswerRules answers = {};               // what holds for any answer of the service
  std::vector<model::Precondition> before = {};  // what must hold before the first request; tiers are computed
};

// Category::usage where no observed surface of the mvp client is among the inputs.
model::Result<model::Spec> build_spec(const SpecInputs& inputs);

}  // namespace blobgauge::replayer
