#pragma once
// One machine instruction, as far as following references needs it. Zydis decodes; it is not seen outside.
#include <cstdint>
#include <memory>

#include "analyzer/gobinary/image.h"

namespace blobgauge::analyzer::gobinary {

enum class Op : std::uint8_t { other, call, call_indirect, jump, jump_indirect, branch, ret, trap, lea, move, compare };

// Registers by the processor's numbers.
inline constexpr std::uint8_t stack_pointer = 4, frame_pointer = 5;

struct Instruction {
  std::uint8_t length = 0;
  Op op = Op::other;
  bool has_target = false;  // a branch's, or the address of a RIP-relative operand
  bool only_store = false;  // writes its memory operand and does not read it
  std::uint8_t width = 8;   // bytes that a memory operand can have, at most
  std::uint64_t target = 0;
};

// What it does to the sixteen general registers, numbered as the processor does (AX CX DX BX SP BP SI DI R8 ...), as
// bits; registers that only address memory are in `reads`.
struct Effects {
  static constexpr std::uint8_t no_register = 255;
  std::uint32_t reads = 0, writes = 0;
  std::uint32_t addresses = 0;  // those that address memory, also in `reads`
  // A plain copy of 8 bytes, one of: register to register, register to memory, memory to register.
  std::uint8_t from = no_register, to = no_register;
  bool is_copy = false, has_memory = false, memory_is_written = false;
  std::uint8_t base = no_register, index = no_register;
  std::int64_t displacement = 0;
};

// The same, operand by operand, as far as following values needs it.
struct Operand {
  enum class Kind : std::uint8_t { none, general, vector, memory, immediate };
  Kind kind = Kind::none;
  std::uint8_t number = 0;  // of the register; AH and its like are not told from AL
  std::uint8_t width = 8;   // bytes
  // Memory: base + scale * index + value; RIP-relative memory has no base, and its address as value.
  std::uint8_t base = Effects::no_register, index = Effects::no_register, scale = 0;
  bool thread_local_memory = false;
  std::int64_t value = 0;
};

enum class Verb : std::uint8_t {
  other,         // what is written is anything
  move,          // `to` gets `from`; a narrow register or half of a vector is filled with zeros
  extend_sign,   // the same with the sign
  load_address,  // `to` gets the address of the memory operand `from`
  add,           // `to` gets to + from
  subtract,
  clear,    // `to` gets zero
  compare,  // flags of to - from
  test,     // flags of to & from
  push,
  pop,
  move_if,      // CMOV: `to` may get `from`
  copy_words,   // REP MOVSQ: CX words from [SI] to [DI]
  clear_words,  // REP STOSQ: CX words at [DI] get AX
  branch_if_zero,
  branch_if_not_zero
};

struct Operation {
  Verb verb = Verb::other;
  bool sets_flags = false;
  bool memory_is_written = false;
  Operand to, from;
  Operand memory;                         // of `other`: the explicit memory operand, if any
  std::uint32_t writes = 0, vectors = 0;  // registers written, as bits, by verb `other`
};

// Not thread-safe.
class Decoder {
 public:
  Decoder();
  Decoder(Decoder&&) noexcept;
  ~Decoder();
  // False where the bytes are no instruction or end within one.
  bool decode(Bytes bytes, std::uint64_t address, Instruction& into);
  // Of the instruction that was decoded last.
  bool effects(Effects& into);
  bool operation(Operation& into);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace blobgauge::analyzer::gobinary
