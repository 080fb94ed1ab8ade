#include "replayer/case.h"

#include <algorithm>

namespace blobgauge::replayer {

std::string_view name_of(Role role) {
  return role == Role::destination ? "destination" : role == Role::source ? "source" : "import";
}

std::optional<Role> parse_role(std::string_view name) {
  for (const auto role : {Role::destination, Role::source, Role::import})
    if (name == name_of(role)) return role;
  return std::nullopt;
}

bool needs_peer(const Case& item) {
  for (const auto* steps : {&item.given, &item.steps, &item.after})
    if (std::any_of(steps->begin(), steps->end(), [](const Step& step) { return step.request.at_peer; })) return true;
  return item.role != Role::destination;
}

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
