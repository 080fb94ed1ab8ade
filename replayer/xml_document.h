#pragma once
// An answer's body as an XML document, and the places in it that rules name. Not thread-safe.
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "model/exchange.h"

namespace blobgauge::replayer {

// Parses a body once for all rules that look into it.
class XmlDocument {
 public:
  // Null where the body was not kept or is no XML; a byte order mark is passed over. Valid until the next call for
  // another body.
  const pugi::xml_document* of(const model::Body& body);
  // The next body may stand at the address of the last one.
  void forget() { parsed_ = nullptr; }

 private:
  pugi::xml_document document_;
  const model::Body* parsed_ = nullptr;
  bool fine_ = false;
};

// "EnumerationResults/Blobs/Blob/Name", "*" for any element, "@name" at the end for an attribute.
struct XmlPath {
  std::vector<std::string> elements;
  std::string attribute;

  template <class Visit>
  void each(const pugi::xml_node& node, Visit visit, std::size_t depth = 0) const {
    if (depth == elements.size()) return visit(node);
    if (elements[depth] == "*") {
      for (auto child = node.first_child(); child; child = child.next_sibling()) each(child, visit, depth + 1);
      return;
    }
    const char* const name = elements[depth].c_str();
    for (auto child = node.child(name); child; child = child.next_sibling(name)) each(child, visit, depth + 1);
  }
  // The text of each element, or the attribute of those that have it.
  template <class Visit>
  void each_text(const pugi::xml_node& root, Visit visit) const {
    each(root, [&](const pugi::xml_node& node) {
      if (attribute.empty())
        visit(std::string_view(node.text().get()));
      else if (const auto found = node.attribute(attribute.c_str()))
        visit(std::string_view(found.value()));
    });
  }
};

XmlPath xml_path_of(std::string_view text);

}  // namespace blobgauge::replayer
