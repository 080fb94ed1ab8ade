#include "model/name_ids.h"

#include <algorithm>
#include <cstring>

namespace blobgauge::model {

std::size_t NameIds::hash(std::string_view text) {
  std::uint64_t first = 0, last = 0;
  const auto count = std::min(text.size(), sizeof first);
  if (count == sizeof first) {
    std::memcpy(&first, text.data(), sizeof first);
    std::memcpy(&last, text.data() + text.size() - sizeof last, sizeof last);
  } else {
    for (std::size_t i = 0; i < count; ++i) first = first << 8 | static_cast<unsigned char>(text[i]);
  }
  const auto mixed = (first ^ (last * 0x9E3779B97F4A7C15u) ^ text.size()) * 0xD6E8FEB86659FD93u;
  return static_cast<std::size_t>(mixed ^ (mixed >> 32));
}

std::uint32_t NameIds::add(std::string_view text, std::size_t at) {
  if (texts_.size() >= most_) return none;
  const auto id = static_cast<std::uint32_t>(texts_.size());
  texts_.emplace_back(text);
  slots_[at] = id;
  if (texts_.size() * 2 <= slots_.size()) return id;
  slots_.assign(slots_.size() * 2, none);
  for (std::uint32_t each = 0; each < texts_.size(); ++each) {
    auto to = hash(texts_[each]) & (slots_.size() - 1);
    while (slots_[to] != none) to = (to + 1) & (slots_.size() - 1);
    slots_[to] = each;
  }
  return id;
}

}  // namespace blobgauge::model
