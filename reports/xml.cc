#include "reports/xml.h"

#include "model/xml.h"
#include "reports/overview.h"

namespace blobgauge::reports {

std::string xml_text(std::string_view text) {
  std::string out;
  const auto shown = visible(text);
  for (std::string_view rest = shown;;) {
    const auto at = model::unfit_for_xml(rest);
    model::append_xml(out, rest.substr(0, at), model::xml_anywhere);
    if (at == std::string_view::npos) return out;
    out += '?';
    rest.remove_prefix(at + (rest[at] == '\xef' ? 3 : 1));
  }
}

}  // namespace blobgauge::reports
