#pragma once
// What each function's machine code refers to: the functions that it calls or takes the address of, and the data that
// it takes the address of or reads. Every function is decoded once, on several threads.
#include <cstdint>
#include <span>
#include <vector>

#include "analyzer/gobinary/function_table.h"
#include "analyzer/gobinary/image.h"
#include "analyzer/gobinary/type_table.h"

namespace blobgauge::analyzer::gobinary {

// Addresses are from Image::base(), which holds all of them in 32 bits.
struct Reference {
  enum class Kind : std::uint8_t {
    call,     // a call or a jump out of the function
    address,  // of code or data
    weak,     // of a type or an itab that is only compared or handed to a function that allocates, copies or hashes
    load      // `width` bytes are read there
  };
  std::uint32_t at = 0, target = 0;
  Kind kind = Kind::call;
  std::uint8_t width = 0;
};

class References {
 public:
  // `threads` 0: as many as there are processors.
  References(const Image& image, const FunctionTable& functions, const TypeTable& types, int go_minor,
             unsigned threads);

  std::span<const Reference> of(FunctionId id) const;
  // Every address of data that code takes, ascending, each once: where variables begin.
  const std::vector<std::uint32_t>& data_addresses() const { return data_addresses_; }

 private:
  static constexpr FunctionId chunk_size = 128;
  struct Chunk {
    std::vector<Reference> references;
    std::vector<std::uint32_t> ends;  // of each function's in `references`
  };
  std::vector<Chunk> chunks_;
  std::vector<std::uint32_t> data_addresses_;
};

}  // namespace blobgauge::analyzer::gobinary
