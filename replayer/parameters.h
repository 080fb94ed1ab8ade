#pragma once
// Parameters in a YAML tree: a scalar that is `$name` becomes the argument's node, `$(name)` inside a scalar or a key
// its text. A key whose `$name` was not given goes away, so an argument may be left out. `${name}` is something else: a
// hole, filled when a request is made (template.h). docs/formats/cases.md is the contract.
#include <map>
#include <set>
#include <string>

#include "model/yaml.h"

namespace blobgauge::replayer {

using Arguments = std::map<std::string, model::yaml::Node>;

void fill_parameters(model::yaml::Node& node, const Arguments& arguments);

// The names of the parameters in a tree, to tell a mistyped one.
std::set<std::string> parameters_of(const model::yaml::Node& node);

}  // namespace blobgauge::replayer
