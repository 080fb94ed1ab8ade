#pragma once
// Expectations that nothing can ever test: they look like a check and are none. For `spec lint`.
#include <vector>

#include "model/catalogue.h"
#include "model/spec.h"
#include "replayer/spec_lint.h"
#include "replayer/suite.h"

namespace blobgauge::replayer {

// - a body, or XML, that is expected of an answer which has none (HEAD, 204, 304), or with a status other than that;
// - an error code with nothing but success statuses;
// - two expectations of one step that cannot both hold;
// - what every success answer of an operation has, where no step asks for a success of it;
// - what holds from an API version on that is newer than the catalogue's highest;
// - a rule for answers about operations that the catalogue does not have, or whose versions end before they begin.
std::vector<LintFinding> unreachable(const model::Spec& spec, const Suite& suite, const model::Catalogue& catalogue);

}  // namespace blobgauge::replayer
