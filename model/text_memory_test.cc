#include "model/text_memory.h"

#include <gtest/gtest.h>

#include <string>

namespace blobgauge::model {
namespace {

TEST(TextMemory, HasWhatWasAddedAndNothingElse) {
  TextMemory memory;
  EXPECT_FALSE(memory.has(""));
  memory.add("2021-12-02");
  EXPECT_TRUE(memory.has("2021-12-02"));
  EXPECT_FALSE(memory.has("2021-12-03"));
  EXPECT_FALSE(memory.has("2021-12-0"));
  memory.add("");
  EXPECT_TRUE(memory.has(""));
}

TEST(TextMemory, KeepsKindsApart) {
  TextMemory memory;
  memory.add("x-ms-version", 1);
  EXPECT_TRUE(memory.has("x-ms-version", 1));
  EXPECT_FALSE(memory.has("x-ms-version", 0));
}

TEST(TextMemory, TakesNoLongText) {
  TextMemory memory;
  const std::string longest(TextMemory::longest, 'a'), longer(TextMemory::longest + 1, 'a');
  memory.add(longest);
  memory.add(longer);
  EXPECT_TRUE(memory.has(longest));
  EXPECT_FALSE(memory.has(longer));
}

// Texts that share a place because they differ in no byte that the hash sees.
TEST(TextMemory, ComparesEveryByte) {
  TextMemory memory;
  const std::string a(64, 'a');
  memory.add(a);
  for (std::size_t i = 0; i < a.size(); ++i) {
    auto other = a;
    other[i] = 'b';
    EXPECT_FALSE(memory.has(other)) << i;
  }
}

TEST(TextMemory, WhatIsWantedOutlivesWhatNeverComesAgain) {
  TextMemory memory;
  memory.add("keep-alive");
  std::size_t lost = 0;
  for (int i = 0; i < 100'000; ++i) {
    lost += !memory.has("keep-alive");
    memory.add("request " + std::to_string(i));
  }
  EXPECT_EQ(lost, 0u);
  for (int i = 0; i < 100'000; ++i) memory.add("request " + std::to_string(i));
  EXPECT_FALSE(memory.has("keep-alive")) << "what is not asked for gives way";
}

}  // namespace
}  // namespace blobgauge::model
