#pragma once
// The registers and the stack slots of one function at one point of its code.
#include <array>
#include <cstdint>
#include <vector>

#include "analyzer/gobinary/origin.h"

namespace blobgauge::analyzer::gobinary {

struct Slot {
  std::int64_t offset = 0;  // from where the return address stands at the entry
  std::uint8_t width = 8;
  ValueId value = Origins::nothing;
  bool operator==(const Slot&) const = default;
};

// The word that the zero flag tells of.
struct Tested {
  static constexpr std::uint8_t no_register = 255;
  ValueId value = Origins::nothing;
  std::uint8_t from = no_register;  // the register that still holds it
  std::uint8_t width = 0;           // bytes; 0: the flag is of something else
  bool operator==(const Tested&) const = default;
};

class FrameState {
 public:
  static constexpr std::size_t general = 16, halves = 32;  // of vector registers: two each, the lower first

  std::array<ValueId, general + halves> registers{};
  Tested tested;

  const std::vector<Slot>& slots() const { return slots_; }
  // What `width` bytes at `offset` hold; nothing: they were never written.
  ValueId read(std::int64_t offset, std::uint8_t width, Origins& origins, std::uint32_t site) const;
  // `surely`: in place of what was there; otherwise beside it, and beside `first` where nothing was.
  void write(std::int64_t offset, std::uint8_t width, ValueId value, bool surely, ValueId first, Origins& origins,
             std::uint32_t site);
  // Adds to each slot that `in` accepts.
  template <class In>
  void mark(ValueId with, Origins& origins, In&& in) {
    for (auto& slot : slots_)
      if (in(slot.offset)) slot.value = origins.unite(slot.value, with);
  }
  // Whether this changed.
  bool merge(const FrameState& other, Origins& origins);

 private:
  std::vector<Slot> slots_;  // by offset, none overlapping another
};

}  // namespace blobgauge::analyzer::gobinary
