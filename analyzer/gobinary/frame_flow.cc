#include "analyzer/gobinary/frame_flow.h"

#include <algorithm>
#include <deque>
#include <tuple>

#include "analyzer/gobinary/frame_walk.h"

namespace blobgauge::analyzer::gobinary {

namespace {

FrameState at_entry(Origins& origins) {
  FrameState state;
  for (std::uint8_t i = 0; i < FrameState::general; ++i)
    state.registers[i] = i == stack_pointer ? origins.value({OriginKind::frame, Reason::none, 8, 0, 0, 0})
                                            : origins.value({OriginKind::parameter, Reason::none, 8, 0, 0, i});
  for (std::size_t i = FrameState::general; i < state.registers.size(); ++i)
    state.registers[i] = origins.unknown(Reason::floating, 0);
  const auto zero = origins.value({OriginKind::constant, Reason::none, 8, 0, 0, 0});
  state.registers[FrameWalk::zero_half] = state.registers[FrameWalk::zero_half + 1] = zero;
  return state;
}

}  // namespace

FrameFlow::FrameFlow(const FlowContext& context, FunctionId id, Decoder& decoder)
    : context_(context), graph_(CodeGraph::read(context.image, context.functions, id, decoder, [&](FunctionId callee) {
        return context.runtime.of(callee) == RuntimeCall::never_returns;
      })) {
  understood_ = graph_.understood() && !graph_.blocks().empty();
  if (!understood_) return;
  for (const auto& step : graph_.steps()) {
    if (step.op != Op::call) continue;
    const auto callee = context.functions.starting_at(step.target);
    if (callee != FunctionTable::none)
      outgoing_ = std::max<std::int64_t>(outgoing_, std::min(context.functions.arguments_size(callee), 4096));
  }
  find_variables(context.functions, id);
  constexpr std::size_t most_variables = 4096;
  understood_ = variables_.size() <= most_variables;
  if (understood_) settle();
}

// Addresses that LEA takes from the stack pointer; how far a variable goes is known of those that hold pointers, and of
// the others no more than that they end before the next that is known.
void FrameFlow::find_variables(const FunctionTable& functions, FunctionId id) {
  auto objects = functions.stack_objects(id);
  std::sort(objects.begin(), objects.end(), [](const auto& a, const auto& b) { return a.offset < b.offset; });
  std::int64_t depth = 0, deepest = 0;
  std::vector<std::int64_t> taken;
  // The stack pointer moves at the entry and before returns only, so its depth in the body is the greatest there is.
  for (const auto& step : graph_.steps()) {
    const auto& operation = step.operation;
    if (operation.verb == Verb::push) depth += 8;
    if (operation.to.kind == Operand::Kind::general && operation.to.number == stack_pointer &&
        operation.from.kind == Operand::Kind::immediate) {
      const auto by = std::clamp<std::int64_t>(operation.from.value, -(1 << 30), 1 << 30);
      if (operation.verb == Verb::subtract) depth += by;
      if (operation.verb == Verb::add) depth -= by;  // of -128, which is shorter
    }
    deepest = std::max(deepest, depth);
    if (step.op == Op::ret) break;
  }
  for (const auto& step : graph_.steps()) {
    const auto& operation = step.operation;
    if (operation.verb == Verb::load_address && operation.from.base == stack_pointer && operation.from.value >= 0)
      taken.push_back(operation.from.value - deepest);
    // An array that is indexed in its place.
    if (operation.memory.base == stack_pointer && operation.memory.index != Effects::no_register)
      taken.push_back(operation.memory.value - deepest);
    // A copy of the stack pointer is the address of what stands lowest.
    if (operation.verb == Verb::move && operation.from.kind == Operand::Kind::general &&
        operation.from.number == stack_pointer && operation.to.number != 5)
      taken.push_back(-deepest);
  }
  std::sort(taken.begin(), taken.end());
  taken.erase(std::unique(taken.begin(), taken.end()), taken.end());
  constexpr std::int64_t far = 1 << 20;
  for (const auto offset : taken) {
    std::int64_t end = offset < 0 ? 0 : far;
    bool sure = false;
    for (const auto& object : objects) {
      if (object.offset > offset) {
        end = std::min<std::int64_t>(end, object.offset);
        break;
      }
      if (offset < object.offset + object.size) {
        end = object.offset + object.size;
        sure = true;
        break;
      }
    }
    variables_.push_back({offset, end, sure});
  }
}

bool FrameFlow::is_exposed(std::int64_t offset) const {
  return std::any_of(variables_.begin(), variables_.end(),
                     [&](const auto& variable) { return offset >= variable.from && offset < variable.to; });
}

std::int64_t FrameFlow::end_of_variable(std::int64_t offset) const {
  std::int64_t end = offset + 8;
  for (const auto& variable : variables_)
    if (offset >= variable.from && offset < variable.to) end = std::max(end, variable.to);
  return end;
}

bool FrameFlow::is_one_variable(std::int64_t offset, std::int64_t other) const {
  return std::any_of(variables_.begin(), variables_.end(), [&](const auto& variable) {
    return variable.sure && offset >= variable.from && offset < variable.to && other >= variable.from &&
           other < variable.to;
  });
}

void FrameFlow::settle() {
  entries_.resize(graph_.blocks().size());
  entries_[0] = at_entry(origins_);
  std::deque<std::uint32_t> wanted{0};
  std::vector<bool> queued(entries_.size());
  queued[0] = true;
  FrameWalk walk(context_, graph_, origins_, *this, outgoing_);
  // Compiled code settles in a few visits of each block.
  std::size_t visits = 0, merged = 0;
  const auto most_visits = 1000 + 40 * entries_.size();
  constexpr std::size_t most_merged = 50'000'000;
  while (!wanted.empty()) {
    const auto block = wanted.front();
    wanted.pop_front();
    queued[block] = false;
    if (++visits > most_visits || merged > most_merged) {
      understood_ = false;
      return;
    }
    walk.run(block, *entries_[block], nullptr, [&](std::uint32_t next, const FrameState& state) {
      auto& entry = entries_[next];
      merged += state.slots().size();
      if (entry && !entry->merge(state, origins_)) return;
      if (!entry) entry = state;
      if (!queued[next]) wanted.push_back(next);
      queued[next] = true;
    });
  }
  FrameWalk::Events events{stores_, calls_, returns_, tests_, made_};
  for (std::uint32_t block = 0; block < entries_.size(); ++block)
    if (entries_[block]) walk.run(block, *entries_[block], &events, [](std::uint32_t, const FrameState&) {});
  for (OriginId id = 0; id < origins_.size(); ++id)
    if (origins_[id].kind == OriginKind::load) loads_.push_back(id);
  std::sort(stores_.begin(), stores_.end(), [](const auto& a, const auto& b) {
    return std::tie(a.site, a.base, a.width, a.value) < std::tie(b.site, b.base, b.width, b.value);
  });
  find_used();
  find_pointers();
  find_uses();
}

void FrameFlow::find_used() {
  used_.assign(origins_.size(), false);
  const auto use = [&](OriginId id) { used_[origins_.split(id).first] = true; };
  const auto use_all = [&](ValueId value) {
    for (const auto id : origins_.members(value)) use(id);
  };
  for (const auto& store : stores_) {
    use(store.base);
    use_all(store.value);
  }
  for (const auto& call : calls_) {
    use_all(call.target);
    for (const auto value : call.registers) use_all(value);
    for (const auto& [slot, value] : call.stack) use_all(value);
  }
  for (const auto load : loads_) use(origins_[load].base);
  for (OriginId id = 0; id < origins_.size(); ++id)
    if (origins_[id].kind == OriginKind::element) use(origins_[id].base);
}

// A base is always older than what is made of it.
void FrameFlow::find_pointers() {
  frame_pointer_ = origins_.intern({OriginKind::frame, Reason::none, 8, 0, 0, 0});
  std::map<std::tuple<OriginId, std::int64_t, std::uint8_t>, OriginId> loaded;
  pointers_.resize(origins_.size());
  for (OriginId id = 0; id < pointers_.size(); ++id) {
    const auto& origin = origins_[id];
    switch (origin.kind) {
      case OriginKind::frame:
        pointers_[id] = frame_pointer_;
        break;
      case OriginKind::sum:
      case OriginKind::element:
        pointers_[id] = pointer(origin.base);
        break;
      case OriginKind::load: {
        const auto place = origin.value + (origins_[origin.base].kind == OriginKind::frame ? distance(origin.base) : 0);
        pointers_[id] = loaded.emplace(std::tuple{pointers_[origin.base], place, origin.width}, id).first->second;
        break;
      }
      default:
        pointers_[id] = id;
    }
    if (origins_.is_dropped(id)) dropped_[pointers_[id]].push_back(id);
  }
}

std::int64_t FrameFlow::distance(OriginId id) const {
  const auto& origin = origins_[id];
  return origin.kind == OriginKind::frame || origin.kind == OriginKind::sum ? origin.value : 0;
}

void FrameFlow::find_uses() {
  for (std::uint32_t i = 0; i < stores_.size(); ++i) {
    const auto& store = stores_[i];
    if (origins_[store.base].kind == OriginKind::unknown)
      stores_anywhere_.push_back(i);
    else
      uses_[pointer(store.base)].stores.push_back(i);
    for (const auto id : origins_.members(store.value)) uses_[pointer(id)].stored.emplace_back(i, id);
    if (const auto* code = origins_.single(store.value, OriginKind::data);
        code && context_.functions.starting_at(static_cast<std::uint64_t>(code->value)) != FunctionTable::none)
      closures_.push_back(i);
  }
  for (std::uint32_t i = 0; i < calls_.size(); ++i) {
    for (std::uint8_t reg = 0; reg < FrameState::general; ++reg)
      for (const auto id : origins_.members(calls_[i].registers[reg]))
        uses_[pointer(id)].handed.push_back({i, reg, 0, id});
    for (const auto& [slot, value] : calls_[i].stack)
      for (const auto id : origins_.members(value))
        uses_[pointer(id)].handed.push_back({i, PointerUses::in_slot, slot, id});
  }
  for (const auto load : loads_)
    if (pointers_[load] == load) uses_[pointer(origins_[load].base)].loads.push_back(load);
}

const PointerUses& FrameFlow::uses_of(OriginId wanted) const {
  static const PointerUses none;
  const auto found = uses_.find(wanted);
  return found == uses_.end() ? none : found->second;
}

const CallEvent* FrameFlow::call_at(std::uint32_t site) const {
  for (const auto& call : calls_)
    if (call.site == site) return &call;
  return nullptr;
}

const std::vector<OriginId>& FrameFlow::dropped(OriginId pointer) const {
  static const std::vector<OriginId> none;
  const auto found = dropped_.find(pointer);
  return found == dropped_.end() ? none : found->second;
}

std::uint64_t FrameFlow::made_at(std::uint32_t site) const {
  const auto found = made_.find(site);
  return found == made_.end() ? 0 : found->second;
}

ValueId FrameFlow::slot_before(std::uint32_t step, std::int64_t offset, std::uint8_t width) {
  const auto block = graph_.block_of(step);
  if (!entries_[block]) return Origins::nothing;
  FrameWalk walk(context_, graph_, origins_, *this, outgoing_);
  auto state = *entries_[block];
  walk.run_to(block, state, step);
  auto value = state.read(offset, width, origins_, step);
  if (value == Origins::nothing) {
    value = offset >= 8 ? origins_.value({OriginKind::entry_slot, Reason::none, width, 0, 0, offset})
                        : origins_.unknown(Reason::uninitialised, step);
    // Calls mark only what was written before.
    if (is_exposed(offset))
      value = origins_.unite(value, origins_.value({OriginKind::touched, Reason::none, 8, 0, 0, 0}));
  }
  return value;
}

bool FrameFlow::leads(std::uint32_t from, std::uint32_t to) const {
  const auto a = graph_.block_of(from), b = graph_.block_of(to);
  return (a == b && from < to) || graph_.leads(a, b);
}

bool FrameFlow::dominates(std::uint32_t step, std::uint32_t other) const {
  const auto a = graph_.block_of(step), b = graph_.block_of(other);
  return a == b ? step < other : graph_.dominates(a, b);
}

}  // namespace blobgauge::analyzer::gobinary
