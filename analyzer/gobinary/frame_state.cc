#include "analyzer/gobinary/frame_state.h"

#include <algorithm>

namespace blobgauge::analyzer::gobinary {

namespace {

// A part of a zero is zero; of anything else nothing is known.
ValueId part_of(ValueId value, Origins& origins, std::uint32_t site) {
  const auto* constant = origins.single(value, OriginKind::constant);
  return constant && constant->value == 0 ? value : origins.unknown(Reason::part_of_word, site);
}

}  // namespace

ValueId FrameState::read(std::int64_t offset, std::uint8_t width, Origins& origins, std::uint32_t site) const {
  auto at = std::lower_bound(slots_.begin(), slots_.end(), offset,
                             [](const Slot& slot, std::int64_t wanted) { return slot.offset + slot.width <= wanted; });
  auto value = Origins::nothing;
  for (; at != slots_.end() && at->offset < offset + width; ++at)
    value = origins.unite(value,
                          at->offset == offset && at->width == width ? at->value : part_of(at->value, origins, site));
  return value;
}

void FrameState::write(std::int64_t offset, std::uint8_t width, ValueId value, bool surely, ValueId first,
                       Origins& origins, std::uint32_t site) {
  auto at = std::lower_bound(slots_.begin(), slots_.end(), offset,
                             [](const Slot& slot, std::int64_t wanted) { return slot.offset + slot.width <= wanted; });
  if (at == slots_.end() || at->offset >= offset + width) {
    slots_.insert(at, {offset, width, surely ? value : origins.unite(value, first)});
    return;
  }
  if (at->offset == offset && at->width == width) {
    at->value = surely ? value : origins.unite(at->value, value);
    return;
  }
  // Other pieces than those that are there: what is covered whole goes, what is covered in part gets mixed.
  const auto mixed = part_of(value, origins, site);
  bool fits = true;
  for (auto piece = at; piece != slots_.end() && piece->offset < offset + width; ++piece) {
    const bool inside = piece->offset >= offset && piece->offset + piece->width <= offset + width;
    fits &= inside;
    if (!inside || !surely) piece->value = origins.unite(piece->value, mixed);
  }
  if (!surely || !fits) return;
  auto end = at;
  while (end != slots_.end() && end->offset < offset + width) ++end;
  at = slots_.erase(at, end);
  slots_.insert(at, {offset, width, value});
}

bool FrameState::merge(const FrameState& other, Origins& origins) {
  bool changed = false;
  const auto join = [&](ValueId& into, ValueId value) {
    const auto united = origins.unite(into, value);
    changed |= united != into;
    into = united;
  };
  for (std::size_t i = 0; i < registers.size(); ++i) join(registers[i], other.registers[i]);
  const auto before = tested;
  tested.value = origins.unite(tested.value, other.tested.value);
  if (tested.from != other.tested.from) tested.from = Tested::no_register;
  tested.width = std::min(tested.width, other.tested.width);
  changed |= tested != before;
  std::vector<Slot> merged;
  merged.reserve(std::max(slots_.size(), other.slots_.size()));
  auto a = slots_.begin();
  auto b = other.slots_.begin();
  while (a != slots_.end() || b != other.slots_.end()) {
    if (b == other.slots_.end() || (a != slots_.end() && a->offset + a->width <= b->offset)) {
      merged.push_back(*a++);
    } else if (a == slots_.end() || b->offset + b->width <= a->offset) {
      merged.push_back(*b++);
      changed = true;
    } else if (a->offset == b->offset && a->width == b->width) {
      merged.push_back(*a++);
      join(merged.back().value, b++->value);
    } else {
      // Cut differently: one piece of what nothing is known of.
      const auto begin = std::min(a->offset, b->offset);
      auto end = begin;
      bool zero = true;
      const auto take = [&](const Slot& slot) {
        end = std::max(end, slot.offset + slot.width);
        const auto* constant = origins.single(slot.value, OriginKind::constant);
        zero &= constant && constant->value == 0;
      };
      const auto first = a;
      take(*a++);
      take(*b++);
      for (bool more = true; more;) {
        more = false;
        if (a != slots_.end() && a->offset < end) take(*a++), more = true;
        if (b != other.slots_.end() && b->offset < end) take(*b++), more = true;
      }
      const Slot piece{begin, static_cast<std::uint8_t>(std::min<std::int64_t>(end - begin, 64)),
                       zero ? origins.value({OriginKind::constant, Reason::none, 8, 0, 0, 0})
                            : origins.unknown(Reason::part_of_word, 0)};
      changed |= a - first != 1 || !(piece == *first);
      merged.push_back(piece);
    }
  }
  slots_ = std::move(merged);
  return changed;
}

}  // namespace blobgauge::analyzer::gobinary
