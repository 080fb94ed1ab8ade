#pragma once
// A program's facts joined with the catalogue: which operations it can send, in which form, from where. The operation
// of a request is named by the classifier from its method, address, query and headers, never from a function's name.
#include <string>
#include <vector>

#include "analyzer/client_rules.h"
#include "analyzer/facts.h"
#include "model/catalogue.h"
#include "model/error.h"
#include "model/surface.h"

namespace blobgauge::analyzer {

struct StaticOptions {
  std::size_t paths = 8;                          // call paths kept for each operation, one a root, shortest first
  std::string explain_operation, explain_header;  // what `explanation` is wanted for; empty: nothing
};

struct StaticResult {
  model::Surface surface;
  std::string explanation;                  // text for people
  std::vector<std::string> other_requests;  // of other services, "place: METHOD address"
};

// Category::input where the facts name no request of the service at all: the client's rules then fit another program.
model::Result<StaticResult> infer_static(const Facts& facts, const ClientRules& rules,
                                         const model::Catalogue& catalogue, const StaticOptions& options = {});

}  // namespace blobgauge::analyzer
