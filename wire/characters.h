#pragma once
// The character classes of RFC 9110 section 5.6 that heads and trailers are judged by.
#include <algorithm>
#include <string_view>

namespace blobgauge::wire {

constexpr bool is_token_char(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}
constexpr bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}
constexpr bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }
constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }

// What is wrong with the text of a field line or start line, or nullptr. Bytes from 0x80 on (obs-text) are let through.
constexpr const char* bad_character(std::string_view text) {
  for (const char c : text) {
    if (c == '\r') return "a CR that does not end the line";
    if (c == '\0') return "a NUL byte";
    if (c == '\n') return "an LF inside the line";
    if (is_control(c) && c != '\t') return "a control character";
  }
  return nullptr;
}

// What is wrong with a field line ("name: value", without its CRLF), or nullptr.
constexpr const char* bad_field_line(std::string_view text) {
  if (const char* bad = bad_character(text)) return bad;
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return "a field line without a colon";
  const auto name = text.substr(0, colon);
  if (name.empty()) return "a field without a name";
  if (is_blank(name.back())) return "white space before the colon of a field";
  if (!is_token(name)) return "a character in a field name that no name may have";
  return nullptr;
}

}  // namespace blobgauge::wire
