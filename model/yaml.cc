#include "model/yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "model/text.h"

namespace blobgauge::model::yaml {
namespace {

struct Refused {
  std::string message;
  YAML::Mark mark;
};

class Builder final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { add(make(Node::Kind::null, mark), mark); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { throw Refused{"an alias is not accepted", mark}; }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check(mark, tag, anchor);
    // A plain scalar has the tag "?"; the plain null spellings arrive as scalars.
    Node node = make(tag == "?" && (value == "~" || value == "null") ? Node::Kind::null : Node::Kind::scalar, mark);
    if (node.kind == Node::Kind::scalar) node.text = value;
    add(std::move(node), mark);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    check(mark, tag, anchor);
    open(make(Node::Kind::sequence, mark), mark);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    check(mark, tag, anchor);
    open(make(Node::Kind::map, mark), mark);
  }
  void OnMapEnd() override { close(); }

  Node root;

 private:
  struct Frame {
    Node node;
    std::optional<std::string> key;
  };
  static Node make(Node::Kind kind, const YAML::Mark& mark) {
    Node node;
    node.kind = kind;
    node.line = static_cast<std::size_t>(mark.line) + 1;
    node.column = static_cast<std::size_t>(mark.column) + 1;
    return node;
  }
  static void check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor) throw Refused{"an anchor is not accepted", mark};
    if (!tag.empty() && tag != "?" && tag != "!") throw Refused{"a tag is not accepted", mark};
  }
  void open(Node node, const YAML::Mark& mark) {
    if (stack_.size() > 64) throw Refused{"nested deeper than 64 levels", mark};
    if (!stack_.empty() && stack_.back().node.kind == Node::Kind::map && !stack_.back().key)
      throw Refused{"a key must be a scalar", mark};
    stack_.push_back({std::move(node), std::nullopt});
  }
  void close() {
    Node node = std::move(stack_.back().node);
    stack_.pop_back();
    add(std::move(node), YAML::Mark::null_mark());
  }
  void add(Node node, const YAML::Mark& mark) {
    if (stack_.empty()) {
      root = std::move(node);
      return;
    }
    auto& top = stack_.back();
    if (top.node.kind == Node::Kind::map) {
      if (!top.key) {
        if (node.kind == Node::Kind::null) throw Refused{"a key must be a scalar", mark};
        if (std::find(top.node.keys.begin(), top.node.keys.end(), node.text) != top.node.keys.end())
          throw Refused{fmt::format("the key '{}' stands twice", node.text), mark};
        top.key = std::move(node.text);
        return;
      }
      top.node.keys.push_back(std::move(*top.key));
      top.key.reset();
    }
    top.node.items.push_back(std::move(node));
  }
  std::vector<Frame> stack_;
};

Position position(const std::string& name, const YAML::Mark& mark) {
  return {name, static_cast<std::size_t>(mark.line + 1), static_cast<std::size_t>(mark.column + 1)};
}

bool plain_is_safe(std::string_view text) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ' || text.back() == ':') return false;
  static constexpr std::string_view first = "-?:,[]{}#&*!|>'\"%@`=<.+~";
  if (first.find(text.front()) != std::string_view::npos || std::isdigit(static_cast<unsigned char>(text.front())))
    return false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    // Flow indicators are quoted everywhere, so that one rule serves block and flow style.
    if (byte < 0x20 || byte >= 0x7f || c == ',' || c == '[' || c == ']' || c == '{' || c == '}' || c == '"' || c == '?')
      return false;
  }
  if (text.find(": ") != std::string_view::npos || text.find(" #") != std::string_view::npos) return false;
  static const std::vector<std::string> words = {"y",    "n",     "yes",  "no",  "on", "off",
                                                 "true", "false", "null", "nan", "inf"};
  return std::find(words.begin(), words.end(), lower(text)) == words.end();
}

}  // namespace

const Node* Node::find(std::string_view key) const {
  for (std::size_t i = 0; i < keys.size(); ++i)
    if (keys[i] == key) return &items[i];
  return nullptr;
}

Result<Node> parse(std::string_view text, std::string name) {
  std::istringstream in{std::string(text)};
  Builder builder;
  try {
    YAML::Parser parser(in);
    if (!parser.HandleNextDocument(builder)) return Node{};
    Builder extra;
    if (parser.HandleNextDocument(extra))
      return fail(Category::input, "a second YAML document", "put one document in a file", {name, 1, 1});
  } catch (const Refused& refused) {
    return fail(Category::input, refused.message, {}, position(name, refused.mark));
  } catch (const YAML::Exception& error) {
    return fail(Category::input, fmt::format("not YAML: {}", error.msg), {}, position(name, error.mark));
  }
  return std::move(builder.root);
}

Result<Node> load(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(Category::input, fmt::format("cannot be read: {}", std::strerror(errno)), {}, {path, 0, 0});
  std::ostringstream text;
  text << in.rdbuf();
  if (in.bad()) return fail(Category::input, "cannot be read to its end", {}, {path, 0, 0});
  return parse(text.str(), path);
}

Fields::Fields(const Node& map, std::string file, std::string what)
    : map_(map), file_(std::move(file)), what_(std::move(what)) {
  if (map_.kind != Node::Kind::map) refuse(fmt::format("{} must be a map of keys", what_));
}

bool Fields::has(std::string_view key) { return child(key) != nullptr; }

const Node* Fields::child(std::string_view key) {
  known_.emplace_back(key);
  return map_.find(key);
}

const Node* Fields::required(std::string_view key) {
  const auto* node = child(key);
  if (!node) refuse(fmt::format("{} lacks '{}'", what_, key));
  return node;
}

std::string Fields::text(std::string_view key) {
  required(key);
  return maybe(key).value_or(std::string{});
}

std::string Fields::text_or(std::string_view key, std::string fallback) {
  auto value = maybe(key);
  return value ? std::move(*value) : std::move(fallback);
}

std::optional<std::string> Fields::maybe(std::string_view key) {
  const auto* node = child(key);
  if (!node) return std::nullopt;
  if (node->kind == Node::Kind::null) return std::string{};
  if (node->kind != Node::Kind::scalar) {
    refuse(fmt::format("'{}' must be one value", key), node);
    return std::nullopt;
  }
  return node->text;
}

std::uint64_t Fields::number_or(std::string_view key, std::uint64_t fallback) {
  const auto value = maybe(key);
  if (!value) return fallback;
  const auto number = parse_number(*value);
  if (!number) refuse(fmt::format("'{}' must be a whole number, not '{}'", key, *value), map_.find(key));
  return number.value_or(fallback);
}

bool Fields::flag_or(std::string_view key, bool fallback) {
  const auto value = maybe(key);
  if (!value) return fallback;
  if (*value != "true" && *value != "false")
    refuse(fmt::format("'{}' must be true or false, not '{}'", key, *value), map_.find(key));
  return *value == "true";
}

std::vector<std::string> Fields::list(std::string_view key) {
  std::vector<std::string> out;
  const auto* node = child(key);
  if (!node || node->kind == Node::Kind::null) return out;
  if (node->kind == Node::Kind::scalar) return {node->text};
  if (node->kind == Node::Kind::map) {
    refuse(fmt::format("'{}' must be a list", key), node);
    return out;
  }
  for (const auto& item : node->items) {
    if (item.kind == Node::Kind::map || item.kind == Node::Kind::sequence)
      refuse(fmt::format("'{}' must be a list of plain values", key), &item);
    out.push_back(item.text);
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> Fields::pairs(std::string_view key) {
  std::vector<std::pair<std::string, std::string>> out;
  const auto* node = child(key);
  if (!node || node->kind == Node::Kind::null) return out;
  if (node->kind != Node::Kind::map) {
    refuse(fmt::format("'{}' must be a map", key), node);
    return out;
  }
  for (std::size_t i = 0; i < node->items.size(); ++i) {
    const auto& item = node->items[i];
    if (item.kind == Node::Kind::map || item.kind == Node::Kind::sequence)
      refuse(fmt::format("'{}' must be one value", node->keys[i]), &item);
    out.emplace_back(node->keys[i], item.text);
  }
  return out;
}

void Fields::refuse(std::string message, const Node* node) {
  if (!error_) error_ = Error{Category::input, std::move(message), {}, at(node ? *node : map_)};
}

Status Fields::finish() {
  if (error_) return tl::unexpected<Error>(*error_);
  for (std::size_t i = 0; i < map_.keys.size(); ++i) {
    if (std::find(known_.begin(), known_.end(), map_.keys[i]) != known_.end()) continue;
    const auto near = closest(map_.keys[i], known_);
    return fail(Category::input, fmt::format("{} has no key '{}'", what_, map_.keys[i]),
                near ? fmt::format("did you mean '{}'?", *near) : std::string{}, at(map_.items[i]));
  }
  return {};
}

std::string quote(std::string_view text) {
  if (plain_is_safe(text)) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  return out + '"';
}

void Writer::comment(std::string_view text) {
  for (const auto line : split(text, '\n')) {
    indent();
    out_ << (line.empty() ? "#" : "# ") << line << '\n';
  }
}

void Writer::indent() {
  for (std::size_t i = 1; i < levels_.size(); ++i) out_ << "  ";
}

void Writer::before_item() {
  if (after_key_) {
    out_ << ' ';
    after_key_ = false;
    return;
  }
  if (!levels_.empty() && !levels_.back().map) {
    auto& level = levels_.back();
    // The first item breaks the line after its key; an empty sequence stays on that line as [].
    if (level.empty && levels_.size() > 1) out_ << '\n';
    level.empty = false;
    indent();
    out_ << "- ";
  }
}

Writer& Writer::key(std::string_view name) {
  auto& level = levels_.back();
  if (level.compact) {
    level.compact = false;
  } else {
    if (level.empty && levels_.size() > 1 && levels_[levels_.size() - 2].map) out_ << '\n';
    indent();
  }
  level.empty = false;
  out_ << quote(name) << ':';
  after_key_ = true;
  return *this;
}

void Writer::value(std::string_view text) {
  before_item();
  out_ << quote(text) << '\n';
}

void Writer::value(std::uint64_t number) {
  before_item();
  out_ << number << '\n';
}

void Writer::value(bool flag) {
  before_item();
  out_ << (flag ? "true" : "false") << '\n';
}

void Writer::flow(const std::vector<std::string>& items) {
  before_item();
  out_ << '[';
  for (std::size_t i = 0; i < items.size(); ++i) out_ << (i ? ", " : "") << quote(items[i]);
  out_ << "]\n";
}

void Writer::begin_map() {
  const bool in_sequence = !levels_.empty() && !levels_.back().map && !after_key_;
  if (in_sequence) before_item();
  after_key_ = false;
  levels_.push_back({true, true, in_sequence});
}

void Writer::end_map() {
  const auto level = levels_.back();
  levels_.pop_back();
  if (level.empty) out_ << (level.compact || levels_.empty() ? "{}\n" : " {}\n");
}

void Writer::begin_sequence() {
  if (!after_key_) before_item();
  after_key_ = false;
  levels_.push_back({false, true, false});
}

void Writer::end_sequence() {
  const auto level = levels_.back();
  levels_.pop_back();
  if (level.empty) out_ << " []\n";
}

}  // namespace blobgauge::model::yaml
