#include "endpoint/xml.h"

#include "model/url.h"
#include "model/xml.h"

namespace blobgauge::endpoint {
namespace {

void attributes_to(std::string& out, const XmlWriter::Attributes& attributes) {
  for (const auto& [name, value] : attributes) {
    ((out += ' ') += name) += "=\"";
    model::append_xml(out, value, model::xml_attribute);
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
  model::append_xml(out_, text, model::xml_content);
  close(name);
}

void XmlWriter::resource_name(std::string_view name) {
  if (fits_xml(name)) return leaf("Name", name);
  leaf("Name", model::percent_encode(name), {{"Encoded", "true"}});
}

bool fits_xml(std::string_view text) { return model::unfit_for_xml(text) == std::string_view::npos; }

}  // namespace blobgauge::endpoint
