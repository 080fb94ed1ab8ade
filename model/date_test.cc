#include "model/date.h"

#include <gtest/gtest.h>

namespace blobgauge::model {
namespace {

TEST(Date, IsADayThatExists) {
  for (const auto* day : {"2026-01-31", "2024-02-29", "1970-01-01", "9999-12-31"}) EXPECT_TRUE(is_date(day)) << day;
  for (const auto* other : {"", "2026-02-29", "2026-13-01", "2026-1-31", "2026-01-31T00:00:00Z", "31-01-2026",
                            "2026/01/31", "2026-01-+1", "2026-00-10", "2026-01-00"})
    EXPECT_FALSE(is_date(other)) << other;
}

TEST(Date, IsTheDayInUtc) {
  const std::chrono::system_clock::time_point epoch;
  EXPECT_EQ(utc_date(epoch), "1970-01-01");
  EXPECT_EQ(utc_date(epoch + std::chrono::hours(24 * 365) - std::chrono::seconds(1)), "1970-12-31");
}

}  // namespace
}  // namespace blobgauge::model
