#include "analyzer/clang/state.h"

#include <algorithm>

namespace blobgauge::analyzer::clang {
namespace {

const Object no_object;

const Addition* find(const std::vector<Addition>& list, const std::string& key) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const Addition& a) { return a.key == key; });
  return found == list.end() ? nullptr : &*found;
}

std::set<int> ids_of(const State& a, const State& b) {
  std::set<int> ids;
  for (const auto* s : {&a, &b})
    for (const auto& [id, object] : s->objects) ids.insert(id);
  return ids;
}

// Only the text that is known whole tells two requests apart.
bool told_apart(const Value& a, const Value& b) {
  return a.texts.size() == 1 && b.texts.size() == 1 && a.templates.empty() && b.templates.empty() && a.texts != b.texts;
}

void join_maps(std::map<std::string, Value>& into, const std::map<std::string, Value>& from, bool absent_is_zero) {
  for (auto& [name, value] : into)
    if (!from.count(name)) absent_is_zero ? void(value.zero = true) : void(value.unknown = true);
  for (const auto& [name, value] : from) {
    auto [found, fresh] = into.emplace(name, value);
    if (!fresh)
      found->second.join(value);
    else
      absent_is_zero ? void(found->second.zero = true) : void(found->second.unknown = true);
  }
}

void add_guards(Addition& addition, const std::vector<Atom>& atoms) {
  for (const auto& atom : atoms)
    if (std::find(addition.guards.begin(), addition.guards.end(), atom) == addition.guards.end())
      addition.guards.push_back(atom);
}

// What both ways have: certain where one has no guard of its own that the other lacks.
Addition both(const Addition& a, const Addition& b) {
  auto one = a;
  one.value.join(b.value);
  if (a.guards == b.guards) return one;
  if (a.guards.empty() || b.guards.empty()) {
    // Certain on one way, guarded on the other: guarded.
    one.guards = a.guards.empty() ? b.guards : a.guards;
    return one;
  }
  std::vector<Atom> shared;
  for (const auto& atom : a.guards)
    if (std::find(b.guards.begin(), b.guards.end(), atom) != b.guards.end()) shared.push_back(atom);
  one.guards = shared.empty() ? a.guards : shared;
  return one;
}

}  // namespace

std::string text_of(const Atom& atom) {
  if (atom.truth || atom.loop) return atom.text;
  for (const auto& [from, to] : {std::pair<const char*, const char*>{" == ", " != "}, {" != ", " == "}}) {
    const auto at = atom.text.find(from);
    if (at != std::string::npos && atom.text.find(from, at + 1) == std::string::npos &&
        atom.text.find('?') == std::string::npos) {
      auto text = atom.text;
      return text.replace(at, 4, to);
    }
  }
  const bool plain = atom.text.find(' ') == std::string::npos || atom.text.back() == ')';
  return plain ? "!" + atom.text : "!(" + atom.text + ")";
}

const Object& State::object(int id) const {
  const auto found = objects.find(id);
  return found == objects.end() ? no_object : *found->second;
}

Object& State::change(int id) {
  auto& shared = objects[id];
  auto copy = shared ? std::make_shared<Object>(*shared) : std::make_shared<Object>();
  auto& object = *copy;
  shared = std::move(copy);
  return object;
}

void State::learn(const std::string& key, bool truth) {
  known[key] = truth;
  // A clause with one member left says that this holds.
  bool again = true;
  while (again) {
    again = false;
    for (auto& clause : clauses) {
      const bool holds = std::any_of(clause.begin(), clause.end(), [&](const auto& member) {
        const auto k = known.find(member.first);
        return k != known.end() && k->second == member.second;
      });
      if (holds) {
        clause.clear();
        continue;
      }
      std::vector<std::pair<std::string, bool>> open;
      for (const auto& member : clause)
        if (!known.count(member.first)) open.push_back(member);
      if (open.size() == 1) {
        known[open[0].first] = open[0].second;
        clause.clear();
        again = true;
      }
    }
  }
  std::erase_if(clauses, [](const auto& clause) { return clause.empty(); });
}

void State::learn_one_of(std::vector<std::pair<std::string, bool>> clause) {
  if (std::find(clauses.begin(), clauses.end(), clause) == clauses.end()) clauses.push_back(std::move(clause));
  if (clauses.size() > 32) clauses.erase(clauses.begin());
  if (!known.empty()) {
    const auto [key, truth] = *known.begin();
    learn(key, truth);
  }
}

void State::forget(const std::string& token) {
  std::erase_if(known, [&](const auto& entry) { return entry.first.find(token) != std::string::npos; });
  std::erase_if(clauses, [&](const auto& clause) {
    return std::any_of(clause.begin(), clause.end(),
                       [&](const auto& member) { return member.first.find(token) != std::string::npos; });
  });
}

std::set<std::string> added_since(const State& before, const State& after) {
  std::set<std::string> keys;
  for (const auto& [id, object] : after.objects) {
    const auto known = before.objects.find(id);
    if (known != before.objects.end() && known->second == object) continue;
    for (const auto& a : object->additions)
      if (known == before.objects.end() || !find(known->second->additions, a.key))
        keys.insert(std::to_string(id) + a.key);
  }
  return keys;
}

bool differ_in_kind(const State& before, const State& a, const State& b) {
  const auto in_a = added_since(before, a), in_b = added_since(before, b);
  const bool a_more = !std::includes(in_b.begin(), in_b.end(), in_a.begin(), in_a.end());
  const bool b_more = !std::includes(in_a.begin(), in_a.end(), in_b.begin(), in_b.end());
  if (a_more && b_more) return true;
  for (const int id : ids_of(a, b)) {
    const auto& x = a.object(id);
    const auto& y = b.object(id);
    if (&x == &y || x.key.empty() || y.key.empty()) continue;
    if (x.fixed_verbs != y.fixed_verbs) return true;
    for (const auto* role : {"verb", "headers", "query"}) {
      const auto p = x.roles.find(role), q = y.roles.find(role);
      if ((p == x.roles.end()) != (q == y.roles.end())) return std::string_view(role) == "verb";
      if (p != x.roles.end() && told_apart(p->second, q->second)) return true;
    }
  }
  for (const auto& [name, value] : a.variables) {
    const auto other = b.variables.find(name);
    if (other != b.variables.end() && told_apart(value, other->second)) return true;
  }
  return a.path != b.path;
}

State merged(const State& a, const State& b, const std::vector<Atom>& atoms_a, const std::vector<Atom>& atoms_b) {
  State m;
  m.variables = a.variables;
  for (const auto& [name, value] : b.variables) {
    auto [found, fresh] = m.variables.emplace(name, value);
    if (!fresh && !(found->second == value)) found->second.join(value);
  }
  m.globals = a.globals;
  join_maps(m.globals, b.globals, false);
  for (const auto& [key, truth] : a.known)
    if (const auto other = b.known.find(key); other != b.known.end() && other->second == truth) m.known[key] = truth;
  for (const auto& clause : a.clauses)
    if (std::find(b.clauses.begin(), b.clauses.end(), clause) != b.clauses.end()) m.clauses.push_back(clause);
  for (const auto& atom : a.conditions) {
    if (std::find(b.conditions.begin(), b.conditions.end(), atom) == b.conditions.end()) break;
    m.conditions.push_back(atom);
  }
  m.signed_verb = a.signed_verb;
  m.signed_verb.join(b.signed_verb);
  m.path = a.path.empty() ? b.path : a.path;
  for (const int id : ids_of(a, b)) {
    const auto x = a.objects.find(id), y = b.objects.find(id);
    if (x != a.objects.end() && y != b.objects.end() && x->second == y->second) {
      m.objects.emplace(id, x->second);
      continue;
    }
    if (x == a.objects.end() || y == b.objects.end()) {
      const auto& only = x == a.objects.end() ? y->second : x->second;
      auto copy = std::make_shared<Object>(*only);
      for (auto& addition : copy->additions) add_guards(addition, x == a.objects.end() ? atoms_b : atoms_a);
      m.objects.emplace(id, std::move(copy));
      continue;
    }
    auto object = std::make_shared<Object>(*x->second);
    const auto& other = *y->second;
    object->additions.clear();
    for (const auto& addition : x->second->additions) {
      if (const auto* twin = find(other.additions, addition.key)) {
        object->additions.push_back(both(addition, *twin));
      } else {
        object->additions.push_back(addition);
        add_guards(object->additions.back(), atoms_a);
      }
    }
    for (const auto& addition : other.additions)
      if (!find(x->second->additions, addition.key)) {
        object->additions.push_back(addition);
        add_guards(object->additions.back(), atoms_b);
      }
    object->zeroed = object->zeroed && other.zeroed;
    join_maps(object->fields, other.fields, object->zeroed);
    join_maps(object->roles, other.roles, true);
    object->default_verbs.insert(other.default_verbs.begin(), other.default_verbs.end());
    if (object->fixed_verbs != other.fixed_verbs) {
      if (object->fixed_verbs.empty() || other.fixed_verbs.empty()) object->fixed_verbs.insert("");
      object->fixed_verbs.insert(other.fixed_verbs.begin(), other.fixed_verbs.end());
    }
    object->last_request.join(other.last_request);
    object->made_elements.insert(other.made_elements.begin(), other.made_elements.end());
    object->of_caller = object->of_caller || other.of_caller;
    m.objects.emplace(id, std::move(object));
  }
  return m;
}

void choose(const State& before, State& after, const std::vector<Atom>& atoms) {
  if (atoms.empty()) return;
  std::vector<int> changed;
  for (const auto& [id, object] : after.objects) {
    const auto known = before.objects.find(id);
    if (known == before.objects.end() || known->second != object) changed.push_back(id);
  }
  for (const int id : changed) {
    const auto known = before.objects.find(id);
    for (auto& addition : after.change(id).additions) {
      if (known != before.objects.end() && find(known->second->additions, addition.key)) continue;
      for (const auto& atom : atoms)
        if (std::find(addition.chosen.begin(), addition.chosen.end(), atom) == addition.chosen.end())
          addition.chosen.push_back(atom);
    }
  }
}

}  // namespace blobgauge::analyzer::clang
