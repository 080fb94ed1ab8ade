#pragma once
// Hash and equality of short texts (names and values of headers), inline and by words of eight bytes: a call of memcmp
// costs more than what it compares.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace blobgauge::model {

template <class Word = std::uint64_t>
std::uint64_t word_at(const char* data) {
  Word word = 0;
  std::memcpy(&word, data, sizeof word);
  return word;
}

// A text of fewer than eight bytes; texts of one size have the same word only if they are the same.
inline std::uint64_t short_word(std::string_view text) {
  const auto size = text.size();
  if (size >= 4) return word_at<std::uint32_t>(text.data()) << 32 | word_at<std::uint32_t>(text.data() + size - 4);
  if (size == 0) return 0;
  const auto byte = [&](std::size_t at) { return std::uint64_t{static_cast<unsigned char>(text[at])}; };
  return byte(0) << 16 | byte(size / 2) << 8 | byte(size - 1);
}

// Of the size, the beginning, the middle and the end: texts that differ nowhere else have the same.
inline std::uint64_t word_hash(std::string_view text) {
  std::uint64_t first = 0, middle = 0, last = 0;
  if (text.size() >= sizeof first) {
    first = word_at(text.data());
    middle = word_at(text.data() + (text.size() - sizeof first) / 2);
    last = word_at(text.data() + text.size() - sizeof first);
  } else {
    first = short_word(text);
  }
  const auto mixed =
      (first * 0x9E3779B97F4A7C15u ^ middle * 0xC2B2AE3D27D4EB4Fu ^ last * 0x165667B19E3779F9u) + (text.size() << 32);
  return (mixed ^ mixed >> 32) * 0xD6E8FEB86659FD93u;
}

// Are two texts of one size the same?
inline bool same_bytes(const char* a, const char* b, std::size_t size) {
  if (size < sizeof(std::uint64_t)) return short_word({a, size}) == short_word({b, size});
  // The last word begins where it just fits.
  const auto last = size - sizeof(std::uint64_t);
  for (std::size_t at = 0; at < last; at += sizeof(std::uint64_t))
    if (word_at(a + at) != word_at(b + at)) return false;
  return word_at(a + last) == word_at(b + last);
}

}  // namespace blobgauge::model
