#include "replayer/xml_document.h"

#include "model/text.h"

namespace blobgauge::replayer {
namespace {

constexpr std::string_view xml_order_mark = "\xef\xbb\xbf";

}  // namespace

const pugi::xml_document* XmlDocument::of(const model::Body& body) {
  if (!body.bytes) return nullptr;
  if (parsed_ == &body) return fine_ ? &document_ : nullptr;
  parsed_ = &body;
  std::string_view text = *body.bytes;
  if (text.starts_with(xml_order_mark)) text.remove_prefix(xml_order_mark.size());
  const auto begin = text.find_first_not_of(" \t\r\n");
  fine_ = begin != std::string_view::npos && text[begin] == '<' &&
          document_.load_buffer(text.data(), text.size(), pugi::parse_default, pugi::encoding_utf8);
  return fine_ ? &document_ : nullptr;
}

XmlPath xml_path_of(std::string_view text) {
  XmlPath out;
  for (const auto part : model::split(text, '/')) {
    if (part.starts_with('@'))
      out.attribute = part.substr(1);
    else
      out.elements.emplace_back(part);
  }
  return out;
}

}  // namespace blobgauge::replayer
