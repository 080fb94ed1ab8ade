#pragma once
// One field of a request as the program's own code leaves it: what its emissions together say of its presence, its
// value and its guards. What stages of pipelines make of it afterwards is stage_passage.h's.
#include <string>

#include "analyzer/request_shape.h"

namespace blobgauge::analyzer {

inline constexpr std::size_t most_guards = 6;  // kept of a field

// The key of RequestShape's maps: headers do not tell case apart.
std::string key_of(const FieldWrite& write, const std::string& name);

// All that its emissions can put there.
Domain written(const ShapedField& field);

// Fills presence, value, guards and reason from the emissions.
void decide(ShapedField& field);

}  // namespace blobgauge::analyzer
