#include "analyzer/facts.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>

#include "model/lines.h"

namespace blobgauge::analyzer {
namespace {

using model::Category;
using model::Result;
using model::Status;
namespace dom = simdjson::dom;

// Deeper nesting is no expression that a front end writes, and would only serve to exhaust the stack.
constexpr int deepest = 200;
constexpr std::size_t most_steps = 16;  // of a word's path

std::string text_of(const dom::object& object, std::string_view key) {
  std::string_view text;
  return object[key].get(text) ? std::string() : std::string(text);
}

int number_of(const dom::object& object, std::string_view key) {
  std::int64_t number = 0;
  if (object[key].get(number)) return 0;
  return number < 0 || number > (1 << 28) ? -1 : static_cast<int>(number);
}

bool flag_of(const dom::object& object, std::string_view key) {
  bool flag = false;
  return !object[key].get(flag) && flag;
}

std::vector<std::string> texts_of(const dom::object& object, std::string_view key) {
  std::vector<std::string> texts;
  dom::array array;
  if (object[key].get(array)) return texts;
  for (const auto item : array) {
    std::string_view text;
    if (!item.get(text)) texts.emplace_back(text);
  }
  return texts;
}

class Reader {
 public:
  Status line(std::string_view text) {
    dom::element element;
    dom::object object;
    if (const auto error = parser_.parse(text.data(), text.size(), true).get(element))
      return refuse(fmt::format("no JSON: {}", simdjson::error_message(error)));
    if (element.get(object)) return refuse("a fact is a JSON object");
    if (ended_) return refuse("a line after the last one");
    const auto kind = text_of(object, "k");
    if (!begun_) return kind == "facts" ? head(object) : refuse("the first line must name the format, \"k\":\"facts\"");
    problem_.clear();
    add(kind, object);
    return problem_.empty() ? Status{} : refuse(problem_);
  }

  Result<Facts> finish(const std::string& name) {
    if (!begun_) return model::fail(Category::input, name + ": empty, no facts");
    if (!ended_)
      return model::fail(Category::input, name + ": cut short, its last line is missing",
                         "analyse again; facts of half a program look like a program that does less");
    if (largest_function_ >= static_cast<int>(facts_.functions.size()) ||
        largest_node_ >= static_cast<int>(facts_.nodes.size()) ||
        largest_request_ >= static_cast<int>(facts_.requests.size()))
      return model::fail(Category::input, name + ": a fact names a function, node or request that no line describes");
    return std::move(facts_);
  }

 private:
  static Status refuse(std::string message) { return model::fail(Category::input, std::move(message)); }

  Status head(const dom::object& object) {
    const int version = number_of(object, "version");
    if (version < 1 || version > facts_version)
      return refuse(fmt::format("version {} of the facts is not known here, {} is", version, facts_version));
    begun_ = true;
    facts_.language = text_of(object, "language");
    facts_.tool = text_of(object, "tool");
    facts_.module = text_of(object, "module");
    facts_.release = text_of(object, "release");
    facts_.platform = text_of(object, "platform");
    facts_.toolchain = text_of(object, "go");
    facts_.modules = texts_of(object, "modules");
    facts_.functions.resize(1);
    facts_.nodes.resize(1);
    facts_.requests.resize(1);
    return {};
  }

  // Ids come in order, so a vector holds them; anything else is refused before memory is.
  template <class T>
  T* next(std::vector<T>& list, const dom::object& object) {
    if (number_of(object, "id") != static_cast<int>(list.size())) {
      problem_ = fmt::format("id {} where {} was due", number_of(object, "id"), list.size());
      return nullptr;
    }
    return &list.emplace_back();
  }

  int function(const dom::object& object, std::string_view key = "fn") {
    return named(number_of(object, key), largest_function_);
  }

  int named(int id, int& largest) {
    if (id < 0) problem_ = "an id is out of range";
    largest = std::max(largest, id);
    return std::max(id, 0);
  }

  void add(std::string_view kind, const dom::object& object) {
    if (kind == "func") {
      if (auto* f = next(facts_.functions, object))
        *f = {text_of(object, "name"), text_of(object, "pkg"), text_of(object, "module"), text_of(object, "at"),
              text_of(object, "root")};
    } else if (kind == "call") {
      facts_.calls.push_back(
          {function(object, "from"), function(object, "to"), text_of(object, "at"), text_of(object, "how")});
    } else if (kind == "node") {
      if (auto* n = next(facts_.nodes, object))
        *n = {text_of(object, "kind"), text_of(object, "name"), function(object), flag_of(object, "filled"), {}};
    } else if (kind == "flow") {
      const int to = number_of(object, "to");
      if (to < 1 || to >= static_cast<int>(facts_.nodes.size())) {
        problem_ = "a flow into a node that no line before it describes";
        return;
      }
      facts_.nodes[to].inflows.push_back({expr(object, "from"), function(object),
                                          std::max(0, number_of(object, "site")), text_of(object, "at"),
                                          guard(object, "guard"), text_of(object, "how") == "dynamic"});
    } else if (kind == "request") {
      if (auto* r = next(facts_.requests, object))
        *r = {function(object),
              text_of(object, "at"),
              text_of(object, "maker"),
              expr(object, "method"),
              expr(object, "endpoint"),
              texts_of(object, "carries"),
              object["carries"].error() == simdjson::SUCCESS,
              guard(object, "guard"),
              text_of(object, "body"),
              texts_of(object, "elements"),
              texts_of(object, "signed")};
    } else if (kind == "write") {
      write(object);
    } else if (kind == "send") {
      facts_.sends.push_back(
          {expr(object, "request"), expr(object, "through"), function(object), text_of(object, "at")});
    } else if (kind == "status") {
      facts_.statuses.push_back({expr(object, "owner"), texts_of(object, "codes"), text_of(object, "how") == "accepted",
                                 function(object), text_of(object, "at")});
    } else if (kind == "read") {
      facts_.reads.push_back({expr(object, "owner"), expr(object, "key"), texts_of(object, "into"),
                              flag_of(object, "used"), function(object), text_of(object, "at"),
                              text_of(object, "what") == "element", places(object, "by")});
    } else if (kind == "code") {
      facts_.codes.push_back({expr(object, "owner"), expr(object, "code"), flag_of(object, "listed"), function(object),
                              text_of(object, "at")});
    } else if (kind == "unresolved") {
      facts_.unresolved.push_back({function(object), text_of(object, "what"), text_of(object, "at")});
    } else if (kind == "end") {
      ended_ = true;
    } else {
      problem_ = fmt::format("no fact is called \"{}\" in version {}", kind, facts_version);
    }
  }

  std::vector<Place> places(const dom::object& object, std::string_view key) {
    std::vector<Place> list;
    dom::array array;
    if (object[key].get(array)) return list;
    for (const auto item : array) {
      dom::object place;
      if (item.get(place))
        problem_ = "a place expected";
      else
        list.push_back({function(place), text_of(place, "at")});
    }
    return list;
  }

  void write(const dom::object& object) {
    FieldWrite w;
    const auto part = text_of(object, "what"), act = text_of(object, "do");
    if (part != "header" && part != "query") problem_ = fmt::format("a write to \"{}\"", part);
    w.part = part == "query" ? FieldWrite::Part::query : FieldWrite::Part::header;
    if (act == "assign")
      w.act = FieldWrite::Act::assign;
    else if (act == "set")
      w.act = FieldWrite::Act::set;
    else if (act == "add")
      w.act = FieldWrite::Act::add;
    else if (act == "del")
      w.act = FieldWrite::Act::remove;
    else
      problem_ = fmt::format("a write that does \"{}\"", act);
    w.owner = expr(object, "owner");
    w.key = expr(object, "key");
    w.value = expr(object, "value");
    w.guard = guard(object, "guard");
    w.function = function(object);
    w.at = text_of(object, "at");
    facts_.writes.push_back(std::move(w));
  }

  Expr expr(const dom::object& object, std::string_view key) {
    dom::object inner;
    if (object[key].get(inner)) return {};
    return expr(inner, 0);
  }

  Expr expr(const dom::object& object, int depth) {
    Expr e;
    if (depth > deepest) {
      problem_ = "an expression nested too deep";
      return e;
    }
    for (const auto field : object) {
      std::string_view text;
      std::int64_t id = 0;
      bool flag = false;
      const auto key = field.key;
      const auto texts = [&](Expr::Kind kind) {
        if (field.value.get(text)) problem_ = "text expected in an expression";
        e.kind = kind;
        e.text = text;
      };
      const auto parts = [&](Expr::Kind kind) {
        e.kind = kind;
        dom::array array;
        if (field.value.get(array))
          problem_ = "a list expected in an expression";
        else
          for (const auto item : array) {
            dom::object part;
            if (item.get(part))
              problem_ = "an expression expected";
            else
              e.parts.push_back(expr(part, depth + 1));
          }
      };
      const auto ids = [&](Expr::Kind kind, int& largest) {
        if (field.value.get(id) || id < 1 || id > (1 << 28))
          problem_ = "an id expected in an expression";
        else
          e.id = named(static_cast<int>(id), largest);
        e.kind = kind;
      };
      if (key == "const")
        texts(Expr::Kind::constant);
      else if (key == "op")
        texts(Expr::Kind::call);
      else if (key == "new")
        texts(Expr::Kind::fresh);
      else if (key == "unknown")
        texts(Expr::Kind::unknown);
      else if (key == "node")
        ids(Expr::Kind::node, largest_node_);
      else if (key == "request")
        ids(Expr::Kind::request, largest_request_);
      else if (key == "cat")
        parts(Expr::Kind::concat);
      else if (key == "any")
        parts(Expr::Kind::any);
      else if (key == "list")
        parts(Expr::Kind::list);
      else if (key == "seq")
        parts(Expr::Kind::sequence);
      else if (key == "fn")
        named_in(field.value, e.id);
      else if (key == "join")
        part(field.value, Expr::Kind::join, e, depth);
      else if (key == "stage")
        part(field.value, Expr::Kind::stage, e, depth);
      else if (key == "held" || key == "key")
        part(field.value, Expr::Kind::held, e, depth);
      else if (key == "none")
        e.kind = !field.value.get(flag) && flag ? Expr::Kind::none : e.kind;
      else if (key == "nil")
        e.kind = !field.value.get(flag) && flag ? Expr::Kind::nil : e.kind;
      else if (key == "zero")
        e.kind = !field.value.get(flag) && flag ? Expr::Kind::zero : e.kind;
      else if (key == "every")
        e.kind = !field.value.get(flag) && flag ? Expr::Kind::every : e.kind;
      else if (key == "addr") {
        dom::object inner;
        e.kind = Expr::Kind::address;
        if (field.value.get(inner))
          problem_ = "an expression expected";
        else
          e.parts.push_back(expr(inner, depth + 1));
      } else {
        problem_ = fmt::format("no expression has \"{}\" in version {}", key, facts_version);
      }
    }
    if (e.kind == Expr::Kind::address && e.parts.empty()) e.kind = Expr::Kind::nothing;
    if (e.kind == Expr::Kind::stage && e.parts.size() != 1) problem_ = "a stage without a value";
    if (e.kind == Expr::Kind::held && e.parts.size() != 2) problem_ = "a header without its request or its name";
    return e;
  }

  void part(const dom::element& value, Expr::Kind kind, Expr& e, int depth) {
    dom::object inner;
    e.kind = kind;
    if (value.get(inner))
      problem_ = "an expression expected";
    else
      e.parts.push_back(expr(inner, depth + 1));
  }

  void named_in(const dom::element& value, int& into) {
    std::int64_t id = 0;
    if (value.get(id) || id < 1 || id > (1 << 28))
      problem_ = "an id expected in an expression";
    else
      into = named(static_cast<int>(id), largest_function_);
  }

  Guard guard(const dom::object& object, std::string_view key) {
    dom::object inner;
    if (object[key].get(inner)) return {};
    return guard(inner, 0);
  }

  Guard guard(const dom::object& object, int depth) {
    static constexpr std::array<std::pair<std::string_view, Guard::Kind>, 13> kinds{
        {{"and", Guard::Kind::also},
         {"or", Guard::Kind::either},
         {"nil", Guard::Kind::nil},
         {"nonnil", Guard::Kind::nonnil},
         {"empty", Guard::Kind::empty},
         {"nonempty", Guard::Kind::nonempty},
         {"eq", Guard::Kind::equal},
         {"ne", Guard::Kind::unequal},
         {"true", Guard::Kind::yes},
         {"false", Guard::Kind::no},
         {"loop", Guard::Kind::loop},
         {"test", Guard::Kind::test},
         {"chosen", Guard::Kind::chosen}}};
    Guard g;
    const auto is = text_of(object, "is");
    const auto* found = std::find_if(kinds.begin(), kinds.end(), [&](const auto& k) { return k.first == is; });
    if (found == kinds.end() || depth > deepest) {
      problem_ = fmt::format("no guard is called \"{}\" in version {}", is, facts_version);
      return g;
    }
    g.kind = found->second;
    g.text = text_of(object, "text");
    g.constant = text_of(object, "c");
    g.value = expr(object, "e");
    if (dom::object inner; !object["word"].get(inner)) g.word = word(inner);
    dom::array parts;
    if (!object["parts"].get(parts))
      for (const auto item : parts) {
        dom::object part;
        if (item.get(part))
          problem_ = "a guard expected";
        else
          g.parts.push_back(guard(part, depth + 1));
      }
    return g;
  }

  Word word(const dom::object& object) {
    static constexpr std::array<std::string_view, 10> places{"AX", "BX", "CX",  "DI",  "SI",
                                                             "R8", "R9", "R10", "R11", "stack"};
    Word w;
    const auto means = text_of(object, "means");
    w.means = means == "set"     ? Word::Means::set
              : means == "unset" ? Word::Means::unset
              : means == "needs" ? Word::Means::needs
                                 : Word::Means::nothing;
    w.in = text_of(object, "in");
    w.at = number_of(object, "at");
    const int width = number_of(object, "width");
    w.width = static_cast<std::uint8_t>(width & 15);
    dom::array path;
    if (!object["path"].get(path))
      for (const auto item : path) {
        std::int64_t offset = 0;
        if (item.get(offset) || offset < 0 || offset > (1 << 28)) problem_ = "an offset in a word is out of range";
        w.path.push_back(static_cast<std::int32_t>(offset));
      }
    const bool known = std::find(places.begin(), places.end(), w.in) != places.end();
    if (!known || w.means == Word::Means::nothing || w.at < 0 || w.path.size() > most_steps ||
        (width != 1 && width != 2 && width != 4 && width != 8))
      problem_ = fmt::format("no word is in \"{}\", {} bytes wide and means \"{}\" in version {}", w.in, width, means,
                             facts_version);
    return w;
  }

  dom::parser parser_;
  Facts facts_;
  std::string problem_;
  bool begun_ = false, ended_ = false;
  int largest_function_ = 0, largest_node_ = 0, largest_request_ = 0;
};

model::Error at(model::Error error, const std::string& name, std::size_t line) {
  error.where = {name, line, 0};
  return error;
}

}  // namespace

Result<Facts> load_facts(const std::string& path) {
  BLOBGAUGE_TRY(auto lines, model::LineReader::open(path));
  Reader reader;
  model::LineReader::Line line;
  while (true) {
    BLOBGAUGE_TRY(const bool more, lines.next(line));
    if (!more) return reader.finish(path);
    if (line.text.empty()) continue;
    if (auto status = reader.line(line.text); !status)
      return tl::make_unexpected(at(std::move(status).error(), path, lines.number()));
  }
}

Result<Facts> facts_from_text(std::string_view text, const std::string& name) {
  Reader reader;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    if (auto status = reader.line(line); !status)
      return tl::make_unexpected(at(std::move(status).error(), name, number));
  }
  return reader.finish(name);
}

}  // namespace blobgauge::analyzer
