#pragma once
// Does code that has just taken a type's address do no more with it than compare it or allocate by it? Such a type
// never becomes the type of a value in an interface there, so its methods are not called because of that place.
#include <cstdint>
#include <vector>

#include "analyzer/gobinary/decoder.h"
#include "analyzer/gobinary/function_table.h"

namespace blobgauge::analyzer::gobinary {

// What a function of the runtime does with its arguments that are types: uses them up.
struct TypeConsumer {
  std::uint8_t arguments = 0;  // how many words it takes; 0: not such a function
  std::uint16_t types = 0;     // which of them, as bits
};

class WeakUse {
 public:
  WeakUse(const Image& image, const FunctionTable& functions, int go_minor);

  // `address` follows the instruction that put the type's address into register `reg`, inside function `id`. True
  // only where every path was followed to the end of the value; const and thread-safe, but for `decoder`.
  bool only_weak(Decoder& decoder, FunctionId id, std::uint64_t address, std::uint8_t reg) const;

 private:
  bool call_consumes(FunctionId callee, std::uint32_t registers, std::uint64_t slots, bool& keeps_registers) const;

  const Image& image_;
  const FunctionTable& functions_;
  const bool register_arguments_;
  std::vector<TypeConsumer> consumers_;  // of each function
  std::vector<bool> keeps_registers_;    // write barriers and block copies, called in the middle of other code
};

}  // namespace blobgauge::analyzer::gobinary
