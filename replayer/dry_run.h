#pragma once
// The requests of a run as text that a shell can run, and nothing is sent: to see what an endpoint will meet, or to
// send one of them by hand.
#include <string>
#include <vector>

#include "model/error.h"
#include "model/profile.h"
#include "replayer/runner.h"

namespace blobgauge::replayer {

// A comment per case and step, and a curl line each. Credentials are masked; what a run would learn from an answer,
// like an ETag, stands as its name in braces. Category::input for a mistake in a case.
model::Result<std::string> dry_run(const Suite& suite, const model::Spec& spec, const model::Profile& profile,
                                   const std::vector<Chosen>& cases, const RunOptions& options);

}  // namespace blobgauge::replayer
