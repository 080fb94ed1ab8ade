#include "analyzer/elements.h"

#include <algorithm>
#include <pugixml.hpp>

namespace blobgauge::analyzer {
namespace {

void collect(const pugi::xml_node& parent, const std::string& path, std::size_t depth, bool open,
             const std::vector<std::string>& open_names, std::set<std::string>& out) {
  if (depth > deepest_element) return;
  for (const auto& node : parent.children()) {
    if (node.type() != pugi::node_element || out.size() >= most_elements) continue;
    const std::string name = open ? "*" : node.name();
    const std::string here = path.empty() ? name : path + '/' + name;
    out.insert(here);
    for (const auto& attribute : node.attributes())
      if (out.size() < most_elements) out.insert(here + "/@" + attribute.name());
    const bool names_are_open = std::find(open_names.begin(), open_names.end(), name) != open_names.end();
    collect(node, here, depth + 1, names_are_open, open_names, out);
  }
}

}  // namespace

std::optional<std::set<std::string>> element_paths(std::string_view xml, const std::vector<std::string>& open) {
  // Cheap first: most bodies are blobs.
  const auto text = xml.substr(std::min(xml.find_first_not_of("\xef\xbb\xbf \t\r\n"), xml.size()));
  if (text.empty() || text.front() != '<') return std::nullopt;
  pugi::xml_document document;
  if (!document.load_buffer(xml.data(), xml.size(), pugi::parse_minimal)) return std::nullopt;
  std::set<std::string> out;
  collect(document, "", 1, false, open, out);
  return out;
}

}  // namespace blobgauge::analyzer
