#pragma once
// Where a word in a register or in memory can come from, inside one function. A value is a small set of origins; sets
// and origins are numbered, each function having its own numbers.
#include <cstdint>
#include <map>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace blobgauge::analyzer::gobinary {

// Why something is unknown; reason_text() has the words.
enum class Reason : std::uint8_t {
  none,
  computed,        // arithmetic
  part_of_word,    // a word is read or written in parts
  uninitialised,   // a slot is read that nothing was seen to write
  too_many,        // more origins than a set holds
  floating,        // a vector register at the entry
  clobbered,       // a register that a call leaves undefined
  not_understood,  // code that could not be followed
  global,          // a variable of the program
  by_value,        // called through a function value
  by_interface,    // called through an interface, or by reflection
  runtime_made,    // what the runtime hands back: of maps, channels, slices
  handed_on,       // the object is handed to code that is not known
  handed_runtime,  // the object is handed to the runtime
  kept,            // the object's address is kept where others can find it
  element,         // an element at a computed place
  dynamic_result,  // what a call that is not known gives back
  too_deep,
  too_many_steps
};
std::string_view reason_text(Reason reason);

enum class OriginKind : std::uint8_t {
  constant,      // value: the number
  data,          // value: an address in the image
  frame,         // value: an address in the function's own frame, from where the return address stands at the entry
  parameter,     // value: the register at the entry
  entry_slot,    // value: a word on the stack above the return address, as it was at the entry
  fresh,         // made by runtime.newobject at `site`
  load,          // read at `site` through the pointer `base`, `value` bytes on; `width` bytes
  result,        // register `value` after the call at `site`
  stack_result,  // what the callee of the call at `site` left at `value` bytes above the stack pointer
  sum,           // `base` + `value`
  element,       // `base` plus something
  touched,       // not a value: since the slot was written, calls were made that can have its address
  unknown
};

struct Origin {
  OriginKind kind = OriginKind::unknown;
  Reason reason = Reason::none;  // of unknown
  std::uint8_t width = 8;
  std::uint32_t site = 0;  // the step of the function's code that made it
  std::uint32_t base = 0;  // an origin
  std::int64_t value = 0;
  auto operator<=>(const Origin&) const = default;
};

using OriginId = std::uint32_t;
using ValueId = std::uint32_t;  // a set of origins; 0 is the empty one: nothing came here

class Origins {
 public:
  Origins();

  OriginId intern(const Origin& origin);
  OriginId find(const Origin& origin) const;  // ~0: there is none
  std::size_t size() const { return origins_.size(); }
  const Origin& operator[](OriginId id) const { return origins_[id]; }
  OriginId add(OriginId origin, std::int64_t distance, std::uint32_t site);
  // The origin without what was added to it, and that.
  std::pair<OriginId, std::int64_t> split(OriginId origin) const;

  static constexpr ValueId nothing = 0;
  ValueId value(const Origin& origin);
  ValueId value_of(OriginId origin);
  const std::vector<OriginId>& members(ValueId value) const { return values_[value]; }
  ValueId unite(ValueId a, ValueId b);
  ValueId shift(ValueId value, std::int64_t distance, std::uint32_t site);
  ValueId unknown(Reason reason, std::uint32_t site);
  bool contains(ValueId value, OriginKind kind) const;
  // The value without marks that are no values.
  ValueId without_marks(ValueId value);
  // Was it ever left out of a set that grew too large?
  bool is_dropped(OriginId id) const { return id < dropped_.size() && dropped_[id]; }
  // The only member, if it is of this kind; else nullptr.
  const Origin* single(ValueId value, OriginKind kind) const;

 private:
  ValueId intern_set(std::vector<OriginId> members);

  static constexpr std::size_t most_members = 16;
  std::vector<Origin> origins_;
  struct Hash {
    std::size_t operator()(const Origin& origin) const;
  };
  std::unordered_map<Origin, OriginId, Hash> numbers_;
  std::vector<std::vector<OriginId>> values_;
  std::vector<bool> dropped_;  // by origin
  std::map<std::vector<OriginId>, ValueId> value_numbers_;
  std::unordered_map<std::uint64_t, ValueId> unions_;
};

}  // namespace blobgauge::analyzer::gobinary
