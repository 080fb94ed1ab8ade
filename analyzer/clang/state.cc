#include "analyzer/clang/state.h"

#include <algorithm>

namespace blobgauge::analyzer::clang {
namespace {

using Variables = decltype(State::variables);
using Objects = decltype(State::objects);

const Object no_object;

const Addition* find(const std::vector<Addition>& list, const std::string& key) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const Addition& a) { return a.key == key; });
  return found == list.end() ? nullptr : &*found;
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

// An object that one way alone has.
Object in_one(const Object& only, const std::vector<Atom>& atoms) {
  auto object = only;
  for (auto& addition : object.additions) add_guards(addition, atoms);
  return object;
}

Object in_both(const Object& a, const Object& b, const std::vector<Atom>& atoms_a, const std::vector<Atom>& atoms_b) {
  auto object = a;
  object.additions.clear();
  for (const auto& addition : a.additions) {
    if (const auto* twin = find(b.additions, addition.key)) {
      object.additions.push_back(both(addition, *twin));
    } else {
      object.additions.push_back(addition);
      add_guards(object.additions.back(), atoms_a);
    }
  }
  for (const auto& addition : b.additions)
    if (!find(a.additions, addition.key)) {
      object.additions.push_back(addition);
      add_guards(object.additions.back(), atoms_b);
    }
  object.zeroed = object.zeroed && b.zeroed;
  join_maps(object.fields, b.fields, object.zeroed);
  join_maps(object.roles, b.roles, true);
  object.default_verbs.insert(b.default_verbs.begin(), b.default_verbs.end());
  if (object.fixed_verbs != b.fixed_verbs) {
    if (object.fixed_verbs.empty() || b.fixed_verbs.empty()) object.fixed_verbs.insert("");
    object.fixed_verbs.insert(b.fixed_verbs.begin(), b.fixed_verbs.end());
  }
  object.last_request.join(b.last_request);
  object.made_elements.insert(b.made_elements.begin(), b.made_elements.end());
  object.of_caller = object.of_caller || b.of_caller;
  return object;
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
  const auto* found = objects.find(id);
  return found ? **found : no_object;
}

Object& State::change(int id) {
  auto& shared = objects[id];
  if (!shared)
    shared = std::make_shared<Object>();
  else if (shared.use_count() > 1)
    shared = std::make_shared<Object>(*shared);
  return const_cast<Object&>(*shared);  // made here, and nobody else has it
}

void State::pass(const std::vector<Atom>& atoms) {
  if (atoms.empty()) return;
  auto& list = conditions.edit();
  list.insert(list.end(), atoms.begin(), atoms.end());
}

void State::learn(const std::string& key, bool truth) {
  known.edit()[key] = truth;
  if (clauses->empty()) return;
  auto& all = known.edit();
  auto& list = clauses.edit();
  // A clause with one member left says that this holds.
  bool again = true;
  while (again) {
    again = false;
    for (auto& clause : list) {
      const bool holds = std::any_of(clause.begin(), clause.end(), [&](const auto& member) {
        const auto k = all.find(member.first);
        return k != all.end() && k->second == member.second;
      });
      if (holds) {
        clause.clear();
        continue;
      }
      Clause open;
      for (const auto& member : clause)
        if (!all.count(member.first)) open.push_back(member);
      if (open.size() == 1) {
        all[open[0].first] = open[0].second;
        clause.clear();
        again = true;
      }
    }
  }
  std::erase_if(list, [](const auto& clause) { return clause.empty(); });
}

void State::learn_one_of(Clause clause) {
  auto& list = clauses.edit();
  if (std::find(list.begin(), list.end(), clause) == list.end()) list.push_back(std::move(clause));
  if (list.size() > 32) list.erase(list.begin());
  if (!known->empty()) {
    const auto [key, truth] = *known->begin();
    learn(key, truth);
  }
}

void State::forget(const std::string& token) {
  const auto mentions = [&](const auto& entry) { return entry.first.find(token) != std::string::npos; };
  if (std::any_of(known->begin(), known->end(), mentions)) std::erase_if(known.edit(), mentions);
  const auto mentioned = [&](const Clause& clause) { return std::any_of(clause.begin(), clause.end(), mentions); };
  if (std::any_of(clauses->begin(), clauses->end(), mentioned)) std::erase_if(clauses.edit(), mentioned);
}

std::set<std::string> added_since(const State& before, const State& after) {
  std::set<std::string> keys;
  Objects::any_apart(before.objects, after.objects, [&](int id, const auto* known, const auto* object) {
    if (!object || (known && *known == *object)) return false;
    for (const auto& a : (*object)->additions)
      if (!known || !find((*known)->additions, a.key)) keys.insert(std::to_string(id) + a.key);
    return false;
  });
  return keys;
}

bool differ_in_kind(const State& before, const State& a, const State& b) {
  if (a.path != b.path) return true;
  const auto in_a = added_since(before, a), in_b = added_since(before, b);
  const bool a_more = !std::includes(in_b.begin(), in_b.end(), in_a.begin(), in_a.end());
  const bool b_more = !std::includes(in_a.begin(), in_a.end(), in_b.begin(), in_b.end());
  if (a_more && b_more) return true;
  const bool objects_differ = Objects::any_apart(a.objects, b.objects, [](int, const auto* in_x, const auto* in_y) {
    if (!in_x || !in_y || *in_x == *in_y) return false;
    const auto &x = **in_x, &y = **in_y;
    if (x.key.empty() || y.key.empty()) return false;
    if (x.fixed_verbs != y.fixed_verbs) return true;
    for (const auto* role : {"verb", "headers", "query"}) {
      const auto p = x.roles.find(role), q = y.roles.find(role);
      if ((p == x.roles.end()) != (q == y.roles.end())) return std::string_view(role) == "verb";
      if (p != x.roles.end() && told_apart(p->second, q->second)) return true;
    }
    return false;
  });
  return objects_differ ||
         Variables::any_apart(a.variables, b.variables, [](const VariableName&, const Value* x, const Value* y) {
           return x && y && told_apart(*x, *y);
         });
}

State merged(const State& a, const State& b, const std::vector<Atom>& atoms_a, const std::vector<Atom>& atoms_b) {
  auto m = a;
  Variables::any_apart(a.variables, b.variables, [&](const VariableName& name, const Value* x, const Value* y) {
    if (!x)
      m.variables[name] = *y;
    else if (y && !(*x == *y))
      m.variables[name].join(*y);
    return false;
  });
  if (!a.globals.is(b.globals)) join_maps(m.globals.edit(), *b.globals, false);
  if (!a.known.is(b.known))
    std::erase_if(m.known.edit(), [&](const auto& entry) {
      const auto other = b.known->find(entry.first);
      return other == b.known->end() || other->second != entry.second;
    });
  if (!a.clauses.is(b.clauses))
    std::erase_if(m.clauses.edit(), [&](const Clause& clause) {
      return std::find(b.clauses->begin(), b.clauses->end(), clause) == b.clauses->end();
    });
  if (!a.conditions.is(b.conditions)) {
    std::vector<Atom> shared;
    for (const auto& atom : *a.conditions) {
      if (std::find(b.conditions->begin(), b.conditions->end(), atom) == b.conditions->end()) break;
      shared.push_back(atom);
    }
    m.conditions.set(std::move(shared));
  }
  m.signed_verb.join(b.signed_verb);
  if (a.path.empty()) m.path = b.path;
  Objects::any_apart(a.objects, b.objects, [&](int id, const auto* x, const auto* y) {
    if (x && y && *x == *y) return false;
    m.objects[id] = std::make_shared<Object>(x && y ? in_both(**x, **y, atoms_a, atoms_b)
                                             : x    ? in_one(**x, atoms_a)
                                                    : in_one(**y, atoms_b));
    return false;
  });
  return m;
}

void choose(const State& before, State& after, const std::vector<Atom>& atoms) {
  if (atoms.empty()) return;
  std::vector<int> changed;
  Objects::any_apart(before.objects, after.objects, [&](int id, const auto* known, const auto* object) {
    if (object && !(*object)->additions.empty() && !(known && *known == *object)) changed.push_back(id);
    return false;
  });
  for (const int id : changed) {
    const auto* known = before.objects.find(id);
    for (auto& addition : after.change(id).additions) {
      if (known && find((*known)->additions, addition.key)) continue;
      for (const auto& atom : atoms)
        if (std::find(addition.chosen.begin(), addition.chosen.end(), atom) == addition.chosen.end())
          addition.chosen.push_back(atom);
    }
  }
}

}  // namespace blobgauge::analyzer::clang
