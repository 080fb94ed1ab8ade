#pragma once
// What two observed surfaces show of how the client goes about the scenarios that both have.
#include <vector>

#include "model/surface_diff.h"

namespace blobgauge::model {

// Numbers, orders and sizes are evidence: the endpoint sees the same requests, more or fewer of them. A body that is
// larger than any before is breaking: an endpoint must take it. Scenarios that only one of them has say nothing.
std::vector<SurfaceChange> traffic_changes(const Surface& before, const Surface& after);

}  // namespace blobgauge::model
