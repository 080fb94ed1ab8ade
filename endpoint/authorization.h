#pragma once
// Who may do what: SharedKey, account and service SAS, and public access. Sets Request::grant and Request::version.
#include "endpoint/request.h"
#include "endpoint/route.h"
#include "endpoint/store.h"

namespace blobgauge::endpoint {

// Checks x-ms-version, then the signature, dates and addresses. What is right may still not suffice: see permit().
Outcome<void> authenticate(Request& request, Store& store, Moment now);

// Whether the grant covers the operation.
Outcome<void> permit(const Request& request, const Route& route, Store& store, Moment now);

// A right use of the store's own accounts with an older date than this is refused, as the service does.
inline constexpr std::chrono::minutes clock_skew{15};

}  // namespace blobgauge::endpoint
