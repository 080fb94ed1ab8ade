#include "analyzer/client_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "analyzer/client_file.h"
#include "model/text.h"
#include "model/yaml.h"

namespace blobgauge::analyzer {
namespace {

using model::Category;
using model::Result;
using model::Status;
using model::yaml::Fields;
using model::yaml::Node;

void append(std::vector<std::string>& into, std::vector<std::string> more) {
  into.insert(into.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

Status read_roots(Fields& fields, std::string_view key, std::vector<RootRule>& roots) {
  return each_entry(fields, key, "a root", [&](Fields& e) {
    roots.push_back({e.text("package"), e.text_or("interfaces", ""), e.list("functions")});
  });
}

// What clients and libraries share.
Status read_common(Fields& fields, ClientRules& rules) {
  BLOBGAUGE_CHECK(each_entry(fields, "requests", "a request maker", [&](Fields& e) {
    RequestMaker maker{e.text("function"), e.number_or("method", 0), e.number_or("endpoint", 0)};
    if (constexpr std::uint64_t none = ~std::uint64_t{0}; e.number_or("method_word", none) != none)
      maker.method_word = e.number_or("method_word", none);
    rules.requests.push_back(std::move(maker));
  }));
  BLOBGAUGE_CHECK(each_entry(fields, "same", "a function that passes a request on", [&](Fields& e) {
    rules.same.push_back({e.text("function"), e.number_or("argument", 0), e.flag_or("copy", false)});
  }));
  append(rules.same_fields, fields.list("same_fields"));
  append(rules.joins, fields.list("joins"));
  BLOBGAUGE_CHECK(each_entry(fields, "statuses", "a judge of statuses", [&](Fields& e) {
    rules.statuses.push_back({e.text("function"), e.number_or("response", 0), e.number_or("codes", 1)});
  }));
  BLOBGAUGE_CHECK(each_entry(fields, "pipelines", "a list of stages", [&](Fields& e) {
    rules.pipelines.push_back({e.text("send"), e.number_or("request", 1), e.text("stages"), e.text("handler"),
                               e.text_or("factory", ""), e.number_or("answer", 0), e.list("sender")});
  }));
  BLOBGAUGE_CHECK(each_entry(fields, "failures", "a function whose error belongs to a request", [&](Fields& e) {
    rules.failures.push_back({e.text("function"), e.number_or("argument", 0)});
  }));
  BLOBGAUGE_CHECK(each_entry(fields, "error_codes", "where an error keeps its code", [&](Fields& e) {
    append(rules.error_codes.fields, e.list("fields"));
    append(rules.error_codes.functions, e.list("functions"));
    append(rules.error_codes.types, e.list("types"));
  }));
  BLOBGAUGE_CHECK(each_entry(fields, "bodies", "a decoder of bodies", [&](Fields& e) {
    rules.bodies.push_back({e.text("function"), e.number_or("response", 0), e.number_or("into", 1)});
  }));
  BLOBGAUGE_CHECK(each_entry(fields, "header_tests", "a test of a request", [&](Fields& e) {
    rules.header_tests.push_back({e.text("function"), e.text("header")});
  }));
  for (auto& [type, element] : fields.pairs("element_roots")) rules.element_roots[type] = element;
  for (auto& [field, path] : fields.pairs("paths")) rules.paths[field] = path;
  BLOBGAUGE_CHECK(each_entry(fields, "builders", "a package that makes requests", [&](Fields& e) {
    rules.builders.push_back({e.text("package"), e.text_or("service", ""), e.text_or("unless_query", "")});
  }));
  BLOBGAUGE_CHECK(read_roots(fields, "policies", rules.policies));
  BLOBGAUGE_CHECK(each_entry(fields, "handlers", "a handler of commands", [&](Fields& e) {
    rules.handlers.push_back(
        {e.text("type"), e.list("fields"), e.text_or("name", ""), e.text_or("add", ""), e.list("run")});
  }));
  append(rules.scope, fields.list("scope"));
  append(rules.outside, fields.list("outside"));
  return read_implicit_headers(fields, rules.implicit);
}

Status read_library(const Node& tree, const std::string& path, ClientRules& rules) {
  Fields fields(tree, path, "a library");
  BLOBGAUGE_CHECK(check_client_format(fields));
  fields.text("library");
  BLOBGAUGE_CHECK(read_common(fields, rules));
  return fields.finish();
}

// All files of a folder, in an order of their own.
Result<std::vector<std::string>> files_of(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  if (error) return model::fail(Category::input, fmt::format("{}: {}", folder, error.message()));
  std::sort(files.begin(), files.end());
  return files;
}

nlohmann::json roots_as_json(const std::vector<RootRule>& roots) {
  auto list = nlohmann::json::array();
  for (const auto& r : roots)
    list.push_back({{"package", r.package}, {"interfaces", r.interfaces}, {"functions", r.functions}});
  return list;
}

// What both ways to ask have in common.
nlohmann::json configuration(const ClientRules& rules, const std::string& platform) {
  using nlohmann::json;
  json sinks = {{"requests", json::array()},
                {"same", json::array()},
                {"same_fields", rules.same_fields},
                {"joins", rules.joins},
                {"statuses", json::array()},
                {"pipelines", json::array()},
                {"failures", json::array()},
                {"bodies", json::array()},
                {"handlers", json::array()},
                {"element_roots", rules.element_roots},
                {"error_codes",
                 {{"fields", rules.error_codes.fields},
                  {"functions", rules.error_codes.functions},
                  {"types", rules.error_codes.types}}}};
  for (const auto& r : rules.requests)
    sinks["requests"].push_back({{"function", r.function}, {"method", r.method}, {"endpoint", r.endpoint}});
  for (const auto& s : rules.same)
    sinks["same"].push_back({{"function", s.function}, {"argument", s.argument}, {"copy", s.copy}});
  for (const auto& s : rules.statuses)
    sinks["statuses"].push_back({{"function", s.function}, {"response", s.response}, {"codes", s.codes}});
  for (const auto& p : rules.pipelines)
    sinks["pipelines"].push_back({{"send", p.send},
                                  {"request", p.request},
                                  {"stages", p.stages},
                                  {"handler", p.handler},
                                  {"factory", p.factory},
                                  {"answer", p.answer},
                                  {"sender", p.sender}});
  for (const auto& f : rules.failures)
    sinks["failures"].push_back({{"function", f.function}, {"argument", f.argument}});
  for (const auto& b : rules.bodies)
    sinks["bodies"].push_back({{"function", b.function}, {"response", b.response}, {"into", b.into}});
  for (const auto& h : rules.handlers)
    sinks["handlers"].push_back({{"type", h.type}, {"fields", h.fields}, {"add", h.add}, {"run", h.run}});
  const auto slash = platform.find('/');
  return {{"goos", platform.substr(0, slash)},
          {"goarch", slash == std::string::npos ? "" : platform.substr(slash + 1)},
          {"sinks", sinks}};
}

}  // namespace

Result<ClientRules> load_client_rules(const std::string& path) {
  BLOBGAUGE_TRY(const auto tree, model::yaml::load(path));
  Fields fields(tree, path, "a client");
  BLOBGAUGE_CHECK(check_client_format(fields));
  ClientRules rules;
  rules.client = fields.text("client");
  rules.language = fields.text("language");
  rules.module = fields.text_or("module", "");
  rules.packages = fields.list("packages");
  BLOBGAUGE_CHECK(read_roots(fields, "roots", rules.roots));
  const auto uses = fields.list("uses");
  BLOBGAUGE_CHECK(read_common(fields, rules));
  BLOBGAUGE_CHECK(fields.finish());
  for (const auto& name : uses) {
    const auto library = (std::filesystem::path(path).parent_path() / (name + ".yaml")).string();
    BLOBGAUGE_TRY(const auto part, model::yaml::load(library));
    BLOBGAUGE_CHECK(read_library(part, library, rules));
  }
  return rules;
}

Result<ClientRules> rules_of_libraries(const std::string& folder, std::string client) {
  ClientRules rules;
  rules.client = std::move(client);
  rules.language = "go";
  BLOBGAUGE_TRY(const auto files, files_of(folder));
  for (const auto& file : files) {
    BLOBGAUGE_TRY(const auto tree, model::yaml::load(file));
    if (tree.find("library")) BLOBGAUGE_CHECK(read_library(tree, file, rules));
  }
  return rules;
}

Result<std::string> find_client_file(const std::string& folder, std::string_view module) {
  std::vector<std::string> known;
  BLOBGAUGE_TRY(const auto files, files_of(folder));
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
  auto config = configuration(rules, source.platform);
  config["packages"] = rules.packages;
  config["roots"] = roots_as_json(rules.roots);
  config["outside"] = rules.outside;
  config[source.module.empty() ? "dir" : "module"] = source.module.empty() ? source.dir : source.module;
  return config.dump();
}

std::optional<std::string> go_configuration(const ClientRules& rules, const LinkedProgram& program) {
  std::set<std::string> packages;
  std::vector<RootRule> roots;
  for (const auto& builder : rules.builders)
    if (program.holds(builder.package)) {
      packages.insert(builder.package);
      roots.push_back({builder.package, "", {"*"}});
    }
  if (roots.empty()) return std::nullopt;
  for (const auto& policy : rules.policies)
    if (program.holds(policy.package)) {
      packages.insert(policy.package);
      roots.push_back(policy);
    }
  auto config = configuration(rules, program.platform);
  config["packages"] = packages;
  config["tags"] = program.tags;
  config["roots"] = roots_as_json(roots);
  config["open"] = true;
  auto list = nlohmann::json::array();
  for (const auto& m : program.modules)
    list.push_back({{"path", m.path},
                    {"version", m.version},
                    {"sum", m.sum},
                    {"replace_path", m.replace_path},
                    {"replace_version", m.replace_version}});
  config["build"] = {{"modules", list}};
  return config.dump();
}

}  // namespace blobgauge::analyzer
