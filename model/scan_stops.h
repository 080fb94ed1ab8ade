#pragma once
// What a scan for secrets stops at: each character that may end a name or a token, and each end of a run that is long
// enough to hide something; the end of the text is one. Texts are looked at 64 bytes at a time, since nearly all have
// no secret.
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "model/byte_mask.h"

namespace blobgauge::model {

// Not thread-safe; the text must outlive it.
class ScanStops {
 public:
  static constexpr std::size_t shortest_run = 20;  // bytes; shorter runs of base64 hide no name with a value

  explicit ScanStops(std::string_view text) : text_(text) {}

  // The first stop that is not before `from`, which is the text's size at most; false beyond the last one. `begin` is
  // where the run begins that ends there, `from` at the least.
  bool next(std::size_t from, std::size_t& at, std::size_t& begin) {
    if (from > text_.size()) return false;
    for (;;) {
      if (from >= block_ + width || block_ == none) load(from / width * width);
      if (const auto left = stops_ >> (from - block_)) {
        at = from + static_cast<std::size_t>(std::countr_zero(left));
        begin = std::max(run_begin(at), first_);
        return true;
      }
      from = block_ + width;
    }
  }
  // The next run begins here, whatever stood before.
  void begin_at(std::size_t at) { first_ = at; }

 private:
  static constexpr std::size_t width = ByteMask::width, none = ~std::size_t{0};

  void load(std::size_t block) {
    // Blocks are loaded in their order; where some were jumped over, what ran into this one is not looked at.
    const bool follows = block_ != none && block == block_ + width;
    if (!follows)
      last_end_ = block;
    else if (ends_)
      last_end_ = block_ + width - static_cast<std::size_t>(std::countl_zero(ends_));
    const std::uint64_t before = follows ? ~ends_ : 0;
    block_ = block;
    const ByteMask bytes(text_.substr(block, width));
    ends_ = ~bytes.alphanumeric_slash_or<'+', '-', '_'>();
    stops_ = bytes.one_of<'=', ':', '"', '\'', ' ', '<', '.'>();
    if (is_long(before, ~ends_)) stops_ = ends_;
    if (const auto left = text_.size() - block; left < width) stops_ |= std::uint64_t{1} << left;
  }

  std::size_t run_begin(std::size_t at) const {
    const auto bit = at - block_;
    const auto earlier = bit ? ends_ << (width - bit) : 0;
    return earlier ? at - static_cast<std::size_t>(std::countl_zero(earlier)) : last_end_;
  }

  // Is there a run of shortest_run bits that ends in the second word, or just before it?
  static bool is_long(std::uint64_t before, std::uint64_t bits) {
    __extension__ using Wide = unsigned __int128;
    static_assert(shortest_run == 20);
    Wide runs = static_cast<Wide>(bits) << 64 | before;
    runs &= runs << 1;
    runs &= runs << 2;
    const Wide of_four = runs;
    runs &= runs << 4;
    runs &= runs << 8;
    runs &= of_four << 16;
    return (runs >> 63) != 0;
  }

  std::string_view text_;
  std::size_t block_ = none, first_ = 0;
  std::size_t last_end_ = 0;  // where the run began that goes into the block
  std::uint64_t ends_ = 0, stops_ = 0;
};

}  // namespace blobgauge::model
