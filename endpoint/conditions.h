#pragma once
// Conditional requests ("Specifying conditional headers for Blob service operations" of the REST reference; outcomes as
// recordings show them, docs/endpoint.md).
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "endpoint/moment.h"
#include "endpoint/refusal.h"
#include "endpoint/request.h"

namespace blobgauge::endpoint {

// The four conditions as one request states them.
struct Conditions {
  std::vector<std::string> match, none_match;  // ETags without quotes, or "*"
  std::optional<Moment> modified_since, unmodified_since;

  bool empty() const { return match.empty() && none_match.empty() && !modified_since && !unmodified_since; }
  bool any_etag() const;  // If-None-Match: *
};

enum class ConditionOutcome { met, not_modified, failed };

// `prefix` goes before the standard names: "x-ms-source-" for conditions on a copy source. Unreadable dates are
// refused: a condition that is dropped silently loses data.
Outcome<Conditions> read_conditions(const model::Headers& headers, std::string_view prefix = {});

// Against a resource, or against none. Where If-Match is given If-Unmodified-Since is not looked at, and the same for
// If-None-Match and If-Modified-Since (RFC 9110 section 13.2.2).
ConditionOutcome evaluate(const Conditions& conditions, std::optional<Moment> modified);

// For an operation that reads: 304 or 412.
Outcome<void> permit_read(const Request& request, Moment modified);
// For an operation that changes or replaces: 412; a replacing one answers If-None-Match: * with 409.
Outcome<void> permit_write(const Request& request, std::optional<Moment> modified);
Outcome<void> permit_replace(const Request& request, std::optional<Moment> modified);

}  // namespace blobgauge::endpoint
