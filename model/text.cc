#include "model/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <numeric>

#include "model/word_hash.h"

namespace blobgauge::model {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), ascii_lower);
  return out;
}

namespace {

constexpr std::uint64_t each_byte(unsigned char c) { return 0x0101010101010101u * c; }

// Are these eight bytes each other's but for the case of letters? What differs must be the bit for the case alone, and
// that in letters: bit 7 of a byte says so after the additions, which carry into no other byte.
bool same_letters(std::uint64_t a, std::uint64_t b) {
  const auto differs = a ^ b;
  if (differs == 0) return true;
  if (differs & ~each_byte(0x20)) return false;
  const auto lower = a | each_byte(0x20), low_bits = lower & each_byte(0x7f);
  const auto letters =
      (low_bits + each_byte(0x80 - 'a')) & ~(low_bits + each_byte(0x7f - 'z')) & ~lower & each_byte(0x80);
  return ((differs << 2) & ~letters) == 0;
}

// In words of which the last one begins where it just fits; `size` is that of a word or more.
template <class Word>
bool same_letters(const char* a, const char* b, std::size_t size) {
  const auto last = size - sizeof(Word);
  for (std::size_t at = 0; at < last; at += sizeof(Word))
    if (!same_letters(word_at<Word>(a + at), word_at<Word>(b + at))) return false;
  return same_letters(word_at<Word>(a + last), word_at<Word>(b + last));
}

}  // namespace

bool iequals(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  if (a.size() >= sizeof(std::uint64_t)) return same_letters<std::uint64_t>(a.data(), b.data(), a.size());
  if (a.size() >= sizeof(std::uint32_t)) return same_letters<std::uint32_t>(a.data(), b.data(), a.size());
  return std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char letter = ascii_lower(c);
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t start = 0;;) {
    const auto end = text.find(separator, start);
    if (end == std::string_view::npos) {
      parts.push_back(text.substr(start));
      return parts;
    }
    parts.push_back(text.substr(start, end - start));
    start = end + 1;
  }
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool glob_match(std::string_view pattern, std::string_view text) {
  // Most names that are asked for end in another character than the pattern, and need no more.
  if (!pattern.empty() && pattern.back() != '*' && pattern.back() != '?' &&
      (text.empty() || ascii_lower(pattern.back()) != ascii_lower(text.back())))
    return false;
  // Greedy with one point of return: linear in practice, and no recursion on hostile patterns.
  std::size_t p = 0, t = 0, star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || ascii_lower(pattern[p]) == ascii_lower(text[t]))) {
      ++p, ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool matches_any(const std::vector<std::string>& globs, std::string_view text) {
  return std::any_of(globs.begin(), globs.end(), [&](const auto& glob) { return glob_match(glob, text); });
}

std::optional<std::string> closest(std::string_view text, const std::vector<std::string>& candidates) {
  std::optional<std::string> best;
  std::size_t best_distance = std::max<std::size_t>(2, text.size() / 3) + 1;
  for (const auto& candidate : candidates) {
    std::vector<std::size_t> row(candidate.size() + 1);
    std::iota(row.begin(), row.end(), 0);
    for (std::size_t i = 1; i <= text.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i;
      for (std::size_t j = 1; j <= candidate.size(); ++j) {
        const std::size_t above = row[j];
        row[j] = std::min(
            {row[j] + 1, row[j - 1] + 1, diagonal + (ascii_lower(text[i - 1]) != ascii_lower(candidate[j - 1]))});
        diagonal = above;
      }
    }
    if (row.back() < best_distance) {
      best_distance = row.back();
      best = candidate;
    }
  }
  return best;
}

static constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::vector<std::string> concatenated(std::vector<std::string> first, const std::vector<std::string>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

std::string base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t bits = 0;
  int count = 0;
  for (const unsigned char byte : bytes) {
    bits = bits << 8 | byte;
    for (count += 8; count >= 6; count -= 6) out += alphabet[bits >> (count - 6) & 63];
  }
  if (count) out += alphabet[bits << (6 - count) & 63];
  while (out.size() % 4) out += '=';
  return out;
}

bool from_base64(std::string_view text, std::string& out) {
  out.clear();
  if (text.size() % 4) return false;
  const auto padding = text.size() - std::min(text.find('='), text.size());
  if (padding > 2) return false;
  static constexpr auto values = [] {
    std::array<std::int8_t, 256> table{};
    table.fill(-1);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
      table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
    return table;
  }();
  const auto value = [&](std::size_t at) { return std::int32_t{values[static_cast<unsigned char>(text[at])]}; };
  const auto digits = text.size() - padding, whole = digits / 4 * 4;
  out.resize(digits * 3 / 4);
  char* to = out.data();
  std::int32_t seen = 0;  // negative once a byte was no digit
  for (std::size_t at = 0; at < whole; at += 4, to += 3) {
    const auto a = value(at), b = value(at + 1), c = value(at + 2), d = value(at + 3);
    seen |= a | b | c | d;
    const auto bits = static_cast<std::uint32_t>(a) << 18 | static_cast<std::uint32_t>(b) << 12 |
                      static_cast<std::uint32_t>(c) << 6 | static_cast<std::uint32_t>(d);
    to[0] = static_cast<char>(bits >> 16);
    to[1] = static_cast<char>(bits >> 8);
    to[2] = static_cast<char>(bits);
  }
  if (padding) {
    const auto a = value(whole), b = value(whole + 1), c = padding == 1 ? value(whole + 2) : 0;
    seen |= a | b | c;
    to[0] = static_cast<char>(static_cast<std::uint32_t>(a) << 2 | static_cast<std::uint32_t>(b) >> 4);
    if (padding == 1)
      to[1] = static_cast<char>(static_cast<std::uint32_t>(b) << 4 | static_cast<std::uint32_t>(c) >> 2);
  }
  return seen >= 0 && text.substr(digits).find_first_not_of('=') == std::string_view::npos;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string out;
  return from_base64(text, out) ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace blobgauge::model
