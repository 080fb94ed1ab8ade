#include "replayer/header_slots.h"

#include "model/text.h"

namespace blobgauge::replayer {
namespace {

std::size_t bucket_of(std::string_view name) {
  if (name.empty()) return 0;
  return (name.size() * 7 + static_cast<unsigned char>(model::ascii_lower(name.back())) +
          3 * static_cast<unsigned char>(model::ascii_lower(name[name.size() / 2]))) %
         64;
}

}  // namespace

std::optional<std::size_t> HeaderSlots::find(std::string_view name) const {
  for (const auto slot : buckets_[bucket_of(name)])
    if (model::iequals(names_[slot], name)) return slot;
  return std::nullopt;
}

std::size_t HeaderSlots::add(std::string_view name) {
  if (const auto known = find(name)) return *known;
  const auto key = model::lower(name);
  names_.push_back(key);
  buckets_[bucket_of(key)].push_back(names_.size() - 1);
  return names_.size() - 1;
}

void HeaderSlots::fill(const model::Headers& headers, std::vector<HeaderText>& out) const {
  out.assign(names_.size(), std::nullopt);
  for (const auto& header : headers) {
    if (header.name.empty()) continue;
    for (const auto slot : buckets_[bucket_of(header.name)])
      if (!out[slot] && names_[slot].size() == header.name.size() && model::iequals(names_[slot], header.name))
        out[slot] = header.value;
  }
}

}  // namespace blobgauge::replayer
