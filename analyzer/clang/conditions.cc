// Conditions: what is known of one, what follows from it, and how people read it.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "analyzer/clang/follower.h"

namespace blobgauge::analyzer::clang {
namespace {

using Kind = Code::Kind;

Truth3 inverse(Truth3 t) { return t == Truth3::maybe ? t : t == Truth3::yes ? Truth3::no : Truth3::yes; }

bool is_and(const Code& code) { return code.kind == Kind::binary && code.text == "&&" && code.parts.size() == 2; }
bool is_or(const Code& code) { return code.kind == Kind::binary && code.text == "||" && code.parts.size() == 2; }
bool is_not(const Code& code) { return code.kind == Kind::unary && code.text == "!" && code.parts.size() == 1; }

const Code& inside(const Code& code) { return code.kind == Kind::test && !code.parts.empty() ? code.parts[0] : code; }

bool is_comparison(const Code& code) {
  return (code.kind == Kind::binary && code.parts.size() == 2 && (code.text == "==" || code.text == "!=")) ||
         (code.kind == Kind::call && code.parts.size() >= 2 &&
          (code.text.ends_with("operator==") || code.text.ends_with("operator!=")));
}

bool is_order(const Code& code) {
  return code.kind == Kind::binary && code.parts.size() == 2 &&
         (code.text == "<" || code.text == ">" || code.text == "<=" || code.text == ">=");
}

// The one number that it is, where it can be no other.
std::optional<long long> number_of(const Value& v) {
  if (v.unknown || v.has_text() || !v.objects.empty() || !v.functions.empty() || !v.lambdas.empty()) return {};
  if (v.numbers.size() + (v.zero ? 1 : 0) != 1) return {};
  return v.zero ? 0 : *v.numbers.begin();
}

Truth3 ordered(std::string_view op, const Value& a, const Value& b) {
  const auto x = number_of(a), y = number_of(b);
  if (!x || !y) return Truth3::maybe;
  const bool holds = op == "<" ? *x < *y : op == ">" ? *x > *y : op == "<=" ? *x <= *y : *x >= *y;
  return holds ? Truth3::yes : Truth3::no;
}

// The two sides of a comparison; of a method the object and the argument.
std::pair<const Code*, const Code*> sides(const Code& code) {
  if (code.kind == Kind::binary) return {&code.parts[0], &code.parts[1]};
  if (code.parts[0].kind != Kind::nothing) return {&code.parts[0], &code.parts[1]};
  return {&code.parts[1], code.parts.size() > 2 ? &code.parts[2] : &code.parts[1]};
}

bool is_inequality(const Code& code) { return code.text == "!=" || code.text.ends_with("operator!="); }

bool is_zero_constant(const Code& code) {
  return code.kind == Kind::null || (code.kind == Kind::integer && code.number == 0);
}

}  // namespace

std::string Follower::name_of(const Code& code, const Activation& frame) const {
  switch (code.kind) {
    case Kind::test:
      return code.parts.empty() ? code.text : name_of(code.parts[0], frame);
    case Kind::local:
      return fmt::format("<l{}.{}>", frame.number, code.number);
    case Kind::parameter:
      return fmt::format("<p{}.{}>", frame.number, code.number);
    case Kind::global:
      return "<g" + code.usr + ">";
    case Kind::self:
      return fmt::format("<this{}>", frame.number);
    case Kind::integer:
      return std::to_string(code.number);
    case Kind::null:
      return "0";
    case Kind::string:
    case Kind::character:
      return "\"" + code.text + "\"";
    case Kind::member:
      return (code.parts.empty() ? std::string() : name_of(code.parts[0], frame)) + "<." + code.text + ">";
    default: {
      std::string name = fmt::format("{}:{}(", static_cast<int>(code.kind), code.usr.empty() ? code.text : code.usr);
      for (const auto& part : code.parts) name += name_of(part, frame) + ",";
      return name + ")";
    }
  }
}

std::string Follower::question(const Code& code, const Activation& frame, bool& truth) const {
  const auto& c = inside(code);
  if (is_comparison(c)) {
    const auto [a, b] = sides(c);
    if (is_inequality(c)) truth = !truth;
    if (is_zero_constant(*b)) {
      truth = !truth;
      return "set " + name_of(*a, frame);
    }
    if (is_zero_constant(*a)) {
      truth = !truth;
      return "set " + name_of(*b, frame);
    }
    return "same " + name_of(*a, frame) + " " + name_of(*b, frame);
  }
  return "set " + name_of(c, frame);
}

Truth3 Follower::test(const Code& code, State& state, Activation& frame) {
  if (is_and(code)) {
    const auto a = test(code.parts[0], state, frame);
    if (a == Truth3::no) return a;
    return std::min(a, test(code.parts[1], state, frame));
  }
  if (is_or(code)) {
    const auto a = test(code.parts[0], state, frame);
    if (a == Truth3::yes) return a;
    return std::max(a, test(code.parts[1], state, frame));
  }
  if (is_not(code)) return inverse(test(code.parts[0], state, frame));
  return test_one(code, state, frame);
}

Truth3 Follower::test_one(const Code& code, State& state, Activation& frame) {
  const auto& c = inside(code);
  if (is_and(c) || is_or(c) || is_not(c)) return test(c, state, frame);
  if (c.kind == Kind::other && c.parts.empty()) return Truth3::maybe;
  Truth3 answer = Truth3::maybe;
  if (is_comparison(c)) {
    const auto [a, b] = sides(c);
    const auto x = evaluate(*a, state, frame), y = evaluate(*b, state, frame);
    for (const auto& [one, other] : {std::pair{&x, &y}, {&y, &x}})
      for (const auto number : other->numbers)
        if (number >= 100 && number < 600 && other->numbers.size() == 1 && !other->unknown) {
          Consumption asked;
          asked.statuses[static_cast<int>(number)] = {frame.function, place(frame, frame.line)};
          ask(*one, state, asked);
        }
    answer = equal(x, y);
    if (is_inequality(c)) answer = inverse(answer);
  } else if (is_order(c)) {
    answer = ordered(c.text, evaluate(c.parts[0], state, frame), evaluate(c.parts[1], state, frame));
  } else {
    const auto v = evaluate(c, state, frame);
    answer = v.is_zero() ? Truth3::no : v.not_zero() ? Truth3::yes : Truth3::maybe;
    // A status that a switch or a plain test asks for is told elsewhere.
  }
  if (answer != Truth3::maybe) return answer;
  bool truth = true;
  if (state.known->empty()) return answer;
  const auto known = state.known->find(question(code, frame, truth));
  if (known == state.known->end()) return answer;
  return known->second == truth ? Truth3::yes : Truth3::no;
}

void Follower::assume(const Code& code, bool holds, State& state, Activation& frame) {
  if (code.kind == Kind::test && !code.parts.empty() &&
      (is_and(code.parts[0]) || is_or(code.parts[0]) || is_not(code.parts[0])))
    return assume(code.parts[0], holds, state, frame);
  if (is_not(code)) return assume(code.parts[0], !holds, state, frame);
  if (is_and(code) || is_or(code)) {
    if (is_and(code) == holds) {
      assume(code.parts[0], holds, state, frame);
      assume(code.parts[1], holds, state, frame);
      return;
    }
    // One of them is not so: worth keeping where both are single questions.
    std::vector<std::pair<std::string, bool>> clause;
    std::vector<std::pair<const Code*, bool>> work{{&code, holds}};
    while (!work.empty()) {
      const auto [part, truth] = work.back();
      work.pop_back();
      if (is_not(*part)) {
        work.emplace_back(&part->parts[0], !truth);
      } else if ((is_and(*part) && !truth) || (is_or(*part) && truth)) {
        for (const auto& p : part->parts) work.emplace_back(&p, truth);
      } else if (is_and(*part) || is_or(*part)) {
        return;
      } else {
        bool t = truth;
        const auto key = question(*part, frame, t);
        clause.emplace_back(key, t);
      }
    }
    state.learn_one_of(std::move(clause));
    return;
  }
  bool truth = holds;
  const auto key = question(code, frame, truth);
  state.learn(key, truth);
  // What a test of a variable says of its value.
  if (!key.starts_with("set ")) return;
  const auto& c = inside(code);
  const Code* variable = &c;
  if (is_comparison(c)) {
    const auto [a, b] = sides(c);
    variable = is_zero_constant(*b) ? a : b;
  }
  std::pair<int, long long> name{frame.number, 0};
  if (variable->kind == Kind::local)
    name.second = variable->number;
  else if (variable->kind == Kind::parameter)
    name.second = -1 - variable->number;
  else
    return;
  const auto* value = state.variables.find(name);
  if (!value) return;
  if (!truth)
    state.variables[name] = Value::nothing();
  else if (value->zero && !value->is_zero())
    state.variables[name].zero = false;
}

Atom Follower::atom(const Code& code, const Activation& frame) const {
  bool truth = true;
  Atom a;
  a.key = question(code, frame, truth);
  a.text = code.text;
  a.test = &code;
  a.function = frame.function;
  return a;
}

std::vector<Atom> Follower::atoms(const Code& code, bool holds, const Activation& frame) const {
  if (code.kind == Kind::test && !code.parts.empty() &&
      (is_and(code.parts[0]) || is_or(code.parts[0]) || is_not(code.parts[0])))
    return atoms(code.parts[0], holds, frame);
  if (is_not(code)) return atoms(code.parts[0], !holds, frame);
  if ((is_and(code) && holds) || (is_or(code) && !holds)) {
    auto list = atoms(code.parts[0], holds, frame);
    for (auto& more : atoms(code.parts[1], holds, frame)) list.push_back(std::move(more));
    return list;
  }
  if (is_and(code) || is_or(code)) {
    // One of several: a single condition for people.
    std::string text;
    for (const auto& part : code.parts)
      for (const auto& a : atoms(part, holds, frame))
        text += (text.empty() ? "" : holds == is_or(code) ? " || " : " && ") + analyzer::clang::text_of(a);
    Atom a;
    a.key = "one of " + name_of(code, frame) + (holds ? "" : " not");
    a.text = text;
    a.test = &code;
    a.function = frame.function;
    return {a};
  }
  auto a = atom(code, frame);
  a.truth = holds;
  return {a};
}

}  // namespace blobgauge::analyzer::clang
