#pragma once
// The requests of an executable's libraries without these libraries' source: facts made from machine code. They name
// each request's method, address, parameters and headers as far as those are constant, which is enough to name its
// operation, and say nothing of guards, values that are made at run time, statuses and answers.
#include "analyzer/client_rules.h"
#include "analyzer/facts.h"
#include "analyzer/gobinary/reachability.h"

namespace blobgauge::analyzer {

// The inverse of linker_symbol: "example.org/sdk/gen.(*Client).get" -> "(*example.org/sdk/gen.Client).get", with its
// package. A closure is taken for the function around it.
Function function_of_symbol(std::string_view symbol);

// Requests that the rules' builders make through the rules' request makers, reached or not. What is not constant in
// one has no text in the facts; a method that is not has no value at all.
Facts facts_of_machine_code(const gobinary::Executable& executable, const gobinary::Reach& reach,
                            const ClientRules& rules);

}  // namespace blobgauge::analyzer
