#pragma once
// YAML as this project reads and writes it: a tree with positions, built from yaml-cpp's event handler.
// yaml-cpp's own Load keeps no usable positions for a message, loses key order and takes about 50 bytes a byte.
// Aliases, anchors and tags are refused: the files are contracts, and each line must mean what it says.
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/error.h"

namespace blobgauge::model::yaml {

struct Node {
  enum class Kind { null, scalar, sequence, map };
  Kind kind = Kind::null;
  std::string text;  // scalar
  std::size_t line = 0, column = 0;
  std::vector<std::string> keys;  // map: keys[i] names items[i]
  std::vector<Node> items;        // sequence and map

  const Node* find(std::string_view key) const;
};

// `name` stands in messages. Reading a file gives Category::input errors with line and column.
Result<Node> parse(std::string_view text, std::string name);
Result<Node> load(const std::string& path);

// Reads the fields of one map and remembers the first error, so that a reader is a list of lines without checks;
// `finish` returns that error, or names a key that nobody asked for with the nearest known one.
class Fields {
 public:
  Fields(const Node& map, std::string file, std::string what);

  bool has(std::string_view key);
  const Node* child(std::string_view key);     // nullptr where absent
  const Node* required(std::string_view key);  // an error where absent
  std::string text(std::string_view key);      // required
  std::string text_or(std::string_view key, std::string fallback);
  std::optional<std::string> maybe(std::string_view key);
  std::uint64_t number_or(std::string_view key, std::uint64_t fallback);
  bool flag_or(std::string_view key, bool fallback);
  // A sequence of scalars; one scalar stands for a sequence of one; empty where absent.
  std::vector<std::string> list(std::string_view key);
  std::vector<std::pair<std::string, std::string>> pairs(std::string_view key);

  // Notes an error at this map, or at `node`.
  void refuse(std::string message, const Node* node = nullptr);
  Position at(const Node& node) const { return {file_, node.line, node.column}; }
  const std::string& file() const { return file_; }
  Status finish();

 private:
  const Node& map_;
  std::string file_, what_;
  std::vector<std::string> known_;
  std::optional<Error> error_;
};

// The list of maps under `key`, each read by `read(Fields&)`, which gives a Result<Item>; empty where absent. The first
// error ends it. `what` names one item in messages ("a rule").
template <class Item, class Read>
Result<std::vector<Item>> read_all(Fields& parent, std::string_view key, const std::string& what, Read read) {
  std::vector<Item> items;
  const auto* node = parent.child(key);
  if (!node || node->kind == Node::Kind::null) return items;
  if (node->kind != Node::Kind::sequence)
    return fail(Category::input, "'" + std::string(key) + "' must be a list", {}, parent.at(*node));
  for (const auto& child : node->items) {
    Fields fields(child, parent.file(), what);
    BLOBGAUGE_TRY(auto item, read(fields));
    BLOBGAUGE_CHECK(fields.finish());
    items.push_back(std::move(item));
  }
  return items;
}

// Block style, two spaces; quotes every scalar that YAML 1.1 would read as something else than this text.
class Writer {
 public:
  explicit Writer(std::ostream& out) : out_(out) {}
  void comment(std::string_view text);  // on lines of its own
  Writer& key(std::string_view name);
  void value(std::string_view text);
  void value(std::uint64_t number);
  void value(bool flag);
  void field(std::string_view name, std::string_view text) { key(name).value(text); }
  void number(std::string_view name, std::uint64_t value_of) { key(name).value(value_of); }
  void flag(std::string_view name, bool value_of) { key(name).value(value_of); }
  void flow(const std::vector<std::string>& items);  // [a, b] on one line
  void begin_map();
  void end_map();
  void begin_sequence();
  void end_sequence();

 private:
  struct Level {
    bool map;
    bool empty = true;
    bool compact = false;  // first line continues "- "
  };
  void before_item();
  void indent();
  std::ostream& out_;
  std::vector<Level> levels_;
  bool after_key_ = false;
};

// As Writer writes a scalar.
std::string quote(std::string_view text);

}  // namespace blobgauge::model::yaml
