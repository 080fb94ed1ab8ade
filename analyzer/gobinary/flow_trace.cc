#include <algorithm>

#include "analyzer/gobinary/flow_query.h"
#include "analyzer/gobinary/references.h"

namespace blobgauge::analyzer::gobinary {

// Who calls a method through an interface? Its code's address stands in itabs, and a call through an interface needs
// the itab's address, which code takes where it makes a value of that interface. From these places the word is followed
// forwards: into the functions that it is handed to, the closures that capture it, back to the callers that get it as a
// result. Every call that takes its target from behind the word is one of the method's callers.
//
// Where the word goes out of sight (into an object, a variable of the program, a call that is not known) its way is
// lost, and then there may be callers that nobody sees. An itab that a type assertion finds has no such place at all;
// the search of what is reachable knows for which methods that can be.

namespace {

constexpr std::size_t most_traced = 400;

}  // namespace

// All itabs that hold the function, and where; in the order of the table.
const std::vector<FlowQuery::ItabSlot>& FlowQuery::itabs_with(FunctionId function) {
  if (!itab_slots_) read_itabs();
  static const std::vector<ItabSlot> none;
  const auto found = itab_slots_->find(function);
  return found == itab_slots_->end() ? none : found->second;
}

void FlowQuery::read_itabs() {
  itab_slots_.emplace();
  const auto& table = reach_.type_table();
  const auto& image = executable_.image();
  std::unordered_map<std::uint64_t, std::uint64_t> sizes;
  for (const auto address : table.itabs()) {
    const auto itab = table.itab(address);
    if (!itab || !table.is_type(itab->interface)) continue;
    const auto count = table.read(itab->interface).methods.size();
    sizes[address] = static_cast<std::uint64_t>(Itab::first_slot) + 8 * count;
    for (std::size_t slot = 0; slot < count; ++slot) {
      const auto code = image.word(address + Itab::first_slot + 8 * slot).value_or(0);
      if (const auto id = executable_.functions().starting_at(code); code && id != FunctionTable::none)
        (*itab_slots_)[id].push_back({address, static_cast<std::int64_t>(Itab::first_slot + 8 * slot)});
    }
  }
  for (FunctionId id = 0; id < executable_.physical_count(); ++id) {
    if (reach_.level(id) == Level::none) continue;
    for (const auto& reference : reach_.references().of(id)) {
      if (reference.kind == Reference::Kind::call) continue;
      const auto target = image.base() + reference.target;
      const auto after = std::upper_bound(table.itabs().begin(), table.itabs().end(), target);
      if (after == table.itabs().begin()) continue;
      const auto itab = *std::prev(after);
      if (target == itab)
        itab_takers_[itab].push_back(id);
      else if (const auto size = sizes.find(itab); size != sizes.end() && target < itab + size->second)
        itabs_read_.insert(itab);
    }
  }
}

// Is the address in the program's memory from the start, outside of the linker's tables?
bool FlowQuery::stands_in_data(std::uint64_t address) {
  const auto& links = executable_.module_data().itablinks;
  const auto relocations = executable_.image().relocations();
  for (const auto& segment : executable_.image().segments()) {
    if (segment.executable) continue;
    const auto skip = (8 - segment.address % 8) % 8;
    for (std::size_t at = skip; at + 8 <= segment.bytes.size(); at += 8) {
      if (load<std::uint64_t>(segment.bytes.data() + at) != address) continue;
      const auto place = segment.address + at;
      const bool is_link = place >= links.address && place < links.address + 8 * links.count;
      const bool relocates = place >= relocations && place < relocations + executable_.image().relocations_size();
      if (!is_link && !relocates) return true;
    }
  }
  return false;
}

bool FlowQuery::only_itabs_lead_to(FunctionId function) {
  const auto counted = grade_ == Grade::safest ? Level::by_reflection : Level::reachable;
  return reach_.level(function) == Level::reachable && reach_.level_by_address(function) > counted &&
         reach_.level_by_assertion(function) > counted && !called_by_name(function);
}

const FlowQuery::Callers& FlowQuery::callers_by_interface(FunctionId function) {
  auto& kept = callers_[static_cast<int>(grade_)];
  const auto [place, fresh] = kept.try_emplace(function);
  if (!fresh) return place->second;
  Callers found;
  for (const auto& each : itabs_with(function)) {
    if (found.lost) break;
    const auto takers = itab_takers_.find(each.itab);
    const bool taken = takers != itab_takers_.end();
    found.lost = itabs_read_.contains(each.itab) || stands_in_data(each.itab);
    std::vector<Traced> wanted;
    for (const auto taker : taken ? takers->second : std::vector<FunctionId>{}) {
      if (!counts(taker) || found.lost) continue;
      const auto id =
          flow(taker).origins().find({OriginKind::data, Reason::none, 8, 0, 0, static_cast<std::int64_t>(each.itab)});
      if (id != any_time) wanted.push_back({taker, id});
      found.lost |= id == any_time;
    }
    if (!found.lost) trace(std::move(wanted), each.offset, function, found);
  }
  std::sort(found.calls.begin(), found.calls.end());
  found.calls.erase(std::unique(found.calls.begin(), found.calls.end()), found.calls.end());
  return kept[function] = std::move(found);
}

// `slot`: behind the word, where the method stands.
void FlowQuery::trace(std::vector<Traced> wanted, std::int64_t slot, FunctionId method, Callers& found) {
  std::set<Traced> seen(wanted.begin(), wanted.end());
  const auto add = [&](FunctionId function, OriginId id) {
    if (seen.insert({function, id}).second) wanted.push_back({function, id});
    found.lost |= seen.size() > most_traced;
  };
  while (!wanted.empty() && !found.lost) {
    const auto [function, id] = wanted.back();
    wanted.pop_back();
    auto& flow = this->flow(function);
    work_ += 100;
    auto& origins = flow.origins();
    const auto word = flow.pointer(id);
    if (!flow.understood() || !flow.dropped(word).empty()) {
      found.lost = true;
      return;
    }
    // An argument on the stack is read as a slot of the frame where that may be memory.
    if (origins[word].kind == OriginKind::entry_slot && !trace_slot(function, origins[word].value, add)) {
      found.lost = true;
      return;
    }
    const auto& uses = flow.uses_of(word);
    std::set<std::uint32_t> here;  // sites
    const auto find_calls = [&](OriginId pointer, std::int64_t distance) {
      for (const auto load : flow.uses_of(pointer).loads) {
        if (origins[load].value != distance || origins[load].width != 8) continue;
        for (const auto& call : flow.calls())
          for (const auto target : origins.members(call.target))
            if (flow.pointer(target) == load) here.insert(call.site);
      }
    };
    find_calls(word, slot);
    // Behind an address that is known, a place is again one.
    if (const auto itab = origins[word]; itab.kind == OriginKind::data)
      if (const auto place = origins.find({OriginKind::data, Reason::none, 8, 0, 0, itab.value + slot});
          place != any_time)
        find_calls(place, 0);
    for (const auto site : here) found.calls.push_back({function, flow.graph().steps()[site].address});
    for (const auto& handed : uses.handed) {
      const auto& call = flow.calls()[handed.call];
      if (!trace_into(function, call, handed.reg, handed.slot, word, method, slot, add)) found.lost = true;
    }
    for (const auto& [index, stored] : uses.stored)
      if (!trace_stored(function, flow.stores()[index], add)) found.lost = true;
    trace_back(function, word, add, found.lost);
  }
}

bool FlowQuery::trace_into(FunctionId function, const CallEvent& call, std::uint8_t reg, std::int64_t slot,
                           OriginId word, FunctionId method, std::int64_t method_slot, const AddTraced& add) {
  auto& flow = this->flow(function);
  const auto into = [&](FunctionId callee) {
    switch (runtime_.of(callee)) {
      case RuntimeCall::none:
        break;
      case RuntimeCall::unknown:
        return false;
      default:  // handed the word itself, and not an address of it
        return true;
    }
    if (reg < FrameState::general && !(parameters_.of(callee) >> reg & 1)) return true;
    add(callee, parameter_of(callee, reg, slot));
    return true;
  };
  if (call.callee != FunctionTable::none) return into(call.callee);
  // Before a call of unknown target every register may hold an argument. Through the word itself the method is entered,
  // or another of the same itab.
  const auto& origins = flow.origins();
  // What an earlier call left in the place of an argument is one only if the compiler passed it on where it was.
  if (reg == PointerUses::in_slot && origins[word].kind == OriginKind::stack_result && origins[word].value == slot)
    return grade_ != Grade::safest;
  std::vector<FunctionId> callees;
  bool all = true;
  for (const auto target : std::vector(origins.members(call.target))) {
    const auto origin = origins[target];
    if (const auto base = origins[origin.base]; origin.kind == OriginKind::load && base.kind == OriginKind::data &&
                                                is_constant(static_cast<std::uint64_t>(base.value + origin.value))) {
      const auto code = executable_.image().word(static_cast<std::uint64_t>(base.value + origin.value)).value_or(0);
      const auto callee = executable_.functions().starting_at(code);
      all &= callee != FunctionTable::none;
      if (callee != FunctionTable::none) callees.push_back(callee);
    } else if (origin.kind == OriginKind::load && flow.pointer(origin.base) == word) {
      for (const auto& each : itabs_with(method)) {
        const auto code = executable_.image().word(each.itab + static_cast<std::uint64_t>(origin.value)).value_or(0);
        const auto callee = executable_.functions().starting_at(code);
        if (each.offset == method_slot && callee != FunctionTable::none) callees.push_back(callee);
      }
    } else {
      all &= enters_implementations(function, target, callees);
    }
  }
  return all && std::all_of(callees.begin(), callees.end(), into);
}

// To where a slot of the frame is read. A variable with pointers whose address is taken is one of those that are known;
// all others are no more than slots.
bool FlowQuery::trace_slot(FunctionId function, std::int64_t place, const AddTraced& add) {
  auto& flow = this->flow(function);
  if (flow.is_one_variable(place, place)) return false;
  for (const auto load : flow.uses_of(flow.frame_pointer()).loads)
    if (flow.origins()[load].value + flow.distance(flow.origins()[load].base) == place) add(function, load);
  return true;
}

// Into a closure that captures it, or a slot of the frame.
bool FlowQuery::trace_stored(FunctionId function, const StoreEvent& store, const AddTraced& add) {
  auto& flow = this->flow(function);
  const auto kind = flow.origins()[store.base].kind;
  if (kind == OriginKind::element || kind == OriginKind::unknown) return false;
  const auto place = flow.distance(store.base);
  std::int64_t begin = 0;
  const auto code = code_of_closure(flow, flow.pointer(store.base), place, begin);
  if (code == FunctionTable::none) {
    return kind == OriginKind::frame && trace_slot(function, place, add);
  }
  auto& inner = this->flow(code);
  if (!inner.understood()) return false;
  const auto& context = inner.uses_of(parameter_of(code, FrameFlow::closure_register, 0));
  if (!context.stored.empty()) return false;
  for (const auto& handed : context.handed)
    if (handed.reg != FrameFlow::closure_register) return false;
  for (const auto load : context.loads)
    if (inner.origins()[load].value + inner.distance(inner.origins()[load].base) == place - begin) add(code, load);
  return true;
}

// Back to the callers.
void FlowQuery::trace_back(FunctionId function, OriginId word, const AddTraced& add, bool& lost) {
  auto& flow = this->flow(function);
  const auto holds = [&](ValueId value) {
    const auto& members = flow.origins().members(value);
    return std::any_of(members.begin(), members.end(), [&](OriginId id) { return flow.pointer(id) == word; });
  };
  std::set<Origin> results;  // as a caller has them, but for the site
  for (const auto& back : flow.returns()) {
    for (const auto reg : FrameFlow::argument_registers)
      if (holds(back.registers[reg])) results.insert({OriginKind::result, Reason::none, 8, 0, 0, reg});
    // Among the slots are those where the function kept its arguments; no caller reads these.
    for (const auto& [slot, value] : back.stack)
      if (holds(value)) results.insert({OriginKind::stack_result, Reason::none, 8, 0, 0, slot});
  }
  if (results.empty()) return;
  lost |= reach_.level_by_value(function) <= Level::by_reflection;
  for (const auto& site : sites_.calls(function)) {
    if (lost || !counts(site.function)) continue;
    auto& caller = this->flow(site.function);
    const auto step = caller.understood() ? caller.graph().step_at(site.address) : CodeGraph::none;
    lost |= step == CodeGraph::none;
    for (auto result : results) {
      result.site = step;
      if (const auto id = caller.origins().find(result); id != any_time) add(site.function, id);
    }
  }
}

}  // namespace blobgauge::analyzer::gobinary
