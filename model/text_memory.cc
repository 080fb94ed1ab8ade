#include "model/text_memory.h"

#include <cstring>

#include "model/word_hash.h"

namespace blobgauge::model {
namespace {

// `count` is a power of two.
std::size_t place_of(std::string_view text, std::uint32_t kind, std::size_t count) {
  return ((word_hash(text) + kind * 0x9E3779B97F4A7C15u) >> 48) & (count - 1);
}

}  // namespace

template <std::size_t most>
bool TextMemory::Slot<most>::has(std::string_view other, std::uint32_t other_kind) {
  if (!used || size != other.size() || kind != other_kind || !same_bytes(text.data(), other.data(), size)) return false;
  wanted = true;
  return true;
}

template <std::size_t most>
void TextMemory::Slot<most>::add(std::string_view other, std::uint32_t other_kind) {
  if (wanted) {
    wanted = false;
    return;
  }
  used = true;
  kind = other_kind;
  size = static_cast<std::uint16_t>(other.size());
  if (!other.empty()) std::memcpy(text.data(), other.data(), other.size());
}

bool TextMemory::has(std::string_view text, std::uint32_t kind) {
  if (text.size() <= short_size) return short_[place_of(text, kind, places)].has(text, kind);
  return text.size() <= longest && long_[place_of(text, kind, long_places)].has(text, kind);
}

void TextMemory::add(std::string_view text, std::uint32_t kind) {
  if (text.size() <= short_size)
    short_[place_of(text, kind, places)].add(text, kind);
  else if (text.size() <= longest)
    long_[place_of(text, kind, long_places)].add(text, kind);
}

}  // namespace blobgauge::model
