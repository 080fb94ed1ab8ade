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
  // False where no name that ends in this character is contained.
  bool may_end_in(char c) const { return last_[static_cast<unsigned char>(c)]; }

 private:
  struct Pattern {
    enum class Kind { ends, contains, other } kind = Kind::other;
    std::string text;  // without the stars of the first two kinds; lower case
  };
  void allow_end(std::string_view lower_glob);

  std::vector<std::string> names_;  // lower case
  // Of the names of n characters (the last: so many or more) the first ones, a bit for the lowest five bits of each.
  std::array<std::uint32_t, 64> firsts_ = {};
  std::size_t shortest_pattern_ = ~std::size_t{0};
  std::vector<Pattern> patterns_;
  // Of each character the first 32 patterns of the kind `contains` that it tells: one that is rare in other texts.
  // Where none of these characters is met, none of the patterns needs a look.
  std::array<std::uint32_t, 256> telling_ = {};
  std::uint32_t tellable_ = 0;
  bool all_tellable_ = true;  // there is no pattern that is not among these
  std::array<bool, 256> last_ = {};
};

}  // namespace blobgauge::model
