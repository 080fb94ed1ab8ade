#include "replayer/case.h"

namespace blobgauge::replayer {

std::vector<std::string_view> template_texts(const Step& step) {
  std::vector<std::string_view> out = {step.request.target};
  for (const auto& [name, value] : step.request.headers) out.push_back(value);
  for (const auto& piece : step.request.body) out.push_back(piece.text);
  for (const auto& piece : step.content) out.push_back(piece.text);
  for (const auto& expectation : step.expectations) {
    // A pattern's own `$` is the end of the text, not a hole.
    if (expectation.test == Expectation::Test::pattern) continue;
    out.insert(out.end(), expectation.values.begin(), expectation.values.end());
  }
  return out;
}

}  // namespace blobgauge::replayer
