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

// The same memory, as far as one can tell: loaded from the same place.
bool same(const Origin& a, const Origin& b) {
  if (a.kind != b.kind) return false;
  if (a.kind == OriginKind::load) return a.base == b.base && a.value == b.value;
  return a == b;
}

}  // namespace

FunctionId FlowQuery::code_of_closure(FrameFlow& flow, OriginId container, std::int64_t offset, std::int64_t& begin) {
  auto& origins = flow.origins();
  const auto holder = origins[container];
  if (holder.kind != OriginKind::fresh && holder.kind != OriginKind::frame) return FunctionTable::none;
  auto code = FunctionTable::none;
  bool found = false;
  for (const auto& store : flow.stores()) {
    const auto* stored = origins.single(store.value, OriginKind::data);
    if (!stored) continue;
    const auto [root, at] = origins.split(store.base);
    const auto& base = origins[root];
    const auto callee = executable_.functions().starting_at(static_cast<std::uint64_t>(stored->value));
    if (callee == FunctionTable::none) continue;
    if (holder.kind == OriginKind::fresh) {
      if (root != container || at != 0) continue;
      begin = 0;
    } else {
      // A closure on the stack: the code's address stands first in a variable that reaches as far as `offset`.
      if (base.kind != OriginKind::frame) continue;
      const auto wanted = holder.value + offset;
      if (base.value > wanted || !flow.is_one_variable(base.value, wanted)) continue;
      begin = base.value - holder.value;
    }
    if (found && code != callee) return FunctionTable::none;
    code = callee;
    found = true;
  }
  return code;
}

// How a function can give back what it was handed: the parameter itself, or what it loads from behind it, as the
// offsets on the way and what is added in the end.
const FlowQuery::WaysBack& FlowQuery::ways_back(FunctionId function, OriginId parameter) {
  const auto [place, fresh] = ways_back_.try_emplace({function, parameter});
  auto& ways = place->second;
  if (!fresh) return ways;
  const auto kind = runtime_.of(function);
  if (kind != RuntimeCall::none) {
    ways.others = kind == RuntimeCall::unknown ? 1u : 0u;
    return ways;
  }
  auto& flow = this->flow(function);
  if (!flow.understood()) {
    for (const auto reg : FrameFlow::argument_registers) ways.others |= 1u << reg;
    return ways;
  }
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
  // Where the inner calls came round to this function, the first answer stands for it.
  return ways_back_[{function, parameter}] = std::move(found);
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
  const auto whole_frame = origins.intern({OriginKind::frame, Reason::none, 8, 0, 0, 0});
  const auto before = [&](std::uint32_t site) { return when.step == any_time || flow.leads(site, when.step); };
  // Pointers into the frame are one name, with the slot as the first step of the path.
  const auto rooted = [&](OriginId id) -> std::pair<OriginId, std::int64_t> {
    const auto [root, distance] = origins.split(id);
    if (origins[root].kind == OriginKind::frame) return {whole_frame, origins[root].value};
    return {root, distance};
  };
  struct Name {
    OriginId root = 0;
    Path path;
    bool operator==(const Name&) const = default;
  };
  std::vector<Name> names{{asked, asked_path}};
  bool lost = false;
  const auto add_name = [&](OriginId root, std::int64_t place, const Path& rest, std::size_t skip) {
    if (rest.size() - skip >= 8 || place < -(1 << 20) || place > 1 << 20 || names.size() == most_names) {
      lost = true;
      return;
    }
    Name name{root, {static_cast<std::int32_t>(place)}};
    name.path.insert(name.path.end(), rest.begin() + static_cast<std::ptrdiff_t>(skip), rest.end());
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  };
  const auto keep = [&] {
    if (grade_ == Grade::safest) effect.answer.add(unknown(frame.function, Reason::kept));
  };
  // The callee may hand the pointer back, or one that it found behind it.
  const auto take_back = [&](const CallEvent& call, std::uint8_t reg, std::int64_t slot, const Path& path) {
    bool all = false, hidden = false;
    const auto result_in = [&](std::uint8_t result) {
      return origins.find({OriginKind::result, Reason::none, 8, call.site, 0, result});
    };
    std::uint32_t others = 0;
    for (const auto callee : callees(flow, call, all)) {
      const auto& ways = ways_back(callee, parameter_of(callee, reg, slot));
      others |= ways.others;
      for (const auto& way : ways.exact) {
        const auto id = result_in(way.result);
        const auto skip = way.loads.size();
        if (id != any_time && skip < path.size() && std::equal(way.loads.begin(), way.loads.end(), path.begin()) &&
            path[skip] >= way.distance)
          add_name(id, path[skip] - way.distance, path, skip + 1);
      }
      for (const auto place : ways.on_stack)
        hidden |= flow.uses(origins.find({OriginKind::stack_result, Reason::none, 8, call.site, 0, place}));
    }
    for (const auto result : FrameFlow::argument_registers) {
      const auto id = result_in(result);
      if (id == any_time || (all && !(others >> result & 1))) continue;
      add_name(id, path[0], path, 1);
      hidden |= flow.uses(id);
    }
    if (hidden && grade_ == Grade::safest) effect.answer.add(unknown(frame.function, Reason::kept));
  };
  // Where the function returns, its caller may get hold of the object by another result as well.
  const auto also_returned = [&](const Origin& origin) {
    for (const auto& back : flow.returns()) {
      if (back.site != when.step) continue;
      for (const auto reg : FrameFlow::argument_registers)
        if (when.beside >> reg & 1)
          for (const auto id : origins.members(back.registers[reg]))
            if (same(origins[rooted(id).first], origin)) return true;
    }
    return false;
  };
  for (std::size_t n = 0; n < names.size(); ++n) {
    work_ += flow.loads().size() + flow.stores().size() + 10 * flow.calls().size();
    if (work_ > most_work_) {
      lowest_cut_ = 0;
      effect.answer.add(unknown(frame.function, Reason::too_many_steps));
      return effect;
    }
    const auto name = names[n];
    const auto origin = origins[name.root];
    const auto place = std::int64_t{name.path[0]};
    bool closure = false;
    if (when.beside != 0 && also_returned(origin)) keep();
    // Nobody but its code reads what a closure captured, whoever is handed the closure.
    std::int64_t begin = 0;
    if (const auto code = code_of_closure(flow, name.root, place, begin); code != FunctionTable::none) {
      auto captured = name.path;
      captured[0] = static_cast<std::int32_t>(place - begin);
      effect.answer.add(written_by({code, 0}, parameter_of(code, FrameFlow::closure_register, 0), captured));
      closure = true;
    }
    // Where it was loaded from, and what was loaded from it.
    if (origin.kind == OriginKind::load) {
      const auto [root, distance] = rooted(origin.base);
      add_name(root, origin.value + distance, name.path, 0);
    }
    for (const auto loaded : flow.loads()) {
      const auto load = origins[loaded];
      const auto [root, distance] = rooted(load.base);
      if (name.path.size() > 1 && same(origins[root], origin) && load.value + distance == place)
        add_name(loaded, name.path[1], name.path, 2);
      // The same place, read at another time.
      if (loaded != name.root && same(load, origin)) add_name(loaded, name.path[0], name.path, 1);
    }
    for (const auto& store : flow.stores()) {
      if (!before(store.site)) continue;
      const auto [root, distance] = rooted(store.base);
      const auto base = origins[root];
      if (same(base, origin) && distance < place + 8 && place < distance + store.width) {
        const bool exact = distance == place && (name.path.size() == 1 || store.width == 8);
        const Path rest(name.path.begin() + 1, name.path.end());
        effect.answer.add(words(frame, store.value, rest,
                                rest.empty() ? When{store.site, not_through} : When{when.step, not_through}));
        if (!exact && !rest.empty()) effect.answer.add(unknown(frame.function, Reason::part_of_word));
        if (exact && n == 0 && store.surely && when.step != any_time && flow.dominates(store.site, when.step))
          effect.surely = true;
      }
      if (base.kind == OriginKind::element && same(origins[base.base], origin) && base.base == name.root)
        effect.answer.add(
            words(frame, store.value, Path(name.path.begin() + 1, name.path.end()), {store.site, not_through}));
      if (base.kind == OriginKind::unknown && base.reason != Reason::clobbered && grade_ == Grade::safest)
        effect.answer.add(unknown(frame.function, base.reason));
      // The pointer itself is stored.
      for (const auto id : origins.members(store.value)) {
        const auto [stored, inside] = rooted(id);
        if (origins[stored].kind == OriginKind::element && same(origins[origins[stored].base], origin)) keep();
        if (!same(origins[stored], origin) || place < inside) continue;
        if (stored == whole_frame && place >= flow.end_of_variable(inside)) continue;
        if (origins[stored].kind == OriginKind::load && stored != name.root && !same(origins[stored], origin)) continue;
        Path rest = name.path;
        rest[0] = static_cast<std::int32_t>(place - inside);
        if (base.kind == OriginKind::fresh || base.kind == OriginKind::frame) {
          add_name(root, distance, rest, 0);
          continue;
        }
        if (base.kind == OriginKind::unknown || base.kind == OriginKind::data || base.kind == OriginKind::element) {
          keep();
          continue;
        }
        keep();
        add_name(root, distance, rest, 0);
      }
    }
    if (closure) continue;
    for (const auto& call : flow.calls()) {
      const bool here = call.site == when.step && when.through != not_through;
      if (!here && !before(call.site)) continue;
      const auto hand = [&](ValueId value, std::uint8_t reg, std::int64_t slot) {
        for (const auto id : std::vector(origins.members(value))) {
          const auto [handed, inside] = rooted(id);
          if (origins[handed].kind == OriginKind::element && same(origins[origins[handed].base], origin) &&
              grade_ == Grade::safest)
            effect.answer.add(unknown(frame.function, Reason::element));
          if (!same(origins[handed], origin) || place < inside) continue;
          if (handed == whole_frame && place >= flow.end_of_variable(inside)) continue;
          auto rest = name.path;
          rest[0] = static_cast<std::int32_t>(place - inside);
          // Deep down, what is unknown already need not be looked at further.
          if (!effect.answer.unknown || open_.size() < looked_through)
            effect.answer.add(handed_to(frame, call, reg, slot, rest));
          if (!call.tail) take_back(call, reg, slot, rest);
        }
      };
      for (const auto reg : FrameFlow::argument_registers)
        if (!here || reg != when.through) hand(call.registers[reg], reg, 0);
      if (call.callee == FunctionTable::none)
        hand(call.registers[FrameFlow::closure_register], FrameFlow::closure_register, 0);
      for (const auto& [slot, value] : call.stack) hand(value, not_through, slot);
    }
  }
  if (lost) effect.answer.add(unknown(frame.function, Reason::too_many));
  return effect;
}

// What the callee of a call does behind a pointer that it is handed in a register, or in a slot.
Answer FlowQuery::handed_to(Frame frame, const CallEvent& call, std::uint8_t reg, std::int64_t slot, const Path& path) {
  auto& flow = this->flow(frame.function);
  bool all = false;
  Answer answer;
  for (const auto callee : callees(flow, call, all)) {
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
