#include "analyzer/client_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "model/text.h"
#include "model/yaml.h"

namespace blobgauge::analyzer {
namespace {

using model::Category;
using model::Result;
using model::Status;
using model::yaml::Fields;
using model::yaml::Node;

template <class Read>
Status each(Fields& fields, std::string_view key, const std::string& what, Read read) {
  const Node* list = fields.child(key);
  if (!list) return {};
  if (list->kind != Node::Kind::sequence) {
    fields.refuse(fmt::format("\"{}\" is a list", key), list);
    return {};
  }
  for (const auto& item : list->items) {
    Fields entry(item, fields.file(), what);
    read(entry);
    BLOBGAUGE_CHECK(entry.finish());
  }
  return {};
}

void append(std::vector<std::string>& into, std::vector<std::string> more) {
  into.insert(into.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

model::Presence presence(Fields& entry, const std::string& text) {
  for (const auto p : {model::Presence::always, model::Presence::conditional, model::Presence::undecided})
    if (model::name_of(p) == text) return p;
  entry.refuse(fmt::format("presence \"{}\" is none of always, conditional, undecided", text));
  return model::Presence::undecided;
}

// What clients and libraries share.
Status read_common(Fields& fields, ClientRules& rules) {
  BLOBGAUGE_CHECK(each(fields, "requests", "a request maker", [&](Fields& e) {
    rules.requests.push_back({e.text("function"), e.number_or("method", 0), e.number_or("endpoint", 0)});
  }));
  BLOBGAUGE_CHECK(each(fields, "same", "a function that passes a request on", [&](Fields& e) {
    rules.same.push_back({e.text("function"), e.number_or("argument", 0)});
  }));
  append(rules.same_fields, fields.list("same_fields"));
  BLOBGAUGE_CHECK(each(fields, "statuses", "a judge of statuses", [&](Fields& e) {
    rules.statuses.push_back({e.text("function"), e.number_or("response", 0), e.number_or("codes", 1)});
  }));
  for (auto& [field, path] : fields.pairs("paths")) rules.paths[field] = path;
  append(rules.scope, fields.list("scope"));
  append(rules.outside, fields.list("outside"));
  return each(fields, "implicit", "an implicit header", [&](Fields& e) {
    ImplicitHeader header{e.text("name"), e.text("reason"), {}};
    header.presence = presence(e, e.text("presence"));
    rules.implicit.push_back(std::move(header));
  });
}

Status check_format(Fields& fields, const std::string& path) {
  if (const auto format = fields.number_or("format", 0); format != 1)
    return model::fail(Category::input, fmt::format("{}: format {} is not known here, 1 is", path, format));
  return {};
}

}  // namespace

Result<ClientRules> load_client_rules(const std::string& path) {
  BLOBGAUGE_TRY(const auto tree, model::yaml::load(path));
  Fields fields(tree, path, "a client");
  BLOBGAUGE_CHECK(check_format(fields, path));
  ClientRules rules;
  rules.client = fields.text("client");
  rules.language = fields.text("language");
  rules.module = fields.text_or("module", "");
  rules.packages = fields.list("packages");
  BLOBGAUGE_CHECK(each(fields, "roots", "a root", [&](Fields& e) {
    rules.roots.push_back({e.text("package"), e.text_or("interfaces", ""), e.list("functions")});
  }));
  const auto uses = fields.list("uses");
  BLOBGAUGE_CHECK(read_common(fields, rules));
  BLOBGAUGE_CHECK(fields.finish());
  for (const auto& name : uses) {
    const auto library = (std::filesystem::path(path).parent_path() / (name + ".yaml")).string();
    BLOBGAUGE_TRY(const auto part, model::yaml::load(library));
    Fields more(part, library, "a library");
    BLOBGAUGE_CHECK(check_format(more, library));
    more.text("library");
    BLOBGAUGE_CHECK(read_common(more, rules));
    BLOBGAUGE_CHECK(more.finish());
  }
  return rules;
}

Result<std::string> find_client_file(const std::string& folder, std::string_view module) {
  std::error_code error;
  std::vector<std::string> files, known;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  if (error) return model::fail(Category::input, fmt::format("{}: {}", folder, error.message()));
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    BLOBGAUGE_TRY(const auto tree, model::yaml::load(file));
    const auto* name = tree.find("module");
    if (!name) continue;
    known.push_back(name->text);
    if (name->text == module) return file;
  }
  return model::fail(Category::usage, fmt::format("no file of {} describes the module {}", folder, module),
                     known.empty()
                         ? "write one, or name it with --client FILE"
                         : fmt::format("known: {}; write one, or name it with --client FILE", fmt::join(known, ", ")));
}

std::string go_configuration(const ClientRules& rules, const Source& source) {
  using nlohmann::json;
  json sinks = {{"requests", json::array()},
                {"same", json::array()},
                {"same_fields", rules.same_fields},
                {"statuses", json::array()}};
  for (const auto& r : rules.requests)
    sinks["requests"].push_back({{"function", r.function}, {"method", r.method}, {"endpoint", r.endpoint}});
  for (const auto& s : rules.same) sinks["same"].push_back({{"function", s.function}, {"argument", s.argument}});
  for (const auto& s : rules.statuses)
    sinks["statuses"].push_back({{"function", s.function}, {"response", s.response}, {"codes", s.codes}});
  json roots = json::array();
  for (const auto& r : rules.roots)
    roots.push_back({{"package", r.package}, {"interfaces", r.interfaces}, {"functions", r.functions}});
  const auto slash = source.platform.find('/');
  json config = {{"packages", rules.packages},
                 {"goos", source.platform.substr(0, slash)},
                 {"goarch", slash == std::string::npos ? "" : source.platform.substr(slash + 1)},
                 {"roots", roots},
                 {"sinks", sinks}};
  config[source.module.empty() ? "dir" : "module"] = source.module.empty() ? source.dir : source.module;
  return config.dump();
}

}  // namespace blobgauge::analyzer
