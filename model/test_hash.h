#pragma once
// A keyed hash for tests of pseudonyms: no cryptography, only different values for different texts.
#include <cstdint>
#include <string>
#include <string_view>

namespace blobgauge::model {

inline auto test_hash(std::string key) {
  return [key = std::move(key)](std::string_view text) {
    std::uint64_t state = 1469598103934665603U;
    for (const auto& part : {std::string_view(key), std::string_view("|"), text})
      for (const unsigned char c : part) state = (state ^ c) * 1099511628211U;
    std::string out;
    for (int i = 0; i < 32; ++i) {
      state ^= state >> 29;
      state *= 0xbf58476d1ce4e5b9U;
      out += static_cast<char>(state >> 56);
    }
    return out;
  };
}

}  // namespace blobgauge::model
