#pragma once
// Which registers a function takes arguments in: what it saves around the call that grows its stack. Functions that
// never grow it do not tell.
#include <cstdint>
#include <vector>

#include "analyzer/gobinary/decoder.h"
#include "analyzer/gobinary/function_table.h"

namespace blobgauge::analyzer::gobinary {

// Not thread-safe: what was found is kept.
class ParameterRegisters {
 public:
  ParameterRegisters(const Image& image, const FunctionTable& functions)
      : image_(image), functions_(functions), masks_(functions.physical_count()) {}
  // As bits by the processor's numbers; the closure's register always among them. All where it cannot be told.
  std::uint32_t of(FunctionId id);

 private:
  std::uint32_t find(FunctionId id);

  const Image& image_;
  const FunctionTable& functions_;
  Decoder decoder_;
  std::vector<std::uint32_t> masks_;  // 0: not looked yet
};

}  // namespace blobgauge::analyzer::gobinary
