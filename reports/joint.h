#pragma once
// The joint document in Markdown: which REST calls clients need of an endpoint that speaks this API, per operation with
// its tier, who sends it and in which form, what may be answered and why, which permission it takes, what one or more
// candidates answer, and what is left out by decision. All of it is taken from the spec and from results; nothing is
// written by hand here, so that two builds of the same inputs are the same text.
#include <string>
#include <vector>

#include "model/catalogue.h"
#include "model/rationale.h"
#include "reports/overview.h"

namespace blobgauge::reports {

struct JointInput {
  const Input& results;  // `spec` is required; columns are the candidates and may be none
  const Overview& overview;
  const model::Catalogue& catalogue;
  const std::vector<model::RationaleRow>& decisions;
  std::string title = "What clients need of an endpoint for Azure Blob";
};

std::string to_joint(const JointInput& input);

}  // namespace blobgauge::reports
