#include "model/name_ids.h"

namespace blobgauge::model {

std::uint32_t NameIds::add(std::string_view text, std::size_t at) {
  if (texts_.size() >= most_) return none;
  const auto id = static_cast<std::uint32_t>(texts_.size());
  texts_.emplace_back(text);
  slots_[at] = id;
  if (texts_.size() * 2 <= slots_.size()) return id;
  slots_.assign(slots_.size() * 2, none);
  for (std::uint32_t each = 0; each < texts_.size(); ++each) {
    auto to = place(texts_[each]);
    while (slots_[to] != none) to = (to + 1) & (slots_.size() - 1);
    slots_[to] = each;
  }
  return id;
}

}  // namespace blobgauge::model
