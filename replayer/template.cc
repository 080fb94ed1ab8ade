#include "replayer/template.h"

#include <fmt/format.h>

namespace blobgauge::replayer {
namespace {

using model::Category;
using model::fail;
using model::Result;

// The place of the '}' that closes the hole whose inside begins at `start`.
std::size_t closing(std::string_view text, std::size_t start) {
  std::size_t depth = 1;
  for (auto i = start; i < text.size(); ++i) {
    if (text[i] == '$' && i + 1 < text.size() && text[i + 1] == '{') {
      ++depth;
      ++i;
    } else if (text[i] == '}' && --depth == 0) {
      return i;
    }
  }
  return std::string_view::npos;
}

// Walks the text: `literal` for stretches as they are, `hole(name, argument)` for each hole, argument unexpanded.
template <class Literal, class Hole>
model::Status walk(std::string_view text, Literal literal, Hole hole) {
  for (std::size_t at = 0; at < text.size();) {
    const auto dollar = text.find('$', at);
    literal(text.substr(at, dollar == std::string_view::npos ? dollar : dollar - at));
    if (dollar == std::string_view::npos) break;
    const char next = dollar + 1 < text.size() ? text[dollar + 1] : '\0';
    if (next != '{') {
      literal("$");
      at = dollar + (next == '$' ? 2 : 1);
      continue;
    }
    const auto end = closing(text, dollar + 2);
    if (end == std::string_view::npos)
      return fail(Category::input, fmt::format("a hole is not closed in '{}'", text), "write $$ for a dollar sign");
    const auto inside = text.substr(dollar + 2, end - dollar - 2);
    const auto space = inside.find(' ');
    BLOBGAUGE_CHECK(
        hole(inside.substr(0, space), space == std::string_view::npos ? std::string_view{} : inside.substr(space + 1)));
    at = end + 1;
  }
  return {};
}

}  // namespace

Result<std::string> expand(std::string_view text, const Scope& scope) {
  std::string out;
  BLOBGAUGE_CHECK(walk(
      text, [&](std::string_view part) { out += part; },
      [&](std::string_view name, std::string_view argument) -> model::Status {
        if (const auto value = scope.values.find(name); value != scope.values.end() && argument.empty()) {
          out += value->second;
          return {};
        }
        const auto function = scope.functions.find(name);
        if (function == scope.functions.end())
          return fail(Category::input, fmt::format("'{}' has no value here", name),
                      "name it in 'names', capture it in an earlier step, or see docs/formats/cases.md");
        BLOBGAUGE_TRY(const auto filled, expand(argument, scope));
        BLOBGAUGE_TRY(const auto value, function->second(filled));
        out += value;
        return {};
      }));
  return out;
}

Result<std::vector<std::string>> holes(std::string_view text) {
  std::vector<std::string> names;
  BLOBGAUGE_CHECK(walk(
      text, [](std::string_view) {},
      [&](std::string_view name, std::string_view argument) -> model::Status {
        names.emplace_back(name);
        BLOBGAUGE_TRY(auto inner, holes(argument));
        names.insert(names.end(), std::make_move_iterator(inner.begin()), std::make_move_iterator(inner.end()));
        return {};
      }));
  return names;
}

}  // namespace blobgauge::replayer
