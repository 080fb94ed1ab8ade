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

// Not thread-safe. 106 KiB.
class TextMemory {
 public:
  // Bytes of a text; longer ones are never in it. How many it has, and how many more of those beyond `short_size`
  // bytes.
  static constexpr std::size_t short_size = 58, longest = 314, places = 1024, long_places = 128;

  // `kind`: what was learned; a text is remembered for one kind and not for another.
  bool has(std::string_view text, std::uint32_t kind = 0);
  void add(std::string_view text, std::uint32_t kind = 0);

 private:
  // What is asked of every text lies close together, so that a text that never comes again costs no look at a slot.
  struct Mark {
    std::uint8_t hash = 0;  // a part of it; 0: the slot is free
    // It was asked for since another text wanted its place, and keeps it: of the many texts that never come again none
    // drives out one that does.
    bool wanted = false;
  };
  // Whole cache lines, of the long ones an odd number: the beginnings then share no few sets of the cache.
  template <std::size_t most>
  struct alignas(64) Slot {
    std::uint32_t kind = 0;
    std::uint16_t size = 0;
    std::array<char, most> text;
  };
  template <std::size_t most, std::size_t count>
  struct Table {
    bool has(std::string_view text, std::uint32_t kind);
    void add(std::string_view text, std::uint32_t kind);

    std::array<Mark, count> marks = {};
    std::vector<Slot<most>> slots{count};
  };

  Table<short_size, places> short_;
  Table<longest, long_places> long_;
};

}  // namespace blobgauge::model
