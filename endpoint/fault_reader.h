#pragma once
// YAML -> faults: docs/formats/faults.md.
#include <string>
#include <string_view>
#include <vector>

#include "endpoint/fault.h"
#include "model/error.h"

namespace blobgauge::endpoint {

// All faults of a file. Category::input with file:line:column for an unknown key, a name that stands twice, a pattern
// that is none.
model::Result<std::vector<Fault>> load_faults(const std::string& path);
model::Result<std::vector<Fault>> faults_from_yaml(std::string_view text, std::string file);

// Those that are named, in the order of the names. Category::usage for a name that no fault has.
model::Result<std::vector<Fault>> pick_faults(const std::vector<Fault>& all, const std::vector<std::string>& names);

}  // namespace blobgauge::endpoint
