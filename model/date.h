#pragma once
// Calendar days as files of this project write them: "2026-01-31", so that text order is the order of time. And the
// moments of HTTP.
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace blobgauge::model {

// A day that exists, in exactly this form.
bool is_date(std::string_view text);
// The day of that moment, UTC.
std::string utc_date(std::chrono::system_clock::time_point moment);

// Seconds since 1970 of an IMF-fixdate, "Tue, 15 Nov 1994 08:12:31 GMT" (RFC 9110 section 5.6.7); nothing for others.
std::optional<std::int64_t> http_time(std::string_view text);

}  // namespace blobgauge::model
