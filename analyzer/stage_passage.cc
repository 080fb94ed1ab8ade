#include "analyzer/stage_passage.h"

#include <algorithm>
#include <cstdlib>

#include "analyzer/shaped_field.h"

namespace blobgauge::analyzer {
namespace {

using model::Presence;

Chance either(Chance a, Chance b) { return std::max(a, b); }

bool asks_the_request(const Condition& c) {
  return !c.held.empty() || !c.context.empty() || std::any_of(c.parts.begin(), c.parts.end(), asks_the_request);
}

// Can the guard of a stage's write hold, for a request that has these headers? `own` stands for the written header.
Truth judge(const Condition& c, const RequestMade& made, const FieldStates& headers, const std::string& written,
            Presence own) {
  if (!c.context.empty()) {
    if (!made.context_known) return c.source;
    const bool carried = std::find(made.carries.begin(), made.carries.end(), c.context) != made.carries.end();
    // A key on some way to the request may be on no other.
    const Chance there = carried ? Chance::yes : Chance::no;
    return c.wants ? Truth{there, Chance::yes, {}} : Truth{Chance::yes, there, {}};
  }
  if (!c.held.empty()) {
    const auto found = headers.find(c.held);
    const auto p = c.held == written ? own : found == headers.end() ? Presence::never : found->second.presence;
    const Chance there = p == Presence::never ? Chance::no : p == Presence::undecided ? Chance::doubt : Chance::yes;
    const Chance away = p == Presence::always ? Chance::no : p == Presence::undecided ? Chance::doubt : Chance::yes;
    const Chance fails = c.needs ? Chance::yes : away;
    return c.wants ? Truth{there, fails, {}} : Truth{fails, there, {}};
  }
  if (c.kind == Condition::Kind::test || !asks_the_request(c)) return c.source;
  const bool all = c.kind == Condition::Kind::all;
  Truth t = all ? Truth{Chance::yes, Chance::no, {}} : Truth{Chance::no, Chance::yes, {}};
  for (const auto& part : c.parts) {
    const auto p = judge(part, made, headers, written, own);
    t.holds = all ? std::min(t.holds, p.holds) : either(t.holds, p.holds);
    t.fails = all ? either(t.fails, p.fails) : std::min(t.fails, p.fails);
    if (t.doubt.empty()) t.doubt = p.doubt;
  }
  return t;
}

void apply(const StageWrite& w, const std::vector<StageWrite>& all, const RequestMade& made, const FieldStates& headers,
           FieldStates& fields) {
  const auto& e = w.emission;
  const auto key = key_of(*e.write, e.name);
  auto now = fields.count(key) ? fields.at(key) : Passing{};
  const auto written = w.query ? std::string() : key;
  auto absent = judge(e.condition, made, headers, written, Presence::never);
  auto present = judge(e.condition, made, headers, written, Presence::always);
  // `if x { set } else { set }`
  const bool twin = !e.opposite.empty() && std::any_of(all.begin(), all.end(), [&](const StageWrite& other) {
    return other.query == w.query && other.emission.name == e.name && other.emission.guard == e.opposite;
  });
  if (twin) absent.fails = present.fails = Chance::no;
  if (e.write->act == FieldWrite::Act::remove) {
    if (present.holds != Chance::no && now.presence == Presence::always)
      now.presence = present.fails == Chance::no ? Presence::never : Presence::conditional;
    else if (present.fails == Chance::no)
      now.presence = Presence::never;
    fields[key] = now;
    return;
  }
  const auto without = absent.holds == Chance::no      ? Presence::never
                       : absent.holds == Chance::doubt ? Presence::undecided
                       : absent.fails == Chance::no    ? Presence::always
                                                       : Presence::conditional;
  const bool may_be_there = now.presence != Presence::never, may_lack = now.presence != Presence::always;
  const bool writes = (may_be_there && present.holds != Chance::no) || (may_lack && absent.holds != Chance::no);
  if (may_lack && (without == Presence::always || now.presence == Presence::never ||
                   (now.presence == Presence::undecided && without == Presence::conditional)))
    now.presence = without;
  if (writes) {
    if (may_be_there && present.fails == Chance::no && e.write->act != FieldWrite::Act::add) now.value = {};
    now.value.join(e.value);
  }
  fields[key] = std::move(now);
}

// A stage that may be there may have written.
void perhaps(const StageWrite& w, FieldStates& fields) {
  auto& field = fields[key_of(*w.emission.write, w.emission.name)];
  if (field.presence == Presence::never) field.presence = Presence::undecided;
  field.value.join(w.emission.value);
}

std::string stages_reason(const ShapedField& field) {
  for (const auto& e : field.emissions)
    if (e.stage && e.truth.holds == Chance::doubt && !e.truth.doubt.empty()) return e.truth.doubt;
  return "a stage of its pipeline is not followed";
}

}  // namespace

// All requests pass the stages of the pipelines that they are sent through.
void StagePassage::send(std::vector<RequestShape>& shapes) const {
  Pipelines pipelines(facts_, flow_, [this](int function) { return stage_writes_.count(function) > 0; });
  std::map<int, std::set<StageList>> lists;
  for (const auto& send : facts_.sends) {
    const auto requests = flow_.domain(send.request).requests;
    if (requests.empty()) continue;
    const auto found = pipelines.of(send.through);
    for (const int id : requests) lists[id].insert(found.begin(), found.end());
  }
  for (std::size_t id = 1; id < shapes.size(); ++id) {
    const auto found = lists.find(static_cast<int>(id));
    if (found != lists.end() && !found->second.empty())
      pass(shapes[id], found->second);
    else if (!stage_writes_.empty())
      unsent(shapes[id]);
  }
}

// Nobody knows by which pipeline a request is sent: any stage may write to it, or none.
void StagePassage::unsent(RequestShape& shape) const {
  for (const auto& [handler, writes] : stage_writes_)
    for (const auto& w : writes) {
      auto& field = (w.query ? shape.query : shape.headers)[key_of(*w.emission.write, w.emission.name)];
      if (field.name.empty()) field.name = w.emission.name;
      field.emissions.push_back(w.emission);
      field.emissions.back().by_policy = true;
      if (field.presence != Presence::never || w.emission.truth.holds == Chance::no) continue;
      field.presence = Presence::undecided;
      field.reason = policy_reason(field);
    }
}

void StagePassage::pass(RequestShape& shape, const std::set<StageList>& lists) const {
  FieldStates start[2];
  for (const bool query : {false, true})
    for (const auto& [key, field] : query ? shape.query : shape.headers)
      start[query][key] = {field.presence, written(field)};
  std::map<std::string, std::vector<Passing>> ends[2];
  std::set<int> passed;
  for (const auto& list : lists) {
    FieldStates now[2] = {start[0], start[1]};
    for (const int stage : list) {
      if (stage == unknown_stage) {
        anything(now);
        for (const auto& [handler, writes] : stage_writes_) passed.insert(handler);
        continue;
      }
      passed.insert(std::abs(stage));
      if (stage < 0) {
        for (const auto& w : stage_writes_.at(-stage)) perhaps(w, now[w.query]);
        continue;
      }
      for (const auto& w : stage_writes_.at(stage))
        apply(w, stage_writes_.at(stage), facts_.requests[shape.request], now[0], now[w.query]);
    }
    for (const bool query : {false, true})
      for (const auto& [key, end] : now[query]) ends[query][key].push_back(end);
  }
  for (const int stage : passed)
    for (const auto& w : stage_writes_.at(stage)) {
      auto& field = (w.query ? shape.query : shape.headers)[key_of(*w.emission.write, w.emission.name)];
      if (field.name.empty()) {
        field.name = w.emission.name;
        field.on_the_way = true;
      }
      field.emissions.push_back(w.emission);
    }
  for (const bool query : {false, true})
    for (auto& [key, reached] : ends[query]) {
      const auto at = (query ? shape.query : shape.headers).find(key);
      if (at == (query ? shape.query : shape.headers).end()) continue;
      arrive(at->second, reached, lists.size(), start[query].count(key) > 0);
    }
}

// A stage that is not followed may do what any stage does.
void StagePassage::anything(FieldStates (&now)[2]) const {
  for (const auto& [handler, writes] : stage_writes_)
    for (const auto& w : writes) perhaps(w, now[w.query]);
}

// What is true after every list that it can have passed.
void StagePassage::arrive(ShapedField& field, const std::vector<Passing>& ends, std::size_t lists,
                          bool was_there) const {
  std::set<Presence> seen;
  Domain value;
  for (const auto& end : ends) {
    seen.insert(end.presence);
    if (end.presence != Presence::never) value.join(end.value);
  }
  if (ends.size() < lists) seen.insert(Presence::never);
  const bool doubt = seen.count(Presence::undecided) > 0;
  auto presence = seen.size() == 1                                              ? *seen.begin()
                  : seen.count(Presence::conditional)                           ? Presence::conditional
                  : seen.count(Presence::always) && !doubt                      ? Presence::conditional
                  : seen.count(Presence::always) && seen.count(Presence::never) ? Presence::conditional
                                                                                : Presence::undecided;
  if (presence == Presence::always && field.name.back() == '*') presence = Presence::conditional;
  const bool changed = presence != field.presence || !was_there;
  field.presence = presence;
  if (presence != Presence::undecided)
    field.reason.clear();
  else if (field.reason.empty())
    field.reason = stages_reason(field);
  field.value = presence == Presence::never ? model::Value{} : value.value();
  if (presence == Presence::always) field.guards.clear();
  if (presence == Presence::always || !changed) return;
  for (const auto& e : field.emissions) {
    if (!e.stage || field.guards.size() >= most_guards) continue;
    const auto guard =
        e.guard.empty() ? "of the pipelines that it is sent through, some have the stage that writes it" : e.guard;
    if (std::find(field.guards.begin(), field.guards.end(), guard) == field.guards.end()) field.guards.push_back(guard);
  }
}

}  // namespace blobgauge::analyzer
