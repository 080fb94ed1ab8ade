#include "model/value.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace blobgauge::model {
namespace {

enum : unsigned char { is_digit = 1, is_upper = 2, is_lower = 4, is_hex = 8, is_base64 = 16 };

constexpr auto classes = [] {
  std::array<unsigned char, 256> out{};
  for (std::size_t c = 0; c < 256; ++c) {
    if (c >= '0' && c <= '9') out[c] |= is_digit | is_hex | is_base64;
    if (c >= 'A' && c <= 'Z') out[c] |= is_upper | is_base64;
    if (c >= 'a' && c <= 'z') out[c] |= is_lower | is_base64;
    if ((c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f')) out[c] |= is_hex;
    if (c == '+' || c == '/') out[c] |= is_base64;
  }
  return out;
}();

constexpr bool is(char c, unsigned char what) { return (classes[static_cast<unsigned char>(c)] & what) != 0; }
constexpr bool digit(char c) { return is(c, is_digit); }
constexpr bool alnum(char c) { return is(c, is_digit | is_upper | is_lower); }
constexpr bool hex(char c) { return is(c, is_hex); }

// A form of fixed length: '9' a digit, 'h' a hexadecimal digit, 'a' a letter, else itself.
template <std::size_t length>
class Shape {
 public:
  consteval explicit Shape(const char (&text)[length + 1]) {
    for (std::size_t i = 0; i < length; ++i) {
      const char c = text[i];
      wants_[i] = c == '9' ? is_digit : c == 'h' ? is_hex : c == 'a' ? is_upper | is_lower : 0;
      // Where a class is wanted, one of its characters: no text fits by this alone.
      itself_[i] = c == 'h' ? '0' : c;
    }
  }

  // Length of the match at the start of the text, or 0. Every byte is looked at: most that get here match.
  std::size_t match(std::string_view text) const {
    if (text.size() < length) return 0;
    unsigned fits = 1;
    for (std::size_t i = 0; i < length; ++i) {
      const bool of_class = is(text[i], wants_[i]), itself = text[i] == itself_[i];
      fits &= static_cast<unsigned>(of_class) | static_cast<unsigned>(itself);
    }
    return fits ? length : 0;
  }

 private:
  std::array<unsigned char, length> wants_{};
  std::array<char, length> itself_{};
};
template <std::size_t size>
Shape(const char (&)[size]) -> Shape<size - 1>;

constexpr Shape guid_shape("hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh");
constexpr Shape date_shape("aaa, 99 aaa 9999 99:99:99 GMT");
constexpr Shape time_shape("9999-99-99T99:99:99");
constexpr Shape day_shape("9999-99-99");

struct Piece {
  std::size_t size = 0;
  std::string_view name;
};

// Recognises what changes from request to request at the start of a word.
Piece changing(std::string_view text) {
  // The separators tell most texts apart from each shape before its digits are looked at.
  const auto at = [&](std::size_t i) { return i < text.size() ? text[i] : '\0'; };
  if (at(8) == '-')
    if (const auto n = guid_shape.match(text)) return {n, "{guid}"};
  if (at(3) == ',')
    if (const auto n = date_shape.match(text)) return {n, "{date}"};
  if (at(4) == '-') {
    if (auto n = time_shape.match(text)) {
      if (n < text.size() && text[n] == '.')
        for (++n; n < text.size() && digit(text[n]);) ++n;
      if (n < text.size() && text[n] == 'Z') ++n;
      return {n, "{time}"};
    }
    if (const auto n = day_shape.match(text)) return {n, "{day}"};
  }
  // Base64 of 8 bytes or more: padding, or letters of both cases mixed with digits. Some have no digit by chance; every
  // second of their letters is a capital, where words in camel case have one in four or fewer.
  constexpr std::size_t shortest = 12, most_padding = 2, longest_without_case = 16;
  std::size_t n = 0;
  while (n < text.size() && is(text[n], is_base64)) ++n;
  std::size_t padded = n;
  while (padded < text.size() && padded < n + most_padding && text[padded] == '=') ++padded;
  if (padded < shortest || padded % 4 != 0) return {};
  if (padded > n) return {padded, "{base64}"};
  if (padded < longest_without_case) return {};
  std::size_t upper = 0, lower = 0, digits = 0;
  for (const char c : text.substr(0, n)) {
    upper += is(c, is_upper);
    lower += is(c, is_lower);
    digits += digit(c);
  }
  const bool mixed = upper > 0 && lower > 0 && (digits > 0 || 3 * upper >= upper + lower);
  return mixed ? Piece{padded, "{base64}"} : Piece{};
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

// At most most_values texts: compared one by one, which needs no copy.
bool has(const Value& value, std::string_view text) {
  return std::any_of(value.values.begin(), value.values.end(), [&](const std::string& one) { return one == text; });
}

// The template, in memory that is used again. Valid until the next call.
std::string_view scratch_template(std::string_view text) {
  thread_local std::string room;
  room.clear();
  append_template(text, room);
  return room;
}

}  // namespace

void append_template(std::string_view text, std::string& out) {
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
    if (is(rest.front(), is_base64)) {
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
}

std::string template_of(std::string_view text) {
  std::string out;
  append_template(text, out);
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

Value unite_values(const Value& a, const Value& b) {
  if (a.kind == ValueKind::dynamic || b.kind == ValueKind::dynamic) return {};
  Value out;
  out.values = a.values;
  out.values.insert(b.values.begin(), b.values.end());
  if (out.values.size() > most_values) return {};
  out.kind = a.kind == ValueKind::pattern || b.kind == ValueKind::pattern ? ValueKind::pattern
             : out.values.size() > 1                                      ? ValueKind::one_of
                                                                          : ValueKind::constant;
  return out;
}

void add_value(Value& value, std::string_view text) {
  if (value.kind == ValueKind::dynamic) return;
  // The common case: seen before.
  if (value.kind != ValueKind::pattern && has(value, text)) return;
  value = merge_values(value, {ValueKind::constant, {std::string(text)}});
}

void add_template(Value& value, std::string_view text) {
  if (value.kind == ValueKind::dynamic) return;
  const auto shape = scratch_template(text);
  if (value.kind == ValueKind::pattern && has(value, shape)) return;
  value = merge_values(value, {ValueKind::pattern, {std::string(shape)}});
}

void add_seen_value(Value& value, std::string_view text) {
  if (value.kind == ValueKind::dynamic) return;
  if (value.kind != ValueKind::pattern && has(value, text)) return;
  const auto shape = scratch_template(text);
  // A template of a template is itself.
  if (value.kind == ValueKind::pattern && has(value, shape)) return;
  if (value.kind == ValueKind::pattern || is_volatile(text, shape))
    add_template(value, std::string(shape));
  else
    value = merge_values(value, {ValueKind::constant, {std::string(text)}});
}

}  // namespace blobgauge::model
