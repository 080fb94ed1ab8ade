// How C and C++ are followed.
//
// A request is put together by calls in an order: a list is made, fields are added under conditions, the list is handed
// to who sends. So the code is run over sets of values, statement by statement, from the function's beginning: an `if`
// whose condition is not known is gone through both ways. Two ways go on as one where one only adds what the other
// leaves out; what was added then is guarded by the condition. They stay apart where they are different requests:
// another method, another text in the same place, additions on both sides, or a condition that is asked again later. At
// most `most_flows` ways of one function are kept apart; more are put together, which loses which additions belong
// together and no addition.
//
// A loop is gone through twice, so that what one turn adds meets what the next one sends. A call of a function that
// matters is followed into, with what it is handed; a function that by itself already sends the whole request is not,
// so that the cost stays near the sum of the functions. What a function sends that depends on its caller (the method is
// a parameter, the list was made elsewhere) counts where a caller has said it.
//
// Considered and rejected: flows without order, as the Go analysis has them. A list that is sent, added to and sent
// again would have both requests alike, and C passes whole parameter structs where Go passes options objects.
#include "analyzer/clang/follower.h"

#include <fmt/format.h>

#include <algorithm>

namespace blobgauge::analyzer::clang {

namespace {

using Kind = Code::Kind;

constexpr std::size_t most_flows = 24;

bool is_negative(const Value& v) {
  return !v.numbers.empty() && !v.unknown && !v.zero && v.objects.empty() && !v.has_text() &&
         std::all_of(v.numbers.begin(), v.numbers.end(), [](long long n) { return n < 0; });
}

bool is_label(const Code& code, const std::string& label) {
  return code.kind == Code::Kind::label && code.text == label;
}

// The variables that a condition asks about; of a field the field alone.
void mentioned(const Code& code, std::set<std::string>& names) {
  if (code.kind == Code::Kind::member) {
    names.insert("m" + code.text);
    return;
  }
  if (code.kind == Code::Kind::local) names.insert(fmt::format("l{}", code.number));
  if (code.kind == Code::Kind::parameter) names.insert(fmt::format("p{}", code.number));
  for (const auto& part : code.parts) mentioned(part, names);
}

}  // namespace

std::string frames_key(const Hit& hit, std::size_t from) {
  std::string key;
  for (std::size_t i = from; i < hit.frames.size(); ++i)
    key += fmt::format("{}:{} ", hit.frames[i].function, hit.frames[i].line);
  return key;
}

Follower::Follower(const Program& program, const SourceRules& rules, const std::map<int, Summary>& summaries,
                   const std::set<int>& relevant, std::map<long long, std::set<std::string>> enumerators)
    : program_(program),
      rules_(rules),
      summaries_(summaries),
      relevant_(relevant),
      enumerators_(std::move(enumerators)),
      object_keys_(1),
      callees_(program, rules) {}

std::vector<Hit> Follower::follow(int function, Summary& summary) {
  hits_.clear();
  steps_ = 0;
  stack_ = static_cast<const char*>(__builtin_frame_address(0));
  frames_ = 0;
  changes_caller_ = false;
  const auto& f = program_.functions()[static_cast<std::size_t>(function)];
  Activation frame;
  frame.function = function;
  frame.path = std::to_string(function);
  frame.body = f.body;
  Flow start;
  if (!f.body->record.empty()) {
    frame.self = object(frame.path + " this", start.state, false);
    start.state.change(frame.self).key = "this";
  }
  if (const auto* path = rules_.find_path(f.names); path && !path->argument) start.state.path = path->path;
  const auto end = returned(State(), run(f.body->body, std::move(start), frame));
  bool gives_list = false;
  for (const int id : end.value.objects)
    gives_list = gives_list || !end.state.object(id).additions.empty() || !end.state.object(id).roles.empty() ||
                 end.state.object(id).is_request;
  end.state.objects.each([&](int, const auto& object) {
    if (object->of_caller && (!object->additions.empty() || !object->roles.empty() || !object->fixed_verbs.empty()))
      changes_caller_ = true;
  });
  summary = {};
  for (const auto& hit : hits_)
    if (hit.open()) {
      auto& hard = summary.open_hits[frames_key(hit, 0)];
      hard = hard || hit.verb_open || hit.path_open;
    }
  if (steps_ >= most_steps)
    troubles_.insert(
        {function, fmt::format("{}:{}", f.body->file, f.body->line), "too large to be followed to its end"});
  summary.closed = summary.open_hits.empty() && !changes_caller_ && !gives_list;
  return std::move(hits_);
}

Follower::Flows Follower::run_list(const std::vector<const Code*>& list, Flows flows, Activation& frame) {
  for (const auto* part : list) {
    Flows next;
    for (auto& flow : flows) {
      if (flow.exit == Exit::jump && is_label(*part, flow.label)) flow.exit = Exit::none;
      if (flow.exit != Exit::none) {
        next.push_back(std::move(flow));
        continue;
      }
      for (auto& after : run(*part, std::move(flow), frame)) next.push_back(std::move(after));
    }
    flows = std::move(next);
    bound(flows);
  }
  return flows;
}

Follower::Flows Follower::run(const Code& code, Flow flow, Activation& frame) {
  if (++steps_ > most_steps || too_deep()) return {std::move(flow)};
  Flows out;
  switch (code.kind) {
    case Kind::block:
    case Kind::label:
    case Kind::declare: {
      std::vector<const Code*> list;
      for (const auto& part : code.parts) list.push_back(&part);
      out.push_back(std::move(flow));
      return run_list(list, std::move(out), frame);
    }
    case Kind::variable: {
      auto& state = flow.state;
      const auto name = std::pair<int, long long>(frame.number, code.number);
      state.forget(fmt::format("<l{}.{}>", frame.number, code.number));
      if (!code.parts.empty()) {
        auto value = evaluate(code.parts[0], state, frame);
        if (value.empty()) value.unknown = true;
        state.variables[name] = std::move(value);
      } else if (!code.type.empty() && !program_.is_text(code.type)) {
        const int id = object(fmt::format("{} l{}", frame.path, code.number), state, true);
        state.change(id).record = code.type;
        state.variables[name] = Value::of_object(id);
      } else {
        state.variables[name] = program_.is_text(code.type) ? Value::of_text("") : Value::anything();
      }
      break;
    }
    case Kind::branch:
      return branch(code, std::move(flow), frame);
    case Kind::loop:
    case Kind::loop_once:
      return loop(code, std::move(flow), frame);
    case Kind::choice:
      return choice(code, std::move(flow), frame);
    case Kind::choice_case:
    case Kind::choice_other:
      if (!code.parts.empty()) return run(code.parts.back(), std::move(flow), frame);
      break;
    case Kind::give:
      if (!code.parts.empty()) flow.value = evaluate(code.parts[0], flow.state, frame);
      flow.exit = Exit::give;
      break;
    case Kind::leave:
      flow.exit = Exit::leave;
      break;
    case Kind::again:
      flow.exit = Exit::again;
      break;
    case Kind::jump:
      flow.exit = Exit::jump;
      flow.label = code.text;
      break;
    case Kind::handler: {
      // What is caught may have been thrown anywhere: as a branch that may be taken.
      auto other = flow;
      Flows taken{std::move(flow)};
      for (const auto& part : code.parts) {
        Flows next;
        for (auto& f : taken)
          for (auto& after : run(part, std::move(f), frame)) next.push_back(std::move(after));
        taken = std::move(next);
      }
      const auto before = other.state;
      return together(before, std::move(taken), {std::move(other)}, {}, {}, frame);
    }
    case Kind::evaluate:
      for (const auto& part : code.parts) evaluate(part, flow.state, frame);
      break;
    default:
      evaluate(code, flow.state, frame);
  }
  out.push_back(std::move(flow));
  return out;
}

Follower::Flows Follower::branch(const Code& code, Flow flow, Activation& frame) {
  const auto& condition = code.parts[0];
  const auto truth = test(condition, flow.state, frame);
  const bool has_else = code.parts.size() > 2;
  if (truth == Truth3::yes || (truth == Truth3::no && has_else))
    return run(code.parts[truth == Truth3::yes ? 1 : 2], std::move(flow), frame);
  if (truth == Truth3::no) return {std::move(flow)};
  const auto before = flow.state;
  const auto yes = atoms(condition, true, frame), no = atoms(condition, false, frame);
  Flow other;
  other.state = before;
  assume(condition, true, flow.state, frame);
  flow.state.pass(yes);
  assume(condition, false, other.state, frame);
  other.state.pass(no);
  auto taken = run(code.parts[1], std::move(flow), frame);
  auto left = has_else ? run(code.parts[2], std::move(other), frame) : Flows{std::move(other)};
  return together(before, std::move(taken), std::move(left), yes, no, frame);
}

Follower::Flows Follower::together(const State& before, Flows a, Flows b, const std::vector<Atom>& atoms_a,
                                   const std::vector<Atom>& atoms_b, Activation& frame) {
  Flows out, open_a, open_b;
  for (auto* side : {&a, &b})
    for (auto& flow : *side) (flow.exit == Exit::none ? side == &a ? open_a : open_b : out).push_back(std::move(flow));
  const auto keep = [&](Flow& flow, const std::vector<Atom>& why) {
    choose(before, flow.state, why);
    out.push_back(std::move(flow));
  };
  if (open_a.size() == 1 && open_b.size() == 1) {
    auto& x = open_a.front().state;
    auto& y = open_b.front().state;
    const bool adds = !added_since(before, x).empty() || !added_since(before, y).empty();
    if (!differ_in_kind(before, x, y) && !(adds && asked_again(atoms_a, frame))) {
      Flow one;
      one.state = merged(x, y, atoms_a, atoms_b);
      one.state.conditions = before.conditions;
      out.push_back(std::move(one));
      bound(out);
      return out;
    }
  }
  for (auto& flow : open_a) keep(flow, atoms_a);
  for (auto& flow : open_b) keep(flow, atoms_b);
  bound(out);
  return out;
}

// Ways that are the same but for what one adds, and, of too many, all that are left.
void Follower::bound(Flows& flows) {
  std::size_t open = 0;
  for (const auto& flow : flows) open += flow.exit == Exit::none;
  if (open <= most_flows) return;
  Flows out;
  std::optional<Flow> one;
  for (auto& flow : flows) {
    if (flow.exit != Exit::none) {
      out.push_back(std::move(flow));
    } else if (!one) {
      one = std::move(flow);
    } else {
      // Each way's own conditions, behind those that all share.
      const auto own = [](const State& s, const State& other) {
        std::vector<Atom> atoms;
        for (const auto& atom : *s.conditions)
          if (std::find(other.conditions->begin(), other.conditions->end(), atom) == other.conditions->end())
            atoms.push_back(atom);
        if (atoms.empty()) atoms.push_back({"way", "one of many ways", true, true, nullptr, 0});
        return atoms;
      };
      const auto mine = own(one->state, flow.state), theirs = own(flow.state, one->state);
      one->state = merged(one->state, flow.state, mine, theirs);
    }
  }
  if (one) out.push_back(std::move(*one));
  flows = std::move(out);
}

bool Follower::asked_again(const std::vector<Atom>& atoms, const Activation& frame) {
  auto [found, fresh] = asked_.try_emplace(frame.function);
  if (fresh)
    each(frame.body->body, [&](const Code& c) {
      // One condition that asks twice ("is it set, and is it empty?") asks once.
      const bool asks = c.kind == Kind::branch || c.kind == Kind::loop || c.kind == Kind::loop_once ||
                        c.kind == Kind::choose || c.kind == Kind::choice;
      if (!asks || c.parts.empty()) return;
      std::set<std::string> names;
      mentioned(c.parts[0], names);
      for (const auto& name : names) ++found->second[name];
    });
  for (const auto& atom : atoms) {
    if (!atom.test) continue;
    std::set<std::string> names;
    mentioned(*atom.test, names);
    for (const auto& name : names)
      if (const auto count = found->second.find(name); count != found->second.end() && count->second > 1) return true;
  }
  return false;
}

Follower::Flows Follower::loop(const Code& code, Flow flow, Activation& frame) {
  const auto& condition = code.parts[0];
  const auto& body = code.parts[1];
  auto why = atoms(condition, true, frame);
  for (auto& atom : why) atom.loop = true;
  const auto before = flow.state;
  Flows done, turn;
  if (code.kind == Code::Kind::loop_once) {
    turn.push_back(std::move(flow));
  } else {
    const auto truth = test(condition, flow.state, frame);
    if (truth == Truth3::no) return {std::move(flow)};
    if (truth == Truth3::maybe) {
      Flow skipped;
      skipped.state = flow.state;
      assume(condition, false, skipped.state, frame);
      done.push_back(std::move(skipped));
    }
    assume(condition, true, flow.state, frame);
    turn.push_back(std::move(flow));
  }
  Flows out;
  for (int number = 0; number < 2 && !turn.empty(); ++number) {
    Flows ended;
    for (auto& f : turn)
      for (auto& after : run(body, std::move(f), frame)) ended.push_back(std::move(after));
    turn.clear();
    for (auto& after : ended) {
      if (after.exit == Exit::leave) {
        after.exit = Exit::none;
        done.push_back(std::move(after));
        continue;
      }
      if (after.exit != Exit::none && after.exit != Exit::again) {
        out.push_back(std::move(after));
        continue;
      }
      after.exit = Exit::none;
      const auto truth = test(condition, after.state, frame);
      if (truth != Truth3::yes) {
        Flow past;
        past.state = after.state;
        if (truth == Truth3::maybe) assume(condition, false, past.state, frame);
        done.push_back(std::move(past));
      }
      if (truth != Truth3::no && number == 0) {
        assume(condition, true, after.state, frame);
        turn.push_back(std::move(after));
      } else if (truth == Truth3::yes) {
        done.push_back(std::move(after));  // only a bound on the turns ends it here
      }
    }
    bound(turn);
  }
  // However often it was gone through, one way goes on, unless they built different requests.
  Flows apart;
  for (auto& f : done) {
    f.state.conditions = before.conditions;
    bool joined = false;
    for (auto& other : apart) {
      if (differ_in_kind(before, other.state, f.state)) continue;
      const bool more = !added_since(other.state, f.state).empty();
      const bool less = !added_since(f.state, other.state).empty();
      other.state = merged(other.state, f.state, less ? why : std::vector<Atom>{}, more ? why : std::vector<Atom>{});
      other.state.conditions = before.conditions;
      joined = true;
      break;
    }
    if (!joined) apart.push_back(std::move(f));
  }
  for (auto& f : apart) out.push_back(std::move(f));
  bound(out);
  return out;
}

Follower::Flows Follower::choice(const Code& code, Flow flow, Activation& frame) {
  if (code.parts.size() < 2) return {std::move(flow)};
  const auto value = evaluate(code.parts[0], flow.state, frame);
  const auto before = flow.state;
  // Labels one behind the other stand for one place.
  struct Entry {
    std::size_t at;
    std::vector<const Code*> cases;
    bool other = false;
  };
  std::vector<Entry> entries;
  const auto& body = code.parts[1];
  for (std::size_t i = 0; i < body.parts.size(); ++i) {
    const Code* part = &body.parts[i];
    Entry entry{i, {}, false};
    while (part && (part->kind == Code::Kind::choice_case || part->kind == Code::Kind::choice_other)) {
      if (part->kind == Code::Kind::choice_case)
        entry.cases.push_back(part);
      else
        entry.other = true;
      part = part->parts.empty() ? nullptr : &part->parts.back();
    }
    if (!entry.cases.empty() || entry.other) entries.push_back(std::move(entry));
  }
  Flows out;
  bool any_other = false, certain = false;
  const auto question = "switch " + name_of(code.parts[0], frame);
  for (const auto& entry : entries) {
    any_other = any_other || entry.other;
    bool possible = entry.other, sure = false;
    for (const auto* c : entry.cases) {
      State scratch = before;
      const auto wanted = evaluate(c->parts[0], scratch, frame);
      const auto same = equal(value, wanted);
      possible = possible || same != Truth3::no;
      sure = sure || same == Truth3::yes;
    }
    if (!possible || certain) continue;
    if (entry.other && !entry.cases.empty()) sure = false;
    Flow start;
    start.state = before;
    std::string text = code.text + " == ";
    for (const auto* c : entry.cases) text += (c == entry.cases.front() ? "" : " or ") + c->text;
    if (entry.cases.empty()) text = code.text + " is none of its cases";
    const std::vector<Atom> why{{question + text, text, true, true, &code, frame.function}};
    if (!sure) start.state.pass(why);
    std::vector<const Code*> list;
    for (std::size_t i = entry.at; i < body.parts.size(); ++i) list.push_back(&body.parts[i]);
    auto ended = run_list(list, {std::move(start)}, frame);
    for (auto& f : ended)
      if (f.exit == Exit::leave) f.exit = Exit::none;
    if (sure) {
      certain = true;
      out = std::move(ended);
    } else {
      for (auto& f : ended) choose(before, f.state, why);
      out = out.empty() ? std::move(ended) : together(before, std::move(out), std::move(ended), {}, why, frame);
    }
  }
  if (!any_other && !certain) {
    Flow none;
    none.state = before;
    Flows rest;
    rest.push_back(std::move(none));
    out = out.empty() ? std::move(rest) : together(before, std::move(out), std::move(rest), {}, {}, frame);
  }
  return out;
}

// All ways out of a function as one, but for those that only report an error and add nothing of their own.
Follower::Flow Follower::returned(const State& before, Flows flows) {
  std::vector<Flow> ends;
  for (auto& flow : flows)
    if (flow.exit == Exit::none || flow.exit == Exit::give) ends.push_back(std::move(flow));
  Flow one;
  if (ends.empty()) {
    one.state = before;
    one.value.unknown = true;
    return one;
  }
  bool good = false;
  for (const auto& end : ends)
    good = good || (end.exit == Exit::give && !end.value.is_zero() && !is_negative(end.value) && !end.value.empty());
  std::vector<std::set<std::string>> added;
  for (const auto& end : ends) added.push_back(added_since(before, end.state));
  bool first = true;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const auto& v = ends[i].value;
    const bool others_succeed =
        std::any_of(ends.begin(), ends.end(), [](const Flow& e) { return !is_negative(e.value); });
    const bool error = ends[i].exit == Exit::give && ((good && v.is_zero()) || (is_negative(v) && others_succeed));
    bool more_elsewhere = false;
    for (std::size_t k = 0; k < ends.size(); ++k)
      more_elsewhere =
          more_elsewhere || (k != i && added[k].size() > added[i].size() &&
                             std::includes(added[k].begin(), added[k].end(), added[i].begin(), added[i].end()));
    if (error && more_elsewhere) continue;
    if (first) {
      one = std::move(ends[i]);
      first = false;
      continue;
    }
    const auto own = [](const State& s, const State& other) {
      std::vector<Atom> atoms;
      for (const auto& atom : *s.conditions)
        if (std::find(other.conditions->begin(), other.conditions->end(), atom) == other.conditions->end())
          atoms.push_back(atom);
      if (atoms.empty()) atoms.push_back({"way", "one of several ways", true, true, nullptr, 0});
      return atoms;
    };
    const auto mine = own(one.state, ends[i].state), theirs = own(ends[i].state, one.state);
    one.state = merged(one.state, ends[i].state, mine, theirs);
    one.value.join(ends[i].value);
  }
  one.exit = Exit::none;
  return one;
}

}  // namespace blobgauge::analyzer::clang
