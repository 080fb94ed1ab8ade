// Expressions: the values of variables, fields and constants.
#include <fmt/format.h>

#include <algorithm>

#include "analyzer/clang/follower.h"

namespace blobgauge::analyzer::clang {
namespace {

using Kind = Code::Kind;

constexpr int deepest_global = 8;
thread_local int global_depth = 0;

}  // namespace

int Follower::object(const std::string& key, State& state, bool fresh) {
  const auto [found, is_new] = objects_.emplace(key, static_cast<int>(object_keys_.size()));
  if (is_new) object_keys_.push_back(key);
  const int id = found->second;
  if (fresh || !state.objects.count(id)) {
    auto& o = state.change(id);
    o = {};
    o.key = key;
    o.fresh = fresh;
  }
  return id;
}

Value Follower::evaluate(const Code& code, State& state, Activation& frame) {
  if (++steps_ > most_steps || too_deep()) return Value::anything();
  switch (code.kind) {
    case Kind::string:
    case Kind::character:
      return Value::of_text(code.text);
    case Kind::integer:
      if (const auto* stands_for = code.text.empty() ? nullptr : rules_.find_constant(code.text))
        return Value::of_text(*stands_for);
      return Value::of_number(code.number);
    case Kind::null:
      return Value::nothing();
    case Kind::self: {
      if (!frame.self) return Value::anything();
      return Value::of_object(frame.self);
    }
    case Kind::parameter: {
      const std::pair<int, long long> name{frame.number, -1 - code.number};
      if (const auto* found = state.variables.find(name)) return *found;
      auto value = Value::anything();
      const int id = object(fmt::format("{} p{}", frame.path, code.number), state, false);
      state.change(id).of_caller = true;
      value.objects.insert(id);
      state.variables[name] = value;
      return value;
    }
    case Kind::local: {
      const auto* found = state.variables.find({frame.number, code.number});
      return found ? *found : Value::anything();
    }
    case Kind::global:
      return global(code, state, frame);
    case Kind::function: {
      Value v;
      v.functions.insert(code.usr);
      return v;
    }
    case Kind::member:
      return member(code, state, frame);
    case Kind::subscript: {
      Value v = Value::anything();
      for (std::size_t i = 0; i < code.parts.size(); ++i) {
        const auto part = evaluate(code.parts[i], state, frame);
        if (i == 0) v.objects = part.objects;
      }
      return v;
    }
    case Kind::test: {
      switch (test(code, state, frame)) {
        case Truth3::yes:
          return Value::of_number(1);
        case Truth3::no:
          return Value::nothing();
        default:
          return Value::anything();
      }
    }
    case Kind::unary: {
      if (code.parts.empty()) return Value::anything();
      if (code.text == "!") {
        const auto t = test(code, state, frame);
        return t == Truth3::maybe ? Value::anything() : Value::of_number(t == Truth3::yes);
      }
      auto v = evaluate(code.parts[0], state, frame);
      if (code.text == "++" || code.text == "--") {
        assign(code.parts[0], Value::anything(), state, frame);
        return Value::anything();
      }
      if (code.text == "-" && v.numbers.size() == 1 && !v.unknown) return Value::of_number(-*v.numbers.begin());
      if (code.text == "-" || code.text == "~") return Value::anything();
      return v;  // & and *: what it points to
    }
    case Kind::binary: {
      if (code.parts.size() != 2) return Value::anything();
      if (code.text == "=") {
        auto v = evaluate(code.parts[1], state, frame);
        assign(code.parts[0], v, state, frame);
        return v;
      }
      if (code.text == "+=") {
        const auto now = evaluate(code.parts[0], state, frame), more = evaluate(code.parts[1], state, frame);
        auto v = now.has_text() || more.has_text() ? concatenated(now, more) : Value::anything();
        assign(code.parts[0], v, state, frame);
        return v;
      }
      if (code.text == "==" || code.text == "!=" || code.text == "&&" || code.text == "||") {
        const auto t = test(code, state, frame);
        return t == Truth3::maybe ? Value::anything() : Value::of_number(t == Truth3::yes);
      }
      const auto a = evaluate(code.parts[0], state, frame), b = evaluate(code.parts[1], state, frame);
      if (code.text == ",") return b;
      if (code.text.size() > 1 && code.text.back() == '=' && code.text != "<=" && code.text != ">=") {
        assign(code.parts[0], Value::anything(), state, frame);
        return Value::anything();
      }
      if (code.text == "+" || code.text == "-" || code.text == "*" || code.text == "|") {
        if (a.numbers.size() + a.zero == 1 && b.numbers.size() + b.zero == 1 && !a.unknown && !b.unknown &&
            !a.has_text() && !b.has_text()) {
          const long long x = a.zero ? 0 : *a.numbers.begin(), y = b.zero ? 0 : *b.numbers.begin();
          constexpr long long small = 1LL << 31;
          if (x < small && x > -small && y < small && y > -small)
            return Value::of_number(code.text == "+"   ? x + y
                                    : code.text == "-" ? x - y
                                    : code.text == "|" ? (x | y)
                                                       : x * y);
        }
        // A pointer into an object is still of it.
        Value v = Value::anything();
        v.objects = a.objects;
        return v;
      }
      return Value::anything();
    }
    case Kind::choose: {
      if (code.parts.size() != 3) return Value::anything();
      const auto t = test(code.parts[0], state, frame);
      if (t != Truth3::maybe) return evaluate(code.parts[t == Truth3::yes ? 1 : 2], state, frame);
      auto other = state;
      const auto before = state;
      assume(code.parts[0], true, state, frame);
      assume(code.parts[0], false, other, frame);
      auto a = evaluate(code.parts[1], state, frame), b = evaluate(code.parts[2], other, frame);
      state = merged(state, other, atoms(code.parts[0], true, frame), atoms(code.parts[0], false, frame));
      state.conditions = before.conditions;
      a.join(b);
      return a;
    }
    case Kind::call:
    case Kind::call_value:
      return call(code, state, frame);
    case Kind::construct:
      return construct(code, state, frame, 0);
    case Kind::make_new: {
      const int id = object(fmt::format("{} new {}", frame.path, static_cast<const void*>(&code)), state, true);
      auto& o = state.change(id);
      o.record = code.type;
      if (!code.parts.empty() && code.parts[0].kind == Kind::construct) construct(code.parts[0], state, frame, id);
      return Value::of_object(id);
    }
    case Kind::copy:
      return code.parts.empty() ? Value::anything() : copied(evaluate(code.parts[0], state, frame), code, state, frame);
    case Kind::record: {
      const int id = object(fmt::format("{} record {}", frame.path, static_cast<const void*>(&code)), state, true);
      state.change(id).zeroed = true;
      Value first;
      for (std::size_t i = 0; i < code.parts.size() && i < code.names.size(); ++i) {
        auto v = evaluate(code.parts[i], state, frame);
        if (v.empty()) v.unknown = true;
        state.change(id).fields[code.names[i]] = std::move(v);
      }
      return Value::of_object(id);
    }
    case Kind::list: {
      // {x} for a scalar is x; of a list its elements, whichever is taken.
      Value v;
      for (const auto& part : code.parts) v.join(evaluate(part, state, frame));
      if (code.parts.empty()) v.zero = true;
      if (code.parts.size() > 1) v.unknown = true;
      return v;
    }
    case Kind::lambda: {
      Value v;
      v.lambdas.push_back(&code);
      return v;
    }
    case Kind::block_value: {
      if (code.parts.empty()) return Value::anything();
      // ({ ...; value; }): the value of the last expression.
      const auto& block = code.parts[0];
      Flow flow;
      flow.state = std::move(state);
      Value last = Value::anything();
      std::vector<const Code*> list;
      for (const auto& part : block.parts) list.push_back(&part);
      const bool expression = !list.empty() && list.back()->kind == Kind::evaluate && !list.back()->parts.empty();
      const Code* value = expression ? &list.back()->parts[0] : nullptr;
      if (expression) list.pop_back();
      const auto before = flow.state;
      Flows flows;
      flows.push_back(std::move(flow));
      auto end = returned(before, run_list(list, std::move(flows), frame));
      state = std::move(end.state);
      return value ? evaluate(*value, state, frame) : last;
    }
    case Kind::other: {
      Value v = Value::anything();
      for (const auto& part : code.parts) {
        const auto inner = evaluate(part, state, frame);
        if (code.parts.size() == 1) v = inner;
      }
      return v;
    }
    case Kind::nothing:
      return Value::anything();
    default: {
      Flow flow;
      flow.state = std::move(state);
      const auto before = flow.state;
      state = returned(before, run(code, std::move(flow), frame)).state;
      return Value::anything();
    }
  }
}

// Objects with the content that these have now, each of its own from here on.
Value Follower::copied(Value value, const Code& at, State& state, const Activation& frame) {
  std::set<int> copies;
  for (const int id : value.objects) {
    const auto from = state.object(id);
    const int copy =
        object(fmt::format("{} copy {} of {}", frame.path, static_cast<const void*>(&at), id), state, true);
    auto& o = state.change(copy);
    const auto key = o.key;
    o = from;
    o.key = key;
    o.fresh = true;
    if (o.parent) inside_[o.parent].insert(copy);
    copies.insert(copy);
  }
  value.objects = std::move(copies);
  return value;
}

Value Follower::global(const Code& code, State& state, Activation& frame) {
  if (const auto* stands_for = rules_.find_constant(code.text)) return Value::of_text(*stands_for);
  if (const auto known = state.globals->find(code.usr); known != state.globals->end()) return known->second;
  const auto* variable = program_.variable(code.usr);
  if (variable && global_depth < deepest_global && (variable->is_const || !program_.is_assigned(code.usr))) {
    // A constant that wraps one text (a struct of a text and its length, say) stands for the text.
    std::set<std::string> texts;
    bool plain = true;
    each(variable->value, [&](const Code& c) {
      if (c.kind == Kind::string) texts.insert(c.text);
      plain = plain && c.kind != Kind::function && c.kind != Kind::call && c.kind != Kind::list;
    });
    if (texts.size() == 1 && plain) return Value::of_text(*texts.begin());
    ++global_depth;
    auto value = evaluate(variable->value, state, frame);
    --global_depth;
    if (value.has_text() || !value.functions.empty() || !value.numbers.empty() || value.is_zero() ||
        !value.objects.empty())
      return value;
  }
  auto value = Value::anything();
  const int id = object("global " + code.usr, state, false);
  state.change(id).field = code.text;
  value.objects.insert(id);
  return value;
}

Value Follower::field_of(int id, const std::string& name, const std::string& record, State& state) {
  const auto& o = state.object(id);
  if (const auto known = o.fields.find(name); known != o.fields.end()) return known->second;
  if (o.zeroed) return Value::nothing();
  const bool of_caller = o.of_caller;
  auto value = Value::anything();
  const int inner = object(fmt::format("{}.{}", object_keys_[static_cast<std::size_t>(id)], name), state, false);
  auto& made = put_inside(inner, id, state);
  made.of_caller = of_caller;
  made.field = record + "." + name;
  value.objects.insert(inner);
  return value;
}

Value Follower::member(const Code& code, State& state, Activation& frame) {
  if (code.parts.empty()) return Value::anything();
  const auto base = evaluate(code.parts[0], state, frame);
  if (base.objects.empty()) return Value::anything();
  Value v;
  for (const int id : base.objects) v.join(field_of(id, code.text, code.usr, state));
  return v;
}

void Follower::assign(const Code& to, const Value& value, State& state, Activation& frame, bool adds) {
  auto stored = value;
  if (stored.empty()) stored.unknown = true;
  const auto put = [&](Value& into) {
    if (adds)
      into.join(stored);
    else
      into = stored;
  };
  switch (to.kind) {
    case Kind::local:
      state.forget(fmt::format("<l{}.{}>", frame.number, to.number));
      put(state.variables[{frame.number, to.number}]);
      return;
    case Kind::parameter:
      state.forget(fmt::format("<p{}.{}>", frame.number, to.number));
      put(state.variables[{frame.number, -1 - to.number}]);
      return;
    case Kind::global:
      state.forget("<g" + to.usr + ">");
      put(state.globals.edit()[to.usr]);
      return;
    case Kind::member: {
      if (to.parts.empty()) return;
      state.forget("<." + to.text + ">");
      const auto base = evaluate(to.parts[0], state, frame);
      for (const int id : base.objects) {
        auto& field = state.change(id).fields[to.text];
        if (base.objects.size() > 1 || adds)
          field.join(stored);
        else
          field = stored;
      }
      for (const int id : requests_of(stored, state)) requests_in_fields[to.usr + "." + to.text].insert(key_of(id));
      return;
    }
    case Kind::unary:
      if (!to.parts.empty()) assign(to.parts[0], value, state, frame, adds);
      return;
    case Kind::subscript:
      if (!to.parts.empty()) {
        auto weak = Value::anything();
        weak.objects = stored.objects;
        if (to.parts[0].kind == Kind::local || to.parts[0].kind == Kind::parameter)
          assign(to.parts[0], weak, state, frame, true);
      }
      return;
    case Kind::choose:
      for (std::size_t i = 1; i < to.parts.size(); ++i) assign(to.parts[i], value, state, frame, true);
      return;
    default:
      return;
  }
}

}  // namespace blobgauge::analyzer::clang
