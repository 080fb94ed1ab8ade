#include "reports/xml.h"

#include "reports/overview.h"

namespace blobgauge::reports {

std::string xml_text(std::string_view text) {
  std::string out;
  const auto shown = visible(text);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const char c = shown[i];
    if (shown.compare(i, 2, "\xef\xbf") == 0 && i + 2 < shown.size() &&
        (shown[i + 2] == '\xbe' || shown[i + 2] == '\xbf')) {
      out += '?';
      i += 2;
      continue;
    }
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
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&apos;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace blobgauge::reports
