#pragma once
// Small numbers for texts that come again and again (names of headers and of XML elements), so that what belongs to a
// name is found by its number and not by comparing texts. Bounded: a hostile recording must not fill the memory.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/word_hash.h"

namespace blobgauge::model {

// Not thread-safe. A look-up of a known text allocates nothing.
class NameIds {
 public:
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  explicit NameIds(std::size_t most = 4096) : most_(most), slots_(64, none) {}

  // From 0, in the order of the first look-up; `none` for a new text where there are `most` already.
  std::uint32_t of(std::string_view text) {
    for (std::size_t at = place(text);; at = (at + 1) & (slots_.size() - 1)) {
      const auto id = slots_[at];
      if (id == none) return add(text, at);
      const auto& known = texts_[id];
      if (known.size() == text.size() && same_bytes(known.data(), text.data(), text.size())) return id;
    }
  }
  const std::string& text(std::uint32_t id) const { return texts_[id]; }
  std::size_t size() const { return texts_.size(); }

 private:
  std::size_t place(std::string_view text) const { return word_hash(text) >> 32 & (slots_.size() - 1); }
  std::uint32_t add(std::string_view text, std::size_t at);

  std::size_t most_;
  std::vector<std::uint32_t> slots_;  // a power of two, at most half of them used
  std::vector<std::string> texts_;
};

}  // namespace blobgauge::model
