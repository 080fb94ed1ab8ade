#pragma once
// The verdict of one case and the weight of one expectation; docs/formats/results.md has the words.
#include <optional>
#include <string_view>

namespace blobgauge::model {

enum class Verdict { pass, fail, unsupported, skipped, xfail, xpass, blocked, indeterminate, error };
enum class Weight {
  breaks,   // a client reads it on a reachable path, or was seen to fail without it
  differs,  // Azure does it, no client is known to notice
};

std::string_view name_of(Verdict verdict);
std::string_view name_of(Weight weight);
std::optional<Verdict> parse_verdict(std::string_view name);
std::optional<Weight> parse_weight(std::string_view name);

}  // namespace blobgauge::model
