#include "replayer/answer_form.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "model/text.h"

namespace blobgauge::replayer {
namespace {

// Other files of this part have short names too.
namespace shapes {

bool digit(char c) { return c >= '0' && c <= '9'; }

constexpr auto hex_digits = [] {
  std::array<bool, 256> out{};
  for (const char c : std::string_view("0123456789abcdefABCDEF")) out[static_cast<unsigned char>(c)] = true;
  return out;
}();
bool hex_digit(char c) { return hex_digits[static_cast<unsigned char>(c)]; }

// '9' a digit, 'h' a lower-case or upper-case hexadecimal digit, '?' any character, anything else itself.
bool shaped(std::string_view text, std::string_view shape) {
  if (text.size() != shape.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool fits = shape[i] == '9'   ? digit(text[i])
                      : shape[i] == 'h' ? hex_digit(text[i])
                                        : shape[i] == '?' || text[i] == shape[i];
    if (!fits) return false;
  }
  return true;
}

int two(std::string_view text, std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); }

// Days since 1970 of the proleptic Gregorian calendar.
int days(int year, int month, int day) {
  year -= month <= 2;
  const int era = year / 400, of_era = year - era * 400;
  const int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

// Of "23:59:59", whose digits are known to be some.
bool in_day(std::string_view text) { return two(text, 0) < 24 && two(text, 3) < 60 && two(text, 6) <= 60; }
bool is_time(std::string_view text) { return shaped(text, "99:99:99") && in_day(text); }

// Where in a list of words of three letters the one stands that `text` begins with; -1: nowhere.
int index_of(std::string_view words, std::string_view text) {
  for (std::size_t i = 0; i < words.size(); i += 3)
    if (words[i] == text[0] && words[i + 1] == text[1] && words[i + 2] == text[2]) return static_cast<int>(i / 3);
  return -1;
}

bool empty(std::string_view text) { return text.empty(); }
bool present(std::string_view text) { return !text.empty(); }
bool number(std::string_view text) { return model::parse_number(text).has_value(); }
bool truth(std::string_view text) { return text == "true" || text == "false"; }
bool guid(std::string_view text) { return shaped(text, "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh"); }

bool day(std::string_view text) {
  return shaped(text, "9999-99-99") && two(text, 5) >= 1 && two(text, 5) <= 12 && two(text, 8) >= 1 &&
         two(text, 8) <= 31;
}

// IMF-fixdate (RFC 9110 section 5.6.7), the name of the day included.
bool http_date(std::string_view text) {
  static constexpr std::string_view names = "SunMonTueWedThuFriSat", months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (!shaped(text, "???, 99 ??? 9999 99:99:99 GMT") || !in_day(text.substr(17))) return false;
  const auto month = index_of(months, text.substr(8));
  if (month < 0) return false;
  const int at = days(two(text, 12) * 100 + two(text, 14), month + 1, two(text, 5));
  return index_of(names, text) == ((at + 4) % 7 + 7) % 7;
}

// "2026-01-22T21:30:30.5251273Z": to a tenth of a microsecond.
bool moment(std::string_view text) {
  return text.size() == 28 && day(text.substr(0, 10)) && text[10] == 'T' && is_time(text.substr(11, 8)) &&
         shaped(text.substr(19), ".9999999Z");
}

// "0x8DE59FD77D53FC9"
bool hexadecimal(std::string_view text) {
  return text.size() > 2 && text.substr(0, 2) == "0x" &&
         std::all_of(text.begin() + 2, text.end(), [](char c) { return digit(c) || (c >= 'A' && c <= 'F'); });
}
bool quoted_hexadecimal(std::string_view text) {
  return text.size() > 4 && text.front() == '"' && text.back() == '"' && hexadecimal(text.substr(1, text.size() - 2));
}

template <std::size_t bytes>
bool base64(std::string_view text) {
  constexpr std::size_t size = (bytes + 2) / 3 * 4, padding = (3 - bytes % 3) % 3;
  if (text.size() != size || text.substr(size - padding) != std::string_view("==").substr(0, padding)) return false;
  return std::all_of(text.begin(), text.end() - padding, [](char c) {
    return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '/';
  });
}

// "11/11": so many of so many.
bool fraction(std::string_view text) {
  const auto parts = model::split(text, '/');
  if (parts.size() != 2) return false;
  const auto done = model::parse_number(parts[0]), all = model::parse_number(parts[1]);
  return done && all && *done <= *all;
}

bool content_range(std::string_view text) {
  ContentRange range;
  return parse_content_range(text, range);
}

}  // namespace shapes

constexpr std::array<std::pair<std::string_view, AnswerForm>, 16> answer_forms = {{
    {"empty", shapes::empty},
    {"text", shapes::present},
    {"number", shapes::number},
    {"true or false", shapes::truth},
    {"guid", shapes::guid},
    {"day", shapes::day},
    {"http date", shapes::http_date},
    {"moment", shapes::moment},
    {"hexadecimal", shapes::hexadecimal},
    {"quoted hexadecimal", shapes::quoted_hexadecimal},
    {"base64 of 8 bytes", shapes::base64<8>},
    {"base64 of 16 bytes", shapes::base64<16>},
    {"base64 of 32 bytes", shapes::base64<32>},
    {"fraction", shapes::fraction},
    {"content range", shapes::content_range},
    {"absolute url", [](std::string_view text) { return text.starts_with("https://") || text.starts_with("http://"); }},
}};

}  // namespace

AnswerForm answer_form(std::string_view name) {
  for (const auto& [known, form] : answer_forms)
    if (known == name) return form;
  return nullptr;
}

std::vector<std::string> answer_form_names() {
  std::vector<std::string> out;
  for (const auto& [name, form] : answer_forms) out.emplace_back(name);
  return out;
}

bool parse_content_range(std::string_view text, ContentRange& out) {
  constexpr std::string_view unit = "bytes ";
  if (!text.starts_with(unit)) return false;
  text.remove_prefix(unit.size());
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return false;
  const auto size = model::parse_number(text.substr(slash + 1));
  if (!size) return false;
  const auto span = text.substr(0, slash);
  out = {1, 0, *size};
  if (span == "*") return true;
  const auto dash = span.find('-');
  if (dash == std::string_view::npos) return false;
  const auto first = model::parse_number(span.substr(0, dash)), last = model::parse_number(span.substr(dash + 1));
  if (!first || !last || *first > *last || *last >= *size) return false;
  out.first = *first;
  out.last = *last;
  return true;
}

}  // namespace blobgauge::replayer
