#include "model/name_set.h"

#include <algorithm>
#include <bit>

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

// From the most to the least common in names and values, where many are hexadecimal, dates or English.
constexpr std::string_view common = "0123456789-eadfcb:/.=_tionshrlumpwgyvkjxqz";

// Which character of a text that is not empty is the rarest elsewhere.
char rarest(std::string_view text) {
  const auto rank = [](char c) {
    const auto at = common.find(c);
    return at == std::string_view::npos ? common.size() : at;
  };
  return *std::max_element(text.begin(), text.end(), [&](char a, char b) { return rank(a) < rank(b); });
}

}  // namespace

void NameSet::allow_end(std::string_view lower_glob) {
  if (lower_glob.empty()) return;
  const char c = lower_glob.back();
  if (c == '*' || c == '?') return last_.fill(true);
  last_[static_cast<unsigned char>(c)] = true;
  if (c >= 'a' && c <= 'z') last_[static_cast<unsigned char>(c - 'a' + 'A')] = true;
}

NameSet::NameSet(const std::vector<std::string>& globs) {
  for (const auto& glob : globs) {
    const std::string text = lower(glob);
    allow_end(text);
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
  for (std::size_t i = 0; i < std::min<std::size_t>(patterns_.size(), 32); ++i) {
    if (patterns_[i].kind != Pattern::Kind::contains) continue;
    const auto bit = std::uint32_t{1} << i;
    tellable_ |= bit;
    const char c = rarest(patterns_[i].text);
    telling_[static_cast<unsigned char>(c)] |= bit;
    if (c >= 'a' && c <= 'z') telling_[static_cast<unsigned char>(c - 'a' + 'A')] |= bit;
  }
  all_tellable_ = static_cast<std::size_t>(std::popcount(tellable_)) == patterns_.size();
}

bool NameSet::contains(std::string_view name) const {
  if (name.empty()) return false;
  if (firsts_[slot_of(name)] & bit_of(name))
    for (const auto& known : names_)
      if (known.size() == name.size() && stands_at(name, 0, known)) return true;
  if (name.size() < shortest_pattern_) return false;
  std::uint32_t told = 0;
  if (tellable_)
    for (const char c : name) told |= telling_[static_cast<unsigned char>(c)];
  const std::uint32_t excluded = tellable_ & ~told;
  if (all_tellable_ && excluded == tellable_) return false;
  return std::any_of(patterns_.begin(), patterns_.end(), [&](const Pattern& pattern) {
    const auto number = static_cast<std::size_t>(&pattern - patterns_.data());
    if (number < 32 && (excluded >> number & 1)) return false;
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
