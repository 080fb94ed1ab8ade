#pragma once
// Points in time as the service writes them. The service counts ticks of 100 ns; ETags, snapshots and dates all come
// from them.
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace blobgauge::endpoint {

// Ticks of 100 ns since 0001-01-01, UTC.
struct Moment {
  std::int64_t ticks = 0;
  auto operator<=>(const Moment&) const = default;
  Moment seconds() const { return {ticks - ticks % 10'000'000}; }  // what an HTTP date can hold
  Moment plus(std::chrono::seconds time) const { return {ticks + time.count() * 10'000'000}; }
  std::chrono::system_clock::time_point point() const;
};

Moment moment_of(std::chrono::system_clock::time_point point);
std::chrono::sys_seconds whole_seconds(Moment moment);
std::string http_date(Moment moment);                     // "Thu, 22 Jan 2026 21:30:30 GMT", RFC 9110 section 5.6.7
std::optional<Moment> parse_http_date(std::string_view);  // that form and no other
std::string iso_time(Moment moment);                      // "2026-01-22T21:30:30.5251273Z"
std::optional<Moment> parse_iso_time(std::string_view);   // that form, fraction of 0 to 7 digits
std::string etag_of(Moment moment);                       // "\"0x8DE59FD77D53FC9\""

// Never gives the same moment twice, so that two writes in one tick differ in their ETags. Thread-safe.
class Clock {
 public:
  using Source = std::function<std::chrono::system_clock::time_point()>;
  explicit Clock(Source source = std::chrono::system_clock::now) : source_(std::move(source)) {}
  Moment now() const { return moment_of(source_()); }
  Moment next();

 private:
  Source source_;
  std::mutex mutex_;
  Moment last_;
};

}  // namespace blobgauge::endpoint
