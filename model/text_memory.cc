#include "model/text_memory.h"

#include <cstring>

#include "model/word_hash.h"

namespace blobgauge::model {
namespace {

std::uint64_t memory_hash(std::string_view text, std::uint32_t kind) {
  return word_hash(text) + kind * 0x9E3779B97F4A7C15u;
}

// Never 0.
std::uint8_t mark_of(std::uint64_t hash) { return static_cast<std::uint8_t>(hash >> 40 | 1); }

}  // namespace

template <std::size_t most, std::size_t count>
bool TextMemory::Table<most, count>::has(std::string_view text, std::uint32_t kind) {
  static_assert((count & (count - 1)) == 0);
  const auto hash = memory_hash(text, kind);
  const auto place = hash >> 48 & (count - 1);
  auto& mark = marks[place];
  if (mark.hash != mark_of(hash)) return false;
  const auto& slot = slots[place];
  if (slot.size != text.size() || slot.kind != kind || !same_bytes(slot.text.data(), text.data(), text.size()))
    return false;
  mark.wanted = true;
  return true;
}

template <std::size_t most, std::size_t count>
void TextMemory::Table<most, count>::add(std::string_view text, std::uint32_t kind) {
  const auto hash = memory_hash(text, kind);
  const auto place = hash >> 48 & (count - 1);
  auto& mark = marks[place];
  if (mark.wanted) {
    mark.wanted = false;
    return;
  }
  mark.hash = mark_of(hash);
  auto& slot = slots[place];
  slot.kind = kind;
  slot.size = static_cast<std::uint16_t>(text.size());
  if (!text.empty()) std::memcpy(slot.text.data(), text.data(), text.size());
}

bool TextMemory::has(std::string_view text, std::uint32_t kind) {
  return text.size() <= short_size ? short_.has(text, kind) : text.size() <= longest && long_.has(text, kind);
}

void TextMemory::add(std::string_view text, std::uint32_t kind) {
  if (text.size() <= short_size)
    short_.add(text, kind);
  else if (text.size() <= longest)
    long_.add(text, kind);
}

}  // namespace blobgauge::model
