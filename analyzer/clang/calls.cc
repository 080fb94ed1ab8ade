// Calls: what a client's file says of the callee, what everybody knows of it, or its own code.
#include <fmt/format.h>

#include <algorithm>

#include "analyzer/clang/follower.h"

namespace blobgauge::analyzer::clang {
namespace {

using Kind = Code::Kind;

constexpr int deepest_call = 16;
constexpr std::size_t most_targets = 8;
constexpr std::size_t small_function = 120;  // nodes: followed for its value alone

}  // namespace

std::string Follower::place(const Activation& frame, int line) const {
  return fmt::format("{}:{}", frame.body->file, line);
}

Value Follower::call(const Code& code, State& state, Activation& frame) {
  Call c{code, {}, {}};
  if (code.line) frame.line = code.line;
  const bool method = code.kind == Kind::call && !code.parts.empty() && code.parts[0].kind != Kind::nothing;
  if (method) c.self = evaluate(code.parts[0], state, frame);
  for (std::size_t i = 1; i < code.parts.size(); ++i) {
    c.arguments.push_back(evaluate(code.parts[i], state, frame));
    if (c.arguments.back().empty()) c.arguments.back().unknown = true;
  }
  if (code.line) frame.line = code.line;
  if (code.kind == Kind::call_value) {
    const auto callee = code.parts.empty() ? Value::anything() : evaluate(code.parts[0], state, frame);
    Value result;
    const auto before = state;
    bool any = false;
    for (const auto* lambda : callee.lambdas) result.join(call_lambda(*lambda, c.arguments, state, frame)), any = true;
    for (const auto& usr : callee.functions)
      if (const int f = program_.find(usr)) result.join(enter(f, 0, c.arguments, code, state, frame)), any = true;
    if (!any && callee.functions.empty() && code.text.empty())
      troubles_.insert({frame.function, place(frame, code.line), "a call through a pointer that is not followed"});
    for (const auto& a : c.arguments) escape(a, state);
    result.unknown = true;
    return result;
  }
  if (!c.self.lambdas.empty() && code.text.ends_with("operator()")) {
    Value result;
    const auto lambdas = c.self.lambdas;
    for (const auto* lambda : lambdas) result.join(call_lambda(*lambda, c.arguments, state, frame));
    return result;
  }
  const auto& callee = callees_.of(code);
  if (callee.path && callee.path->argument) {
    const auto told = operand(callee.path->argument, c, state);
    state.path = told.is_zero() ? callee.path->absent : callee.path->given;
  }
  if (callee.rule)
    if (auto value = apply(*callee.rule, c, state, frame)) return *value;

  std::string object_class;
  if (c.self.objects.size() == 1) object_class = state.object(*c.self.objects.begin()).record;
  const auto& targets = callees_.targets(code, object_class);
  if (targets.empty() || callee.of_text)
    if (auto value = well_known(callee.name, code, c.self, c.arguments, state, frame)) return *value;

  const int self = c.self.objects.empty() ? 0 : *c.self.objects.begin();
  Value result;
  bool followed = false;
  if (!targets.empty() && targets.size() <= most_targets && frame.depth < deepest_call) {
    const auto before = state;
    std::vector<std::pair<State, Value>> ends;
    for (const int target : targets) {
      bool on_the_way = false;
      for (const auto* f = &frame; f; f = f->caller) on_the_way = on_the_way || f->function == target;
      const auto summary = summaries_.find(target);
      const bool closed = summary != summaries_.end() && summary->second.closed;
      const auto& function = program_.functions()[static_cast<std::size_t>(target)];
      const bool worth = !closed && (relevant_.count(target) || function.size <= small_function);
      auto after = before;
      Value value = Value::anything();
      if (worth && !on_the_way) {
        value = enter(target, self, c.arguments, code, after, frame);
        followed = true;
      } else {
        for (const auto& a : c.arguments) escape(a, after);
        hand_out(code, after, frame);
        const int id = object(fmt::format("{} call {}", frame.path, static_cast<const void*>(&code)), after, true);
        value.objects.insert(id);
      }
      ends.emplace_back(std::move(after), std::move(value));
    }
    state = std::move(ends.front().first);
    result = std::move(ends.front().second);
    for (std::size_t i = 1; i < ends.size(); ++i) {
      const std::vector<Atom> one{{"override", "which override is called", true, true, nullptr, 0}};
      state = merged(state, ends[i].first, one, one);
      state.conditions = before.conditions;
      result.join(ends[i].second);
    }
    if (followed || !targets.empty()) return result;
  }
  // Nobody knows what it does. A list that it is handed may come back, and what it is handed may change.
  for (const auto& a : c.arguments) escape(a, state);
  hand_out(code, state, frame);
  for (const auto* lambdas = c.arguments.data(); lambdas != c.arguments.data() + c.arguments.size(); ++lambdas)
    for (const auto* lambda : lambdas->lambdas) call_lambda(*lambda, {}, state, frame);
  result = Value::anything();
  bool passed = false;
  for (const auto& a : c.arguments)
    for (const int id : a.objects) {
      const auto& o = state.object(id);
      if (o.additions.empty() && o.roles.empty()) continue;
      result.objects.insert(id);
      passed = true;
      troubles_.insert({frame.function, place(frame, code.line),
                        "hands a request's fields to " + code.text + ", which is not read"});
    }
  if (passed) return result;
  // The same question to the same object gives the same answer.
  std::string key = fmt::format("{} call {}", frame.path, static_cast<const void*>(&code));
  const bool getter = method && c.arguments.empty() && c.self.objects.size() == 1;
  if (getter) key = fmt::format("{}.{}()", object_keys_[static_cast<std::size_t>(self)], code.text);
  const int id = object(key, state, !getter);
  if (getter) {
    const bool of_caller = state.object(self).of_caller;
    auto& o = put_inside(id, self, state);
    o.of_caller = of_caller;
  }
  result.objects.insert(id);
  return result;
}

Object& Follower::put_inside(int id, int parent, State& state) {
  inside_[parent].insert(id);
  auto& object = state.change(id);
  object.parent = parent;
  return object;
}

// What others can reach they can change: the fields of an object, and of what stands in them.
void Follower::escape(const Value& value, State& state) {
  std::set<int> seen;
  std::vector<int> work(value.objects.begin(), value.objects.end());
  while (!work.empty() && seen.size() < 64) {
    const int id = work.back();
    work.pop_back();
    if (!seen.insert(id).second) continue;
    const auto& o = state.object(id);
    if (o.key.empty()) continue;
    for (const auto& [name, field] : o.fields) work.insert(work.end(), field.objects.begin(), field.objects.end());
    if (const auto inside = inside_.find(id); inside != inside_.end())
      for (const int other : inside->second)
        if (state.object(other).parent == id) work.push_back(other);
    if (!o.zeroed && o.fields.empty()) continue;
    auto& changed = state.change(id);
    changed.zeroed = false;
    changed.fields.clear();
  }
}

// Variables whose address (or reference) goes to code that is not followed.
void Follower::hand_out(const Code& call, State& state, Activation& frame) {
  for (std::size_t i = 1; i < call.parts.size(); ++i) {
    const auto& part = call.parts[i];
    if (part.kind != Kind::unary || part.text != "&" || part.parts.empty()) continue;
    const auto& inner = part.parts[0];
    if (inner.kind != Kind::local && inner.kind != Kind::parameter && inner.kind != Kind::member) continue;
    auto now = evaluate(inner, state, frame);
    auto unknown = Value::anything();
    unknown.objects = now.objects;
    assign(inner, unknown, state, frame);
  }
}

Value Follower::call_lambda(const Code& lambda, const std::vector<Value>& arguments, State& state, Activation& frame) {
  if (lambda.parts.empty() || frame.depth >= deepest_call) return Value::anything();
  for (std::size_t i = 0; i < lambda.numbers.size(); ++i)
    state.variables[{frame.number, lambda.numbers[i]}] = i < arguments.size() ? arguments[i] : Value::anything();
  Activation inner = frame;  // what it captures is there by the same numbers
  ++inner.depth;
  const auto before = state;
  Flow flow;
  flow.state = state;
  auto end = returned(before, run(lambda.parts[0], std::move(flow), inner));
  state = std::move(end.state);
  state.conditions = before.conditions;
  return end.value;
}

Value Follower::enter(int function, int self, const std::vector<Value>& arguments, const Code& at, State& state,
                      Activation& frame) {
  const auto& f = program_.functions()[static_cast<std::size_t>(function)];
  Activation inner;
  inner.number = ++frames_;
  inner.function = function;
  inner.depth = frame.depth + 1;
  inner.path = fmt::format("{}/{:x}", frame.path, reinterpret_cast<std::uintptr_t>(&at) & 0xFFFFFFF);
  inner.caller = &frame;
  inner.body = f.body;
  inner.line = f.body->line;
  if (!f.body->record.empty()) {
    inner.self = self ? self : object(inner.path + " this", state, false);
    if (state.object(inner.self).record.empty() && self == 0) state.change(inner.self).record = "";
  }
  for (std::size_t i = 0; i < f.body->parameters.size(); ++i)
    state.variables[{inner.number, -1 - static_cast<long long>(i)}] =
        i < arguments.size() ? arguments[i] : Value::anything();
  const auto before = state;
  const auto path = state.path;
  if (const auto* rule = rules_.find_path(f.names); rule && !rule->argument) state.path = rule->path;
  Flow flow;
  flow.state = std::move(state);
  auto end = returned(before, run(f.body->body, std::move(flow), inner));
  state = std::move(end.state);
  state.conditions = before.conditions;
  state.path = path;
  // What a reference or a buffer was given stays with the caller.
  for (std::size_t i = 0; i < f.body->parameters.size() && i + 1 < at.parts.size(); ++i) {
    const auto& name = f.body->parameters[i];
    if (name.empty() || (name.back() != '&' && name.back() != '*')) continue;
    const auto* left = state.variables.find({inner.number, -1 - static_cast<long long>(i)});
    if (!left || i >= arguments.size() || *left == arguments[i]) continue;
    const auto now = *left;
    if (name.back() == '&' || now.has_text()) assign(at.parts[i + 1], now, state, frame);
  }
  state.variables.erase_layer(inner.number);
  if (end.value.empty()) end.value.unknown = true;
  return end.value;
}

// A construction as a call of a method on what is constructed; kept, since places in the code are known by address.
const Code& Follower::as_call(const Code& construction) {
  const auto [found, fresh] = as_calls_.try_emplace(&construction);
  if (fresh) {
    found->second.kind = Kind::call;
    found->second.line = construction.line;
    found->second.text = construction.text;
    found->second.parts.emplace_back();
    for (const auto& part : construction.parts) found->second.parts.push_back(part);
  }
  return found->second;
}

Value Follower::construct(const Code& code, State& state, Activation& frame, int made) {
  if (code.line) frame.line = code.line;
  std::vector<Value> arguments;
  for (const auto& part : code.parts) {
    arguments.push_back(evaluate(part, state, frame));
    if (arguments.back().empty()) arguments.back().unknown = true;
  }
  const auto& callee = callees_.of(code);
  if (!made && callee.of_text) {
    if (arguments.empty()) return Value::of_text("");
    if (arguments[0].has_text() || arguments[0].is_zero() || arguments.size() == 1) return arguments[0];
    return Value::anything();
  }
  const auto* rule = callee.rule;
  const int function = callee.targets.empty() ? 0 : callee.targets.front();
  if (!made && !function && !rule && !arguments.empty()) {
    // A class of which no code is read: a smart pointer, an optional, a copy. Of an address that is made of a text both
    // count, the text and what rules add to the object.
    auto value = arguments[0];
    if (callee.ruled && value.objects.empty())
      value.objects.insert(object(fmt::format("{} made {}", frame.path, static_cast<const void*>(&code)), state, true));
    return value;
  }
  const bool copies = !made && !rule && arguments.size() == 1 && arguments[0].objects.size() == 1 &&
                      state.object(*arguments[0].objects.begin()).record == code.type;
  if (copies) return arguments[0];
  const int id =
      made ? made : object(fmt::format("{} made {}", frame.path, static_cast<const void*>(&code)), state, true);
  state.change(id).record = code.type;
  if (rule) {
    // A request object whose constructor takes method and address.
    apply(*rule, Call{as_call(code), Value::of_object(id), arguments}, state, frame);
    return Value::of_object(id);
  }
  if (function && frame.depth < deepest_call) {
    bool on_the_way = false;
    for (const auto* f = &frame; f; f = f->caller) on_the_way = on_the_way || f->function == function;
    const auto size = program_.functions()[static_cast<std::size_t>(function)].size;
    if (!on_the_way && (relevant_.count(function) || size <= 2 * small_function))
      enter(function, id, arguments, as_call(code), state, frame);
  }
  return Value::of_object(id);
}

}  // namespace blobgauge::analyzer::clang
