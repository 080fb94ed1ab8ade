#pragma once
// What one function's code does with the words it has: where each value comes from at each point, and what it stores,
// calls, tests and returns. A fixed point over the function's blocks; nothing is known here of other functions.
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "analyzer/gobinary/code_graph.h"
#include "analyzer/gobinary/frame_state.h"
#include "analyzer/gobinary/origin.h"
#include "analyzer/gobinary/parameter_registers.h"
#include "analyzer/gobinary/runtime_calls.h"

namespace blobgauge::analyzer::gobinary {

struct FlowContext {
  const Image& image;
  const FunctionTable& functions;
  const RuntimeCalls& runtime;
  ParameterRegisters& parameters;
  bool stack_arguments = false;  // Go before 1.17: all arguments and results are on the stack
};

// A store behind a pointer, or into a variable of the frame whose address is taken.
struct StoreEvent {
  std::uint32_t site = 0;
  OriginId base = 0;  // with what is added to it
  std::uint8_t width = 8;
  bool surely = false;  // no other place was meant
  ValueId value = Origins::nothing;
};

struct CallEvent {
  std::uint32_t site = 0;
  FunctionId callee = FunctionTable::none;               // of a call that names it
  ValueId target = Origins::nothing;                     // of any other
  bool tail = false;                                     // a jump: its results are the function's
  std::array<ValueId, FrameState::general> registers{};  // nothing: no argument
  // Slots that may be arguments, by their place above the return address as the callee sees it.
  std::vector<std::pair<std::int64_t, ValueId>> stack;
  std::int64_t frame = 0;  // where the callee's return address stands, in this function's slots
};

struct ReturnEvent {
  std::uint32_t site = 0;
  std::array<ValueId, FrameState::general> registers{};  // results and leftovers
  std::vector<std::pair<std::int64_t, ValueId>> stack;   // the same above the return address
};

struct TestEvent {  // a conditional branch, by whether a word is zero
  std::uint32_t site = 0, block = 0;
  ValueId value = Origins::nothing;
  std::uint32_t if_zero = 0, if_not = 0;  // blocks
};

// All that a function does with one pointer.
struct PointerUses {
  struct Handed {
    std::uint32_t call = 0;  // an index, as below
    std::uint8_t reg = 0;    // or in_slot
    std::int64_t slot = 0;
    OriginId pointer = 0;
  };
  static constexpr std::uint8_t in_slot = 255;
  std::vector<std::uint32_t> stores;                       // behind it
  std::vector<std::pair<std::uint32_t, OriginId>> stored;  // stores of it, or of an address behind it
  std::vector<Handed> handed;
  std::vector<OriginId> loads;  // from behind it
};

class FrameFlow {
 public:
  // The registers of arguments and results, in their order (ABIInternal).
  static constexpr std::array<std::uint8_t, 9> argument_registers{0, 3, 1, 7, 6, 8, 9, 10, 11};
  static constexpr std::uint8_t closure_register = 2;

  FrameFlow(const FlowContext& context, FunctionId id, Decoder& decoder);

  // False: nothing that follows is to be relied on.
  bool understood() const { return understood_; }
  const CodeGraph& graph() const { return graph_; }
  Origins& origins() { return origins_; }
  const std::vector<StoreEvent>& stores() const { return stores_; }
  const std::vector<CallEvent>& calls() const { return calls_; }
  const std::vector<ReturnEvent>& returns() const { return returns_; }
  const std::vector<TestEvent>& tests() const { return tests_; }
  const CallEvent* call_at(std::uint32_t site) const;
  // The type of the object that runtime.newobject makes there; 0: not known.
  std::uint64_t made_at(std::uint32_t site) const;
  // One name for pointers that are the same as far as can be told: those into the frame, and those that are loaded from
  // the same place. An element goes by what it is an element of.
  OriginId pointer(OriginId origin) const { return origin < pointers_.size() ? pointers_[origin] : origin; }
  OriginId frame_pointer() const { return frame_pointer_; }
  // The distance of an address from that pointer.
  std::int64_t distance(OriginId origin) const;
  const PointerUses& uses_of(OriginId pointer) const;
  const std::vector<std::uint32_t>& stores_anywhere() const { return stores_anywhere_; }  // through computed pointers
  // Stores of the address of code: of nothing but closures, where they are made.
  const std::vector<std::uint32_t>& closures() const { return closures_; }
  // Origins with this name that can be where they are not listed, since a set grew too large.
  const std::vector<OriginId>& dropped(OriginId pointer) const;
  // Does the function do anything with a word that has this origin, other than having it?
  bool uses(OriginId origin) const { return origin < used_.size() && used_[origin]; }
  // What the slot holds before the step; with the mark `touched`, where a call may have written it since.
  ValueId slot_before(std::uint32_t step, std::int64_t offset, std::uint8_t width);
  // Is this inside a variable of the frame whose address is taken?
  bool is_exposed(std::int64_t offset) const;
  // To where a pointer to `offset` can lead: the end of the variable there.
  std::int64_t end_of_variable(std::int64_t offset) const;
  // Are both surely in the same variable?
  bool is_one_variable(std::int64_t offset, std::int64_t other) const;
  // Can control come from one step to the other, and must it have come by?
  bool leads(std::uint32_t from, std::uint32_t to) const;
  bool dominates(std::uint32_t step, std::uint32_t other) const;

 private:
  void find_variables(const FunctionTable& functions, FunctionId id);
  void settle();
  void find_used();
  void find_pointers();
  void find_uses();

  FlowContext context_;
  CodeGraph graph_;
  Origins origins_;
  bool understood_ = false;
  struct Variable {
    std::int64_t from = 0, to = 0;
    bool sure = false;  // that it ends there
  };
  std::vector<Variable> variables_;                 // from where addresses are taken
  std::int64_t outgoing_ = 0;                       // bytes above the stack pointer that calls use
  std::vector<std::optional<FrameState>> entries_;  // of each block; none: not reached
  std::vector<StoreEvent> stores_;
  std::vector<CallEvent> calls_;
  std::vector<ReturnEvent> returns_;
  std::vector<TestEvent> tests_;
  std::map<std::uint32_t, std::uint64_t> made_;
  std::vector<OriginId> loads_;
  std::vector<bool> used_;
  std::vector<OriginId> pointers_;
  std::map<OriginId, std::vector<OriginId>> dropped_;  // by name
  OriginId frame_pointer_ = 0;
  std::map<OriginId, PointerUses> uses_;
  std::vector<std::uint32_t> stores_anywhere_, closures_;
};

}  // namespace blobgauge::analyzer::gobinary
