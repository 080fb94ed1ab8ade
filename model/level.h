#pragma once
// How sure it is that an executable can come to a function, and so to an operation. docs/analyzer.md explains it.
#include <cstdint>
#include <string_view>

namespace blobgauge::model {

// Ordered, the strongest statement first; each level contains those before it.
enum class Level : std::uint8_t {
  reachable,      // through calls, function values and the interfaces that reachable code converts or asserts to
  by_reflection,  // only if reflection calls a method by a name that some string holds, or an enumeration's `func() T`
  safe_bound,     // only if reflection calls any exported method of any type in use
  none            // linked in, and nothing that can run names it; or no executable is asked
};

// "reachable", "by reflection", "safe bound", "".
constexpr std::string_view name_of(Level level) {
  constexpr std::string_view names[] = {"reachable", "by reflection", "safe bound", ""};
  return names[static_cast<int>(level)];
}

}  // namespace blobgauge::model
