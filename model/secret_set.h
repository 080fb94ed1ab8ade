#pragma once
// The secrets that one text or exchange showed, to be found again wherever they stand. A listing can have thousands,
// so the work per byte of a text must not grow with their number.
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace blobgauge::model {

// Not thread-safe.
class SecretSet {
 public:
  static constexpr std::size_t shortest_secret = 7;  // bytes; add() takes no shorter one

  void add(std::string_view secret);
  bool empty() const { return secrets_.empty(); }
  // Of all in it; 0 where it is empty.
  std::size_t shortest() const { return shortest_; }

  // The size of the longest secret that `text` begins with, or 0.
  std::size_t at_begin(std::string_view text) const;
  // The size of the longest end of `text` that a secret begins with and goes on after, or 0; none below
  // `shortest_secret`.
  std::size_t cut_at_end(std::string_view text) const;

 private:
  bool may_begin(std::string_view text) const;

  std::set<std::string, std::less<>> secrets_;
  std::vector<std::uint64_t> beginnings_;  // a bit for each hash of a secret's first bytes
  std::size_t shortest_ = 0, longest_ = 0;
};

}  // namespace blobgauge::model
