#include "analyzer/gobinary/decoder.h"

#include <Zydis/Zydis.h>

namespace blobgauge::analyzer::gobinary {

struct Decoder::State {
  ZydisDecoder decoder;
  ZydisDecoderContext context;
  ZydisDecodedInstruction instruction;
  std::uint64_t address = 0;
};

namespace {

std::uint8_t number_of(ZydisRegister reg) {
  const auto wide = ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, reg);
  if (ZydisRegisterGetClass(wide) != ZYDIS_REGCLASS_GPR64) return Effects::no_register;
  return static_cast<std::uint8_t>(ZydisRegisterGetId(wide));
}

std::uint32_t bit_of(ZydisRegister reg) {
  const auto number = number_of(reg);
  return number == Effects::no_register ? 0 : 1u << number;
}

Op op_of(const ZydisDecodedInstruction& instruction) {
  const bool relative = (instruction.attributes & ZYDIS_ATTRIB_IS_RELATIVE) != 0;
  switch (instruction.meta.category) {
    case ZYDIS_CATEGORY_CALL:
      return relative ? Op::call : Op::call_indirect;
    case ZYDIS_CATEGORY_UNCOND_BR:
      return relative ? Op::jump : Op::jump_indirect;
    case ZYDIS_CATEGORY_COND_BR:
      return Op::branch;
    case ZYDIS_CATEGORY_RET:
      return Op::ret;
    default:
      break;
  }
  switch (instruction.mnemonic) {
    case ZYDIS_MNEMONIC_LEA:
      return Op::lea;
    case ZYDIS_MNEMONIC_MOV:
      return Op::move;
    case ZYDIS_MNEMONIC_CMP:
    case ZYDIS_MNEMONIC_TEST:
      return Op::compare;
    case ZYDIS_MNEMONIC_INT3:
    case ZYDIS_MNEMONIC_UD2:
      return Op::trap;
    default:
      return Op::other;
  }
}

// The stores by which the compiler fills variables. What is not listed counts as a read, which errs on the safe side.
bool is_plain_store(const ZydisDecodedInstruction& instruction) {
  const auto opcode = instruction.opcode;
  switch (instruction.opcode_map) {
    case ZYDIS_OPCODE_MAP_DEFAULT:
      return opcode == 0x88 || opcode == 0x89 || opcode == 0xc6 || opcode == 0xc7;
    case ZYDIS_OPCODE_MAP_0F:
      // MOVUPS, MOVSS, MOVSD; MOVAPS; MOVQ; MOVDQU, MOVDQA; MOVQ
      return opcode == 0x11 || opcode == 0x29 || (opcode == 0x7e && instruction.mnemonic == ZYDIS_MNEMONIC_MOVD) ||
             opcode == 0x7f || opcode == 0xd6;
    default:
      return false;
  }
}

Verb verb_of(const ZydisDecodedInstruction& instruction) {
  switch (instruction.mnemonic) {
    case ZYDIS_MNEMONIC_MOV:
    case ZYDIS_MNEMONIC_MOVZX:
    case ZYDIS_MNEMONIC_MOVUPS:
    case ZYDIS_MNEMONIC_MOVUPD:
    case ZYDIS_MNEMONIC_MOVAPS:
    case ZYDIS_MNEMONIC_MOVAPD:
    case ZYDIS_MNEMONIC_MOVDQU:
    case ZYDIS_MNEMONIC_MOVDQA:
    case ZYDIS_MNEMONIC_MOVQ:
    case ZYDIS_MNEMONIC_MOVD:
      return Verb::move;
    case ZYDIS_MNEMONIC_MOVSD:
    case ZYDIS_MNEMONIC_MOVSS:
    case ZYDIS_MNEMONIC_MOVSQ:
      if (instruction.mnemonic == ZYDIS_MNEMONIC_MOVSQ)
        return instruction.attributes & ZYDIS_ATTRIB_HAS_REP ? Verb::copy_words : Verb::other;
      // Between registers only the lowest part is replaced.
      return instruction.raw.modrm.mod == 3 ? Verb::other : Verb::move;
    case ZYDIS_MNEMONIC_STOSQ:
      return instruction.attributes & ZYDIS_ATTRIB_HAS_REP ? Verb::clear_words : Verb::other;
    case ZYDIS_MNEMONIC_MOVSX:
    case ZYDIS_MNEMONIC_MOVSXD:
      return Verb::extend_sign;
    case ZYDIS_MNEMONIC_LEA:
      return Verb::load_address;
    case ZYDIS_MNEMONIC_ADD:
      return Verb::add;
    case ZYDIS_MNEMONIC_SUB:
      return Verb::subtract;
    case ZYDIS_MNEMONIC_CMP:
      return Verb::compare;
    case ZYDIS_MNEMONIC_TEST:
      return Verb::test;
    case ZYDIS_MNEMONIC_PUSH:
      return Verb::push;
    case ZYDIS_MNEMONIC_POP:
      return Verb::pop;
    case ZYDIS_MNEMONIC_JZ:
      return Verb::branch_if_zero;
    case ZYDIS_MNEMONIC_JNZ:
      return Verb::branch_if_not_zero;
    default:
      return instruction.meta.category == ZYDIS_CATEGORY_CMOV ? Verb::move_if : Verb::other;
  }
}

bool is_vector(ZydisRegister reg) {
  const auto wide = ZydisRegisterGetClass(ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, reg));
  return wide == ZYDIS_REGCLASS_XMM || wide == ZYDIS_REGCLASS_YMM || wide == ZYDIS_REGCLASS_ZMM;
}

Operand operand_of(const ZydisDecodedInstruction& instruction, std::uint64_t address,
                   const ZydisDecodedOperand& operand) {
  Operand into;
  into.width = static_cast<std::uint8_t>(operand.size / 8);
  switch (operand.type) {
    case ZYDIS_OPERAND_TYPE_REGISTER:
      if (const auto number = number_of(operand.reg.value); number != Effects::no_register) {
        into.kind = Operand::Kind::general;
        into.number = number;
      } else if (is_vector(operand.reg.value) && ZydisRegisterGetId(operand.reg.value) < 16) {
        into.kind = Operand::Kind::vector;
        into.number = static_cast<std::uint8_t>(ZydisRegisterGetId(operand.reg.value));
      }
      break;
    case ZYDIS_OPERAND_TYPE_MEMORY:
      into.kind = Operand::Kind::memory;
      into.value = operand.mem.disp.value;
      into.thread_local_memory = operand.mem.segment == ZYDIS_REGISTER_FS || operand.mem.segment == ZYDIS_REGISTER_GS;
      if (operand.mem.base == ZYDIS_REGISTER_RIP)
        into.value += static_cast<std::int64_t>(address + instruction.length);
      else
        into.base = number_of(operand.mem.base);
      into.index = number_of(operand.mem.index);
      into.scale = operand.mem.scale;
      break;
    case ZYDIS_OPERAND_TYPE_IMMEDIATE:
      into.kind = Operand::Kind::immediate;
      into.value = operand.imm.value.s;
      break;
    default:
      break;
  }
  return into;
}

}  // namespace

Decoder::Decoder() : state_(std::make_unique<State>()) {
  ZydisDecoderInit(&state_->decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
}
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder::~Decoder() = default;

bool Decoder::decode(Bytes bytes, std::uint64_t address, Instruction& into) {
  auto& instruction = state_->instruction;
  if (ZYAN_FAILED(
          ZydisDecoderDecodeInstruction(&state_->decoder, &state_->context, bytes.data(), bytes.size(), &instruction)))
    return false;
  into = {};
  state_->address = address;
  into.length = instruction.length;
  into.op = op_of(instruction);
  const auto next = address + instruction.length;
  if (instruction.attributes & ZYDIS_ATTRIB_HAS_MODRM) {
    if (instruction.raw.modrm.mod == 0 && instruction.raw.modrm.rm == 5) {
      into.has_target = true;
      into.target = next + static_cast<std::uint64_t>(instruction.raw.disp.value);
      into.only_store = is_plain_store(instruction);
      into.width = instruction.encoding != ZYDIS_INSTRUCTION_ENCODING_LEGACY ? 64
                   : instruction.opcode_map == ZYDIS_OPCODE_MAP_DEFAULT      ? 8
                                                                             : 16;
    }
  } else if (instruction.attributes & ZYDIS_ATTRIB_IS_RELATIVE) {
    into.has_target = true;
    into.target = next + static_cast<std::uint64_t>(instruction.raw.imm[0].value.s);
  }
  return true;
}

bool Decoder::effects(Effects& into) {
  ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
  const auto& instruction = state_->instruction;
  if (ZYAN_FAILED(ZydisDecoderDecodeOperands(&state_->decoder, &state_->context, &instruction, operands,
                                             instruction.operand_count)))
    return false;
  into = {};
  for (unsigned i = 0; i < instruction.operand_count; ++i) {
    const auto& operand = operands[i];
    if (operand.type == ZYDIS_OPERAND_TYPE_REGISTER) {
      if (operand.actions & ZYDIS_OPERAND_ACTION_MASK_READ) into.reads |= bit_of(operand.reg.value);
      if (operand.actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) into.writes |= bit_of(operand.reg.value);
    } else if (operand.type == ZYDIS_OPERAND_TYPE_MEMORY) {
      const auto registers = bit_of(operand.mem.base) | bit_of(operand.mem.index);
      into.reads |= registers;
      into.addresses |= registers;
      if (operand.visibility == ZYDIS_OPERAND_VISIBILITY_HIDDEN) continue;
      into.has_memory = true;
      into.memory_is_written |= (operand.actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) != 0;
      into.base = number_of(operand.mem.base);
      into.index = number_of(operand.mem.index);
      into.displacement = operand.mem.disp.value;
    }
  }
  if (instruction.mnemonic == ZYDIS_MNEMONIC_MOV && instruction.operand_width == 64 &&
      operands[1].type != ZYDIS_OPERAND_TYPE_IMMEDIATE) {
    into.is_copy = true;
    if (operands[0].type == ZYDIS_OPERAND_TYPE_REGISTER) into.to = number_of(operands[0].reg.value);
    if (operands[1].type == ZYDIS_OPERAND_TYPE_REGISTER) into.from = number_of(operands[1].reg.value);
  }
  return true;
}

bool Decoder::operation(Operation& into) {
  ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
  const auto& instruction = state_->instruction;
  if (ZYAN_FAILED(ZydisDecoderDecodeOperands(&state_->decoder, &state_->context, &instruction, operands,
                                             instruction.operand_count)))
    return false;
  into = {};
  into.verb = verb_of(instruction);
  for (unsigned i = 0; i < instruction.operand_count; ++i) {
    const auto& operand = operands[i];
    const bool written = (operand.actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) != 0;
    if (operand.type == ZYDIS_OPERAND_TYPE_REGISTER && written) {
      if (is_vector(operand.reg.value))
        into.vectors |= 1u << (ZydisRegisterGetId(operand.reg.value) & 31);
      else
        into.writes |= bit_of(operand.reg.value);
      into.sets_flags |= ZydisRegisterGetClass(operand.reg.value) == ZYDIS_REGCLASS_FLAGS;
    }
    if (operand.visibility != ZYDIS_OPERAND_VISIBILITY_EXPLICIT) {
      // PUSH and POP move SP themselves; the rest that is written unseen is a string's end.
      if (operand.type == ZYDIS_OPERAND_TYPE_MEMORY && written && into.verb == Verb::other) {
        into.memory = operand_of(instruction, state_->address, operand);
        into.memory_is_written = true;
      }
      continue;
    }
    const auto seen = operand_of(instruction, state_->address, operand);
    if (i == 0) into.to = seen;
    if (i == 1) into.from = seen;
    if (seen.kind == Operand::Kind::memory) {
      into.memory = seen;
      into.memory_is_written |= written;
    }
  }
  const auto same = [&] {
    return into.to.kind == into.from.kind && into.to.number == into.from.number &&
           (into.to.kind == Operand::Kind::general || into.to.kind == Operand::Kind::vector);
  };
  switch (instruction.mnemonic) {
    case ZYDIS_MNEMONIC_XOR:
    case ZYDIS_MNEMONIC_XORPS:
    case ZYDIS_MNEMONIC_PXOR:
      if (same()) into.verb = Verb::clear;
      break;
    case ZYDIS_MNEMONIC_INC:
    case ZYDIS_MNEMONIC_DEC:
      into.verb = instruction.mnemonic == ZYDIS_MNEMONIC_INC ? Verb::add : Verb::subtract;
      into.from = {};
      into.from.kind = Operand::Kind::immediate;
      into.from.value = 1;
      break;
    default:
      break;
  }
  return true;
}

}  // namespace blobgauge::analyzer::gobinary
