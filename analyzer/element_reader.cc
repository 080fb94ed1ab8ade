#include "analyzer/element_reader.h"

#include <algorithm>

#include "analyzer/elements.h"

namespace blobgauge::analyzer {

using model::NameIds;

ElementReader::ElementReader(std::vector<std::string> open, std::string wanted)
    : open_(std::move(open)), wanted_(std::move(wanted)), paths_(1) {
  ids_.of({});
}

std::uint32_t ElementReader::child(std::uint32_t parent, std::string_view name) {
  key_.assign(reinterpret_cast<const char*>(&parent), sizeof parent);
  key_ += name;
  const auto id = ids_.of(key_);
  if (id != paths_.size()) return id;
  Path path;
  path.name = name;
  path.path = parent == 0 ? path.name : paths_[parent].path + '/' + path.name;
  path.children_are_open = std::find(open_.begin(), open_.end(), name) != open_.end();
  paths_.push_back(std::move(path));
  return id;
}

// False where the path has no number.
bool ElementReader::meet(std::uint32_t path) {
  if (path == NameIds::none) return complete_ = false;
  if (paths_[path].round == round_) return true;
  paths_[path].round = round_;
  found_.push_back(path);
  return true;
}

void ElementReader::collect(const pugi::xml_node& parent, std::uint32_t path, std::size_t depth) {
  if (depth > deepest_element) return;
  std::uint32_t before = NameIds::none;
  for (auto node = parent.first_child(); node; node = node.next_sibling()) {
    if (node.type() != pugi::node_element || found_.size() >= most_elements) continue;
    const std::string_view name = paths_[path].children_are_open ? "*" : node.name();
    auto& guess = before == NameIds::none ? paths_[path].first : paths_[before].next;
    if (guess == NameIds::none || paths_[guess].name != name) {
      const auto id = child(path, name);
      // `child` may have moved what `guess` refers to.
      (before == NameIds::none ? paths_[path].first : paths_[before].next) = id;
      if (!meet(id)) return;
      before = id;
    } else {
      before = guess;
      meet(before);
    }
    if (text_.empty() && paths_[before].path == wanted_) text_ = node.child_value();
    for (auto attribute = node.first_attribute(); attribute; attribute = attribute.next_attribute()) {
      if (found_.size() >= most_elements) break;
      key_ = '@';
      key_ += attribute.name();
      if (!meet(child(before, std::string(key_)))) return;
    }
    collect(node, before, depth + 1);
    if (!complete_) return;
  }
}

bool ElementReader::read(std::string_view xml) {
  found_.clear();
  text_.clear();
  complete_ = true;
  ++round_;
  if (!may_be_xml(xml)) return false;
  copy_ = xml;
  if (!document_.load_buffer_inplace(copy_.data(), copy_.size(), pugi::parse_minimal)) return false;
  collect(document_, 0, 1);
  return true;
}

}  // namespace blobgauge::analyzer
