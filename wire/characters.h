#pragma once
// The character classes of RFC 9110 section 5.6 that heads and trailers are judged by.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace blobgauge::wire {

// Heads are judged byte by byte, so each question is one look-up.
using CharacterSet = std::array<bool, 256>;

inline constexpr CharacterSet token_characters = [] {
  CharacterSet out{};
  for (int c = 'a'; c <= 'z'; ++c) out[c] = out[c - 'a' + 'A'] = true;
  for (int c = '0'; c <= '9'; ++c) out[c] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) out[static_cast<unsigned char>(c)] = true;
  return out;
}();

// Controls that no line may have: all but the tab.
inline constexpr CharacterSet bad_controls = [] {
  CharacterSet out{};
  for (int c = 0; c < 0x20; ++c) out[c] = c != '\t';
  out[0x7F] = true;
  return out;
}();

constexpr bool is_token_char(char c) { return token_characters[static_cast<unsigned char>(c)]; }
constexpr bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}
constexpr bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }
constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }

// Eight bytes at once: false where none of them is below 0x20 or is 0x7F (Bit Twiddling Hacks, "Determine if a word has
// a byte less than n"). A tab makes it true.
constexpr bool may_have_control(std::uint64_t word) {
  constexpr std::uint64_t ones = ~std::uint64_t{0} / 255, tops = ones * 0x80;
  const auto del = word ^ (ones * 0x7F);
  return ((((word - ones * 0x20) & ~word) | ((del - ones) & ~del)) & tops) != 0;
}

// What is wrong with the text of a field line or start line, or nullptr. Bytes from 0x80 on (obs-text) are let through.
inline const char* bad_character(std::string_view text) {
  for (std::uint64_t word; text.size() >= sizeof word; text.remove_prefix(sizeof word)) {
    std::memcpy(&word, text.data(), sizeof word);
    if (may_have_control(word)) break;
  }
  for (const char c : text) {
    if (!bad_controls[static_cast<unsigned char>(c)]) continue;
    if (c == '\r') return "a CR that does not end the line";
    if (c == '\0') return "a NUL byte";
    if (c == '\n') return "an LF inside the line";
    return "a control character";
  }
  return nullptr;
}

// What is wrong with the form of a field line ("name: value", without its CRLF) that has no bad character, or nullptr.
constexpr const char* bad_field_form(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return "a field line without a colon";
  const auto name = text.substr(0, colon);
  if (name.empty()) return "a field without a name";
  if (is_blank(name.back())) return "white space before the colon of a field";
  if (!is_token(name)) return "a character in a field name that no name may have";
  return nullptr;
}

inline const char* bad_field_line(std::string_view text) {
  if (const char* bad = bad_character(text)) return bad;
  return bad_field_form(text);
}

}  // namespace blobgauge::wire
