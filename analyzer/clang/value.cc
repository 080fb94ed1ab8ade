#include "analyzer/clang/value.h"

#include <algorithm>
#include <string_view>

namespace blobgauge::analyzer::clang {
namespace {

void put(Value& value, const std::string& text) {
  auto& set = text.find("{}") == std::string::npos ? value.texts : value.templates;
  if (set.size() < most_texts)
    set.insert(text);
  else if (!set.count(text))
    value.unknown = true;
}

// Two holes side by side say no more than one.
std::string joined_holes(std::string text) {
  for (auto at = text.find("{}{}"); at != std::string::npos; at = text.find("{}{}")) text.erase(at, 2);
  return text;
}

std::string text_of(const Value& value) {
  const auto texts = value.as_texts();
  return texts.size() == 1 ? *texts.begin() : "{}";
}

// The length of a conversion of printf behind its %, or 0.
std::size_t conversion(std::string_view text) {
  std::size_t i = text.find_first_not_of("0123456789+-# .*'$hlLqjzt");
  if (i == std::string_view::npos) return 0;
  if (text.substr(i).starts_with("I64")) i += 3;  // Windows' name of a length
  if (i >= text.size()) return 0;
  return std::string_view("diouxXeEfFgGaAcspnm").find(text[i]) != std::string_view::npos ? i + 1 : 0;
}

std::string filled(std::string_view format, const std::vector<Value>& arguments) {
  std::string out;
  std::size_t next = 0;
  const bool percent = format.find('%') != std::string_view::npos;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] == '%') {
      if (i + 1 < format.size() && format[i + 1] == '%') {
        out += '%';
        ++i;
        continue;
      }
      if (const auto length = conversion(format.substr(i + 1))) {
        const auto spec = format.substr(i + 1, length);
        next += static_cast<std::size_t>(std::count(spec.begin(), spec.end(), '*'));
        out += spec == "s" && next < arguments.size() ? text_of(arguments[next]) : "{}";
        ++next;
        i += length;
        continue;
      }
    }
    if (!percent && format[i] == '{') {
      if (i + 1 < format.size() && format[i + 1] == '{') {
        out += '{';
        ++i;
        continue;
      }
      if (const auto end = format.find('}', i); end != std::string_view::npos) {
        const bool plain = end == i + 1;
        out += plain && next < arguments.size() ? text_of(arguments[next]) : "{}";
        ++next;
        i = end;
        continue;
      }
    }
    if (!percent && format[i] == '}' && i + 1 < format.size() && format[i + 1] == '}') ++i;
    out += format[i];
  }
  return joined_holes(std::move(out));
}

}  // namespace

Value Value::of_text(std::string text) {
  Value v;
  v.texts.insert(std::move(text));
  return v;
}

Value Value::of_number(long long number) {
  Value v;
  if (number)
    v.numbers.insert(number);
  else
    v.zero = true;
  return v;
}

Value Value::of_object(int object) {
  Value v;
  v.objects.insert(object);
  return v;
}

Value Value::anything() {
  Value v;
  v.unknown = true;
  return v;
}

Value Value::nothing() {
  Value v;
  v.zero = true;
  return v;
}

void Value::join(const Value& other) {
  for (const auto& text : other.texts) put(*this, text);
  for (const auto& text : other.templates) put(*this, text);
  numbers.insert(other.numbers.begin(), other.numbers.end());
  if (numbers.size() > most_texts) numbers.clear(), unknown = true;
  objects.insert(other.objects.begin(), other.objects.end());
  functions.insert(other.functions.begin(), other.functions.end());
  for (const auto* lambda : other.lambdas)
    if (std::find(lambdas.begin(), lambdas.end(), lambda) == lambdas.end()) lambdas.push_back(lambda);
  zero = zero || other.zero;
  unknown = unknown || other.unknown;
}

bool Value::empty() const {
  return texts.empty() && templates.empty() && numbers.empty() && objects.empty() && functions.empty() &&
         lambdas.empty() && !zero && !unknown;
}

bool Value::is_zero() const {
  return zero && !unknown && texts.empty() && templates.empty() && numbers.empty() && objects.empty() &&
         functions.empty() && lambdas.empty();
}

bool Value::not_zero() const { return !zero && !unknown && !empty(); }

std::set<std::string> Value::as_texts() const {
  auto all = texts;
  all.insert(templates.begin(), templates.end());
  for (const auto number : numbers) all.insert(std::to_string(number));
  if (unknown || !objects.empty() || !functions.empty() || !lambdas.empty()) all.insert("{}");
  if (zero && all.empty()) all.insert("");
  if (all.empty() || all.size() > most_texts) return {"{}"};
  return all;
}

Value concatenated(const Value& a, const Value& b) {
  const auto left = a.as_texts(), right = b.as_texts();
  Value out;
  if (left.size() * right.size() > most_texts) {
    // One side alone may still be told.
    if (left.size() == 1)
      put(out, joined_holes(*left.begin() + "{}"));
    else if (right.size() == 1)
      put(out, joined_holes("{}" + *right.begin()));
    else
      out.unknown = true;
    return out;
  }
  for (const auto& l : left)
    for (const auto& r : right) put(out, joined_holes(l + r));
  return out;
}

Value formatted(const Value& format, const std::vector<Value>& arguments) {
  Value out;
  for (const auto& text : format.texts) put(out, filled(text, arguments));
  for (const auto& text : format.templates) put(out, text);
  if (out.empty()) out.unknown = true;
  return out;
}

Truth3 equal(const Value& a, const Value& b) {
  if (a.is_zero() && b.is_zero()) return Truth3::yes;
  if ((a.is_zero() && b.not_zero()) || (b.is_zero() && a.not_zero())) {
    // An empty text is no null, and yet what was never set.
    return Truth3::no;
  }
  const bool plain = !a.unknown && !b.unknown && a.templates.empty() && b.templates.empty() && a.objects.empty() &&
                     b.objects.empty() && a.functions.empty() && b.functions.empty() && !a.empty() && !b.empty();
  if (!plain) return Truth3::maybe;
  bool same = a.zero && b.zero, differ = a.zero != b.zero;
  for (const auto& t : a.texts) (b.texts.count(t) ? same : differ) = true;
  for (const auto n : a.numbers) (b.numbers.count(n) ? same : differ) = true;
  if (!same) return Truth3::no;
  const bool single =
      a.texts.size() + a.numbers.size() + a.zero == 1 && b.texts.size() + b.numbers.size() + b.zero == 1;
  return single && !differ ? Truth3::yes : Truth3::maybe;
}

}  // namespace blobgauge::analyzer::clang
