#pragma once
// Calendar days as files of this project write them: "2026-01-31", so that text order is the order of time.
#include <chrono>
#include <string>
#include <string_view>

namespace blobgauge::model {

// A day that exists, in exactly this form.
bool is_date(std::string_view text);
// The day of that moment, UTC.
std::string utc_date(std::chrono::system_clock::time_point moment);

}  // namespace blobgauge::model
