#include "endpoint/content.h"

#include <gtest/gtest.h>

#include <random>

namespace blobgauge::endpoint {
namespace {

std::string noise(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string out(size, '\0');
  for (auto& c : out) c = static_cast<char>(random());
  return out;
}

Content keep(ContentStore& store, std::string_view bytes, std::size_t step = 7) {
  auto writer = store.writer();
  for (std::size_t at = 0; at < bytes.size(); at += step) EXPECT_TRUE(writer.append(bytes.substr(at, step)));
  return writer.finish().value();
}

std::string all(const Content& content) {
  std::string out(content.size(), '\0');
  EXPECT_TRUE(content.read(0, out));
  return out;
}

TEST(Content, KeepsWhatItWasGivenHoweverItIsCut) {
  for (const std::uint64_t memory : {std::uint64_t{0}, std::uint64_t{100}, std::uint64_t{1} << 20}) {
    ContentStore store({memory, 64, ""});
    const auto bytes = noise(1000, 1);
    const auto content = keep(store, bytes);
    ASSERT_EQ(content.size(), bytes.size());
    EXPECT_EQ(all(content), bytes);
    for (std::size_t from = 0; from < bytes.size(); from += 37)
      for (const std::size_t size : {std::size_t{1}, std::size_t{64}, bytes.size() - from}) {
        if (from + size > bytes.size()) continue;
        EXPECT_EQ(all(content.slice(from, size)), bytes.substr(from, size));
        std::string out(size, '\0');
        EXPECT_TRUE(content.read(from, out));
        EXPECT_EQ(out, bytes.substr(from, size));
      }
  }
}

TEST(Content, MemoryIsBoundedAndGivenBack) {
  ContentStore store({1000, 100, ""});
  {
    const auto a = keep(store, noise(800, 1)), b = keep(store, noise(800, 2));
    EXPECT_LE(store.memory_used(), 1000u);
    EXPECT_EQ(store.memory_used() + store.spilled(), 1600u);
    EXPECT_EQ(all(b), noise(800, 2));
  }
  EXPECT_EQ(store.memory_used(), 0u);
  EXPECT_EQ(store.spilled(), 0u);
}

TEST(Content, JoinsShareTheirPieces) {
  ContentStore store({1 << 20, 100, ""});
  const auto a = keep(store, "first"), b = keep(store, "second");
  Content joined;
  joined.append(b);
  joined.append(a);
  joined.append(a.slice(1, 2));
  EXPECT_EQ(all(joined), "secondfirstir");
  EXPECT_EQ(store.memory_used(), 11u);
  EXPECT_EQ(all(joined.slice(4, 5)), "ndfir");
}

TEST(Content, EmptyIsEmpty) {
  ContentStore store;
  const auto content = keep(store, "");
  EXPECT_EQ(content.size(), 0u);
  EXPECT_EQ(all(content.slice(0, 0)), "");
}

TEST(Content, SaysWhereItCannotSpill) {
  ContentStore store({0, 10, "/nowhere/at/all"});
  auto writer = store.writer();
  const auto status = writer.append("more than ten bytes");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().category, model::Category::output);
  EXPECT_NE(status.error().message.find("/nowhere/at/all"), std::string::npos);
}

}  // namespace
}  // namespace blobgauge::endpoint
