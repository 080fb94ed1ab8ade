#include <algorithm>

#include "analyzer/gobinary/flow_query.h"

namespace blobgauge::analyzer::gobinary {

// Which functions a call through an interface enters is said by the word that it takes the function from, and where
// that word was lost from sight (it came out of a field that many objects have, through a channel or a map) still by
// its type: a field that is declared as an interface holds nothing but itabs for that interface. The types of words are
// those of the source: of a method's receiver and parameters, of new objects, of what stands behind these, of what a
// closure captured where it was made, and of what methods give back.

namespace {

constexpr int deepest_type = 12;
constexpr std::size_t most_implementations = 16, most_callers = 8;

}  // namespace

// What a pointer of the function points at.
TypedPlace FlowQuery::pointed_at(FunctionId function, OriginId id, int depth) {
  auto& flow = this->flow(function);
  const auto& origins = flow.origins();
  const auto [root, distance] = origins.split(id);
  const auto& origin = origins[root];
  TypedPlace place;
  if (origin.kind == OriginKind::fresh) {
    place.type = flow.made_at(origin.site);
  } else if (origin.kind == OriginKind::parameter && origin.value == FrameFlow::closure_register) {
    place.type = closure_type(function);
  } else if (const auto word = word_type(function, root, depth); word.type && word.offset == 0) {
    place.type = types_.pointed_at(word.type);
  }
  place.offset = distance;
  return place.type ? place : TypedPlace{};
}

TypedPlace FlowQuery::word_type(FunctionId function, OriginId id, int depth) {
  if (depth > deepest_type) return {};
  auto& known = word_types_;
  const auto [place, fresh] = known.try_emplace({function, id});
  if (!fresh) return place->second;
  const auto found = find_word_type(function, id, depth + 1);
  return known[{function, id}] = found;
}

TypedPlace FlowQuery::find_word_type(FunctionId function, OriginId id, int depth) {
  auto& flow = this->flow(function);
  if (!flow.understood()) return {};
  const auto origin = flow.origins()[id];
  switch (origin.kind) {
    case OriginKind::load: {
      if (origin.width != 8) return {};
      if (auto place = pointed_at(function, origin.base, depth); place.type) {
        place.offset += origin.value;
        if (const auto leaf = types_.leaf(place); leaf.type) return leaf;
      }
      const auto base = flow.origins()[origin.base];
      // A slot of the frame that may be memory: by what stands in it there. Whoever writes it by its address keeps to
      // its type.
      if (base.kind == OriginKind::frame) {
        bool agree = true;
        return type_of_all(function, flow.slot_before(origin.site, base.value + origin.value, 8), depth, agree, {});
      }
      return base.kind == OriginKind::parameter && base.value == FrameFlow::closure_register
                 ? captured_type(function, origin.value, depth)
                 : TypedPlace{};
    }
    case OriginKind::parameter: {
      const auto reg = static_cast<std::uint8_t>(origin.value);
      if (reg == FrameFlow::argument_registers[0])
        if (const auto receiver = types_.receiver(function)) return types_.pointer_to(receiver);
      if (const auto word = types_.parameter(function, reg); word.type) return word;
      return argument_type(function, reg, depth);
    }
    case OriginKind::result: {
      const auto* call = flow.call_at(origin.site);
      if (!call) return {};
      const auto reg = static_cast<std::uint8_t>(origin.value);
      if (call->callee == FunctionTable::none) {
        std::size_t slot = 0;
        const auto interface = interface_called(function, *call, slot, depth);
        return interface ? types_.result(interface, slot, reg) : TypedPlace{};
      }
      if (const auto word = types_.result(call->callee, reg); word.type) return word;
      return returned_type(call->callee, reg, depth);
    }
    default:
      return {};
  }
}

// Of several origins, as far as they are not nil.
TypedPlace FlowQuery::type_of_all(FunctionId function, ValueId value, int depth, bool& agree, TypedPlace sofar) {
  for (const auto id : std::vector(flow(function).origins().members(value))) {
    const auto origin = flow(function).origins()[id];
    if (origin.kind == OriginKind::touched || (origin.kind == OriginKind::constant && origin.value == 0)) continue;
    TypedPlace type;
    if (const auto target = origin.kind == OriginKind::data ? static_cast<std::uint64_t>(origin.value) : 0;
        target && reach_.type_table().is_itab(target)) {
      type = {executable_.image().word(target).value_or(0), 0};
    } else if (origin.kind == OriginKind::fresh) {
      type = types_.pointer_to(flow(function).made_at(origin.site));
    } else {
      type = word_type(function, id, depth);
    }
    agree &= type.type != 0 && (sofar.type == 0 || sofar == type);
    sofar = type;
  }
  return agree ? sofar : TypedPlace{};
}

// What all calls that name the function hand over, where no others can be.
TypedPlace FlowQuery::argument_type(FunctionId function, std::uint8_t reg, int depth) {
  const auto calls = sites_.calls(function);
  if (reg == FrameFlow::closure_register || reach_.level_by_value(function) <= Level::by_reflection ||
      calls.size() > most_callers)
    return {};
  bool agree = true;
  TypedPlace type;
  for (const auto& site : calls) {
    auto& caller = flow(site.function);
    const auto step = caller.understood() ? caller.graph().step_at(site.address) : CodeGraph::none;
    const auto* call = step == CodeGraph::none ? nullptr : caller.call_at(step);
    if (!call) return {};
    type = type_of_all(site.function, call->registers[reg], depth, agree, type);
    if (!agree) return {};
  }
  return type;
}

TypedPlace FlowQuery::returned_type(FunctionId callee, std::uint8_t reg, int depth) {
  if (runtime_.of(callee) != RuntimeCall::none) return {};
  auto& inner = flow(callee);
  bool agree = inner.understood();
  TypedPlace type;
  for (std::size_t i = 0; agree && i < inner.returns().size(); ++i)
    type = type_of_all(callee, inner.returns()[i].registers[reg], depth, agree, type);
  return agree ? type : TypedPlace{};
}

// A closure's record, where all that make it make one of the same type.
std::uint64_t FlowQuery::closure_type(FunctionId closure) {
  const auto [place, fresh] = closure_types_.try_emplace(closure, 0);
  if (!fresh) return place->second;
  std::uint64_t type = 0;
  const auto code = static_cast<std::int64_t>(executable_.entry(closure));
  for (const auto& maker : sites_.makers(closure)) {
    auto& flow = this->flow(maker.function);
    bool found = false;
    for (const auto index : flow.closures()) {
      const auto& store = flow.stores()[index];
      if (flow.origins().single(store.value, OriginKind::data)->value != code) continue;
      const auto& base = flow.origins()[store.base];
      const auto made = base.kind == OriginKind::fresh ? flow.made_at(base.site) : 0;
      if (!made || (type && type != made)) return 0;
      type = made;
      found = true;
    }
    if (!found) return 0;
  }
  return closure_types_[closure] = type;
}

// What stands in a closure's record, by what its makers put there.
TypedPlace FlowQuery::captured_type(FunctionId closure, std::int64_t offset, int depth) {
  bool agree = true;
  TypedPlace type;
  const auto code = static_cast<std::int64_t>(executable_.entry(closure));
  for (const auto& maker : sites_.makers(closure)) {
    auto& flow = this->flow(maker.function);
    bool found = false;
    for (const auto index : flow.closures()) {
      const auto record = flow.stores()[index].base;
      if (flow.origins().single(flow.stores()[index].value, OriginKind::data)->value != code) continue;
      const auto pointer = flow.pointer(record);
      for (const auto other : flow.uses_of(pointer).stores) {
        const auto& store = flow.stores()[other];
        if (flow.distance(store.base) - flow.distance(record) != offset || store.width != 8) continue;
        found = true;
        type = type_of_all(maker.function, store.value, depth, agree, type);
        if (!agree) return {};
      }
    }
    if (!found) return {};
  }
  return type;
}

// The interface and the slot of its itab that a call goes through, if the itab's word is of a known type; else 0.
std::uint64_t FlowQuery::interface_called(FunctionId function, OriginId target, std::size_t& slot, int depth) {
  const auto origin = flow(function).origins()[target];
  if (origin.kind != OriginKind::load || origin.value < Itab::first_slot || (origin.value - Itab::first_slot) % 8 != 0)
    return 0;
  slot = static_cast<std::size_t>(origin.value - Itab::first_slot) / 8;
  const auto itab = word_type(function, origin.base, depth);
  return itab.offset == 0 && types_.is_interface(itab.type, slot) ? itab.type : 0;
}

std::uint64_t FlowQuery::interface_called(FunctionId function, const CallEvent& call, std::size_t& slot, int depth) {
  const auto& members = flow(function).origins().members(call.target);
  return members.size() == 1 ? interface_called(function, OriginId{members[0]}, slot, depth) : 0;
}

// True: no other functions can be entered there.
bool FlowQuery::enters_implementations(FunctionId function, OriginId target, std::vector<FunctionId>& into) {
  std::size_t slot = 0;
  const auto interface = interface_called(function, target, slot, 0);
  if (!interface) return false;
  const auto [place, fresh] = implementations_.try_emplace({interface, slot});
  if (fresh) place->second = types_.implementations(interface, slot);
  std::vector<FunctionId> found;
  for (const auto id : place->second)
    if (counts(id)) found.push_back(id);
  if (found.empty() || found.size() > most_implementations) return false;
  into.insert(into.end(), found.begin(), found.end());
  return true;
}

}  // namespace blobgauge::analyzer::gobinary
