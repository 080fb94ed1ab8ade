#include "analyzer/clang/source_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "analyzer/client_file.h"
#include "model/text.h"
#include "model/yaml.h"

namespace blobgauge::analyzer::clang {
namespace {

using model::Category;
using model::Result;
using model::Status;
using model::yaml::Fields;
using model::yaml::Node;
using Does = CallRule::Does;

constexpr std::string_view operand_forms =
    "\"0\" (an argument), \"0.field\", \"this\", \"this.field\", \"result\" and \"=some text\"";

Operand operand(Fields& entry, std::string_view key) {
  const auto text = entry.text_or(key, "");
  Operand o;
  if (text.empty()) return o;
  if (text.front() == '=') {
    o.text = text.substr(1);
    return o;
  }
  const auto parts = model::split(text, '.');
  if (parts.front() == "this") {
    o.what = Operand::What::self;
  } else if (parts.front() == "result") {
    o.what = Operand::What::result;
  } else if (const auto number = model::parse_number(parts.front()); number && *number < 64) {
    o.what = Operand::What::argument;
    o.argument = static_cast<int>(*number);
  } else {
    entry.refuse(fmt::format("\"{}: {}\" is none of {}", key, text, operand_forms), entry.child(key));
  }
  for (std::size_t i = 1; i < parts.size(); ++i) o.fields.emplace_back(parts[i]);
  return o;
}

struct Section {
  std::string_view key, what;
  Does does;
  void (*read)(Fields&, CallRule&);
};

void read_nothing(Fields&, CallRule&) {}

void read_addition(Fields& e, CallRule& rule) {
  rule.to = operand(e, "to");
  rule.name = operand(e, "name");
  rule.value = operand(e, "value");
  rule.line = operand(e, "line");
  rule.guard = e.text_or("guard", "");
  if (!rule.to) e.refuse("\"to\" is missing: which argument is added to");
  if (!rule.name && !rule.line) e.refuse("\"name\" (or \"line\", for \"Name: value\") is missing");
}

void read_send(Fields& e, CallRule& rule) {
  rule.verb = operand(e, "verb");
  rule.path = operand(e, "path");
  rule.query = operand(e, "query");
  rule.headers = operand(e, "headers");
  rule.body = operand(e, "body");
  rule.object = operand(e, "object");
  rule.default_verb = e.text_or("default_verb", "GET");
  rule.answers_status = e.flag_or("status", false);
  if (!rule.verb && !rule.object) e.refuse("\"verb\" or \"object\" is missing: what says which method is sent");
}

const Section sections[] = {
    {"queries", "what adds a query parameter", Does::add_query, read_addition},
    {"headers", "what adds a header", Does::add_header, read_addition},
    {"resets", "what empties a list", Does::reset, [](Fields& e, CallRule& r) { r.to = operand(e, "to"); }},
    {"copies", "what copies a list", Does::copy, [](Fields& e, CallRule& r) { r.from = operand(e, "from"); }},
    {"merges", "what merges two lists", Does::merge,
     [](Fields& e, CallRule& r) {
       r.to = operand(e, "to");
       r.from = operand(e, "from");
     }},
    {"same", "what passes something on", Does::same, [](Fields& e, CallRule& r) { r.from = operand(e, "argument"); }},
    {"formats", "what makes a text", Does::format,
     [](Fields& e, CallRule& r) {
       r.format = operand(e, "format");
       r.to = operand(e, "into");
       r.appends = e.flag_or("appends", false);
       r.gives = e.maybe("gives");
       if (!r.format && !r.gives) e.refuse("\"format\" (or \"gives\", a fixed text) is missing");
     }},
    {"creates", "what makes something new", Does::create, read_nothing},
    {"ignores", "what looks at a request only", Does::ignore, read_nothing},
    {"options", "what sets an option", Does::option,
     [](Fields& e, CallRule& r) {
       r.to = operand(e, "object");
       r.option = operand(e, "option");
       r.value = operand(e, "value");
     }},
    {"sets", "what sets up a request object", Does::set,
     [](Fields& e, CallRule& r) {
       r.to = operand(e, "object");
       for (const auto* key : {"verb", "path", "url", "headers", "body", "query"})
         if (auto o = operand(e, key)) r.sets.emplace(key, std::move(o));
     }},
    {"requests", "what sends a request", Does::send, read_send},
    {"signers", "what signs a request", Does::sign, [](Fields& e, CallRule& r) { r.verb = operand(e, "verb"); }},
    {"statuses", "what gives a status", Does::status,
     [](Fields& e, CallRule& r) {
       r.from = operand(e, "response");
       r.into = operand(e, "into");
       r.option = operand(e, "option");
       r.values = e.list("options");
     }},
    {"successes", "what asks for success", Does::success,
     [](Fields& e, CallRule& r) { r.from = operand(e, "response"); }},
    {"reads", "what reads a header", Does::read,
     [](Fields& e, CallRule& r) {
       r.from = operand(e, "response");
       r.name = operand(e, "name");
     }},
    {"elements", "what reads an XML element", Does::element,
     [](Fields& e, CallRule& r) {
       r.from = operand(e, "of");
       r.name = operand(e, "name");
     }},
    {"makes", "what writes an XML element", Does::make_element,
     [](Fields& e, CallRule& r) {
       r.from = operand(e, "of");
       r.name = operand(e, "name");
     }},
};

Status read_calls(Fields& fields, SourceRules& rules) {
  for (const auto& section : sections)
    BLOBGAUGE_CHECK(each_entry(fields, section.key, std::string(section.what), [&](Fields& entry, const Node& item) {
      const auto names = entry.list("function");
      if (names.empty()) entry.refuse("\"function\" is missing");
      CallRule rule;
      rule.does = section.does;
      rule.file = fields.file();
      rule.line_number = item.line;
      section.read(entry, rule);
      for (const auto& name : names) {
        rule.function = name;
        rules.calls.push_back(rule);
      }
    }));
  return {};
}

Status read_meanings(Fields& fields, SourceRules& rules) {
  for (const auto& [option, meaning] : fields.pairs("meanings")) {
    const auto words = model::split(meaning, ' ');
    OptionMeaning m{std::string(words.front()), words.size() > 1 ? std::string(words[1]) : "",
                    words.size() > 2 ? std::string(words[2]) : ""};
    static const std::vector<std::string> known{"verb", "default", "headers", "query", "url", "body", "header", "path"};
    if (std::find(known.begin(), known.end(), m.does) == known.end()) {
      const auto near = model::closest(m.does, known);
      fields.refuse(fmt::format("an option means one of {}, not \"{}\"{}", fmt::join(known, ", "), m.does,
                                near ? fmt::format("; \"{}\"?", *near) : ""),
                    fields.child("meanings"));
    }
    rules.options[option] = std::move(m);
  }
  return {};
}

// What clients and styles share.
Status read_common(Fields& fields, SourceRules& rules) {
  BLOBGAUGE_CHECK(read_calls(fields, rules));
  BLOBGAUGE_CHECK(read_meanings(fields, rules));
  for (auto& [name, text] : fields.pairs("constants")) rules.constants[name] = text;
  BLOBGAUGE_CHECK(each_entry(fields, "paths", "a path", [&](Fields& e) {
    PathRule rule;
    const auto functions = e.list("function"), classes = e.list("class");
    if (functions.empty() && classes.empty()) e.refuse("\"function\" or \"class\" is missing: whose requests");
    rule.path = e.text_or("path", "");
    rule.argument = operand(e, "argument");
    rule.given = e.text_or("given", "");
    rule.absent = e.text_or("absent", "");
    rule.with_query = e.text_or("with_query", "");
    rule.with_path = e.text_or("with_path", "");
    if (rule.path.empty() && !rule.argument)
      e.refuse("\"path\", or \"argument\" with \"given\" and \"absent\", is missing");
    if (rule.with_query.empty() != rule.with_path.empty()) e.refuse("\"with_query\" and \"with_path\" belong together");
    for (const auto* names : {&functions, &classes})
      for (const auto& name : *names) {
        rule.function = name;
        rule.of_class = names == &classes;
        rules.paths.push_back(rule);
      }
  }));
  return read_implicit_headers(fields, rules.common.implicit);
}

}  // namespace

const CallRule* SourceRules::find(const std::vector<std::string>& names) const {
  for (const auto& name : names)
    for (const auto& rule : calls)
      if (is_called(name, rule.function)) return &rule;
  return nullptr;
}

const PathRule* SourceRules::find_path(const std::vector<std::string>& names) const {
  for (const auto& name : names)
    for (const auto& rule : paths) {
      const auto colons = name.rfind("::");
      if (rule.of_class
              ? colons != std::string::npos && is_called(std::string_view(name).substr(0, colons), rule.function)
              : is_called(name, rule.function))
        return &rule;
    }
  return nullptr;
}

const std::string* SourceRules::find_constant(std::string_view name) const {
  for (const auto& [constant, text] : constants)
    if (is_called(name, constant) || is_called(constant, name)) return &text;
  return nullptr;
}

Result<std::string> language_of_client(const std::string& path) {
  BLOBGAUGE_TRY(const auto tree, model::yaml::load(path));
  const auto* language = tree.find("language");
  return language ? language->text : std::string();
}

Result<SourceRules> load_source_rules(const std::string& path) {
  BLOBGAUGE_TRY(const auto tree, model::yaml::load(path));
  Fields fields(tree, path, "a client");
  BLOBGAUGE_CHECK(check_client_format(fields));
  SourceRules rules;
  rules.common.client = fields.text("client");
  rules.common.language = fields.text("language");
  if (rules.common.language != "c" && rules.common.language != "c++")
    return model::fail(Category::input, fmt::format("{}: a client in {}, not in c or c++", path, rules.common.language),
                       "analyze go reads clients in Go", {path, 1, 1});
  rules.common.module = fields.text_or("module", rules.common.client);
  rules.sources = fields.list("sources");
  rules.path = fields.text_or("path", "");
  rules.whole_program = fields.flag_or("whole_program", false);
  BLOBGAUGE_CHECK(each_entry(fields, "roots", "a root", [&](Fields& e) {
    auto functions = e.list("function"), classes = e.list("class");
    if (functions.empty() && classes.empty()) e.refuse("a root is a \"function\" or a \"class\"");
    for (auto& f : functions) rules.roots.functions.push_back(std::move(f));
    for (auto& c : classes) rules.roots.classes.push_back(std::move(c));
  }));
  rules.roots.called_outside = fields.list("called_outside");
  const auto uses = fields.list("uses");
  BLOBGAUGE_CHECK(read_common(fields, rules));
  BLOBGAUGE_CHECK(fields.finish());
  for (const auto& name : uses) {
    const auto style = (std::filesystem::path(path).parent_path() / (name + ".yaml")).string();
    BLOBGAUGE_TRY(const auto part, model::yaml::load(style));
    Fields of_style(part, style, "a style");
    BLOBGAUGE_CHECK(check_client_format(of_style));
    of_style.text("style");
    BLOBGAUGE_CHECK(read_common(of_style, rules));
    BLOBGAUGE_CHECK(of_style.finish());
  }
  return rules;
}

}  // namespace blobgauge::analyzer::clang
