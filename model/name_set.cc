#include "model/name_set.h"

#include <algorithm>

#include "model/text.h"

namespace blobgauge::model {
namespace {

constexpr std::size_t slot_of(std::string_view name) { return std::min<std::size_t>(name.size(), 63); }
// The same for both cases of a letter.
constexpr std::uint32_t bit_of(std::string_view name) { return std::uint32_t{1} << (name.front() & 0x1F); }

// `lower_text` at `at` of `name`.
bool stands_at(std::string_view name, std::size_t at, std::string_view lower_text) {
  for (std::size_t i = 0; i < lower_text.size(); ++i)
    if (ascii_lower(name[at + i]) != lower_text[i]) return false;
  return true;
}

}  // namespace

NameSet::NameSet(const std::vector<std::string>& globs) {
  for (const auto& glob : globs) {
    const std::string text = lower(glob);
    if (text.find_first_of("*?") == std::string::npos) {
      names_.push_back(text);
      if (!text.empty()) firsts_[slot_of(text)] |= bit_of(text);
      continue;
    }
    Pattern pattern{Pattern::Kind::other, text};
    if (text.size() > 1 && text.starts_with('*') && text.find_first_of("*?", 1) == std::string::npos)
      pattern = {Pattern::Kind::ends, text.substr(1)};
    else if (text.size() > 2 && text.starts_with('*') && text.find_first_of("*?", 1) == text.size() - 1 &&
             text.ends_with('*'))
      pattern = {Pattern::Kind::contains, text.substr(1, text.size() - 2)};
    shortest_pattern_ = std::min(shortest_pattern_, pattern.kind == Pattern::Kind::other ? 0 : pattern.text.size());
    patterns_.push_back(std::move(pattern));
  }
}

bool NameSet::contains(std::string_view name) const {
  if (name.empty()) return false;
  if (firsts_[slot_of(name)] & bit_of(name))
    for (const auto& known : names_)
      if (known.size() == name.size() && stands_at(name, 0, known)) return true;
  if (name.size() < shortest_pattern_) return false;
  return std::any_of(patterns_.begin(), patterns_.end(), [&](const Pattern& pattern) {
    const auto& text = pattern.text;
    if (pattern.kind == Pattern::Kind::other) return glob_match(text, name);
    if (name.size() < text.size()) return false;
    const std::size_t last = name.size() - text.size();
    if (pattern.kind == Pattern::Kind::ends)
      return (name.back() | 0x20) == (text.back() | 0x20) && stands_at(name, last, text);
    for (std::size_t at = 0; at <= last; ++at)
      if (ascii_lower(name[at]) == text.front() && stands_at(name, at, text)) return true;
    return false;
  });
}

}  // namespace blobgauge::model
