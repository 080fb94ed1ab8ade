#pragma once
// Small wrong changes of a recorded answer, one at a time and each of a kind: what `selfcheck` holds the contract
// against. Systematic and without chance, so two runs make the same mutants.
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "model/exchange.h"

namespace blobgauge::replayer {

struct AnswerMutant {
  // "dropped", "replaced" (by a text that has no form), "emptied", "changed" (one character, by another of its kind);
  // of a status "same class" (one that nobody has), "neighbour" (a common one of its class) and "other class"; of the
  // body "byte changed" (the first, the middle or the last), "cut".
  std::string_view kind;
  std::string field;         // "header ETag", "element Error/Code", "status", "body"
  model::Exchange exchange;  // with that one change
};

struct MutationRules {
  std::vector<std::string> open_headers;   // prefixes whose rest the user named: the field is called "header x-*"
  std::vector<std::string> open_elements;  // elements whose children the user named
};

// At most so many different elements of one document are changed, the first of each path.
inline constexpr std::size_t most_mutated_elements = 64;

void each_mutant(const model::Exchange& exchange, const MutationRules& rules,
                 const std::function<void(const AnswerMutant&)>& visit);

}  // namespace blobgauge::replayer
