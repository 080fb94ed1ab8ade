#include "model/xml.h"

#include <gtest/gtest.h>

namespace blobgauge::model {
namespace {

std::string escaped(std::string_view text, std::string_view entities) {
  std::string out;
  append_xml(out, text, entities);
  return out;
}

TEST(Xml, TurnsWhatMeansSomethingIntoEntities) {
  EXPECT_EQ(escaped("a<b>&c", xml_content), "a&lt;b&gt;&amp;c");
  EXPECT_EQ(escaped("\"'\r\n", xml_content), "\"'&#xD;\n");
  EXPECT_EQ(escaped("\"'\r\n", xml_attribute), "&quot;'&#xD;\n");
  EXPECT_EQ(escaped("]]>\"'", xml_anywhere), "]]&gt;&quot;&apos;");
  EXPECT_EQ(escaped("", xml_anywhere), "");
  EXPECT_EQ(escaped("\xc3\xa9", xml_anywhere), "\xc3\xa9");
}

TEST(Xml, FindsWhatNoEscapeHelps) {
  EXPECT_EQ(unfit_for_xml("a\t\r\n\xc3\xa9"), std::string_view::npos);
  EXPECT_EQ(unfit_for_xml(std::string_view("ab\0c", 4)), 2u);
  EXPECT_EQ(unfit_for_xml("a\x1f"), 1u);
  EXPECT_EQ(unfit_for_xml("ab\xef\xbf\xbe"), 2u);
  EXPECT_EQ(unfit_for_xml("\xef\xbf\xbf"), 0u);
  EXPECT_EQ(unfit_for_xml("\xef\xbf\xbd"), std::string_view::npos) << "U+FFFD is a character";
}

}  // namespace
}  // namespace blobgauge::model
