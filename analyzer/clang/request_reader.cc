#include "analyzer/clang/request_reader.h"

#include <fmt/format.h>

#include <algorithm>

namespace blobgauge::analyzer::clang {
namespace {

using Does = CallRule::Does;

// Functions that do something to requests, and their callers.
std::set<int> relevant_functions(const Program& program, const SourceRules& rules) {
  std::map<std::string, bool> known;
  std::set<int> found;
  const auto matters = [&](const std::string& usr, const std::string& name) {
    const auto [entry, fresh] = known.try_emplace(usr, false);
    if (fresh) {
      const auto names = program.names_of(usr, name);
      const auto* rule = rules.find(names);
      entry->second = (rule && rule->does != Does::format && rule->does != Does::same && rule->does != Does::create &&
                       rule->does != Does::ignore) ||
                      rules.find_path(names);
    }
    return entry->second;
  };
  for (std::size_t i = 1; i < program.functions().size(); ++i) {
    const auto& f = program.functions()[i];
    if (!f.reachable) continue;
    bool does = false;
    each(f.body->body, [&](const Code& c) {
      if (does) return;
      if (c.kind == Code::Kind::call) does = matters(c.usr, c.text);
      if (c.kind == Code::Kind::construct) does = rules.find({constructor_name(c.text)}) != nullptr;
    });
    if (does) found.insert(static_cast<int>(i));
  }
  for (std::size_t before = 0; before != found.size();) {
    before = found.size();
    for (const auto& call : program.calls())
      if (call.how != "address" && found.count(call.to)) found.insert(call.from);
  }
  return found;
}

std::vector<int> callees_first(const Program& program, const std::set<int>& relevant) {
  std::map<int, std::vector<int>> out;
  for (const auto& call : program.calls())
    if (relevant.count(call.from) && relevant.count(call.to)) out[call.from].push_back(call.to);
  std::vector<int> order;
  std::set<int> seen;
  for (const int start : relevant) {
    std::vector<std::pair<int, std::size_t>> stack;
    if (seen.insert(start).second) stack.emplace_back(start, 0);
    while (!stack.empty()) {
      auto& [f, next] = stack.back();
      if (next < out[f].size()) {
        const int to = out[f][next++];
        if (seen.insert(to).second) stack.emplace_back(to, 0);
      } else {
        order.push_back(f);
        stack.pop_back();
      }
    }
  }
  return order;
}

bool assumes_all(const std::vector<Atom>& of, const std::vector<Atom>& atoms) {
  return std::all_of(atoms.begin(), atoms.end(),
                     [&](const Atom& a) { return std::find(of.begin(), of.end(), a) != of.end(); });
}

// A path that a query parameter tells: a request that may have it is two.
std::vector<Hit> with_paths(const Hit& hit, const Program& program, const SourceRules& rules) {
  const PathRule* rule = nullptr;
  for (const auto& frame : hit.frames)
    if (const auto* r = rules.find_path(program.functions()[static_cast<std::size_t>(frame.function)].names))
      if (!r->with_query.empty()) rule = r;
  if (!rule) return {hit};
  const auto tells = std::find_if(hit.additions.begin(), hit.additions.end(),
                                  [&](const Addition& a) { return a.query && a.name == rule->with_query; });
  Hit with = hit, without = hit;
  with.path = rule->with_path;
  if (tells == hit.additions.end()) return {without};
  const auto guards = tells->guards;
  if (guards.empty()) return {with};
  for (auto& a : with.additions) {
    if (!assumes_all(a.guards, guards)) continue;
    std::erase_if(a.guards,
                  [&](const Atom& atom) { return std::find(guards.begin(), guards.end(), atom) != guards.end(); });
    a.chosen.insert(a.chosen.end(), guards.begin(), guards.end());
  }
  std::erase_if(without.additions, [&](const Addition& a) { return assumes_all(a.guards, guards); });
  return {with, without};
}

std::string content_of(const FoundRequest& found) {
  std::string key = found.at + " " + found.hit.path + " " + found.hit.body;
  for (const auto& verb : found.hit.verbs) key += " " + verb;
  std::set<std::string> lines;
  for (const auto& a : found.hit.additions) {
    std::string line = (a.query ? "?" : "") + a.name + "=";
    for (const auto& text : a.value.as_texts()) line += text + "|";
    for (const auto& atom : a.guards) line += " if " + text_of(atom);
    lines.insert(line + a.at);
  }
  for (const auto& line : lines) key += "\n" + line;
  return key;
}

}  // namespace

RequestsRead read_requests(const std::vector<Unit>& units, const Program& program, const SourceRules& rules) {
  RequestsRead result;
  std::map<long long, std::set<std::string>> enumerators;
  for (const auto& unit : units)
    for (const auto& f : unit.functions)
      each(f.body, [&](const Code& c) {
        if (c.kind == Code::Kind::integer && !c.text.empty()) enumerators[c.number].insert(c.text);
      });
  const auto relevant = relevant_functions(program, rules);
  std::map<int, std::set<int>> callers;
  std::set<int> address_taken;
  for (const auto& call : program.calls())
    if (call.how == "address")
      address_taken.insert(call.to);
    else
      callers[call.to].insert(call.from);
  std::map<int, Summary> summaries;
  Follower follower(program, rules, summaries, relevant, std::move(enumerators));
  struct Waiting {
    Hit hit;
    bool met = false;  // a caller has gone through it
  };
  std::map<int, std::map<std::string, std::vector<Waiting>>> waiting;
  std::map<std::string, std::size_t> kept;
  std::vector<std::vector<std::string>> request_keys;
  const auto accept = [&](const Hit& hit) {
    // The place: as deep as the method and the path are known, and nothing was added above.
    int least = static_cast<int>(hit.frames.size()) - 1;
    for (const auto& a : hit.additions) least = std::min(least, a.depth);
    int index = 0;
    for (int i = least; i > 0; --i) {
      const auto summary = summaries.find(hit.frames[static_cast<std::size_t>(i)].function);
      if (summary != summaries.end()) {
        const auto open = summary->second.open_hits.find(frames_key(hit, static_cast<std::size_t>(i)));
        if (open != summary->second.open_hits.end() && open->second) continue;
      }
      index = i;
      break;
    }
    const auto& frame = hit.frames[static_cast<std::size_t>(index)];
    const auto& body = *program.functions()[static_cast<std::size_t>(frame.function)].body;
    for (auto& one : with_paths(hit, program, rules)) {
      FoundRequest found{one, frame.function, fmt::format("{}:{}", body.file, frame.line)};
      if (found.hit.path.empty()) found.hit.path = rules.path;
      const auto [known, fresh] = kept.emplace(content_of(found), result.requests.size());
      if (fresh) {
        result.requests.push_back(std::move(found));
        request_keys.emplace_back();
      } else {
        // Another way to the same request: it needs what both need.
        auto& conditions = result.requests[known->second].hit.conditions;
        std::erase_if(conditions, [&](const Atom& atom) {
          return std::find(one.conditions.begin(), one.conditions.end(), atom) == one.conditions.end();
        });
      }
      request_keys[known->second].push_back(follower.key_of(hit.request));
    }
  };
  for (const int f : callees_first(program, relevant)) {
    // What a rule sends or adds by is not looked into: its call says it all.
    if (const auto* rule = rules.find(program.functions()[static_cast<std::size_t>(f)].names);
        rule && rule->does != Does::sign)
      continue;
    Summary summary;
    auto hits = follower.follow(f, summary);
    for (auto& hit : hits) {
      if (hit.frames.size() > 1) {
        const auto inner = hit.frames[1].function;
        const auto suffix = frames_key(hit, 1);
        const auto below = summaries.find(inner);
        if (below != summaries.end() && !below->second.open_hits.count(suffix)) continue;  // it was told there
        for (auto& w : waiting[inner][suffix]) w.met = true;
      }
      if (!hit.open() || callers[f].empty()) {
        accept(hit);
        continue;
      }
      // A caller says more; an entry point has callers that nobody sees as well.
      waiting[f][frames_key(hit, 0)].push_back({hit, false});
    }
    summaries[f] = std::move(summary);
  }
  for (auto& [f, by_key] : waiting)
    for (auto& [key, list] : by_key)
      for (auto& w : list)
        if (!w.met || (!program.functions()[static_cast<std::size_t>(f)].root.empty() && !w.hit.verb_open))
          accept(w.hit);
  // What is asked of an answer, also where the request waits in a field for somebody to ask.
  for (std::size_t i = 0; i < result.requests.size(); ++i)
    for (const auto& key : request_keys[i]) {
      auto& answer = result.requests[i].hit.answer;
      if (const auto asked = follower.asked_of_requests.find(key); asked != follower.asked_of_requests.end())
        answer.join(asked->second);
      for (const auto& [field, keys] : follower.requests_in_fields)
        if (keys.count(key))
          if (const auto asked = follower.asked_of_fields.find(field); asked != follower.asked_of_fields.end())
            answer.join(asked->second);
    }
  std::sort(result.requests.begin(), result.requests.end(), [&](const FoundRequest& a, const FoundRequest& b) {
    return std::tuple(a.function, a.hit.frames[0].line, a.at) < std::tuple(b.function, b.hit.frames[0].line, b.at);
  });
  for (const auto& found : result.requests)
    for (const auto& verb : found.hit.signed_verbs)
      if (!found.hit.verbs.count(verb) && verb != "{}" && !found.hit.verbs.count("{}"))
        result.troubles.insert(
            {found.function, found.at,
             fmt::format("is signed as {} and sent as {}", verb, fmt::join(found.hit.verbs, " or "))});
  result.troubles.insert(follower.troubles().begin(), follower.troubles().end());
  result.relevant = relevant;
  return result;
}

}  // namespace blobgauge::analyzer::clang
