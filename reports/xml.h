#pragma once
// Text for XML 1.0 and for HTML, in content and in quoted attributes.
#include <string>
#include <string_view>

namespace blobgauge::reports {

// Control characters and bytes that are no UTF-8 become visible, the five special characters entities (so that "]]>"
// cannot stand in it), and the two characters that XML forbids (U+FFFE, U+FFFF; section 2.2) question marks.
std::string xml_text(std::string_view text);

}  // namespace blobgauge::reports
