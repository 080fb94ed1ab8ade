#pragma once
// Numbers for the header names that rules ask for, so that a head is gone through once for all rules and not once for
// each. Names are compared without case (RFC 9110 section 5.1). Const members may be called by several threads.
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/exchange.h"

namespace blobgauge::replayer {

// A view into the exchange; nothing where the header is not there.
using HeaderText = std::optional<std::string_view>;

class HeaderSlots {
 public:
  // The number of a name, which must not be empty; the same one for the same name.
  std::size_t add(std::string_view name);
  // Nothing for a name that was not added.
  std::optional<std::size_t> find(std::string_view name) const;
  std::size_t size() const { return names_.size(); }
  // The first value of each name, by its number.
  void fill(const model::Headers& headers, std::vector<HeaderText>& out) const;

 private:
  std::vector<std::string> names_;                    // lower case
  std::array<std::vector<std::size_t>, 64> buckets_;  // numbers, by a hash that needs no lower case
};

}  // namespace blobgauge::replayer
