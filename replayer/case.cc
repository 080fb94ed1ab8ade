#include "replayer/case.h"

#include <algorithm>

#include "replayer/template.h"

namespace blobgauge::replayer {

std::string_view name_of(Role role) {
  return role == Role::destination ? "destination" : role == Role::source ? "source" : "import";
}

std::optional<Role> parse_role(std::string_view name) {
  for (const auto role : {Role::destination, Role::source, Role::import})
    if (name == name_of(role)) return role;
  return std::nullopt;
}

std::vector<const Step*> requests_of(const std::vector<Step>& steps) {
  std::vector<const Step*> out;
  for (const auto& step : steps) {
    if (step.at_once.empty()) out.push_back(&step);
    for (const auto& one : step.at_once) out.push_back(&one);
  }
  return out;
}

bool has_tag(const Case& item, std::string_view tag) {
  return std::find(item.tags.begin(), item.tags.end(), tag) != item.tags.end();
}

bool needs_peer(const Case& item) {
  for (const auto* steps : {&item.given, &item.steps, &item.after})
    if (std::any_of(steps->begin(), steps->end(),
                    [](const Step& step) { return step.request.at == RequestTemplate::At::peer; }))
      return true;
  return item.role != Role::destination;
}

Needs needs_of(const Case& item, std::string_view auth) {
  Needs out;
  for (const auto* steps : {&item.given, &item.steps, &item.after})
    for (const auto* step : requests_of(*steps)) {
      using At = RequestTemplate::At;
      out.second |= step->request.at == At::second;
      const auto shown = step->request.auth.empty() ? auth : std::string_view(step->request.auth);
      if (step->request.at == At::endpoint) {
        out.key |= shown == "key" || shown.starts_with("sas ");
        out.token |= shown == "bearer" || shown == "wrong bearer";
      }
      for (const auto text : template_texts(*step))
        for (const auto& name : holes(text).value_or(std::vector<std::string>{})) {
          out.key |= name == "signed" || name == "sas";
          out.token |= name == "token";
          out.second |= name == "second_url" || name == "second_signed" || name == "second_account";
        }
    }
  return out;
}

std::vector<std::string_view> template_texts(const Step& step) {
  std::vector<std::string_view> out = {step.request.target};
  for (const auto& [name, value] : step.request.headers) out.push_back(value);
  for (const auto& piece : step.request.body) out.push_back(piece.text);
  for (const auto& content : step.contents)
    for (const auto& piece : content) out.push_back(piece.text);
  for (const auto& one : step.at_once) {
    const auto inner = template_texts(one);
    out.insert(out.end(), inner.begin(), inner.end());
  }
  for (const auto& expectation : step.expectations) {
    // A pattern's own `$` is the end of the text, not a hole.
    if (expectation.test == Expectation::Test::pattern) continue;
    out.insert(out.end(), expectation.values.begin(), expectation.values.end());
  }
  return out;
}

}  // namespace blobgauge::replayer
