#include "analyzer/gobinary/parameter_registers.h"

namespace blobgauge::analyzer::gobinary {

namespace {

constexpr std::uint32_t closure_context = 1u << 2, any_register = 0xffff;

}  // namespace

std::uint32_t ParameterRegisters::of(FunctionId id) {
  if (id >= masks_.size()) return any_register;
  if (masks_[id] == 0) masks_[id] = find(id);
  return masks_[id];
}

std::uint32_t ParameterRegisters::find(FunctionId id) {
  const auto start = functions_.entry(id);
  const auto code = image_.at(start, functions_.end(id) - start);
  Instruction instruction;
  Operation operation;
  auto saved = closure_context;
  for (std::size_t at = 0; at < code.size(); at += instruction.length) {
    if (!decoder_.decode(code.subspan(at), start + at, instruction)) return any_register;
    switch (instruction.op) {
      case Op::call: {
        const auto callee = functions_.starting_at(instruction.target);
        if (callee != FunctionTable::none && functions_.name(callee).starts_with("runtime.morestack")) return saved;
        [[fallthrough]];
      }
      case Op::call_indirect:
      case Op::jump:
      case Op::jump_indirect:
      case Op::branch:
      case Op::ret:
      case Op::trap:
        saved = closure_context;
        break;
      case Op::move:
        if (decoder_.operation(operation) && operation.to.kind == Operand::Kind::memory &&
            operation.to.base == stack_pointer && operation.from.kind == Operand::Kind::general)
          saved |= 1u << operation.from.number;
        break;
      default:
        break;
    }
  }
  return any_register;
}

}  // namespace blobgauge::analyzer::gobinary
