#pragma once
// Writes XML as the service does: byte order mark, declaration, no white space between elements, `<Name />` for empty
// ones. Reading is pugixml's.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace blobgauge::endpoint {

class XmlWriter {
 public:
  enum class Start { plain, line_break };  // tags alone have a line break after the declaration
  explicit XmlWriter(Start start = Start::plain);

  using Attributes = std::vector<std::pair<std::string_view, std::string_view>>;
  void open(std::string_view name, const Attributes& attributes = {});
  void close(std::string_view name);
  // `<Name>text</Name>`, or `<Name />` for an empty text.
  void leaf(std::string_view name, std::string_view text, const Attributes& attributes = {});
  // A name that XML can't hold is percent-encoded whole and marked Encoded="true".
  void resource_name(std::string_view name);
  void raw(std::string_view xml) { out_ += xml; }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

// False for a text with characters that XML 1.0 can't hold, not even escaped.
bool fits_xml(std::string_view utf8);

}  // namespace blobgauge::endpoint
