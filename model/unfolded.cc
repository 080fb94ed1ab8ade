#include "model/unfolded.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "model/byte_mask.h"
#include "model/text.h"

namespace blobgauge::model {
namespace {

// Deeper than anybody nests; bounds the work on hostile texts.
constexpr int most_steps = 8;
constexpr std::size_t longest_entity = 10;

constexpr std::array<std::pair<std::string_view, char>, 5> named_entities{
    {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}}};

// The ASCII character of a number's digits; 0 for others: no name or value that rules know has them.
char ascii_of(std::string_view digits, unsigned base) {
  unsigned value = 0;
  for (const char c : digits) {
    const int digit = hex_digit(c);
    if (digit < 0 || static_cast<unsigned>(digit) >= base) return 0;
    value = value * base + static_cast<unsigned>(digit);
    if (value > 0x7f) return 0;
  }
  return static_cast<char>(value);
}

// Of "&amp;", "&#38;" or "&#x26;" at the beginning of `text`; its size, or 0.
std::pair<char, std::size_t> entity(std::string_view text) {
  const auto end = text.substr(0, longest_entity).find(';');
  if (end == std::string_view::npos || end < 3) return {};
  const auto name = text.substr(1, end - 1);
  if (name[0] == '#') {
    const bool hex = name[1] == 'x' || name[1] == 'X';
    const char c = ascii_of(name.substr(hex ? 2 : 1), hex ? 16 : 10);
    return {c, c ? end + 1 : 0};
  }
  for (const auto& [known, c] : named_entities)
    if (known == name) return {c, end + 1};
  return {};
}

char escaped(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case '"':
    case '/':
    case '\\':
      return c;
    default:
      return 0;
  }
}

// `c` in the form of another character: "%2541" for "%2561".
void append_as(std::string_view form, int percent, char c, std::string& out) {
  if (form.size() == 1) {
    out += c;
    return;
  }
  const auto byte = static_cast<unsigned char>(c);
  if (percent == 0) {
    constexpr char digits[] = "0123456789abcdef";
    const std::string hex{digits[byte >> 4], digits[byte & 15]};
    out += form[0] == '&' ? "&#x" + hex + ";" : "\\u00" + hex;
    return;
  }
  const bool small = form.find_first_of("abcdef", form.size() - 2) != std::string_view::npos;
  const char* digits = small ? "0123456789abcdef" : "0123456789ABCDEF";
  out += '%';
  for (int i = 1; i < percent; ++i) out += "25";
  out += digits[byte >> 4];
  out += digits[byte & 15];
}

}  // namespace

bool Unfolded::folded(std::string_view raw) {
  if (!has_one_of<'\\', '%', ';'>(raw)) return false;  // as nearly all
  const auto has = [&](char c) { return raw.find(c) != std::string_view::npos; };
  for (auto at = raw.find('\\'); at != std::string_view::npos; at = raw.find('\\', at + 1))
    if (at + 1 < raw.size() && (raw[at + 1] == 'u' || escaped(raw[at + 1]))) return true;
  for (auto at = raw.find('%'); at != std::string_view::npos; at = raw.find('%', at + 1))
    if (at + 2 < raw.size() && hex_digit(raw[at + 1]) >= 0 && hex_digit(raw[at + 2]) >= 0) return true;
  // Most texts with '&' are queries; entities have a ';' too.
  if (!has(';')) return false;
  for (auto at = raw.find('&'); at != std::string_view::npos; at = raw.find('&', at + 1))
    if (entity(raw.substr(at)).second) return true;
  return false;
}

Unfolded::Step Unfolded::step_at(std::size_t at) const {
  const std::string_view rest = std::string_view(text_).substr(at);
  if (rest[0] == '%') {
    if (rest.size() < 3) return {};
    const int high = hex_digit(rest[1]), low = hex_digit(rest[2]);
    if (high < 0 || low < 0) return {};
    return {static_cast<char>(high * 16 + low), 3, true};
  }
  if (rest[0] == '&') {
    const auto [c, size] = entity(rest);
    return {c, size, false};
  }
  if (rest[0] != '\\' || rest.size() < 2) return {};
  if (rest[1] == 'u') {
    const char c = rest.size() < 6 ? '\0' : ascii_of(rest.substr(2, 4), 16);
    return {c, std::size_t{c ? 6u : 0u}, false};
  }
  // A quote that is less deep than the backslash before it ends the string whose last character the backslash is.
  if (origins_[at + 1].quoting < origins_[at].quoting && rest[1] == '"') return {};
  const char c = escaped(rest[1]);
  return {c, std::size_t{c ? 2u : 0u}, false};
}

// Most of a text is not encoded: what stands before the next character that may begin an encoding is moved as a whole.
void Unfolded::decode_once() {
  std::size_t to = 0;
  const std::size_t size = text_.size();
  const bool entities_too = text_.find(';') != std::string::npos;
  for (std::size_t at = 0; at < size;) {
    const auto next = std::min(find_one_of<'%', '\\', '&'>(text_, at), size);
    if (to != at) {
      std::memmove(text_.data() + to, text_.data() + at, next - at);
      std::memmove(origins_.data() + to, origins_.data() + at, (next - at) * sizeof(Origin));
    }
    to += next - at;
    at = next;
    if (at == size) break;
    const char c = text_[at];
    const Step step = c != '&' || entities_too ? step_at(at) : Step{};
    Origin origin = origins_[at];
    if (step.size > 0) {
      for (std::size_t i = 1; i < step.size; ++i) {
        origin.percent = std::max(origin.percent, origins_[at + i].percent);
        origin.quoting = std::max(origin.quoting, origins_[at + i].quoting);
      }
      ++(step.percent ? origin.percent : origin.quoting);
    }
    text_[to] = step.size > 0 ? step.character : c;
    origins_[to++] = origin;
    at += std::max<std::size_t>(step.size, 1);
  }
  text_.resize(to);
  origins_.resize(to);
}

std::string Unfolded::fold(std::string_view changed) const {
  if (plain_) return std::string(changed);
  std::string out;
  out.reserve(raw_.size());
  for (std::size_t at = 0; at < changed.size(); ++at) {
    const auto form = raw_.substr(raw(at), raw(at + 1) - raw(at));
    if (changed[at] == text_[at])
      out += form;
    else
      append_as(form, origins_[at].percent, changed[at], out);
  }
  return out;
}

void Unfolded::read(std::string_view raw) {
  raw_ = raw;
  plain_ = !folded(raw);
  if (plain_) return;
  text_.assign(raw);
  origins_.resize(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) origins_[i] = {static_cast<std::uint32_t>(i), 0, 0};
  for (int step = 0; step < most_steps && folded(text_); ++step) decode_once();
}

}  // namespace blobgauge::model
