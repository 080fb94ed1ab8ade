#include "model/yaml.h"

#include <gtest/gtest.h>

#include <random>
#include <sstream>

namespace blobgauge::model::yaml {
namespace {

TEST(Yaml, KeepsOrderAndPositions) {
  const auto node = parse("b: 1\na: [x, 'y']\n", "f.yaml");
  ASSERT_TRUE(node);
  EXPECT_EQ(node->keys, (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(node->find("a")->items[1].line, 2u);
  EXPECT_EQ(node->find("a")->items[1].column, 8u);
}

TEST(Yaml, RefusesWhatHidesMeaning) {
  for (const auto* text : {"a: &x 1\nb: *x\n", "a: 1\na: 2\n", "a: !!int 1\n", "? [a]\n: 1\n", "a: 1\n---\nb: 2\n",
                           "a: [1\n", "a:\n\t- b\n"}) {
    const auto node = parse(text, "f.yaml");
    ASSERT_FALSE(node) << text;
    EXPECT_EQ(node.error().category, Category::input);
    EXPECT_EQ(node.error().where.file, "f.yaml");
  }
}

TEST(Yaml, FieldsNameTheUnknownKeyAndTheNearestOne) {
  const auto node = parse("name: x\nexpcet: 1\n", "c.yaml");
  Fields fields(*node, "c.yaml", "a case");
  fields.text("name");
  fields.maybe("expect");
  const auto status = fields.finish();
  ASSERT_FALSE(status);
  EXPECT_EQ(describe(status.error()), "c.yaml:2:9: a case has no key 'expcet'; did you mean 'expect'?");
}

TEST(Yaml, WriterRoundTripsTextThatYamlWouldReadAsSomethingElse) {
  std::ostringstream out;
  Writer writer(out);
  const std::vector<std::string> hard = {"2021-04-10", "yes",  "0x8D",  "1e3",   "null", "~", "",
                                         " a",         "a: b", "a #b",  "\"q\"", "x\ny", "*", "a\\b",
                                         "{c}",        "NO",   "1_000", ".5",    "\x01", "=", "12:30"};
  writer.begin_map();
  writer.key("list").begin_sequence();
  for (const auto& text : hard) writer.value(text);
  writer.end_sequence();
  writer.key("flow").flow(hard);
  writer.key("empty").begin_sequence();
  writer.end_sequence();
  writer.key("maps").begin_sequence();
  writer.begin_map();
  writer.field("a", "1");
  writer.key("b").begin_map();
  writer.field("c", "d");
  writer.end_map();
  writer.end_map();
  writer.begin_map();
  writer.end_map();
  writer.end_sequence();
  writer.end_map();
  const auto node = parse(out.str(), "w");
  ASSERT_TRUE(node) << describe(node.error()) << "\n" << out.str();
  for (const auto* key : {"list", "flow"}) {
    ASSERT_EQ(node->find(key)->items.size(), hard.size());
    for (std::size_t i = 0; i < hard.size(); ++i) EXPECT_EQ(node->find(key)->items[i].text, hard[i]);
  }
  EXPECT_EQ(node->find("empty")->kind, Node::Kind::sequence);
  EXPECT_EQ(node->find("maps")->items[0].find("b")->find("c")->text, "d");
  EXPECT_EQ(node->find("maps")->items[1].kind, Node::Kind::map);
}

TEST(Writer, EveryTextSurvivesAsKeyValueAndFlowItem) {
  std::mt19937 random(1);
  // Addresses, patterns and source text: what surfaces hold.
  static constexpr std::string_view alphabet = "ab1 :/?&=#%*!|>'\"`@~^$;+-_.,[]{}()<\\\t\n";
  for (int i = 0; i < 3000; ++i) {
    std::vector<std::string> texts(3);
    for (auto& text : texts)
      for (std::size_t n = random() % 8; n > 0; --n) text += alphabet[random() % alphabet.size()];
    std::ostringstream stream;
    Writer out(stream);
    out.begin_map();
    out.key("k" + texts[0]).value(texts[1]);
    out.key("flow").flow(texts);
    out.end_map();
    const auto node = parse(stream.str(), "test");
    ASSERT_TRUE(node) << describe(node.error()) << "\n" << stream.str();
    ASSERT_EQ(node->keys[0], "k" + texts[0]) << stream.str();
    ASSERT_EQ(node->items[0].text, texts[1]) << stream.str();
    for (std::size_t k = 0; k < texts.size(); ++k) ASSERT_EQ(node->items[1].items[k].text, texts[k]) << stream.str();
  }
}

}  // namespace
}  // namespace blobgauge::model::yaml
