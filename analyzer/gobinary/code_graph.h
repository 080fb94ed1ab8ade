#pragma once
// A function's machine code as blocks of decoded instructions.
#include <cstdint>
#include <vector>

#include "analyzer/gobinary/decoder.h"
#include "analyzer/gobinary/function_table.h"

namespace blobgauge::analyzer::gobinary {

struct Step {
  std::uint64_t address = 0;
  Op op = Op::other;
  bool has_target = false;
  std::uint8_t length = 0;
  std::uint64_t target = 0;  // of a call or a jump, or of RIP-relative memory
  Operation operation;
};

struct Block {
  std::uint32_t begin = 0, end = 0;  // steps
  std::vector<std::uint32_t> next, before;
  bool repeats = false;   // is among its own `next`
  bool recovers = false;  // entered by the runtime after a panic was recovered; `before` are blocks with calls
};

class CodeGraph {
 public:
  static constexpr std::uint32_t none = 0xffffffff;
  static constexpr std::uint32_t most_steps = 60'000;

  // `never_returns` says of a function that a call of it is the end of the way.
  template <class NeverReturns>
  static CodeGraph read(const Image& image, const FunctionTable& functions, FunctionId id, Decoder& decoder,
                        NeverReturns&& never_returns) {
    CodeGraph graph;
    graph.decode(image, functions, id, decoder);
    for (std::uint32_t i = 0; i < graph.steps_.size(); ++i)
      if (graph.steps_[i].op == Op::call && never_returns(functions.starting_at(graph.steps_[i].target)))
        graph.ends_.push_back(i);
    graph.cut(image, functions, id);
    return graph;
  }

  // False where the code holds what is no instruction, or a jump whose targets were not found: nothing of it may be
  // relied on then.
  bool understood() const { return understood_; }
  const std::vector<Step>& steps() const { return steps_; }
  const std::vector<Block>& blocks() const { return blocks_; }  // the first is the entry
  std::uint32_t block_of(std::uint32_t step) const;
  std::uint32_t step_at(std::uint64_t address) const;  // or none
  bool dominates(std::uint32_t block, std::uint32_t other) const;
  // Can control come from the end of `from` to the beginning of `to`?
  bool leads(std::uint32_t from, std::uint32_t to) const;

 private:
  void decode(const Image& image, const FunctionTable& functions, FunctionId id, Decoder& decoder);
  void cut(const Image& image, const FunctionTable& functions, FunctionId id);
  void find_dominators();

  std::vector<Step> steps_;
  std::vector<Block> blocks_;
  std::vector<std::uint32_t> ends_;               // steps after which nothing comes
  std::vector<std::uint32_t> dominator_;          // of each block, immediate
  std::vector<std::uint32_t> order_;              // reverse postorder number of each block; none: not reached
  mutable std::vector<std::vector<bool>> leads_;  // filled row by row when asked
  bool understood_ = true;
};

}  // namespace blobgauge::analyzer::gobinary
