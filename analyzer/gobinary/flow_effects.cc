#include <algorithm>

#include "analyzer/gobinary/flow_query.h"

namespace blobgauge::analyzer::gobinary {

// What can be stored at the end of a path, by one function and by what it calls. The object can be known there by other
// names than the one it is asked by: a pointer to it that was stored in a variable, or loaded from one. All names of
// the function are gathered first; a name is again a pointer and a path. Then
//
// - a store through a name counts with its value, also one that puts another pointer on the way;
// - a call that is handed a pointer from which a name leads to the object counts with what the callee does to it;
// - a closure that captured such a pointer counts as if it ran;
// - a pointer that goes where it is lost from sight (a variable of the program, a map, a channel, an object that
//   somebody else knows as well) makes the answer unknown in the safe grade: other code may store through it.

namespace {

constexpr std::size_t most_names = 48, looked_through = 10;

}  // namespace

// The closure that holds what stands at `offset` behind a pointer, and where in the same terms it begins.
FunctionId FlowQuery::code_of_closure(FrameFlow& flow, OriginId pointer, std::int64_t offset, std::int64_t& begin) {
  auto& origins = flow.origins();
  const bool on_stack = pointer == flow.frame_pointer();
  auto code = FunctionTable::none;
  for (const auto index : flow.closures()) {
    const auto& store = flow.stores()[index];
    const auto at = flow.distance(store.base);
    if (flow.pointer(store.base) != pointer || origins[store.base].kind == OriginKind::element) continue;
    // In the frame the code's address stands first in a variable that reaches as far as `offset`.
    if (on_stack ? at > offset || !flow.is_one_variable(at, offset) : at != 0) continue;
    const auto* stored = origins.single(store.value, OriginKind::data);
    const auto callee = executable_.functions().starting_at(static_cast<std::uint64_t>(stored->value));
    if (code != FunctionTable::none && code != callee) return FunctionTable::none;
    code = callee;
    begin = at;
  }
  return code;
}

// How a function can give back what it was handed: the parameter itself, or what it loads from behind it, as the
// offsets on the way and what is added in the end.
const FlowQuery::WaysBack& FlowQuery::ways_back(FunctionId function, OriginId parameter) {
  const auto [place, fresh] = ways_back_.try_emplace({function, parameter});
  if (!fresh) return place->second;
  ++ways_back_depth_;
  auto found = find_ways_back(function, parameter);
  --ways_back_depth_;
  // Where the calls inside came round to this function, nothing stood for it.
  return ways_back_[{function, parameter}] = std::move(found);
}

FlowQuery::WaysBack FlowQuery::find_ways_back(FunctionId function, OriginId parameter) {
  constexpr std::size_t deepest = 60;
  WaysBack anything;
  for (const auto reg : FrameFlow::argument_registers) anything.others |= 1u << reg;
  if (const auto kind = runtime_.of(function); kind != RuntimeCall::none)
    return kind == RuntimeCall::unknown ? anything : WaysBack{};
  if (ways_back_depth_ > deepest) return anything;
  auto& flow = this->flow(function);
  if (!flow.understood()) return anything;
  auto& origins = flow.origins();
  // All that stems from the parameter; a base is always older than what is made of it.
  std::vector<bool> stems(origins.size());
  stems[parameter] = true;
  const auto any = [&](ValueId value) {
    const auto& members = origins.members(value);
    return std::any_of(members.begin(), members.end(), [&](OriginId id) { return id < stems.size() && stems[id]; });
  };
  std::map<std::uint32_t, bool> from_call;
  for (bool changed = true; changed;) {
    changed = false;
    bool hidden = false;
    for (const auto& store : flow.stores()) {
      const auto base = origins[origins.split(store.base).first].kind;
      hidden |= (base == OriginKind::fresh || base == OriginKind::frame) && any(store.value);
    }
    for (const auto& call : flow.calls()) {
      auto& back = from_call[call.site];
      for (const auto reg : FrameFlow::argument_registers) {
        if (back) break;
        if (!any(call.registers[reg])) continue;
        if (call.callee == FunctionTable::none) {
          back = true;
          break;
        }
        const auto inner = parameter_of(call.callee, reg, 0);
        const auto& theirs = ways_back(call.callee, inner);
        back = !theirs.none();
      }
      for (const auto& [slot, value] : call.stack) back |= any(value);
    }
    for (OriginId id = 0; id < stems.size(); ++id) {
      if (stems[id]) continue;
      const auto& origin = origins[id];
      const bool made_of =
          origin.kind == OriginKind::sum || origin.kind == OriginKind::load || origin.kind == OriginKind::element;
      bool yes = made_of && stems[origin.base];
      if (origin.kind == OriginKind::load && hidden) {
        const auto base = origins[origins.split(origin.base).first].kind;
        yes |= base == OriginKind::fresh || base == OriginKind::frame;
      }
      if (origin.kind == OriginKind::result || origin.kind == OriginKind::stack_result) yes |= from_call[origin.site];
      if (origin.kind == OriginKind::unknown)
        yes |= origin.reason == Reason::not_understood || origin.reason == Reason::too_many;
      if (yes) stems[id] = changed = true;
    }
  }
  WaysBack found;
  for (const auto& back : flow.returns()) {
    for (const auto reg : FrameFlow::argument_registers) {
      for (const auto id : origins.members(back.registers[reg])) {
        if (id >= stems.size() || !stems[id]) continue;
        auto [root, distance] = origins.split(id);
        Path loads;
        while (origins[root].kind == OriginKind::load && loads.size() < 8) {
          const auto& load = origins[root];
          loads.insert(loads.begin(), static_cast<std::int32_t>(load.value));
          root = load.base;
        }
        if (root == parameter)
          found.exact.insert({reg, std::move(loads), distance});
        else
          found.others |= 1u << reg;
      }
    }
    for (const auto& [slot, value] : back.stack)
      if (any(value)) found.on_stack.insert(slot);
  }
  return found;
}

OriginId FlowQuery::parameter_of(FunctionId function, std::uint8_t reg, std::int64_t slot) {
  return flow(function).origins().intern(reg < FrameState::general
                                             ? Origin{OriginKind::parameter, Reason::none, 8, 0, 0, reg}
                                             : Origin{OriginKind::entry_slot, Reason::none, 8, 0, 0, slot + 8});
}

FlowQuery::Effect FlowQuery::effects(Frame frame, OriginId asked, const Path& asked_path, When when) {
  Effect effect;
  auto& flow = this->flow(frame.function);
  if (!flow.understood()) {
    effect.answer = unknown(frame.function, Reason::not_understood);
    return effect;
  }
  auto& origins = flow.origins();
  const bool safe = grade_ == Grade::safest;
  const auto before = [&](std::uint32_t site) { return when.step == any_time || flow.leads(site, when.step); };
  const auto give_up = [&](Reason reason) { effect.answer.add(unknown(frame.function, reason)); };
  std::vector<Name> names{{flow.pointer(asked), asked_path}};
  const auto add_name = [&](OriginId pointer, std::int64_t place, const Path& rest, std::size_t skip) {
    if (rest.size() - skip >= longest_path || place < -farthest || place > farthest || names.size() == most_names)
      return give_up(Reason::too_many);
    Name name{pointer, {static_cast<std::int32_t>(place)}};
    name.path.insert(name.path.end(), rest.begin() + static_cast<std::ptrdiff_t>(skip), rest.end());
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  };
  if (safe)
    for (const auto index : flow.stores_anywhere())
      if (before(flow.stores()[index].site)) give_up(origins[flow.stores()[index].base].reason);
  for (std::size_t n = 0; n < names.size(); ++n) {
    const auto name = names[n];
    const auto place = std::int64_t{name.path[0]};
    const Path rest(name.path.begin() + 1, name.path.end());
    const auto& uses = flow.uses_of(name.pointer);
    work_ += 20 + uses.stores.size() + uses.stored.size() + uses.handed.size() + uses.loads.size();
    if (work_ > most_work_) {
      lowest_cut_ = 0;
      give_up(Reason::too_many_steps);
      return effect;
    }
    // Does an address with this origin lead there, and at which place behind it?
    const auto leads_there = [&](OriginId id, std::int64_t& inside) {
      inside = place - flow.distance(id);
      return inside >= 0 && (name.pointer != flow.frame_pointer() || place < flow.end_of_variable(flow.distance(id)));
    };
    if (safe)
      for (const auto id : flow.dropped(name.pointer))
        if (std::int64_t inside = 0; leads_there(id, inside)) give_up(Reason::too_many);
    if (const auto& origin = origins[name.pointer]; origin.kind == OriginKind::load)
      add_name(flow.pointer(origin.base), origin.value + flow.distance(origin.base), name.path, 0);
    for (const auto load : uses.loads) {
      const auto base = origins[load].base;
      const bool somewhere = origins[base].kind == OriginKind::element;  // an element of a slice may be any
      if (!rest.empty() && (somewhere || origins[load].value + flow.distance(base) == place))
        add_name(load, rest[0], rest, 1);
    }

    for (const auto index : uses.stores) {
      const auto& store = flow.stores()[index];
      const auto at = flow.distance(store.base);
      const bool somewhere = origins[store.base].kind == OriginKind::element;
      if (!before(store.site) || (!somewhere && (at >= place + 8 || place >= at + store.width))) continue;
      const bool exact = !somewhere && at == place && (rest.empty() || store.width == 8);
      effect.answer.add(words(frame, store.value, rest, {rest.empty() ? store.site : when.step, not_through}));
      if (!exact && !rest.empty()) give_up(Reason::part_of_word);
      effect.surely |= exact && n == 0 && origins.split(store.base).first == asked && store.surely &&
                       when.step != any_time && flow.dominates(store.site, when.step);
    }

    for (const auto& [index, id] : uses.stored) {
      const auto& store = flow.stores()[index];
      std::int64_t inside = 0;
      if (!before(store.site) || !leads_there(id, inside)) continue;
      const auto kind = origins[flow.pointer(store.base)].kind;
      const bool found_again = kind != OriginKind::unknown && kind != OriginKind::data &&
                               origins[store.base].kind != OriginKind::element &&
                               origins[id].kind != OriginKind::element;
      // What this function made itself is looked after here; where others can find it, they may store behind it.
      if (safe && (!found_again || (kind != OriginKind::fresh && kind != OriginKind::frame))) give_up(Reason::kept);
      if (!found_again) continue;
      Path longer{static_cast<std::int32_t>(inside)};
      longer.insert(longer.end(), rest.begin(), rest.end());
      add_name(flow.pointer(store.base), flow.distance(store.base), longer, 0);
    }

    // Before a return: the caller may get hold of the object by another result as well.
    if (safe && when.beside != 0)
      for (const auto& back : flow.returns())
        for (const auto reg : FrameFlow::argument_registers)
          if (back.site == when.step && (when.beside >> reg & 1))
            for (const auto id : origins.members(back.registers[reg]))
              if (flow.pointer(id) == name.pointer) give_up(Reason::kept);

    // Nobody but its code reads what a closure captured, whoever is handed the closure.
    std::int64_t begin = 0;
    if (const auto code = code_of_closure(flow, name.pointer, place, begin); code != FunctionTable::none) {
      auto captured = name.path;
      captured[0] = static_cast<std::int32_t>(place - begin);
      const auto context = parameter_of(code, FrameFlow::closure_register, 0);
      effect.answer.add(written_by({code, 0}, context, captured));
      // Whoever calls it may get hold of the object.
      const auto& ways = ways_back(code, context);
      const auto gives_back = [&](const WayBack& way) {
        return way.loads.size() < captured.size() && std::equal(way.loads.begin(), way.loads.end(), captured.begin());
      };
      if (safe &&
          (ways.others != 0 || !ways.on_stack.empty() || std::any_of(ways.exact.begin(), ways.exact.end(), gives_back)))
        give_up(Reason::kept);
      continue;
    }
    for (const auto& handed : uses.handed) {
      const auto& call = flow.calls()[handed.call];
      const bool here = call.site == when.step && when.through != not_through && handed.reg != when.through;
      std::int64_t inside = 0;
      if ((!here && !before(call.site)) || !leads_there(handed.pointer, inside)) continue;
      if (handed.reg == FrameFlow::closure_register && call.callee != FunctionTable::none) continue;
      if (origins[handed.pointer].kind == OriginKind::element) {
        if (safe) give_up(Reason::element);
        continue;
      }
      auto there = name.path;
      there[0] = static_cast<std::int32_t>(inside);
      // Deep down, what is unknown already need not be looked at further.
      if (!effect.answer.unknown || open_.size() < looked_through)
        effect.answer.add(handed_to(frame, call, handed.reg, handed.slot, there));
      if (!call.tail && take_back(frame, call, handed, there, add_name) && safe) give_up(Reason::kept);
    }
  }
  return effect;
}

// The callee may hand the pointer back, or one that it found behind it: more names of the object. True where it may do
// so in ways that are not known, and the function does something with what came back.
bool FlowQuery::take_back(Frame frame, const CallEvent& call, const PointerUses::Handed& handed, const Path& path,
                          const AddName& add_name) {
  auto& flow = this->flow(frame.function);
  bool all = false, hidden = false;
  const auto result_in = [&](std::uint8_t reg) {
    return flow.origins().find({OriginKind::result, Reason::none, 8, call.site, 0, reg});
  };
  std::uint32_t others = 0;
  for (const auto callee : callees(frame, call, all)) {
    const auto& ways = ways_back(callee, parameter_of(callee, handed.reg, handed.slot));
    others |= ways.others;
    for (const auto& way : ways.exact) {
      const auto id = result_in(way.result);
      const auto skip = way.loads.size();
      if (id != any_time && skip < path.size() && std::equal(way.loads.begin(), way.loads.end(), path.begin()) &&
          path[skip] >= way.distance)
        add_name(id, path[skip] - way.distance, path, skip + 1);
    }
    for (const auto place : ways.on_stack)
      hidden |= flow.uses(flow.origins().find({OriginKind::stack_result, Reason::none, 8, call.site, 0, place}));
  }
  for (const auto result : FrameFlow::argument_registers) {
    const auto id = result_in(result);
    if (id == any_time || (all && !(others >> result & 1))) continue;
    add_name(id, path[0], path, 1);
    hidden |= flow.uses(id);
  }
  return hidden;
}

// What the callee of a call does behind a pointer that it is handed in a register, or in a slot.
Answer FlowQuery::handed_to(Frame frame, const CallEvent& call, std::uint8_t reg, std::int64_t slot, const Path& path) {
  bool all = false;
  Answer answer;
  for (const auto callee : callees(frame, call, all)) {
    switch (runtime_.of(callee)) {
      case RuntimeCall::none:
        break;
      case RuntimeCall::looks:
      case RuntimeCall::never_returns:
      case RuntimeCall::starts:  // of closures, that count from where they are made
        continue;
      case RuntimeCall::reads:
        // A copy of the memory is no way to the memory; of the pointers in it, it is.
        if (path.size() > 1 && grade_ == Grade::safest) answer.add(unknown(callee, Reason::kept));
        continue;
      default:
        answer.add(unknown(callee, Reason::handed_runtime));
        continue;
    }
    if (reg < FrameState::general && !(parameters_.of(callee) >> reg & 1)) continue;
    answer.add(written_by({callee, enter(frame, call.site)}, parameter_of(callee, reg, slot), path));
  }
  if (!all) answer.add(unknown(frame.function, Reason::handed_on));
  return answer;
}

Answer FlowQuery::written_by(Frame callee, OriginId parameter, const Path& path) {
  // Most do nothing to it, whoever calls them.
  auto& harmless = harmless_[static_cast<int>(grade_)];
  const auto key = std::pair{callee.function, std::pair{std::int64_t{parameter}, path}};
  if (harmless.contains(key)) return {};
  const auto cut_before = lowest_cut_;
  lowest_cut_ = any_time;
  auto answer = remembered({Question::effects, callee, parameter, path, {}}, [&] {
    return effects(callee, parameter, path, {any_time, not_through}).answer;
  });
  if (answer.empty() && lowest_cut_ == any_time) harmless.insert(key);
  lowest_cut_ = std::min(cut_before, lowest_cut_);
  return answer;
}

}  // namespace blobgauge::analyzer::gobinary
