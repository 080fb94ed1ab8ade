#include "analyzer/executable_coverage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace blobgauge::analyzer {
namespace {

TEST(ExecutableCoverage, EntriesAreReadInAnyOrder) {
  const auto ran = executed_entries("401000\n0x402000\n\n 401000 \n", "log");
  ASSERT_TRUE(ran) << describe(ran.error());
  EXPECT_THAT(*ran, testing::ElementsAre(0x401000, 0x402000));
}

TEST(ExecutableCoverage, WhatIsNoAddressIsRefusedWithItsLine) {
  for (const auto* text :
       {"401000\nmain.main\n", "401000\n401000 x\n", "401000\n-1\n", "401000\n11223344556677889\n"}) {
    const auto ran = executed_entries(text, "log");
    ASSERT_FALSE(ran) << text;
    EXPECT_EQ(ran.error().category, model::Category::input);
    EXPECT_EQ(ran.error().where.file, "log");
    EXPECT_EQ(ran.error().where.line, 2U);
  }
}

}  // namespace
}  // namespace blobgauge::analyzer
