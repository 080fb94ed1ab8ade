// What everybody knows of C's and C++'s own functions, as far as texts and pointers pass through them.
#include <algorithm>
#include <array>

#include "analyzer/clang/follower.h"

namespace blobgauge::analyzer::clang {
namespace {

bool one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Whole texts, compared.
std::optional<bool> same_text(const Value& a, const Value& b) {
  const auto whole = [](const Value& v) {
    return v.templates.empty() && !v.unknown && v.texts.size() == 1 && v.objects.empty() && !v.zero;
  };
  if (!whole(a) || !whole(b)) return std::nullopt;
  return *a.texts.begin() == *b.texts.begin();
}

}  // namespace

std::optional<Value> Follower::well_known(std::string_view name, const Code& code, const Value& self,
                                          const std::vector<Value>& arguments, State& state, Activation& frame) {
  const bool method = !code.parts.empty() && code.parts[0].kind != Code::Kind::nothing;
  const Code* object_code = method ? &code.parts[0] : nullptr;
  const auto argument = [&](std::size_t i) { return i < arguments.size() ? arguments[i] : Value::anything(); };
  const auto rest = [&](std::size_t from) {
    return std::vector<Value>(arguments.begin() + static_cast<std::ptrdiff_t>(std::min(from, arguments.size())),
                              arguments.end());
  };
  const auto argument_code = [&](std::size_t i) { return i + 1 < code.parts.size() ? &code.parts[i + 1] : nullptr; };

  // Operators stand as methods or as functions of two.
  if (name == "operator=" || name == "assign" || name == "reset") {
    const auto value = method ? argument(0) : argument(1);
    const auto* to = method ? object_code : argument_code(0);
    if (name == "assign" && arguments.size() > (method ? 1U : 2U)) {
      if (to) assign(*to, Value::anything(), state, frame);
      return Value::anything();
    }
    if (to) assign(*to, arguments.empty() ? Value::nothing() : value, state, frame);
    return value;
  }
  if (name == "operator+=" || name == "append" || name == "push_back") {
    const auto now = method ? self : argument(0);
    const auto more = method ? argument(0) : argument(1);
    const auto* to = method ? object_code : argument_code(0);
    if (!now.has_text() && !more.has_text()) return std::nullopt;
    auto value = concatenated(now, more);
    if (to) assign(*to, value, state, frame);
    return value;
  }
  if (name == "operator+") {
    const auto a = method ? self : argument(0);
    const auto b = method ? argument(0) : argument(1);
    return concatenated(a, b);
  }
  if (method && name.starts_with("operator ")) return self;  // a conversion
  if (method && one_of(name, {"c_str", "data", "str", "string", "get", "release", "operator->", "operator*", "value",
                              "operator bool", "view", "native", "front", "back", "at", "operator[]"})) {
    if (one_of(name, {"front", "back", "at", "operator[]"}) && !self.objects.empty()) {
      Value v = Value::anything();
      v.objects = self.objects;
      return v;
    }
    if (one_of(name, {"front", "back", "at", "operator[]"})) return std::nullopt;
    return self;
  }
  if (!method &&
      one_of(name, {"operator->", "operator*", "move", "forward", "ref", "cref", "addressof", "static_pointer_cast",
                    "dynamic_pointer_cast", "string_view", "as_const", "strdup", "xstrdup", "g_strdup"}))
    return argument(0);
  if (method && one_of(name, {"clear"})) {
    if (object_code && self.has_text()) {
      assign(*object_code, Value::of_text(""), state, frame);
      return Value::anything();
    }
    return std::nullopt;
  }
  if (method && (name == "empty" || name == "size" || name == "length")) {
    if (self.unknown || !self.templates.empty() || !self.objects.empty() || self.texts.size() != 1 || self.zero)
      return std::nullopt;
    const auto length = static_cast<long long>(self.texts.begin()->size());
    return Value::of_number(name == "empty" ? length == 0 : length);
  }
  if (one_of(name, {"snprintf", "sprintf", "vsnprintf", "asprintf"}) && !method) {
    const std::size_t format = name == "sprintf" || name == "asprintf" ? 1 : 2;
    const auto value = formatted(argument(format), rest(format + 1));
    if (const auto* to = argument_code(0)) assign(*to, value, state, frame);
    return Value::anything();
  }
  if (!method && one_of(name, {"format", "vformat"})) return formatted(argument(0), rest(1));
  if (!method && one_of(name, {"strcpy", "strncpy", "stpcpy", "strlcpy"})) {
    if (const auto* to = argument_code(0)) assign(*to, argument(1), state, frame);
    return argument(1);
  }
  if (!method && one_of(name, {"strcat", "strncat", "strlcat"})) {
    auto value = concatenated(argument(0), argument(1));
    if (const auto* to = argument_code(0)) assign(*to, value, state, frame);
    return value;
  }
  if (!method && name == "to_string") {
    const auto a = argument(0);
    if (a.numbers.size() == 1 && !a.unknown && !a.zero) return Value::of_text(std::to_string(*a.numbers.begin()));
    if (a.is_zero()) return Value::of_text("0");
    Value v;
    v.templates.insert("{}");
    return v;
  }
  if (!method && one_of(name, {"strcmp", "strcasecmp", "stricmp", "strncmp", "strncasecmp"})) {
    if (const auto same = same_text(argument(0), argument(1));
        same && (*same || name.find('n') == std::string_view::npos))
      return Value::of_number(!*same);
    return std::nullopt;
  }
  if (method && name == "compare") {
    if (const auto same = same_text(self, argument(0)); same && arguments.size() == 1) return Value::of_number(!*same);
    return std::nullopt;
  }
  if (one_of(name, {"make_unique", "make_shared"}) && arguments.size() == 1 && !arguments[0].objects.empty())
    return arguments[0];
  return std::nullopt;
}

}  // namespace blobgauge::analyzer::clang
