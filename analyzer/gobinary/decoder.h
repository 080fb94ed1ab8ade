#pragma once
// One machine instruction, as far as following references needs it. Zydis decodes; it is not seen outside.
#include <cstdint>
#include <memory>

#include "analyzer/gobinary/image.h"

namespace blobgauge::analyzer::gobinary {

enum class Op : std::uint8_t { other, call, call_indirect, jump, jump_indirect, branch, ret, trap, lea, move, compare };

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

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace blobgauge::analyzer::gobinary
