#include "replayer/parameters.h"

#include <string_view>

namespace blobgauge::replayer {
namespace {

using model::yaml::Node;

// `$name` as a whole scalar; empty if the text is something else.
std::string_view whole_parameter(const Node& node) {
  const std::string_view text = node.text;
  if (node.kind != Node::Kind::scalar || text.size() < 2 || text[0] != '$' || text[1] == '{' || text[1] == '(' ||
      text[1] == '$')
    return {};
  return text.substr(1);
}

// Calls `literal` for each stretch of text and `name` for each `$(name)`.
template <class Literal, class Name>
void walk_names(std::string_view text, Literal literal, Name name) {
  for (;;) {
    const auto open = text.find("$(");
    const auto close = open == std::string_view::npos ? open : text.find(')', open);
    if (close == std::string_view::npos) return literal(text);
    literal(text.substr(0, open));
    name(text.substr(open + 2, close - open - 2));
    text.remove_prefix(close + 1);
  }
}

// A name that was not given stays empty.
std::string text_with(std::string_view text, const Arguments& arguments) {
  std::string out;
  walk_names(
      text, [&](std::string_view part) { out += part; },
      [&](std::string_view name) {
        const auto found = arguments.find(std::string(name));
        if (found != arguments.end()) out += found->second.text;
      });
  return out;
}

// False: the node is a parameter that was not given.
bool fill(Node& node, const Arguments& arguments) {
  if (const auto name = whole_parameter(node); !name.empty()) {
    const auto found = arguments.find(std::string(name));
    if (found == arguments.end() || found->second.kind == Node::Kind::null) return false;
    node = found->second;
    return true;
  }
  if (node.kind == Node::Kind::scalar) node.text = text_with(node.text, arguments);
  for (auto& key : node.keys) key = text_with(key, arguments);
  for (std::size_t i = 0; i < node.items.size();) {
    if (fill(node.items[i], arguments)) {
      ++i;
      continue;
    }
    node.items.erase(node.items.begin() + static_cast<std::ptrdiff_t>(i));
    if (node.kind == Node::Kind::map) node.keys.erase(node.keys.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return true;
}

void collect(const Node& node, std::set<std::string>& out) {
  const auto nothing = [](std::string_view) {};
  const auto name = [&](std::string_view text) { out.emplace(text); };
  if (const auto text = whole_parameter(node); !text.empty()) {
    out.emplace(text);
    return;
  }
  if (node.kind == Node::Kind::scalar) walk_names(node.text, nothing, name);
  for (const auto& key : node.keys) walk_names(key, nothing, name);
  for (const auto& item : node.items) collect(item, out);
}

}  // namespace

void fill_parameters(Node& node, const Arguments& arguments) { fill(node, arguments); }

std::set<std::string> parameters_of(const Node& node) {
  std::set<std::string> out;
  collect(node, out);
  return out;
}

}  // namespace blobgauge::replayer
