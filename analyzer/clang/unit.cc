#include "analyzer/clang/unit.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <map>

namespace blobgauge::analyzer::clang {
namespace {

using Kind = Code::Kind;

using model::Category;
using model::Result;
using model::Status;
namespace dom = simdjson::dom;

constexpr int deepest = 900;  // three times what is written

// The writer has one escape for each byte that is no printable ASCII.
std::string bytes_of(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto byte = static_cast<unsigned char>(utf8[i]);
    if ((byte == 0xC2 || byte == 0xC3) && i + 1 < utf8.size()) {
      const auto next = static_cast<unsigned char>(utf8[++i]);
      out += static_cast<char>(byte == 0xC2 ? next : next + 0x40);
    } else {
      out += static_cast<char>(byte);
    }
  }
  return out;
}

std::string text_at(const dom::array& array, std::size_t index) {
  std::string_view text;
  return array.at(index).get(text) ? std::string() : bytes_of(text);
}

long long number_at(const dom::array& array, std::size_t index) {
  std::int64_t number = 0;
  if (array.at(index).get(number)) return 0;
  return number;
}

std::string text_of(const dom::object& object, std::string_view key) {
  std::string_view text;
  return object[key].get(text) ? std::string() : bytes_of(text);
}

int number_of(const dom::object& object, std::string_view key) {
  std::int64_t number = 0;
  return object[key].get(number) || number < 0 || number > (1 << 30) ? 0 : static_cast<int>(number);
}

bool flag_of(const dom::object& object, std::string_view key) {
  bool flag = false;
  return !object[key].get(flag) && flag;
}

// Without which what follows the code has nowhere to go; the writer always gives them.
std::size_t least_parts(Kind kind) {
  switch (kind) {
    case Kind::branch:
    case Kind::loop:
    case Kind::loop_once:
      return 2;
    case Kind::choice_case:
      return 1;
    default:
      return 0;
  }
}

class Reader {
 public:
  Status line(std::string_view text) {
    dom::element element;
    dom::object object;
    if (parser_.parse(text.data(), text.size(), true).get(element) || element.get(object))
      return refuse("no JSON object");
    const auto kind = text_of(object, "k");
    if (ended_) return refuse("a line after the last one");
    if (!begun_) {
      if (kind != "unit") return refuse("the first line must name the format, \"k\":\"unit\"");
      if (const int version = number_of(object, "version"); version != unit_version)
        return refuse(fmt::format("version {} of the units is not known here, {} is", version, unit_version));
      begun_ = true;
      unit_.file = text_of(object, "file");
      unit_.libclang = text_of(object, "libclang");
      unit_.warnings = static_cast<std::size_t>(number_of(object, "warnings"));
      unit_.includes = texts(object, "includes");
      return {};
    }
    if (kind == "error") {
      unit_.errors.push_back({text_of(object, "file"), text_of(object, "text"),
                              static_cast<std::size_t>(number_of(object, "line")),
                              static_cast<std::size_t>(number_of(object, "column"))});
    } else if (kind == "record") {
      record(object);
    } else if (kind == "var") {
      Variable v;
      v.usr = text_of(object, "usr");
      v.name = text_of(object, "name");
      v.line = number_of(object, "line");
      v.is_const = flag_of(object, "const");
      v.value = code(object, "init");
      unit_.variables.push_back(std::move(v));
      of_variable_.push_back(number_of(object, "file"));
    } else if (kind == "func") {
      FunctionBody f;
      f.usr = text_of(object, "usr");
      f.name = text_of(object, "name");
      f.record = text_of(object, "class");
      f.line = number_of(object, "line");
      f.last = number_of(object, "last");
      f.constructor = flag_of(object, "constructor");
      f.parameters = texts(object, "params");
      f.body = code(object, "body");
      unit_.functions.push_back(std::move(f));
      of_function_.push_back(number_of(object, "file"));
    } else if (kind == "files") {
      unit_.files = texts(object, "names");
    } else if (kind == "end") {
      ended_ = true;
    } else {
      return refuse(fmt::format("nothing is called \"{}\" in version {}", kind, unit_version));
    }
    return problem_.empty() ? Status{} : refuse(problem_);
  }

  Result<Unit> finish(const std::string& name) {
    if (!ended_) return model::fail(Category::input, name + ": cut short, its last line is missing");
    const auto file = [&](int number) {
      return number >= 0 && number < static_cast<int>(unit_.files.size())
                 ? unit_.files[static_cast<std::size_t>(number)]
                 : std::string();
    };
    for (std::size_t i = 0; i < unit_.variables.size(); ++i) unit_.variables[i].file = file(of_variable_[i]);
    for (std::size_t i = 0; i < unit_.functions.size(); ++i) unit_.functions[i].file = file(of_function_[i]);
    return std::move(unit_);
  }

 private:
  static Status refuse(std::string message) { return model::fail(Category::input, std::move(message)); }

  static std::vector<std::string> texts(const dom::object& object, std::string_view key) {
    std::vector<std::string> list;
    dom::array array;
    if (object[key].get(array)) return list;
    for (const auto item : array) {
      std::string_view text;
      if (!item.get(text)) list.push_back(bytes_of(text));
    }
    return list;
  }

  void record(const dom::object& object) {
    Record r;
    r.usr = text_of(object, "usr");
    r.name = text_of(object, "name");
    dom::array bases, methods;
    if (!object["bases"].get(bases))
      for (const auto item : bases)
        if (dom::array base; !item.get(base)) r.bases.emplace_back(text_at(base, 0), text_at(base, 1));
    if (!object["methods"].get(methods))
      for (const auto item : methods) {
        dom::array method, overridden;
        if (item.get(method)) continue;
        Method m{text_at(method, 0), text_at(method, 1), number_at(method, 2) != 0, {}};
        if (!method.at(3).get(overridden))
          for (const auto usr : overridden) {
            std::string_view text;
            if (!usr.get(text)) m.overrides.push_back(bytes_of(text));
          }
        r.methods.push_back(std::move(m));
      }
    unit_.records.push_back(std::move(r));
  }

  Code code(const dom::object& object, std::string_view key) {
    dom::element element;
    if (object[key].get(element)) return {};
    return code(element, 0);
  }

  void rest(const dom::array& array, std::size_t from, Code& into, int depth) {
    std::size_t index = 0;
    for (const auto item : array)
      if (index++ >= from) into.parts.push_back(code(item, depth + 1));
  }

  Code code(const dom::element& element, int depth) {
    Code c;
    dom::array a;
    if (element.is_null()) return c;
    if (element.get(a) || depth > deepest) {
      problem_ = "code expected";
      return c;
    }
    const auto tag = text_at(a, 0);
    static const std::map<std::string, Kind, std::less<>> simple{
        {"n", Kind::null},     {"this", Kind::self},    {"o", Kind::other},        {"x", Kind::subscript},
        {"li", Kind::list},    {"{", Kind::block},      {"{}", Kind::declare},     {"if", Kind::branch},
        {"loop", Kind::loop},  {"do", Kind::loop_once}, {"ret", Kind::give},       {"brk", Kind::leave},
        {"cont", Kind::again}, {"e", Kind::evaluate},   {"se", Kind::block_value}, {"default", Kind::choice_other},
        {"cy", Kind::copy},    {"?", Kind::choose},     {"catch", Kind::handler}};
    static const std::map<std::string, Kind, std::less<>> named{
        {"s", Kind::string},    {"c", Kind::character}, {"t", Kind::test},
        {"u", Kind::unary},     {"b", Kind::binary},    {"goto", Kind::jump},
        {"label", Kind::label}, {"sw", Kind::choice},   {"case", Kind::choice_case}};
    if (const auto s = simple.find(tag); s != simple.end()) {
      c.kind = s->second;
      rest(a, 1, c, depth);
    } else if (const auto n = named.find(tag); n != named.end()) {
      c.kind = n->second;
      c.text = text_at(a, 1);
      rest(a, 2, c, depth);
    } else if (tag == "i") {
      c.kind = Kind::integer;
      c.number = number_at(a, 1);
      c.text = text_at(a, 2);
    } else if (tag == "p") {
      c.kind = Kind::parameter;
      c.number = number_at(a, 1);
    } else if (tag == "l") {
      c.kind = Kind::local;
      c.number = number_at(a, 1);
      c.text = text_at(a, 2);
    } else if (tag == "g" || tag == "f") {
      c.kind = tag == "g" ? Kind::global : Kind::function;
      c.usr = text_at(a, 1);
      c.text = text_at(a, 2);
    } else if (tag == "m") {
      c.kind = Kind::member;
      c.parts.push_back(part(a, 1, depth));
      c.text = text_at(a, 2);
      c.usr = text_at(a, 3);
    } else if (tag == "call") {
      c.kind = Kind::call;
      c.usr = text_at(a, 1);
      c.text = text_at(a, 2);
      c.line = static_cast<int>(number_at(a, 3));
      c.file = static_cast<int>(number_at(a, 4));
      c.dynamic = number_at(a, 5) != 0;
      c.parts.push_back(part(a, 6, depth));
      c.type = text_at(a, 7);
      arguments(a, 8, c, depth);
    } else if (tag == "cp") {
      c.kind = Kind::call_value;
      c.text = text_at(a, 1);
      c.line = static_cast<int>(number_at(a, 2));
      c.file = static_cast<int>(number_at(a, 3));
      c.parts.push_back(part(a, 4, depth));
      arguments(a, 5, c, depth);
    } else if (tag == "k") {
      c.kind = Kind::construct;
      c.usr = text_at(a, 1);
      c.type = text_at(a, 2);
      c.text = text_at(a, 3);
      c.line = static_cast<int>(number_at(a, 4));
      c.file = static_cast<int>(number_at(a, 5));
      arguments(a, 6, c, depth);
    } else if (tag == "new") {
      c.kind = Kind::make_new;
      c.type = text_at(a, 1);
      c.text = text_at(a, 2);
      c.line = static_cast<int>(number_at(a, 3));
      c.file = static_cast<int>(number_at(a, 4));
      rest(a, 5, c, depth);
    } else if (tag == "v") {
      c.kind = Kind::variable;
      c.number = number_at(a, 1);
      c.text = text_at(a, 2);
      c.type = text_at(a, 3);
      c.line = static_cast<int>(number_at(a, 4));
      c.file = static_cast<int>(number_at(a, 5));
      rest(a, 6, c, depth);
    } else if (tag == "il") {
      c.kind = Kind::record;
      c.text = text_at(a, 1);
      std::size_t index = 0;
      for (const auto item : a) {
        dom::array pair;
        if (index++ < 2 || item.get(pair)) continue;
        c.names.push_back(text_at(pair, 0));
        c.parts.push_back(part(pair, 1, depth));
      }
    } else if (tag == "la") {
      c.kind = Kind::lambda;
      dom::array numbers;
      if (!a.at(1).get(numbers))
        for (const auto item : numbers) {
          std::int64_t number = 0;
          if (!item.get(number)) c.numbers.push_back(number);
        }
      c.parts.push_back(part(a, 2, depth));
    } else {
      problem_ = fmt::format("no code is called \"{}\" in version {}", tag, unit_version);
    }
    if (c.parts.size() < least_parts(c.kind))
      problem_ = fmt::format("\"{}\" has {} of its parts, {} are the least", tag, c.parts.size(), least_parts(c.kind));
    return c;
  }

  Code part(const dom::array& a, std::size_t index, int depth) {
    dom::element element;
    if (a.at(index).get(element)) return {};
    return code(element, depth + 1);
  }

  void arguments(const dom::array& a, std::size_t index, Code& into, int depth) {
    dom::array list;
    if (a.at(index).get(list)) return;
    for (const auto item : list) into.parts.push_back(code(item, depth + 1));
  }

  dom::parser parser_;
  Unit unit_;
  std::string problem_;
  std::vector<int> of_variable_, of_function_;
  bool begun_ = false, ended_ = false;
};

}  // namespace

Result<Unit> unit_from_text(std::string_view text, const std::string& name) {
  Reader reader;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    if (auto status = reader.line(line); !status) {
      auto error = std::move(status).error();
      error.where = {name, number, 0};
      return tl::make_unexpected(std::move(error));
    }
  }
  return reader.finish(name);
}

}  // namespace blobgauge::analyzer::clang
