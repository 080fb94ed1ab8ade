#pragma once
// Constants out of one function's machine code: the numbers, texts and addresses that it hands to calls and stores
// behind pointers, in both of Go's calling conventions.
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analyzer/gobinary/executable.h"
#include "analyzer/gobinary/frame_flow.h"
#include "analyzer/gobinary/function_table.h"

namespace blobgauge::analyzer::gobinary {

// What the frames of all functions are read with. Not thread-safe.
class FrameTools {
 public:
  explicit FrameTools(const Executable& executable);
  const Executable& executable() const { return executable_; }
  const FlowContext& context() const { return context_; }
  Decoder& decoder() { return decoder_; }

 private:
  const Executable& executable_;
  RuntimeCalls runtime_;
  ParameterRegisters parameters_;
  FlowContext context_;
  Decoder decoder_;
};

class FrameReader {
 public:
  FrameReader(FrameTools& tools, FunctionId id) : tools_(tools), flow_(tools.context(), id, tools.decoder()) {}

  // False: nothing may be asked.
  bool understood() const { return flow_.understood(); }
  FrameFlow& flow() { return flow_; }
  std::string_view callee(const CallEvent& call) const;  // empty where the call names none
  // Interfaces and strings are two words each, slices three.
  ValueId argument(const CallEvent& call, std::uint32_t word) const;
  // A word of a call's results, behind so many words of arguments.
  Origin result(std::uint32_t site, std::uint32_t arguments, std::uint32_t word) const;

  // All that the value can come from. What is loaded from the frame is what was stored there before.
  std::vector<OriginId> members(ValueId value) { return members(value, deepest_slot); }
  // A number or an address that is the same in every run; of memory that the program can write, what it has at first.
  std::optional<std::uint64_t> number(ValueId value, bool at_first = false);
  std::optional<std::string_view> text(ValueId address, ValueId length, bool at_first = false);
  // The one value that is stored `distance` bytes behind a pointer; nothing where there are several.
  ValueId stored(const Origin& pointer, std::int64_t distance);

 private:
  static constexpr int deepest_slot = 4;

  std::vector<OriginId> members(ValueId value, int depth);
  void find_targets();

  FrameTools& tools_;
  FrameFlow flow_;
  std::unordered_map<OriginId, std::vector<OriginId>> slots_;  // what a load from the frame stands for
  bool has_targets_ = false;
  std::map<std::pair<OriginId, std::int64_t>, ValueId> targets_;  // pointer and distance -> what is stored there
};

}  // namespace blobgauge::analyzer::gobinary
