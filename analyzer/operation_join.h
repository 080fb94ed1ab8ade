#pragma once
// Two builders that make one operation, described as one: what only one of them sends is not always sent, what one
// surely does sometimes is done sometimes, and the weaker of two proofs counts. Not the merging of surfaces
// (model/surface.h), which puts releases, runs and platforms side by side and counts.
#include "model/surface.h"

namespace blobgauge::analyzer {

void join(model::OperationSurface& into, const model::OperationSurface& from);

// The same for two writes that stand under one name.
void join(model::Field& into, const model::Field& from);

}  // namespace blobgauge::analyzer
