#include "model/xml.h"

namespace blobgauge::model {
namespace {

std::string_view entity_of(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&apos;";
    default:
      return "&#xD;";
  }
}

}  // namespace

void append_xml(std::string& out, std::string_view text, std::string_view entities) {
  for (;;) {
    const auto at = text.find_first_of(entities);
    out += text.substr(0, at);
    if (at == std::string_view::npos) return;
    out += entity_of(text[at]);
    text.remove_prefix(at + 1);
  }
}

std::size_t unfit_for_xml(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') return i;
    if (c == 0xEF && i + 2 < text.size() && static_cast<unsigned char>(text[i + 1]) == 0xBF &&
        static_cast<unsigned char>(text[i + 2]) >= 0xBE)
      return i;
  }
  return std::string_view::npos;
}

}  // namespace blobgauge::model
