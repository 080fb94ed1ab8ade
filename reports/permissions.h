#pragma once
// Which permissions the clients need, in Markdown: per client the letters that a SAS must have and the actions that a
// role must allow, then per operation. From the spec (who sends what) and the catalogue (what each operation takes).
#include <string>

#include "model/catalogue.h"
#include "model/spec.h"

namespace blobgauge::reports {

// `tier`: only operations of that tier; empty: all.
std::string to_permissions(const model::Spec& spec, const model::Catalogue& catalogue, const std::string& tier);

}  // namespace blobgauge::reports
