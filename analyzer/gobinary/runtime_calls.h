#pragma once
// What is known of the run-time's functions that compiled code calls, by name. Sources: src/runtime of Go 1.17 to 1.26.
#include <cstdint>
#include <vector>

#include "analyzer/gobinary/function_table.h"

namespace blobgauge::analyzer::gobinary {

enum class RuntimeCall : std::uint8_t {
  none,           // not of the run-time
  unknown,        // of the run-time, and nothing is known of it
  new_object,     // (type): memory full of zeros
  write_barrier,  // keeps all registers but R11, which points where pointers are noted
  barrier_only,   // (type, ...): notes pointers and changes nothing
  block_code,     // duffzero, duffcopy: entered anywhere inside, continues its caller's code
  move_typed,     // (type, to, from)
  move_bytes,     // (to, from, size)
  clear_bytes,    // (to, size)
  clear_typed,    // (type, to)
  reads,          // reads behind its arguments, and copies what it reads; its results are never nil
  looks,          // reads behind its arguments and keeps nothing
  starts,         // newproc, deferproc: keeps or runs a function value
  never_returns
};

class RuntimeCalls {
 public:
  explicit RuntimeCalls(const FunctionTable& functions);
  RuntimeCall of(FunctionId id) const { return id < calls_.size() ? calls_[id] : RuntimeCall::none; }

 private:
  std::vector<RuntimeCall> calls_;
};

}  // namespace blobgauge::analyzer::gobinary
