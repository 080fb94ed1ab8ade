#include "endpoint/moment.h"

#include <fmt/format.h>

#include <array>

#include "model/text.h"

namespace blobgauge::endpoint {
namespace {

using namespace std::chrono;

constexpr std::int64_t ticks_per_second = 10'000'000;
constexpr std::int64_t epoch = 621'355'968'000'000'000;  // ticks at 1970-01-01
constexpr std::array<std::string_view, 7> weekdays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Parts {
  year_month_day date;
  unsigned weekday;
  std::int64_t hour, minute, second, fraction;
};

Parts split(Moment moment) {
  const auto since = moment.ticks - epoch;
  const auto whole = since >= 0 ? since / ticks_per_second : (since - ticks_per_second + 1) / ticks_per_second;
  const auto day = floor<days>(sys_seconds(seconds(whole)));
  const auto rest = whole - duration_cast<seconds>(day.time_since_epoch()).count();
  return {year_month_day(day), weekday(day).c_encoding(),       rest / 3600, rest / 60 % 60,
          rest % 60,           since - whole * ticks_per_second};
}

std::optional<Moment> join(unsigned year_, unsigned month_, unsigned day_, unsigned hour, unsigned minute,
                           unsigned second, std::int64_t fraction) {
  const year_month_day date{year(static_cast<int>(year_)), month(month_), day(day_)};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const auto whole = sys_days(date) + hours(hour) + minutes(minute) + seconds(second);
  return Moment{epoch + duration_cast<seconds>(whole.time_since_epoch()).count() * ticks_per_second + fraction};
}

// A fixed-width number at `at`.
std::optional<unsigned> number(std::string_view text, std::size_t at, std::size_t size) {
  if (at + size > text.size()) return std::nullopt;
  const auto value = model::parse_number(text.substr(at, size));
  return value ? std::optional(static_cast<unsigned>(*value)) : std::nullopt;
}

}  // namespace

system_clock::time_point Moment::point() const {
  return system_clock::time_point(duration_cast<system_clock::duration>(nanoseconds((ticks - epoch) * 100)));
}

sys_seconds whole_seconds(Moment moment) { return floor<seconds>(moment.point()); }

Moment moment_of(system_clock::time_point point) {
  return {epoch + duration_cast<nanoseconds>(point.time_since_epoch()).count() / 100};
}

std::string http_date(Moment moment) {
  const auto at = split(moment);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", weekdays[at.weekday], unsigned(at.date.day()),
                     months[unsigned(at.date.month()) - 1], int(at.date.year()), at.hour, at.minute, at.second);
}

std::optional<Moment> parse_http_date(std::string_view text) {
  if (text.size() != 29 || !text.ends_with(" GMT") || text.substr(3, 2) != ", ") return std::nullopt;
  const auto day = number(text, 5, 2), year = number(text, 12, 4), hour = number(text, 17, 2),
             minute = number(text, 20, 2), second = number(text, 23, 2);
  unsigned month = 0;
  for (unsigned i = 0; i < 12; ++i)
    if (text.substr(8, 3) == months[i]) month = i + 1;
  if (!day || !year || !hour || !minute || !second || !month) return std::nullopt;
  return join(*year, month, *day, *hour, *minute, *second, 0);
}

std::string iso_time(Moment moment) {
  const auto at = split(moment);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:07}Z", int(at.date.year()), unsigned(at.date.month()),
                     unsigned(at.date.day()), at.hour, at.minute, at.second, at.fraction);
}

std::optional<Moment> parse_iso_time(std::string_view text) {
  const auto year = number(text, 0, 4), month = number(text, 5, 2), day = number(text, 8, 2),
             hour = number(text, 11, 2), minute = number(text, 14, 2), second = number(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  if (text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text.back() != 'Z')
    return std::nullopt;
  std::int64_t fraction = 0;
  auto digits = text.substr(19, text.size() - 20);
  if (!digits.empty()) {
    if (digits[0] != '.' || digits.size() < 2 || digits.size() > 8) return std::nullopt;
    const auto value = model::parse_number(digits.substr(1));
    if (!value) return std::nullopt;
    fraction = static_cast<std::int64_t>(*value);
    for (auto size = digits.size(); size < 8; ++size) fraction *= 10;
  }
  return join(*year, *month, *day, *hour, *minute, *second, fraction);
}

std::string etag_of(Moment moment) { return fmt::format("\"0x{:X}\"", moment.ticks); }

Moment Clock::next() {
  const std::scoped_lock lock(mutex_);
  last_ = std::max(now(), Moment{last_.ticks + 1});
  return last_;
}

}  // namespace blobgauge::endpoint
