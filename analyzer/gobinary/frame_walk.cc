#include "analyzer/gobinary/frame_walk.h"

#include <algorithm>

namespace blobgauge::analyzer::gobinary {

namespace {

constexpr std::uint8_t goroutine = 14, barrier_buffer = 11;
constexpr std::uint8_t ax = 0, cx = 1, bx = 3, si = 6, di = 7;
constexpr std::int64_t most_copied = 8192;

bool is_address(OriginKind kind) {
  return kind == OriginKind::frame || kind == OriginKind::data || kind == OriginKind::fresh;
}

}  // namespace

ValueId FrameWalk::constant(std::int64_t number, std::uint32_t site) {
  return origins_.value({OriginKind::constant, Reason::none, 8, site, 0, number});
}

void FrameWalk::set_register(FrameState& state, std::uint8_t number, ValueId value) {
  state.registers[number] = value;
  if (state.tested.from == number) state.tested.from = Tested::no_register;
}

std::int64_t FrameWalk::stack_pointer_of(const FrameState& state, bool& known) const {
  const auto* origin = origins_.single(state.registers[stack_pointer], OriginKind::frame);
  known = origin != nullptr;
  return origin ? origin->value : 0;
}

ValueId FrameWalk::address_of(const FrameState& state, std::uint32_t site, const Operand& memory) {
  if (memory.thread_local_memory) return origins_.unknown(Reason::not_understood, site);
  if (memory.base == Effects::no_register && memory.index == Effects::no_register)
    return origins_.value({OriginKind::data, Reason::none, 8, 0, 0, memory.value});
  if (memory.base == Effects::no_register) return origins_.unknown(Reason::computed, site);
  const auto base = state.registers[memory.base];
  if (memory.index == Effects::no_register) return origins_.shift(base, memory.value, site);
  if (const auto* index = origins_.single(state.registers[memory.index], OriginKind::constant);
      index && index->value >= 0 && index->value < most_copied)
    return origins_.shift(base, memory.value + index->value * memory.scale, site);
  auto value = Origins::nothing;
  for (const auto id : std::vector(origins_.members(base))) {
    const auto kind = origins_[id].kind;
    if (kind == OriginKind::constant || kind == OriginKind::unknown)
      value = origins_.unite(value, origins_.unknown(Reason::computed, site));
    else if (kind != OriginKind::touched)
      value = origins_.unite(value, kind == OriginKind::element ? origins_.value_of(id)
                                                                : origins_.value({OriginKind::element, Reason::none, 8,
                                                                                  0, origins_.split(id).first, 0}));
  }
  return value;
}

ValueId FrameWalk::load(const FrameState& state, std::uint32_t site, ValueId address, std::uint8_t width) {
  auto value = Origins::nothing;
  for (const auto id : std::vector(origins_.members(address))) {
    const auto origin = origins_[id];
    auto loaded = Origins::nothing;
    switch (origin.kind) {
      case OriginKind::constant:
      case OriginKind::touched:
        break;  // a fault: nothing goes on from here
      case OriginKind::unknown:
        loaded = origins_.value_of(id);
        break;
      case OriginKind::frame:
        if (frame_.is_exposed(origin.value)) {
          loaded = origins_.value({OriginKind::load, Reason::none, width, site, id, 0});
        } else {
          loaded = state.read(origin.value, width, origins_, site);
          if (loaded == Origins::nothing)
            loaded = origin.value >= 8
                         ? origins_.value({OriginKind::entry_slot, Reason::none, width, 0, 0, origin.value})
                         : origins_.unknown(Reason::uninitialised, site);
        }
        break;
      default: {
        const auto [root, distance] = origins_.split(id);
        loaded = origins_.value({OriginKind::load, Reason::none, width, site, root, distance});
      }
    }
    value = origins_.unite(value, loaded);
  }
  return value;
}

void FrameWalk::store(FrameState& state, std::uint32_t site, ValueId address, std::uint8_t width, ValueId value) {
  const auto members = origins_.members(address);
  const bool surely = members.size() == 1;
  const auto plain = origins_.without_marks(value);
  for (const auto id : members) {
    const auto origin = origins_[id];
    if (origin.kind == OriginKind::constant || origin.kind == OriginKind::touched) continue;
    const bool anywhere = origin.kind == OriginKind::unknown ||
                          (origin.kind == OriginKind::element && origins_[origin.base].kind == OriginKind::frame);
    if (origin.kind == OriginKind::frame) {
      const auto first = origin.value >= 8
                             ? origins_.value({OriginKind::entry_slot, Reason::none, width, 0, 0, origin.value})
                             : Origins::nothing;
      state.write(origin.value, width, plain, surely, first, origins_, site);
    } else if (anywhere && origin.reason != Reason::floating) {
      // Somewhere; that is in a variable whose address was taken.
      state.mark(plain, origins_, [&](std::int64_t offset) { return frame_.is_exposed(offset); });
    }
    if (events_ && (origin.kind != OriginKind::frame || frame_.is_exposed(origin.value)))
      events_->stores.push_back({site, id, width, surely, plain});
  }
}

void FrameWalk::copy(FrameState& state, std::uint32_t site, ValueId to, ValueId from, std::int64_t size) {
  for (std::int64_t at = 0; at < size; at += 8) {
    const auto width = static_cast<std::uint8_t>(std::min<std::int64_t>(8, size - at));
    store(state, site, origins_.shift(to, at, site), width, load(state, site, origins_.shift(from, at, site), width));
  }
}

void FrameWalk::clear(FrameState& state, std::uint32_t site, ValueId to, std::int64_t size, ValueId value) {
  for (std::int64_t at = 0; at < size; at += 8)
    store(state, site, origins_.shift(to, at, site), static_cast<std::uint8_t>(std::min<std::int64_t>(8, size - at)),
          value);
}

ValueId FrameWalk::operand(const FrameState& state, std::uint32_t site, const Operand& operand) {
  switch (operand.kind) {
    case Operand::Kind::general:
      return state.registers[operand.number];
    case Operand::Kind::vector:
      return state.registers[FrameState::general + 2 * std::size_t{operand.number}];
    case Operand::Kind::immediate:
      return constant(operand.value, site);
    case Operand::Kind::memory:
      return load(state, site, address_of(state, site, operand), operand.width);
    case Operand::Kind::none:
      break;
  }
  return origins_.unknown(Reason::not_understood, site);
}

void FrameWalk::assign(FrameState& state, std::uint32_t site, const Operand& to, ValueId value) {
  switch (to.kind) {
    case Operand::Kind::general:
      // A narrow write keeps the rest of the register, but of 32 bits.
      set_register(state, to.number, value);
      break;
    case Operand::Kind::vector:
      state.registers[FrameState::general + 2 * std::size_t{to.number}] = value;
      state.registers[FrameState::general + 2 * std::size_t{to.number} + 1] = constant(0, site);
      break;
    case Operand::Kind::memory:
      store(state, site, address_of(state, site, to), to.width, value);
      break;
    default:
      break;
  }
}

void FrameWalk::other(FrameState& state, std::uint32_t site, const Operation& operation) {
  const auto computed = origins_.unknown(Reason::computed, site);
  if (operation.memory_is_written) {
    const auto address = address_of(state, site, operation.memory);
    for (int at = 0; at < std::max<int>(operation.memory.width, 1); at += 8)
      store(state, site, origins_.shift(address, at, site),
            static_cast<std::uint8_t>(std::min(8, operation.memory.width - at)), computed);
  }
  for (std::uint8_t i = 0; i < FrameState::general; ++i)
    if (operation.writes >> i & 1) set_register(state, i, computed);
  for (std::size_t i = 0; i < 16; ++i)
    if (operation.vectors >> i & 1)
      state.registers[FrameState::general + 2 * i] = state.registers[FrameState::general + 2 * i + 1] = computed;
}

void FrameWalk::step(FrameState& state, std::uint32_t site, const Step& step) {
  const auto& operation = step.operation;
  if (step.op == Op::call || step.op == Op::call_indirect) return call(state, site, step);
  const auto wide = [](const Operand& operand) { return operand.width == 16; };
  switch (operation.verb) {
    case Verb::move:
    case Verb::extend_sign: {
      if (!wide(operation.to) || !wide(operation.from)) {
        if (operation.to.width > 16) {
          other(state, site, operation);
          break;
        }
        assign(state, site, operation.to, operand(state, site, operation.from));
        break;
      }
      // Both halves are read before one is written.
      ValueId half[2];
      const auto half_of = [](const Operand& vector, std::size_t i) {
        return FrameState::general + 2 * std::size_t{vector.number} + i;
      };
      const bool loads = operation.from.kind == Operand::Kind::memory,
                 stores = operation.to.kind == Operand::Kind::memory;
      const auto from = loads ? address_of(state, site, operation.from) : Origins::nothing;
      const auto to = stores ? address_of(state, site, operation.to) : Origins::nothing;
      for (std::size_t i = 0; i < 2; ++i)
        half[i] = loads ? load(state, site, origins_.shift(from, 8 * static_cast<std::int64_t>(i), site), 8)
                        : state.registers[half_of(operation.from, i)];
      for (std::size_t i = 0; i < 2; ++i) {
        if (stores)
          store(state, site, origins_.shift(to, 8 * static_cast<std::int64_t>(i), site), 8, half[i]);
        else
          state.registers[half_of(operation.to, i)] = half[i];
      }
      break;
    }
    case Verb::load_address:
      assign(state, site, operation.to, address_of(state, site, operation.from));
      break;
    case Verb::add:
    case Verb::subtract: {
      auto value = origins_.unknown(Reason::computed, site);
      if (operation.to.kind == Operand::Kind::general) {
        const auto by = operand(state, site, operation.from);
        if (const auto* number = origins_.single(by, OriginKind::constant)) {
          const auto distance = static_cast<std::uint64_t>(number->value);
          value =
              origins_.shift(state.registers[operation.to.number],
                             static_cast<std::int64_t>(operation.verb == Verb::add ? distance : 0 - distance), site);
        } else if (operation.verb == Verb::add) {
          // A pointer and an index, either first.
          Operand sum;
          sum.base = operation.to.number;
          sum.index = operation.from.kind == Operand::Kind::general ? operation.from.number : sum.base;
          sum.scale = 1;
          value = address_of(state, site, sum);
          if (operation.from.kind == Operand::Kind::general) {
            std::swap(sum.base, sum.index);
            value = origins_.unite(value, address_of(state, site, sum));
          }
        }
      }
      assign(state, site, operation.to, value);
      break;
    }
    case Verb::clear:
      assign(state, site, operation.to, constant(0, site));
      break;
    case Verb::push: {
      const auto value = operand(state, site, operation.to);
      state.registers[stack_pointer] = origins_.shift(state.registers[stack_pointer], -8, site);
      store(state, site, state.registers[stack_pointer], 8, value);
      break;
    }
    case Verb::pop:
      assign(state, site, operation.to, load(state, site, state.registers[stack_pointer], 8));
      state.registers[stack_pointer] = origins_.shift(state.registers[stack_pointer], 8, site);
      break;
    case Verb::move_if:
      assign(state, site, operation.to,
             origins_.unite(operand(state, site, operation.to), operand(state, site, operation.from)));
      break;
    case Verb::copy_words:
    case Verb::clear_words: {
      const auto* count = origins_.single(state.registers[cx], OriginKind::constant);
      const auto to = state.registers[di];
      const auto size = count && count->value >= 0 && count->value <= most_copied / 8 ? 8 * count->value : -1;
      if (size < 0)
        store(state, site, origins_.unknown(Reason::computed, site), 8, origins_.unknown(Reason::computed, site));
      else if (operation.verb == Verb::copy_words)
        copy(state, site, to, state.registers[si], size);
      else
        clear(state, site, to, size, state.registers[ax]);
      for (const auto number : {di, si, cx})
        if (number != si || operation.verb == Verb::copy_words)
          set_register(state, number, origins_.unknown(Reason::computed, site));
      break;
    }
    case Verb::compare:
    case Verb::test:
    case Verb::branch_if_zero:
    case Verb::branch_if_not_zero:
      break;
    case Verb::other:
      other(state, site, operation);
      break;
  }
  if (!operation.sets_flags) return;
  const auto& to = operation.to;
  const bool compares_with_zero =
      operation.verb == Verb::compare && operation.from.kind == Operand::Kind::immediate && operation.from.value == 0;
  const bool tests_itself = operation.verb == Verb::test && to.kind == Operand::Kind::general &&
                            operation.from.kind == Operand::Kind::general && operation.from.number == to.number;
  const bool results =
      (operation.verb == Verb::add || operation.verb == Verb::subtract) && to.kind == Operand::Kind::general;
  state.tested = {};
  if (!compares_with_zero && !tests_itself && !results) return;
  state.tested.value = operand(state, site, to);
  state.tested.width = to.width;
  if (to.kind == Operand::Kind::general) state.tested.from = to.number;
}

void FrameWalk::clobber(FrameState& state, std::uint32_t site, std::int64_t outgoing, bool touches) {
  state.tested = {};
  for (std::uint8_t i = 0; i < FrameState::general; ++i)
    if (i != stack_pointer && i != frame_pointer && i != goroutine)
      state.registers[i] = origins_.unknown(Reason::clobbered, site);
  for (const auto number : FrameFlow::argument_registers)
    state.registers[number] = origins_.value({OriginKind::result, Reason::none, 8, site, 0, number});
  for (std::size_t i = FrameState::general; i < zero_half; ++i)
    state.registers[i] = origins_.unknown(Reason::clobbered, site);
  bool known = false;
  const auto bottom = stack_pointer_of(state, known);
  if (known) {
    for (std::int64_t at = 0; at < outgoing; at += 8)
      state.write(bottom + at, 8, origins_.value({OriginKind::stack_result, Reason::none, 8, site, 0, at}), true,
                  Origins::nothing, origins_, site);
  }
  if (!touches) return;
  state.mark(origins_.value({OriginKind::touched, Reason::none, 8, 0, 0, 0}), origins_,
             [&](std::int64_t offset) { return frame_.is_exposed(offset); });
}

void FrameWalk::record_call(const FrameState& state, std::uint32_t site, const Step& step, FunctionId callee,
                            bool tail) {
  if (!events_) return;
  CallEvent event;
  event.site = site;
  event.callee = callee;
  event.tail = tail;
  const auto taken = callee == FunctionTable::none ? 0xffff : context_.parameters.of(callee);
  for (const auto number : FrameFlow::argument_registers)
    if (taken >> number & 1) event.registers[number] = state.registers[number];
  if (taken >> FrameFlow::closure_register & 1)
    event.registers[FrameFlow::closure_register] = state.registers[FrameFlow::closure_register];
  if (callee == FunctionTable::none) {
    const auto operand_of_call = step.operation.to;
    event.target = step.op == Op::call_indirect ? operand(state, site, operand_of_call)
                                                : origins_.unknown(Reason::not_understood, site);
  }
  bool known = false;
  const auto bottom = stack_pointer_of(state, known);
  event.frame = bottom - (tail ? 0 : 8);
  const auto size =
      callee == FunctionTable::none ? outgoing_ : std::clamp(context_.functions.arguments_size(callee), 0, 4096);
  if (known)
    for (const auto& slot : state.slots())
      if (slot.offset >= event.frame + 8 && slot.offset < event.frame + 8 + size)
        event.stack.emplace_back(slot.offset - event.frame - 8, origins_.without_marks(slot.value));
  events_->calls.push_back(std::move(event));
}

std::int64_t FrameWalk::size_of_type(const FrameState& state) const {
  const auto* type = origins_.single(state.registers[ax], OriginKind::data);
  if (!type) return -1;
  const auto size = context_.image.word(static_cast<std::uint64_t>(type->value)).value_or(most_copied + 1);
  return size <= static_cast<std::uint64_t>(most_copied) ? static_cast<std::int64_t>(size) : -1;
}

// True where the call is no more than its effect here.
bool FrameWalk::runtime_call(FrameState& state, std::uint32_t site, const Step& step, RuntimeCall kind) {
  const auto number_in = [&](std::uint8_t reg) {
    const auto* number = origins_.single(state.registers[reg], OriginKind::constant);
    return number && number->value >= 0 && number->value <= most_copied ? number->value : -1;
  };
  const auto anything = origins_.unknown(Reason::computed, site);
  const auto done = [&] {
    clobber(state, site, 0, false);
    return true;
  };
  switch (kind) {
    case RuntimeCall::write_barrier:
      set_register(state, barrier_buffer, Origins::nothing);
      state.tested = {};
      return true;
    case RuntimeCall::block_code:
      inline_block_code(state, site, step.target);
      return true;
    case RuntimeCall::barrier_only:
      return done();
    case RuntimeCall::new_object:
      if (const auto* type = origins_.single(state.registers[ax], OriginKind::data); type && events_)
        events_->made.emplace(site, static_cast<std::uint64_t>(type->value));
      clobber(state, site, 0, false);
      state.registers[ax] = origins_.value({OriginKind::fresh, Reason::none, 8, site, 0, 0});
      return true;
    case RuntimeCall::move_typed:
    case RuntimeCall::move_bytes: {
      const bool typed = kind == RuntimeCall::move_typed;
      const auto size = typed ? size_of_type(state) : number_in(cx);
      const auto to = state.registers[typed ? bx : ax], from = state.registers[typed ? cx : bx];
      if (size >= 0) {
        copy(state, site, to, from, size);
        return done();
      }
      record_call(state, site, step, context_.functions.at(step.target), false);
      for (const auto id : std::vector(origins_.members(to)))
        store(state, site, origins_.value({OriginKind::element, Reason::none, 8, 0, origins_.split(id).first, 0}), 8,
              anything);
      return done();
    }
    case RuntimeCall::clear_bytes:
    case RuntimeCall::clear_typed: {
      const bool typed = kind == RuntimeCall::clear_typed;
      const auto size = typed ? size_of_type(state) : number_in(bx);
      if (size >= 0)
        clear(state, site, state.registers[typed ? bx : ax], size, constant(0, site));
      else
        record_call(state, site, step, context_.functions.at(step.target), false);
      return done();
    }
    default:
      return false;
  }
}

void FrameWalk::call(FrameState& state, std::uint32_t site, const Step& step) {
  const auto& functions = context_.functions;
  if (step.op == Op::call_indirect) {
    record_call(state, site, step, FunctionTable::none, false);
    clobber(state, site, outgoing_, true);
    return;
  }
  const auto callee = functions.at(step.target);
  const auto kind = context_.runtime.of(callee);
  // What is known of the run-time's other functions names registers.
  const bool readable =
      !context_.stack_arguments || kind == RuntimeCall::write_barrier || kind == RuntimeCall::block_code;
  if (readable && runtime_call(state, site, step, kind)) return;
  record_call(state, site, step, callee, false);
  const auto size = callee == FunctionTable::none ? -1 : functions.arguments_size(callee);
  clobber(state, site, size < 0 ? outgoing_ : std::min(size, 4096), kind != RuntimeCall::looks);
}

// duffzero and duffcopy: straight code to a return, on the registers of the caller.
void FrameWalk::inline_block_code(FrameState& state, std::uint32_t site, std::uint64_t address) {
  Decoder decoder;
  Instruction instruction;
  Step inlined;
  for (int i = 0; i < 1024; ++i) {
    if (!decoder.decode(context_.image.at(address), address, instruction) || !decoder.operation(inlined.operation))
      break;
    if (instruction.op == Op::ret) return;
    if (instruction.op != Op::other && instruction.op != Op::move && instruction.op != Op::lea) break;
    inlined.op = instruction.op;
    step(state, site, inlined);
    address += instruction.length;
  }
  store(state, site, origins_.unknown(Reason::not_understood, site), 8, origins_.unknown(Reason::not_understood, site));
}

void FrameWalk::run_to(std::uint32_t block, FrameState& state, std::uint32_t wanted) {
  events_ = nullptr;
  for (auto site = graph_.blocks()[block].begin; site < wanted; ++site) step(state, site, graph_.steps()[site]);
}

void FrameWalk::run(std::uint32_t block, FrameState state, Events* events, const Next& next) {
  events_ = events;
  const auto& bounds = graph_.blocks()[block];
  const auto& last = graph_.steps()[bounds.end - 1];
  // Loops that copy or clear a block of memory count down from a constant: gone through turn by turn.
  constexpr int most_turns = 512;
  for (int turn = 0; turn < most_turns; ++turn) {
    for (auto site = bounds.begin; site < bounds.end; ++site) {
      const auto& here = graph_.steps()[site];
      // The callee may panic, and this function recover.
      if (here.op == Op::call || here.op == Op::call_indirect) recover(state, site, bounds, next);
      step(state, site, here);
    }
    if (!bounds.repeats || last.operation.verb != Verb::branch_if_not_zero ||
        graph_.block_of(graph_.step_at(last.target)) != block)
      break;
    const auto* left = origins_.single(state.tested.value, OriginKind::constant);
    if (!left || state.tested.width == 0 || left->value <= 0) break;
  }
  leave(state, block, events, next);
}

void FrameWalk::recover(const FrameState& state, std::uint32_t site, const Block& block, const Next& next) {
  for (const auto to : block.next) {
    if (!graph_.blocks()[to].recovers) continue;
    auto recovered = state;
    for (std::size_t i = 0; i < zero_half; ++i)
      if (i != stack_pointer && i != frame_pointer) recovered.registers[i] = origins_.unknown(Reason::clobbered, site);
    recovered.tested = {};
    // What the callee did before it panicked.
    recovered.mark(origins_.value({OriginKind::touched, Reason::none, 8, 0, 0, 0}), origins_,
                   [&](std::int64_t offset) { return frame_.is_exposed(offset); });
    next(to, recovered);
  }
}

void FrameWalk::leave(const FrameState& state, std::uint32_t block, Events* events, const Next& next) {
  const auto& bounds = graph_.blocks()[block];
  const auto site = bounds.end - 1;
  const auto& last = graph_.steps()[site];
  if (last.op == Op::ret && events) {
    ReturnEvent event;
    event.site = site;
    std::copy_n(state.registers.begin(), FrameState::general, event.registers.begin());
    for (const auto& slot : state.slots())
      if (slot.offset >= 8) event.stack.emplace_back(slot.offset - 8, origins_.without_marks(slot.value));
    events->returns.push_back(std::move(event));
  }
  const auto target = last.op == Op::jump || last.op == Op::branch ? graph_.step_at(last.target) : CodeGraph::none;
  if ((last.op == Op::jump || last.op == Op::branch) && target == CodeGraph::none && events) {
    const auto callee = context_.functions.at(last.target);
    record_call(state, site, last, callee, true);
    ReturnEvent event;
    event.site = site;
    for (const auto number : FrameFlow::argument_registers)
      event.registers[number] = origins_.value({OriginKind::result, Reason::none, 8, site, 0, number});
    events->returns.push_back(event);
  }
  const bool by_zero = last.operation.verb == Verb::branch_if_zero || last.operation.verb == Verb::branch_if_not_zero;
  if (!by_zero || state.tested.width == 0 || target == CodeGraph::none || bounds.end == graph_.steps().size()) {
    for (const auto to : bounds.next) {
      if (!graph_.blocks()[to].recovers) next(to, state);
    }
    return;
  }
  const auto taken = graph_.block_of(target), passed = graph_.block_of(bounds.end);
  const bool zero_is_taken = last.operation.verb == Verb::branch_if_zero;
  const auto if_zero = zero_is_taken ? taken : passed, if_not = zero_is_taken ? passed : taken;
  bool may_be_zero = false, may_be_other = false;
  auto nonzero = Origins::nothing;
  for (const auto id : std::vector(origins_.members(state.tested.value))) {
    const auto& origin = origins_[id];
    const bool is_number = origin.kind == OriginKind::constant && state.tested.width == 8;
    const bool is_zero = origin.kind == OriginKind::constant && origin.value == 0;
    if (origin.kind == OriginKind::touched) continue;
    may_be_zero |= is_zero || !(is_number || (is_address(origin.kind) && state.tested.width == 8));
    may_be_other |= !is_zero;
    if (!is_zero) nonzero = origins_.unite(nonzero, origins_.value_of(id));
  }
  if (events) events->tests.push_back({site, block, state.tested.value, if_zero, if_not});
  const auto from = state.tested.from;
  for (const auto to : bounds.next) {
    if (graph_.blocks()[to].recovers) continue;
    const bool known = if_zero != if_not && from != Tested::no_register && state.tested.width == 8;
    if (to == if_zero && to != if_not && !may_be_zero) continue;
    if (to == if_not && to != if_zero && !may_be_other) continue;
    auto there = state;
    if (known) there.registers[from] = to == if_zero ? constant(0, graph_.blocks()[to].begin) : nonzero;
    next(to, there);
  }
}

}  // namespace blobgauge::analyzer::gobinary
