#pragma once
// Text inside XML 1.0 and HTML. Reading is pugixml's; what an element looks like is each writer's own affair.
#include <string>
#include <string_view>

namespace blobgauge::model {

// Which characters become entities. `>` is among them so that "]]>" cannot stand in content; a carriage return, so
// that a reader's line ends (XML 1.0 section 2.11) do not change it.
inline constexpr std::string_view xml_content = "&<>\r", xml_attribute = "&<>\r\"", xml_anywhere = "&<>\"'";

void append_xml(std::string& out, std::string_view text, std::string_view entities);

// The place of the first byte of a character that XML 1.0 can't hold, not even escaped (section 2.2): control
// characters but tab and line ends, U+FFFE, U+FFFF. npos: none. The text is UTF-8.
std::size_t unfit_for_xml(std::string_view utf8);

}  // namespace blobgauge::model
