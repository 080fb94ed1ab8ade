#pragma once
// The element paths of many XML bodies, as read_elements gives them for one, by number: documents of one API have the
// same few paths, so the text of a path is made once and not for each document.
#include <cstdint>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "model/name_ids.h"

namespace blobgauge::analyzer {

// Not thread-safe.
class ElementReader {
 public:
  static constexpr std::size_t most_paths = 4096;

  // As for read_elements.
  ElementReader(std::vector<std::string> open, std::string wanted);

  // False where the text is no XML document. What it had: paths() and wanted(), until the next call.
  bool read(std::string_view xml);
  // Each once. Where more paths than `most_paths` were met in all documents, those of this one are not complete, and
  // read_elements must be asked.
  const std::vector<std::uint32_t>& paths() const { return found_; }
  bool complete() const { return complete_; }
  const std::string& wanted() const { return text_; }

  const std::string& path(std::uint32_t id) const { return paths_[id].path; }

 private:
  struct Path {
    std::string name, path;
    bool children_are_open = false;
    std::uint32_t round = 0;  // in which it was met last
    // What came last time, as the first child and as the next sibling: mostly it comes again.
    std::uint32_t first = model::NameIds::none, next = model::NameIds::none;
  };
  std::uint32_t child(std::uint32_t parent, std::string_view name);
  bool meet(std::uint32_t path);
  void collect(const pugi::xml_node& parent, std::uint32_t path, std::size_t depth);

  const std::vector<std::string> open_;
  const std::string wanted_;
  model::NameIds ids_{most_paths};  // of a parent's number and a name; the first is the document's
  std::vector<Path> paths_;         // by number
  std::vector<std::uint32_t> found_;
  std::string text_, copy_, key_;
  std::uint32_t round_ = 0;
  bool complete_ = true;
  pugi::xml_document document_;
};

}  // namespace blobgauge::analyzer
