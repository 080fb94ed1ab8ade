#include "model/mask.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "model/text.h"

namespace blobgauge::model {
namespace {

constexpr std::string_view token_mark = "-jwt";
constexpr std::size_t longest_number = 7, longest_claim = 64, most_claims = 64;
constexpr std::size_t shortest_token = 20;  // its head alone has a name and a value

constexpr bool alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
constexpr bool digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool claim_character(char c) { return alphanumeric(c) || c == '_'; }
constexpr bool printable(unsigned char c) { return (c >= 0x20 && c < 0x7f) || c == '\t' || c == '\r' || c == '\n'; }

constexpr auto base64_values = [] {
  std::array<std::int8_t, 256> out{};
  out.fill(-1);
  for (int i = 0; i < 26; ++i) {
    out[static_cast<std::size_t>('A' + i)] = static_cast<std::int8_t>(i);
    out[static_cast<std::size_t>('a' + i)] = static_cast<std::int8_t>(26 + i);
  }
  for (int i = 0; i < 10; ++i) out[static_cast<std::size_t>('0' + i)] = static_cast<std::int8_t>(52 + i);
  out['+'] = out['-'] = 62;
  out['/'] = out['_'] = 63;
  return out;
}();

constexpr bool base64_character(char c) { return base64_values[static_cast<unsigned char>(c)] >= 0; }

// The size of the run of base64 characters at the beginning.
std::size_t run_size(std::string_view text) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), base64_character) - text.begin());
}

// The names of an object's own members. Hand-written, because every request of a client with a token has one.
std::string member_names(std::string_view json) {
  std::string out;
  int depth = 0;
  std::size_t count = 0;
  for (std::size_t at = 0; at < json.size(); ++at) {
    if (json[at] == '{' || json[at] == '[') ++depth;
    if (json[at] == '}' || json[at] == ']') --depth;
    if (json[at] != '"') continue;
    const auto begin = at + 1;
    for (++at; at < json.size() && json[at] != '"'; ++at)
      if (json[at] == '\\') ++at;
    const auto after = json.find_first_not_of(" \t\r\n", std::min(at + 1, json.size()));
    if (depth != 1 || at >= json.size() || after == std::string_view::npos || json[after] != ':') continue;
    const auto name = json.substr(begin, std::min(at - begin, longest_claim));
    if (name.empty() || ++count > most_claims) continue;
    out += '.';
    for (const char c : name) out += claim_character(c) ? c : '_';
  }
  return out;
}

// The claims of a whole token; false if it is none.
bool claims_of(std::string_view token, std::string& claims) {
  if (!token.starts_with("eyJ") || token_size(token) != token.size()) return false;
  const auto parts = split(token, '.');
  std::string payload;
  if (parts.size() == 3 && parts[1].starts_with("ey")) {
    // A name that is not ASCII ends what can be read of the claims.
    (void)decode_printable(parts[1], payload);
    claims = member_names(payload);
  }
  return true;
}

}  // namespace

bool is_mask(std::string_view value) {
  if (!value.starts_with(redacted)) return false;
  value.remove_prefix(redacted.size());
  if (value.empty()) return true;
  if (value.starts_with(token_mark)) {
    value.remove_prefix(token_mark.size());
    return value.empty() || (value.front() == '.' && std::all_of(value.begin(), value.end(), [](char c) {
                               return claim_character(c) || c == '.';
                             }));
  }
  return value.size() > 1 && value.size() <= longest_number + 1 && value.front() == '-' &&
         std::all_of(value.begin() + 1, value.end(), digit);
}

bool is_foreign_mask(std::string_view value) {
  const auto at = value.find(redacted);
  if (at == std::string_view::npos) return false;
  const auto rest = value.substr(at + redacted.size());
  return std::none_of(value.begin(), value.begin() + static_cast<std::ptrdiff_t>(at), alphanumeric) &&
         std::none_of(rest.begin(), rest.end(), alphanumeric);
}

std::string mask_of(std::string_view value, bool sized) {
  std::string out(redacted);
  if (is_foreign_mask(value)) return out;
  if (std::string claims; claims_of(value, claims)) return out.append(token_mark).append(claims);
  if (sized && value.size() < 10'000'000) out.append("-").append(std::to_string(value.size()));
  return out;
}

std::size_t token_size(std::string_view text) {
  if (!text.starts_with("eyJ")) return 0;
  std::size_t at = 0;
  int parts = 0;
  for (; parts < 5; ++parts) {
    const auto size = run_size(text.substr(at));
    // The third part of an unsigned token and the second of an encrypted one may be empty.
    if (size == 0 && parts == 0) return 0;
    at += size;
    if (at >= text.size() || text[at] != '.') {
      ++parts;
      break;
    }
    if (parts < 4) ++at;
  }
  if (parts < 3 || at < shortest_token) return 0;
  std::string head;
  const auto first = text.substr(0, text.find('.'));
  return decode_printable(first, head) && head.starts_with("{") && head.find('"') != std::string::npos ? at : 0;
}

bool decode_printable(std::string_view text, std::string& out) {
  out.clear();
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const auto value = base64_values[static_cast<unsigned char>(c)];
    if (value < 0) break;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    if ((count += 6) < 8) continue;
    const auto byte = static_cast<unsigned char>(bits >> (count -= 8));
    if (!printable(byte)) return false;
    out += static_cast<char>(byte);
  }
  return true;
}

}  // namespace blobgauge::model
