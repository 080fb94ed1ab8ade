#include "model/date.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

#include "model/text.h"

namespace blobgauge::model {

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const auto year = parse_number(text.substr(0, 4)), month = parse_number(text.substr(5, 2)),
             day = parse_number(text.substr(8, 2));
  if (!year || !month || !day) return false;
  using namespace std::chrono;
  return year_month_day{std::chrono::year(static_cast<int>(*year)), std::chrono::month(static_cast<unsigned>(*month)),
                        std::chrono::day(static_cast<unsigned>(*day))}
      .ok();
}

std::string utc_date(std::chrono::system_clock::time_point moment) {
  return fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::chrono::system_clock::to_time_t(moment)));
}

std::optional<std::int64_t> http_time(std::string_view text) {
  std::tm time{};
  const std::string terminated(text);  // strptime's result points into it
  const auto* end = ::strptime(terminated.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &time);
  if (!end || *end) return std::nullopt;
  return ::timegm(&time);
}

}  // namespace blobgauge::model
