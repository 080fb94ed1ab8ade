#pragma once
// Small string rules that HTTP and the file formats share. ASCII only: header names and schemes have no other letters.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace blobgauge::model {

constexpr char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
std::string lower(std::string_view text);
bool iequals(std::string_view a, std::string_view b);
// 0 to 15, -1 for what is no hexadecimal digit.
int hex_digit(char c);
// Optional white space of RFC 9110 section 5.6.3: space and tab.
std::string_view trim(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);
// The whole text as a decimal number; nothing for an empty text, a sign, other characters or an overflow.
std::optional<std::uint64_t> parse_number(std::string_view text);
// Shell-like pattern: `*` is any run, `?` one character; letters compare without case (host names).
bool glob_match(std::string_view pattern, std::string_view text);
bool matches_any(const std::vector<std::string>& globs, std::string_view text);
// The candidate with the smallest edit distance, if it is close enough to be a typing error.
std::optional<std::string> closest(std::string_view text, const std::vector<std::string>& candidates);
std::vector<std::string> concatenated(std::vector<std::string> first, const std::vector<std::string>& second);
std::string base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);
// The same into memory that is used again; false where it is not base64, and then `out` is unspecified.
bool from_base64(std::string_view text, std::string& out);

}  // namespace blobgauge::model
