#pragma once
// The effect of instructions on a state of the frame, step by step through a block.
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "analyzer/gobinary/frame_flow.h"

namespace blobgauge::analyzer::gobinary {

class FrameWalk {
 public:
  static constexpr std::size_t zero_half = FrameState::general + 2 * 15;  // X15 is zero in Go's code

  struct Events {
    std::vector<StoreEvent>& stores;
    std::vector<CallEvent>& calls;
    std::vector<ReturnEvent>& returns;
    std::vector<TestEvent>& tests;
    std::map<std::uint32_t, std::uint64_t>& made;  // objects: site -> type
  };
  using Next = std::function<void(std::uint32_t block, const FrameState&)>;

  FrameWalk(const FlowContext& context, const CodeGraph& graph, Origins& origins, const FrameFlow& frame,
            std::int64_t outgoing)
      : context_(context), graph_(graph), origins_(origins), frame_(frame), outgoing_(outgoing) {}

  // `events` may be nullptr. Calls `next` for each block that the way can go on to, with the state there.
  void run(std::uint32_t block, FrameState state, Events* events, const Next& next);
  // The state before a step of the block.
  void run_to(std::uint32_t block, FrameState& state, std::uint32_t step);

 private:
  void step(FrameState& state, std::uint32_t site, const Step& step);
  void call(FrameState& state, std::uint32_t site, const Step& step);
  bool runtime_call(FrameState& state, std::uint32_t site, const Step& step, RuntimeCall kind);
  void record_call(const FrameState& state, std::uint32_t site, const Step& step, FunctionId callee, bool tail);
  void clobber(FrameState& state, std::uint32_t site, std::int64_t outgoing, bool touches);
  void inline_block_code(FrameState& state, std::uint32_t site, std::uint64_t address);
  void other(FrameState& state, std::uint32_t site, const Operation& operation);
  void recover(const FrameState& state, std::uint32_t site, const Block& block, const Next& next);
  void leave(const FrameState& state, std::uint32_t block, Events* events, const Next& next);

  ValueId address_of(const FrameState& state, std::uint32_t site, const Operand& memory);
  ValueId load(const FrameState& state, std::uint32_t site, ValueId address, std::uint8_t width);
  void store(FrameState& state, std::uint32_t site, ValueId address, std::uint8_t width, ValueId value);
  void copy(FrameState& state, std::uint32_t site, ValueId to, ValueId from, std::int64_t size);
  void clear(FrameState& state, std::uint32_t site, ValueId to, std::int64_t size, ValueId value);
  ValueId operand(const FrameState& state, std::uint32_t site, const Operand& operand);
  void assign(FrameState& state, std::uint32_t site, const Operand& to, ValueId value);
  void set_register(FrameState& state, std::uint8_t number, ValueId value);
  ValueId constant(std::int64_t number, std::uint32_t site);
  std::int64_t size_of_type(const FrameState& state) const;  // of the type in AX; negative: unknown
  std::int64_t stack_pointer_of(const FrameState& state, bool& known) const;

  const FlowContext& context_;
  const CodeGraph& graph_;
  Origins& origins_;
  const FrameFlow& frame_;
  const std::int64_t outgoing_;
  Events* events_ = nullptr;
};

}  // namespace blobgauge::analyzer::gobinary
