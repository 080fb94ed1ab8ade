#pragma once
// Names that rules ask for, given as globs ("sig", "*_token"): the same answer as matches_any, at the speed that a
// recorder needs, where nearly every name that is looked up is none of them. ASCII letters compare without case.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace blobgauge::model {

// Immutable; safe to share between threads.
class NameSet {
 public:
  NameSet() = default;
  explicit NameSet(const std::vector<std::string>& globs);
  // False for an empty name.
  bool contains(std::string_view name) const;

 private:
  struct Pattern {
    enum class Kind { ends, contains, other } kind = Kind::other;
    std::string text;  // without the stars of the first two kinds; lower case
  };
  std::vector<std::string> names_;  // lower case
  // Of the names of n characters (the last: so many or more) the first ones, a bit for the lowest five bits of each.
  std::array<std::uint32_t, 64> firsts_ = {};
  std::size_t shortest_pattern_ = ~std::size_t{0};
  std::vector<Pattern> patterns_;
};

}  // namespace blobgauge::model
