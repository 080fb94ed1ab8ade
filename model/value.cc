#include "model/value.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace blobgauge::model {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }
bool alnum(char c) { return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool hex(char c) { return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// Length of the match of `shape` at the start of the text, or 0: '9' a digit, 'h' a hex digit, 'a' a letter, else
// itself.
std::size_t match(std::string_view text, std::string_view shape) {
  if (text.size() < shape.size()) return 0;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const char c = text[i];
    const bool fits = shape[i] == '9'   ? digit(c)
                      : shape[i] == 'h' ? hex(c)
                      : shape[i] == 'a' ? alnum(c) && !digit(c)
                                        : c == shape[i];
    if (!fits) return 0;
  }
  return shape.size();
}

struct Piece {
  std::size_t size = 0;
  std::string_view name;
};

// Recognises what changes from request to request at the start of a word.
Piece changing(std::string_view text) {
  if (const auto n = match(text, "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh")) return {n, "{guid}"};
  if (const auto n = match(text, "aaa, 99 aaa 9999 99:99:99 GMT")) return {n, "{date}"};
  if (auto n = match(text, "9999-99-99T99:99:99")) {
    if (n < text.size() && text[n] == '.')
      for (++n; n < text.size() && digit(text[n]);) ++n;
    if (n < text.size() && text[n] == 'Z') ++n;
    return {n, "{time}"};
  }
  if (const auto n = match(text, "9999-99-99")) return {n, "{day}"};
  // Base64 of 8 bytes or more: padding, or letters of both cases mixed with digits. Some have no digit by chance; every
  // second of their letters is a capital, where words in camel case have one in four or fewer.
  std::size_t n = 0, upper = 0, lower = 0, digits = 0;
  for (; n < text.size() && (alnum(text[n]) || text[n] == '+' || text[n] == '/'); ++n) {
    upper += text[n] >= 'A' && text[n] <= 'Z';
    lower += text[n] >= 'a' && text[n] <= 'z';
    digits += digit(text[n]);
  }
  std::size_t padded = n;
  while (padded < text.size() && padded < n + 2 && text[padded] == '=') ++padded;
  const bool mixed = upper > 0 && lower > 0 && (digits > 0 || 3 * upper >= upper + lower);
  if (padded >= 12 && padded % 4 == 0 && (padded > n || (padded >= 16 && mixed))) return {padded, "{base64}"};
  return {};
}

// Holes of what is never the same twice.
constexpr std::array<std::string_view, 5> volatile_holes = {"{guid}", "{date}", "{time}", "{base64}", "{hex}"};

std::size_t count_of(std::string_view text, std::string_view piece) {
  std::size_t count = 0;
  for (auto at = text.find(piece); at != std::string_view::npos; at = text.find(piece, at + piece.size())) ++count;
  return count;
}

// Are there holes in the template that the text did not have itself?
bool is_volatile(std::string_view text, std::string_view shape) {
  return std::any_of(volatile_holes.begin(), volatile_holes.end(),
                     [&](std::string_view hole) { return count_of(shape, hole) > count_of(text, hole); });
}

}  // namespace

std::string template_of(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto rest = text.substr(i);
    if (rest.front() == '{') {
      // A hole of a template is not looked into, whoever named it.
      if (const auto end = rest.find_first_of("{}", 1); end != std::string_view::npos && rest[end] == '}') {
        out += rest.substr(0, end + 1);
        i += end + 1;
        continue;
      }
    }
    // Base64 may begin with two characters that are no letters.
    if (alnum(rest.front()) || rest.front() == '+' || rest.front() == '/') {
      if (const auto piece = changing(rest); piece.size) {
        out += piece.name;
        i += piece.size;
        continue;
      }
    }
    if (!alnum(rest.front())) {
      out += rest.front();
      ++i;
      continue;
    }
    const auto word =
        rest.substr(0, static_cast<std::size_t>(std::find_if_not(rest.begin(), rest.end(), alnum) - rest.begin()));
    const bool number = std::all_of(word.begin(), word.end(), digit);
    const auto body = word.substr(0, 2) == "0x" ? word.substr(2) : word;
    if (number) {
      out += "{number}";
    } else if (body.size() >= 8 && std::all_of(body.begin(), body.end(), hex) &&
               std::any_of(body.begin(), body.end(), digit)) {
      out += body.size() == word.size() ? "{hex}" : "0x{hex}";
    } else {
      out += word;
    }
    i += word.size();
  }
  return out;
}

Value merge_values(const Value& a, const Value& b) {
  if (a.kind == ValueKind::dynamic || b.kind == ValueKind::dynamic) return {};
  Value out;
  out.values = a.values;
  out.values.insert(b.values.begin(), b.values.end());
  if (a.kind == ValueKind::pattern || b.kind == ValueKind::pattern || out.values.size() > most_values) {
    std::set<std::string> templates;
    for (const auto& text : out.values) templates.insert(template_of(text));
    if (templates.size() > most_values) return {};
    return {ValueKind::pattern, std::move(templates)};
  }
  out.kind = out.values.size() > 1 ? ValueKind::one_of : ValueKind::constant;
  return out;
}

void add_value(Value& value, std::string_view text) {
  if (value.kind == ValueKind::dynamic) return;
  // The common case: seen before.
  if (value.kind != ValueKind::pattern && value.values.count(std::string(text))) return;
  value = merge_values(value, {ValueKind::constant, {std::string(text)}});
}

void add_template(Value& value, std::string_view text) {
  if (value.kind == ValueKind::dynamic) return;
  auto shape = template_of(text);
  if (value.kind == ValueKind::pattern && value.values.count(shape)) return;
  value = merge_values(value, {ValueKind::pattern, {std::move(shape)}});
}

void add_seen_value(Value& value, std::string_view text) {
  if (value.kind == ValueKind::dynamic) return;
  std::string kept(text);
  if (value.kind != ValueKind::pattern && value.values.count(kept)) return;
  const auto shape = template_of(text);
  if (value.kind == ValueKind::pattern || is_volatile(text, shape))
    add_template(value, shape);
  else
    value = merge_values(value, {ValueKind::constant, {std::move(kept)}});
}

}  // namespace blobgauge::model
