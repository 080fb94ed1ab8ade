#include "model/secret_set.h"

#include <algorithm>
#include <cstring>

namespace blobgauge::model {
namespace {

constexpr unsigned hash_bits = 16;

// Of the first shortest_secret bytes.
std::size_t hash_of(std::string_view text) {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, text.data(), SecretSet::shortest_secret);
  return static_cast<std::size_t>((bytes * 0x9E3779B97F4A7C15u) >> (64 - hash_bits));
}

std::size_t common(std::string_view a, std::string_view b) {
  const auto size = std::min(a.size(), b.size());
  return static_cast<std::size_t>(
      std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(size), b.begin()).first - a.begin());
}

}  // namespace

void SecretSet::add(std::string_view secret) {
  if (secret.size() < shortest_secret || !secrets_.emplace(secret).second) return;
  if (beginnings_.empty()) beginnings_.resize((1u << hash_bits) / 64);
  const auto hash = hash_of(secret);
  beginnings_[hash / 64] |= std::uint64_t{1} << (hash % 64);
  shortest_ = shortest_ == 0 ? secret.size() : std::min(shortest_, secret.size());
  longest_ = std::max(longest_, secret.size());
}

bool SecretSet::may_begin(std::string_view text) const {
  if (empty() || text.size() < shortest_secret) return false;
  const auto hash = hash_of(text);
  return (beginnings_[hash / 64] >> (hash % 64) & 1) != 0;
}

// The last secret not after `text` in the order either begins it, or no secret that does is longer than what the two
// have in common.
std::size_t SecretSet::at_begin(std::string_view text) const {
  if (!may_begin(text)) return 0;
  text = text.substr(0, longest_);
  while (text.size() >= shortest_) {
    auto after = secrets_.upper_bound(text);
    if (after == secrets_.begin()) return 0;
    const std::string_view before = *--after;
    const auto same = common(before, text);
    if (same == before.size()) return same;
    text = text.substr(0, same);
  }
  return 0;
}

std::size_t SecretSet::cut_at_end(std::string_view text) const {
  for (auto size = std::min(text.size(), std::max<std::size_t>(longest_, 1) - 1); size >= shortest_secret; --size) {
    const auto end = text.substr(text.size() - size);
    if (!may_begin(end)) continue;
    const auto found = secrets_.upper_bound(end);
    if (found != secrets_.end() && found->starts_with(end)) return size;
  }
  return 0;
}

}  // namespace blobgauge::model
