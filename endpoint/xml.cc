#include "endpoint/xml.h"

#include "model/url.h"

namespace blobgauge::endpoint {
namespace {

void escape(std::string& out, std::string_view text, bool attribute) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '\r':
        out += "&#xD;";
        break;
      case '"':
        if (attribute) {
          out += "&quot;";
          break;
        }
        [[fallthrough]];
      default:
        out += c;
    }
  }
}

void attributes_to(std::string& out, const XmlWriter::Attributes& attributes) {
  for (const auto& [name, value] : attributes) {
    ((out += ' ') += name) += "=\"";
    escape(out, value, true);
    out += '"';
  }
}

}  // namespace

XmlWriter::XmlWriter(Start start) : out_("\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"utf-8\"?>") {
  if (start == Start::line_break) out_ += "\n";
}

void XmlWriter::open(std::string_view name, const Attributes& attributes) {
  (out_ += '<') += name;
  attributes_to(out_, attributes);
  out_ += '>';
}

void XmlWriter::close(std::string_view name) { ((out_ += "</") += name) += '>'; }

void XmlWriter::leaf(std::string_view name, std::string_view text, const Attributes& attributes) {
  (out_ += '<') += name;
  attributes_to(out_, attributes);
  if (text.empty()) {
    out_ += " />";
    return;
  }
  out_ += '>';
  escape(out_, text, false);
  close(name);
}

void XmlWriter::resource_name(std::string_view name) {
  if (fits_xml(name)) return leaf("Name", name);
  leaf("Name", model::percent_encode(name), {{"Encoded", "true"}});
}

bool fits_xml(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') return false;
    // U+FFFE and U+FFFF
    if (c == 0xEF && i + 2 < text.size() && static_cast<unsigned char>(text[i + 1]) == 0xBF &&
        static_cast<unsigned char>(text[i + 2]) >= 0xBE)
      return false;
  }
  return true;
}

}  // namespace blobgauge::endpoint
