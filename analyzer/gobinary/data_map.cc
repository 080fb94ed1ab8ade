#include "analyzer/gobinary/data_map.h"

#include <algorithm>
#include <string_view>

namespace blobgauge::analyzer::gobinary {

DataMap::DataMap(const Image& image, const ModuleData& data, const std::vector<std::uint32_t>& taken)
    : image_(image),
      types_(data.types.from),
      tables_{data.self,
              data.pclntab,
              {data.typelinks.address, data.typelinks.address + 4 * data.typelinks.count},
              {data.itablinks.address, data.itablinks.address + 8 * data.itablinks.count},
              {data.inittasks.address, data.inittasks.address + 8 * data.inittasks.count},
              {image.relocations(), image.relocations() + image.relocations_size()}},
      boundaries_(taken) {
  find_integrity_record();
  // A symbol inside another's memory bounds nothing.
  for (const auto& object : image.objects())
    if (objects_.empty() || object.address >= objects_.back().to)
      objects_.push_back({object.address, object.address + object.size});
  for (const auto& segment : image.segments()) {
    if (!holds_data(segment)) continue;
    for (std::uint64_t at = -segment.address % 8; at + 8 <= segment.bytes.size(); at += 8) {
      const auto address = segment.address + at;
      if (data.text.contains(address) || data.pointer_free.contains(address) || is_table(address)) continue;
      const auto value = load<std::uint64_t>(segment.bytes.data() + at);
      if (value < image.base() || value >= image.end() || data.text.contains(value)) continue;
      boundaries_.push_back(static_cast<std::uint32_t>(value - image.base()));
    }
  }
  std::sort(boundaries_.begin() + static_cast<std::ptrdiff_t>(taken.size()), boundaries_.end());
  std::inplace_merge(boundaries_.begin(), boundaries_.begin() + static_cast<std::ptrdiff_t>(taken.size()),
                     boundaries_.end());
  boundaries_.erase(std::unique(boundaries_.begin(), boundaries_.end()), boundaries_.end());
  boundaries_.shrink_to_fit();
}

// Old linkers put read-only data beside the code.
bool DataMap::holds_data(const Image::Segment& segment) const {
  return !segment.executable || types_ - segment.address < segment.bytes.size();
}

// From Go 1.24 on a record says where the sections begin that a self-test
// hashes: pointers to whatever comes first.
void DataMap::find_integrity_record() {
  constexpr std::string_view record_mark = "\xff Go fipsinfo \xff";
  constexpr std::size_t size = 120;
  for (const auto& segment : image_.segments()) {
    if (!segment.writable) continue;
    const std::string_view text(reinterpret_cast<const char*>(segment.bytes.data()), segment.bytes.size());
    if (const auto at = text.find(record_mark); at != text.npos)
      tables_.push_back({segment.address + at, segment.address + at + size});
  }
}

bool DataMap::is_table(std::uint64_t address) const {
  return std::any_of(tables_.begin(), tables_.end(), [&](const Range& table) { return table.contains(address); });
}

DataMap::Piece DataMap::at(std::uint64_t address) const {
  const auto segment = std::find_if(image_.segments().begin(), image_.segments().end(),
                                    [&](const auto& s) { return address - s.address < s.bytes.size(); });
  if (segment == image_.segments().end() || !holds_data(*segment) || is_table(address)) return {};
  Piece piece{segment->address, segment->address + segment->bytes.size(), !segment->writable};
  const auto after = std::upper_bound(objects_.begin(), objects_.end(), address,
                                      [](std::uint64_t a, const Range& object) { return a < object.from; });
  if (after != objects_.begin()) {
    const auto& before = *std::prev(after);
    if (before.contains(address)) return {before.from, std::min(before.to, piece.to), piece.constant};
    piece.from = std::max(piece.from, before.to);
  }
  if (after != objects_.end()) piece.to = std::min(piece.to, after->from);
  const auto offset = static_cast<std::uint32_t>(address - image_.base());
  const auto next = std::upper_bound(boundaries_.begin(), boundaries_.end(), offset);
  if (next != boundaries_.end()) piece.to = std::min(piece.to, image_.base() + *next);
  if (next != boundaries_.begin()) piece.from = std::max(piece.from, image_.base() + *std::prev(next));
  for (const auto& table : tables_) {
    if (table.from > address) piece.to = std::min(piece.to, table.from);
    if (table.to <= address) piece.from = std::max(piece.from, table.to);
  }
  return piece;
}

}  // namespace blobgauge::analyzer::gobinary
