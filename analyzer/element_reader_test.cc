#include "analyzer/element_reader.h"

#include <gtest/gtest.h>

#include "analyzer/elements.h"

namespace blobgauge::analyzer {
namespace {

std::set<std::string> paths(const ElementReader& reader) {
  std::set<std::string> out;
  for (const auto id : reader.paths()) EXPECT_TRUE(out.insert(reader.path(id)).second);
  return out;
}

TEST(ElementReader, SaysOfEachDocumentWhatReadElementsSays) {
  const std::vector<std::string> open = {"Metadata"};
  ElementReader reader(open, "Error/Code");
  std::string wide = "<r>", deep, closed;
  for (int i = 0; i < 600; ++i) wide += "<e" + std::to_string(i) + " a" + std::to_string(i) + "='1'/>";
  for (int i = 0; i < 20; ++i) deep += "<d>", closed += "</d>";
  const std::vector<std::string> documents = {
      "<R a='1'><B><N>x</N><Metadata><k1/><k2 b='2'>v</k2></Metadata></B><B><N/><M/></B></R>",
      "<R><B><M/><N/></B><B a='2'/></R>",
      "\xef\xbb\xbf<Error><Code>A</Code><Code>B</Code><Message/></Error>",
      "<Error><Code/><Code>B</Code></Error>",
      "",
      "bytes of a blob",
      "<a><b></a>",
      wide + "</r>",
      deep + closed,
      "<R><B><N>x</N></B></R>"};
  for (int round = 0; round < 2; ++round)
    for (const auto& document : documents) {
      const auto expected = read_elements(document, open, "Error/Code");
      ASSERT_EQ(reader.read(document), expected.has_value()) << document;
      ASSERT_TRUE(reader.complete());
      if (!expected) continue;
      EXPECT_EQ(paths(reader), expected->paths) << document;
      EXPECT_EQ(reader.wanted(), expected->wanted) << document;
    }
}

TEST(ElementReader, SaysWhenThereAreMorePathsThanItHasNumbers) {
  ElementReader reader({}, {});
  const auto document = [](std::size_t from) {
    std::string text = "<r>";
    for (std::size_t i = from; i < from + 400; ++i) text += "<e" + std::to_string(i) + "/>";
    return text + "</r>";
  };
  std::size_t from = 0;
  for (; from + 400 < ElementReader::most_paths - 1; from += 400) {
    ASSERT_TRUE(reader.read(document(from)));
    ASSERT_TRUE(reader.complete());
  }
  ASSERT_TRUE(reader.read(document(from)));
  EXPECT_FALSE(reader.complete());
  ASSERT_TRUE(reader.read(document(0)));
  EXPECT_TRUE(reader.complete());
  EXPECT_EQ(reader.paths().size(), 401u);
}

}  // namespace
}  // namespace blobgauge::analyzer
