#include "model/secret_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace blobgauge::model {
namespace {

TEST(SecretSet, FindsTheLongestThatBegins) {
  SecretSet set;
  for (const auto* secret : {"abcdefg", "abcdefghij", "abcdefgzz", "10.0.0.7"}) set.add(secret);
  EXPECT_EQ(set.at_begin("abcdefghijk"), 10u);
  EXPECT_EQ(set.at_begin("abcdefghi"), 7u);
  EXPECT_EQ(set.at_begin("abcdefgzy"), 7u);
  EXPECT_EQ(set.at_begin("abcdef"), 0u);
  EXPECT_EQ(set.at_begin("xabcdefg"), 0u);
  EXPECT_EQ(set.shortest(), 7u);
}

TEST(SecretSet, SeesASecretThatTheEndCuts) {
  SecretSet set;
  EXPECT_EQ(set.cut_at_end("anything"), 0u);
  set.add("0123456789abcdef");
  EXPECT_EQ(set.cut_at_end("sig=0123456789"), 10u);
  EXPECT_EQ(set.cut_at_end("0123456789abcde"), 15u);
  EXPECT_EQ(set.cut_at_end("sig=0123456789abcdef"), 0u) << "a whole one is not cut";
  EXPECT_EQ(set.cut_at_end("sig=012345"), 0u) << "so few bytes stand anywhere";
}

TEST(SecretSet, AgreesWithASearchForEach) {
  std::mt19937 random(20261121);
  const auto word = [&](std::size_t least, std::size_t most) {
    std::string out(std::uniform_int_distribution<std::size_t>(least, most)(random), ' ');
    for (char& c : out) c = static_cast<char>('a' + random() % 2);
    return out;
  };
  for (int round = 0; round < 200; ++round) {
    SecretSet set;
    std::vector<std::string> secrets;
    for (int i = 0; i < 30; ++i) secrets.push_back(word(7, 14));
    for (const auto& secret : secrets) set.add(secret);
    const auto text = word(50, 200);
    for (std::size_t at = 0; at < text.size(); ++at) {
      const auto rest = std::string_view(text).substr(at);
      std::size_t longest = 0;
      for (const auto& secret : secrets)
        if (rest.starts_with(secret)) longest = std::max(longest, secret.size());
      ASSERT_EQ(set.at_begin(rest), longest) << text << " at " << at;
    }
    std::size_t cut = 0;
    for (const auto& secret : secrets)
      for (std::size_t size = 7; size < secret.size(); ++size)
        if (text.ends_with(std::string_view(secret).substr(0, size))) cut = std::max(cut, size);
    ASSERT_EQ(set.cut_at_end(text), cut) << text;
  }
}

}  // namespace
}  // namespace blobgauge::model
