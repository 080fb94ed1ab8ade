#pragma once
// Texts that were looked at and of which nothing more is to be learned, so that one that comes again needs no second
// look: most header values of a client are the same in exchange after exchange (versions, states, names of programs).
// Its size is fixed, whatever a recording holds, and each text has one place in it: what is not there is looked at
// again.
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace blobgauge::model {

// Not thread-safe. 104 KiB.
class TextMemory {
 public:
  // Bytes of a text; longer ones are never in it. How many it has, and how many more of those beyond `short_size`
  // bytes.
  static constexpr std::size_t short_size = 56, longest = 312, places = 1024, long_places = 128;

  TextMemory() : short_(places), long_(long_places) {}

  // `kind`: what was learned; a text is remembered for one kind and not for another.
  bool has(std::string_view text, std::uint32_t kind = 0);
  void add(std::string_view text, std::uint32_t kind = 0);

 private:
  // Whole cache lines, of the long ones an odd number: the beginnings then share no few sets of the cache.
  template <std::size_t most>
  struct alignas(64) Slot {
    bool has(std::string_view other, std::uint32_t other_kind);
    void add(std::string_view other, std::uint32_t other_kind);

    std::uint32_t kind = 0;
    std::uint16_t size = 0;
    bool used = false;
    // It was asked for since another text wanted its place, and keeps it: of the many texts that never come again none
    // drives out one that does.
    bool wanted = false;
    std::array<char, most> text;
  };

  std::vector<Slot<short_size>> short_;
  std::vector<Slot<longest>> long_;
};

}  // namespace blobgauge::model
