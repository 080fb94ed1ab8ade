#include "analyzer/elements.h"

#include <algorithm>
#include <pugixml.hpp>

namespace blobgauge::analyzer {
namespace {

class Collector {
 public:
  Collector(const std::vector<std::string>& open, std::string_view wanted) : open_(open), wanted_(wanted) {}

  void collect(const pugi::xml_node& parent, const std::string& path, std::size_t depth, bool names_are_open) {
    if (depth > deepest_element) return;
    for (const auto& node : parent.children()) {
      if (node.type() != pugi::node_element || out.paths.size() >= most_elements) continue;
      const std::string name = names_are_open ? "*" : node.name();
      const std::string here = path.empty() ? name : path + '/' + name;
      out.paths.insert(here);
      if (out.wanted.empty() && here == wanted_) out.wanted = node.child_value();
      for (const auto& attribute : node.attributes())
        if (out.paths.size() < most_elements) out.paths.insert(here + "/@" + attribute.name());
      collect(node, here, depth + 1, std::find(open_.begin(), open_.end(), name) != open_.end());
    }
  }

  Elements out;

 private:
  const std::vector<std::string>& open_;
  const std::string_view wanted_;
};

}  // namespace

bool may_be_xml(std::string_view text) {
  const auto first = text.find_first_not_of("\xef\xbb\xbf \t\r\n");
  return first != std::string_view::npos && text[first] == '<';
}

std::optional<Elements> read_elements(std::string_view xml, const std::vector<std::string>& open,
                                      std::string_view wanted) {
  if (!may_be_xml(xml)) return std::nullopt;
  pugi::xml_document document;
  if (!document.load_buffer(xml.data(), xml.size(), pugi::parse_minimal)) return std::nullopt;
  Collector collector(open, wanted);
  collector.collect(document, "", 1, false);
  return std::move(collector.out);
}

}  // namespace blobgauge::analyzer
