#pragma once
// What must hold before a client's first request, in words: one line for each client's need and endpoint.
#include <string>

#include "model/results.h"

namespace blobgauge::reports {

// "holds", "does not hold: expected one of sas, bearer, got sas: 403", "differs: ...", "left open: ...". Made visible,
// unescaped otherwise. Empty for null.
std::string before_words(const model::CaseResult* item);

// It breaks a client, or is different from what a client expects.
bool before_needs_a_look(const model::CaseResult& item);

}  // namespace blobgauge::reports
