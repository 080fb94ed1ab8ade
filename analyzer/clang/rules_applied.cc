// What a client's file says that a call does.
#include <fmt/format.h>

#include <algorithm>

#include "analyzer/clang/follower.h"
#include "model/text.h"

namespace blobgauge::analyzer::clang {
namespace {

using Does = CallRule::Does;

// "Name: value", where both may have holes.
std::pair<std::string, std::string> split_line(const std::string& line) {
  const auto colon = line.find(':');
  if (colon == std::string::npos) return {line, ""};
  return {std::string(model::trim(line.substr(0, colon))), std::string(model::trim(line.substr(colon + 1)))};
}

Value value_of(const std::string& text) {
  Value v;
  (text.find("{}") == std::string::npos ? v.texts : v.templates).insert(text);
  return v;
}

// Names of the elements of a text that is XML with holes.
std::set<std::string> element_names(const std::string& text) {
  std::set<std::string> names;
  for (auto at = text.find('<'); at != std::string::npos; at = text.find('<', at + 1)) {
    auto end = at + 1;
    while (end < text.size() &&
           (std::isalnum(static_cast<unsigned char>(text[end])) || text[end] == '-' || text[end] == '_'))
      ++end;
    if (end > at + 1) names.insert(text.substr(at + 1, end - at - 1));
  }
  return names;
}

}  // namespace

Value Follower::operand(const Operand& what, const Call& call, State& state) {
  Value v;
  switch (what.what) {
    case Operand::What::argument:
      v = what.argument < static_cast<int>(call.arguments.size())
              ? call.arguments[static_cast<std::size_t>(what.argument)]
              : Value::nothing();
      break;
    case Operand::What::self:
      v = call.self;
      break;
    default:
      return what.text.empty() ? Value::nothing() : value_of(what.text);
  }
  for (const auto& name : what.fields) {
    if (v.objects.empty()) return Value::anything();
    Value inner;
    for (const int id : v.objects) {
      const auto& roles = state.object(id).roles;
      const auto role = roles.find(name);
      inner.join(role != roles.end() ? role->second
                                     : field_of(id, name, program_.name_of_record(state.object(id).record), state));
    }
    v = std::move(inner);
  }
  return v;
}

const Code* Follower::operand_code(const Operand& what, const Call& call) const {
  if (!what.fields.empty()) return nullptr;
  if (what.what == Operand::What::self) return call.code.parts.empty() ? nullptr : &call.code.parts[0];
  const auto index = static_cast<std::size_t>(what.argument) + 1;
  return what.what == Operand::What::argument && index < call.code.parts.size() ? &call.code.parts[index] : nullptr;
}

// The lists that are added to; a new one where there is none yet.
std::set<int> Follower::lists(const Value& value, const Call& call, State& state, Activation& frame) {
  if (!value.objects.empty()) return value.objects;
  return {object(fmt::format("{} list {}", frame.path, static_cast<const void*>(&call.code)), state, true)};
}

void Follower::add(const CallRule& rule, const std::set<int>& to, const Value& name, const Value& value,
                   const Call& call, State& state, Activation& frame) {
  const bool query = rule.does == CallRule::Does::add_query;
  for (const auto& text : name.as_texts())
    for (const int id : to) {
      Addition a;
      a.query = query;
      a.name = text;
      a.value = value;
      a.key = fmt::format("{} {} {}{}", frame.path, static_cast<const void*>(&call.code), query ? "?" : "", text);
      a.at = place(frame, call.code.line);
      a.function = frame.function;
      a.depth = frame.depth;
      if (!rule.guard.empty()) a.guards.push_back({"rule " + rule.guard, rule.guard, true, true, nullptr, 0});
      if (name.as_texts().size() > 1)
        a.guards.push_back({"name " + a.key, "one of several names", true, true, nullptr, 0});
      if (to.size() > 1) a.guards.push_back({"object " + a.key, "one of several lists", true, true, nullptr, 0});
      auto& list = state.change(id).additions;
      // The same code again: what it added before stands, with what it adds now.
      std::erase_if(list, [&](const Addition& other) { return other.key == a.key; });
      list.push_back(std::move(a));
    }
}

void Follower::mean(const OptionMeaning& meaning, int id, const Value& value, const Call& call, State& state,
                    Activation& frame) {
  if (meaning.does == "verb" && meaning.text.empty()) {
    state.change(id).roles["verb"] = value;
    return;
  }
  if (meaning.does == "verb") {
    if (value.is_zero()) return;
    auto& o = state.change(id);
    o.fixed_verbs = {meaning.text};
    if (meaning.value == "body") o.roles["body"] = value;
    return;
  }
  if (meaning.does == "header") {
    if (value.is_zero()) return;
    CallRule rule;
    rule.does = CallRule::Does::add_header;
    Value text = value;
    if (const auto hole = meaning.value.find("{}"); hole != std::string::npos)
      text = concatenated(value_of(meaning.value.substr(0, hole)), value);
    add(rule, {id}, Value::of_text(meaning.text), text, call, state, frame);
    return;
  }
  state.change(id).roles[meaning.does] = value;
}

std::optional<Value> Follower::apply(const CallRule& rule, const Call& call, State& state, Activation& frame) {
  const auto objects_of = [](const std::set<int>& ids) {
    Value v;
    v.objects = ids;
    return v;
  };
  switch (rule.does) {
    case Does::add_query:
    case Does::add_header: {
      const auto to = lists(operand(rule.to, call, state), call, state, frame);
      if (rule.line) {
        for (const auto& line : operand(rule.line, call, state).as_texts()) {
          const auto [name, value] = split_line(line);
          add(rule, to, value_of(name), value_of(value), call, state, frame);
        }
      } else {
        add(rule, to, operand(rule.name, call, state),
            rule.value ? operand(rule.value, call, state) : Value::anything(), call, state, frame);
      }
      return objects_of(to);
    }
    case Does::reset: {
      const auto to = operand(rule.to, call, state);
      for (const int id : to.objects) state.change(id).additions.clear();
      return to;
    }
    case Does::copy:
    case Does::merge: {
      const auto from = operand(rule.from, call, state);
      const bool copies = rule.does == Does::copy;
      const auto to =
          copies ? std::set<int>{object(fmt::format("{} copy {}", frame.path, static_cast<const void*>(&call.code)),
                                        state, true)}
                 : lists(operand(rule.to, call, state), call, state, frame);
      for (const int source : from.objects) {
        const auto& o = state.object(source);
        const auto additions = o.additions;
        const bool of_caller = o.of_caller;
        for (const int id : to) {
          if (id == source) continue;
          auto& list = state.change(id);
          list.of_caller = list.of_caller || of_caller;
          for (auto a : additions) {
            if (a.guards.empty() && (from.objects.size() > 1 || from.zero))
              a.guards.push_back({"from " + a.key, "one of several lists", true, true, nullptr, 0});
            std::erase_if(list.additions, [&](const Addition& other) { return other.key == a.key; });
            list.additions.push_back(std::move(a));
          }
        }
      }
      return objects_of(to);
    }
    case Does::same:
      return operand(rule.from, call, state);
    case Does::ignore:
      return Value::anything();
    case Does::format: {
      if (rule.gives) return Value::of_text(*rule.gives);
      std::vector<Value> rest;
      for (std::size_t i = static_cast<std::size_t>(rule.format.argument) + 1; i < call.arguments.size(); ++i)
        rest.push_back(call.arguments[i]);
      auto text = formatted(operand(rule.format, call, state), rest);
      if (rule.to) {
        if (rule.appends) text = concatenated(operand(rule.to, call, state), text);
        if (const auto* to = operand_code(rule.to, call)) assign(*to, text, state, frame);
      }
      return text;
    }
    case Does::create:
      return Value::of_object(
          object(fmt::format("{} new {}", frame.path, static_cast<const void*>(&call.code)), state, true));
    case Does::option: {
      const auto option = operand(rule.option, call, state);
      const auto to = operand(rule.to, call, state);
      const auto value = operand(rule.value, call, state);
      for (const auto number : option.numbers) {
        const auto names = enumerators_.find(number);
        if (names == enumerators_.end()) continue;
        for (const auto& name : names->second)
          if (const auto meaning = rules_.options.find(name); meaning != rules_.options.end())
            for (const int id : to.objects) mean(meaning->second, id, value, call, state, frame);
      }
      return Value::anything();
    }
    case Does::set: {
      const bool makes = rule.to.what == Operand::What::result;
      const auto to =
          makes ? Value::of_object(
                      object(fmt::format("{} new {}", frame.path, static_cast<const void*>(&call.code)), state, true))
                : operand(rule.to, call, state);
      for (const auto& [role, what] : rule.sets) {
        const auto value = operand(what, call, state);
        // A flag in the place of a body is another overload's.
        if (role == "body" && !value.numbers.empty() && !value.unknown && !value.has_text() && value.objects.empty())
          continue;
        for (const int id : to.objects) state.change(id).roles[role] = value;
      }
      if (makes) return to;
      // What it gives back is a list of headers to go on with.
      return Value::of_object(
          object(fmt::format("{} list {}", frame.path, static_cast<const void*>(&call.code)), state, true));
    }
    case Does::send: {
      auto request = send(rule, call, state, frame);
      escape(call.self, state);  // the answer is put where the sender was told
      for (const auto& a : call.arguments) escape(a, state);
      return request;
    }
    case Does::sign:
      state.signed_verb = operand(rule.verb, call, state);
      return std::nullopt;  // and its own code says what it adds
    case Does::status: {
      const auto from = operand(rule.from, call, state);
      if (!rule.values.empty()) {
        bool about = false;
        for (const auto number : operand(rule.option, call, state).numbers)
          if (const auto names = enumerators_.find(number); names != enumerators_.end())
            for (const auto& name : names->second)
              about = about || std::find(rule.values.begin(), rule.values.end(), name) != rule.values.end();
        if (!about) return Value::anything();
      }
      auto status = Value::anything();
      status.objects = from.objects;
      if (rule.into)
        if (const auto* to = operand_code(rule.into, call)) assign(*to, status, state, frame);
      return status;
    }
    case Does::success:
      return Value::anything();
    case Does::read: {
      const auto from = operand(rule.from, call, state);
      // A rule for what anything may be read with (a map's method) is about answers only.
      if (rule.from.what == Operand::What::self && requests_of(from, state).empty() && fields_of(from, state).empty())
        return std::nullopt;
      Consumption asked;
      for (const auto& name : operand(rule.name, call, state).as_texts())
        if (!name.empty() && name.find("{}") == std::string::npos)
          asked.headers[name] = {frame.function, place(frame, call.code.line)};
      ask(from, state, asked);
      return Value::anything();
    }
    case Does::element:
    case Does::make_element: {
      const bool makes = rule.does == Does::make_element;
      const auto of = operand(rule.from, call, state);
      const int id =
          object(fmt::format("{} element {}", frame.path, static_cast<const void*>(&call.code)), state, true);
      std::string outer;
      for (const int parent : of.objects)
        outer = state.object(parent).element.empty() ? outer : state.object(parent).element;
      auto result = Value::anything();
      result.objects.insert(id);
      for (auto name : operand(rule.name, call, state).as_texts()) {
        if (name.empty() || name.find("{}") != std::string::npos) continue;
        if (name.front() == '=') name.erase(0, 1);
        std::replace(name.begin(), name.end(), '.', '/');
        const auto path = outer.empty() ? name : outer + "/" + name;
        state.change(id).element = path;
        if (makes) {
          state.change(id).made_elements.insert(path);
          for (const int parent : of.objects) {
            state.change(parent).made_elements.insert(path);
            if (const int above = state.object(parent).parent) state.change(above).made_elements.insert(path);
          }
        } else {
          Consumption asked;
          asked.elements[path] = {frame.function, place(frame, call.code.line)};
          ask(of, state, asked);
        }
      }
      if (!of.objects.empty()) put_inside(id, *of.objects.begin(), state);
      return result;
    }
  }
  return std::nullopt;
}

void Follower::collect(const Value& from, bool query, Hit& hit, const State& state, std::set<std::string>& seen) {
  for (const int id : from.objects) {
    const auto& o = state.object(id);
    if (o.of_caller) hit.fields_open = true;
    for (auto a : o.additions) {
      if (a.query != query || !seen.insert(a.key).second) continue;
      if (a.guards.empty() && (from.objects.size() > 1 || from.zero))
        a.guards.push_back({"which " + a.key, "one of several lists", true, true, nullptr, 0});
      hit.additions.push_back(std::move(a));
    }
  }
}

void Follower::describe_body(const Value& body, Hit& hit, const State& state) const {
  if (body.is_zero() || body.empty()) return;
  hit.body = "buffer";
  for (const int id : body.objects) {
    const auto& made = state.object(id).made_elements;
    hit.body_elements.insert(made.begin(), made.end());
  }
  for (const auto* texts : {&body.texts, &body.templates})
    for (const auto& text : *texts)
      for (const auto& name : element_names(text)) hit.body_elements.insert(name);
  if (!hit.body_elements.empty()) hit.body = "xml";
}

Value Follower::send(const CallRule& rule, const Call& call, State& state, Activation& frame) {
  Hit hit;
  hit.sender = rule.function;
  hit.rule = fmt::format("{}:{}", rule.file, rule.line_number);
  for (const auto* f = &frame; f; f = f->caller)
    hit.frames.insert(hit.frames.begin(), {f->function, f == &frame ? call.code.line : f->line});
  std::set<std::string> seen;
  Value verb;
  const auto object_value = rule.object ? operand(rule.object, call, state) : Value();
  if (rule.verb) verb = operand(rule.verb, call, state);
  for (const int id : object_value.objects) {
    const auto& o = state.object(id);
    if (o.of_caller) hit.fields_open = true;
    if (!rule.verb) {
      const auto own = o.roles.find("verb");
      if (own != o.roles.end()) verb.join(own->second);
      const bool told = own != o.roles.end() && !own->second.zero;
      if (!told) {
        verb.zero = false;
        for (const auto& fixed : o.fixed_verbs) verb.texts.insert(fixed.empty() ? rule.default_verb : fixed);
        if (o.fixed_verbs.empty()) {
          if (o.of_caller)
            verb.unknown = true;
          else
            verb.texts.insert(rule.default_verb);
        }
      }
    }
  }
  if (rule.object && object_value.objects.empty()) verb.unknown = true;
  for (const auto& text : verb.as_texts()) hit.verbs.insert(text.empty() ? "{}" : text);
  hit.verb_open = verb.unknown || hit.verbs.count("{}") > 0;
  for (const auto& text : state.signed_verb.as_texts())
    if (!state.signed_verb.empty()) hit.signed_verbs.insert(text);
  state.signed_verb = {};
  const auto role = [&](const char* name, const Operand& said) {
    Value v;
    if (said) v = operand(said, call, state);
    for (const int id : object_value.objects)
      if (const auto own = state.object(id).roles.find(name); own != state.object(id).roles.end() && !said)
        v.join(own->second);
    return v;
  };
  collect(object_value, false, hit, state, seen);
  collect(object_value, true, hit, state, seen);
  collect(role("headers", rule.headers), false, hit, state, seen);
  const auto query = role("query", rule.query);
  collect(query, true, hit, state, seen);
  collect(role("url", {}), true, hit, state, seen);
  // A query that stands in the address.
  const auto path = role("path", rule.path);
  auto url = role("url", {});
  url.join(path);
  for (const auto* texts : {&url.texts, &url.templates})
    for (const auto& text : *texts) {
      const auto mark = text.find('?');
      if (mark == std::string::npos) continue;
      for (const auto part : model::split(std::string_view(text).substr(mark + 1), '&')) {
        const auto equals = part.find('=');
        const std::string name(part.substr(0, equals));
        if (name.empty() || name.find("{}") != std::string::npos) continue;
        Addition a;
        a.query = true;
        a.name = name;
        a.value =
            equals == std::string_view::npos ? Value::of_text("") : value_of(std::string(part.substr(equals + 1)));
        a.key = "url " + name;
        a.at = place(frame, call.code.line);
        a.function = frame.function;
        a.depth = frame.depth;
        if (url.as_texts().size() > 1)
          a.guards.push_back({"url " + text, "one of several addresses", true, true, nullptr, 0});
        if (seen.insert(a.key).second) hit.additions.push_back(std::move(a));
      }
    }
  auto body = role("body", rule.body);
  describe_body(body, hit, state);
  hit.path = state.path;
  if (path.unknown && hit.path.empty())
    for (const int id : path.objects) hit.path_open = hit.path_open || state.object(id).of_caller;
  hit.conditions = *state.conditions;
  std::string key = fmt::format("{} request {}", frame.path, static_cast<const void*>(&call.code));
  for (const auto& a : hit.additions) {
    key += " " + a.key;
    for (const auto& text : a.value.as_texts()) key += "=" + text;
  }
  for (const auto& v : hit.verbs) key += " " + v;
  key += hit.path;
  const int id = object(key, state, false);
  auto& request = state.change(id);
  request.is_request = true;
  hit.request = id;
  for (const int o : object_value.objects) {
    auto& sender = state.change(o);
    sender.last_request = Value::of_object(id);
  }
  for (const int o : call.self.objects)
    if (!object_value.objects.count(o)) state.change(o).last_request = Value::of_object(id);
  hits_.push_back(std::move(hit));
  auto result = Value::anything();
  result.objects.insert(id);
  return result;
}

}  // namespace blobgauge::analyzer::clang
