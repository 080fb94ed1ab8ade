#pragma once
// specs/policy/overrides.yaml: lines of the spec that people decided against what is computed. Each has a reason, the
// role that owns it and a date, stands in the spec, and is listed in every report. docs/formats/spec.md.
#include <string>
#include <vector>

#include "model/error.h"
#include "model/spec.h"

namespace blobgauge::replayer {

// Category::input for a line without a reason, an owner or a date, and for one that stands twice.
model::Result<std::vector<model::PolicyOverride>> load_overrides(const std::string& path);

// Changes the spec and notes there what it was. Category::input where the spec has no such line, or already says so: an
// override that changes nothing has outlived its cause.
model::Status apply_overrides(const std::vector<model::PolicyOverride>& overrides, model::Spec& spec);

}  // namespace blobgauge::replayer
