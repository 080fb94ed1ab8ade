#include "model/verdict.h"

#include <algorithm>
#include <array>

namespace blobgauge::model {
namespace {

constexpr std::array<std::string_view, 9> verdicts = {"pass",  "fail",    "unsupported",   "skipped", "xfail",
                                                      "xpass", "blocked", "indeterminate", "error"};
constexpr std::array<std::string_view, 2> weights = {"breaks", "differs"};

template <class Enum, std::size_t size>
std::optional<Enum> parse(const std::array<std::string_view, size>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

}  // namespace

std::string_view name_of(Verdict verdict) { return verdicts[static_cast<std::size_t>(verdict)]; }
std::string_view name_of(Weight weight) { return weights[static_cast<std::size_t>(weight)]; }
std::optional<Verdict> parse_verdict(std::string_view name) { return parse<Verdict>(verdicts, name); }
std::optional<Weight> parse_weight(std::string_view name) { return parse<Weight>(weights, name); }

}  // namespace blobgauge::model
