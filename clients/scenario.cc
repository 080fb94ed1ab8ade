#include "clients/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "model/file.h"
#include "model/text.h"
#include "model/yaml.h"

namespace blobgauge::clients {
namespace {

using model::Category;
using model::Result;
using model::Status;
using model::yaml::Fields;
using model::yaml::Node;

// Reads the items of a sequence of maps; an error in one is refused at its place in `parent`.
template <class Item, class Read>
std::vector<Item> items(Fields& parent, std::string_view key, std::string what, Read read) {
  std::vector<Item> result;
  const auto* node = parent.child(key);
  if (!node) return result;
  if (node->kind != Node::Kind::sequence) {
    parent.refuse(fmt::format("'{}' is a list", key), node);
    return result;
  }
  for (const auto& entry : node->items) {
    Fields fields(entry, parent.file(), what);
    Item item;
    read(fields, item);
    if (const auto status = fields.finish(); !status) {
      Node where;
      where.line = status.error().where.line;
      where.column = status.error().where.column;
      parent.refuse(status.error().message, &where);
    }
    result.push_back(std::move(item));
  }
  return result;
}

// Stays inside the scenario's folder.
bool is_inside(std::string_view path) {
  return !path.empty() && path.front() != '/' && std::ranges::count(model::split(path, '/'), "..") == 0;
}

void read_file_set(Fields& fields, FileSet& set) {
  set.path = fields.text("path");
  set.count = fields.number_or("count", 1);
  for (const auto& size : fields.list("sizes")) {
    const auto bytes = model::parse_number(size);
    if (!bytes) fields.refuse(fmt::format("a size is a number of bytes, not '{}'", size));
    set.sizes.push_back(bytes.value_or(0));
  }
  if (set.sizes.empty()) fields.refuse("a file set has 'sizes'");
  if (set.count > 1 && set.path.find("{n}") == std::string::npos) fields.refuse("several files need {n} in their path");
  if (!is_inside(set.path)) fields.refuse("a path stays inside the scenario's folder");
}

void read_step(Fields& fields, Step& step) {
  step.arguments = fields.list("arguments");
  if (step.arguments.empty()) fields.refuse("a step has 'arguments'");
  step.succeeds = fields.flag_or("succeeds", true);
  step.says = fields.list("says");
  step.lists = fields.text_or("lists", {});
  step.only_reads = fields.flag_or("only_reads", false);
}

void read_condition(Fields& fields, Condition& condition) {
  using Kind = Condition::Kind;
  static const std::vector<std::pair<std::string, Kind>> kinds = {
      {"files", Kind::files},     {"blobs", Kind::blobs},         {"blob", Kind::blob},
      {"no_blob", Kind::no_blob}, {"container", Kind::container}, {"no_container", Kind::no_container}};
  int found = 0;
  for (const auto& [name, kind] : kinds)
    if (auto subject = fields.maybe(name)) {
      condition.kind = kind;
      condition.subject = *subject;
      ++found;
    }
  if (found != 1) fields.refuse("a condition has exactly one of files, blobs, blob, no_blob, container, no_container");
  condition.equal = fields.text_or("equal", {});
  condition.headers = fields.pairs("headers");
  const bool compares = condition.kind == Kind::files || condition.kind == Kind::blobs;
  if (compares && condition.equal.empty()) fields.refuse("what must it 'equal'?");
}

void read_answer(Fields& fields, std::pair<std::string, int>& answer) {
  answer.first = fields.text("operation");
  answer.second = static_cast<int>(fields.number_or("status", 0));
  if (answer.second < 100 || answer.second > 599) fields.refuse("a status has three digits");
}

void read_scenario(Fields& fields, Scenario& scenario, const std::string& client) {
  scenario.id = client + "/" + fields.text("id");
  scenario.title = fields.text("title");
  scenario.time_limit = std::chrono::seconds(fields.number_or("time_limit", 60));
  scenario.container = fields.flag_or("container", true);
  scenario.files = items<FileSet>(fields, "files", "a file set", read_file_set);
  scenario.blobs = items<BlobSet>(fields, "blobs", "a blob set", [](Fields& f, BlobSet& set) {
    set.from = f.text("from");
    set.to = f.text("to");
  });
  scenario.steps = items<Step>(fields, "steps", "a step", read_step);
  scenario.holds = items<Condition>(fields, "holds", "a condition", read_condition);
  scenario.expected_answers = items<std::pair<std::string, int>>(fields, "expected_answers", "an answer", read_answer);
  if (scenario.steps.empty()) fields.refuse("a scenario has 'steps'");
}

}  // namespace

Result<ClientFile> client_file_from_yaml(std::string_view text, std::string name) {
  BLOBGAUGE_TRY(const auto root, model::yaml::parse(text, name));
  Fields fields(root, name, "a scenario file");
  ClientFile file;
  file.path = name;
  const auto* format = fields.required("format");
  if (fields.number_or("format", 0) != 1) fields.refuse("this version reads scenario format 1 only", format);
  file.client = fields.text("client");
  file.release = fields.list("release");
  file.service = fields.text("service");
  file.environment = fields.pairs("environment");
  file.sas = fields.pairs("sas");
  file.scenarios = items<Scenario>(fields, "scenarios", "a scenario",
                                   [&](Fields& f, Scenario& scenario) { read_scenario(f, scenario, file.client); });
  if (file.scenarios.empty()) fields.refuse("no scenarios");
  for (std::size_t i = 0; i < file.scenarios.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (file.scenarios[i].id == file.scenarios[j].id)
        fields.refuse(fmt::format("scenario '{}' is there twice", file.scenarios[i].id));
  BLOBGAUGE_CHECK(fields.finish());
  return file;
}

Result<ClientFile> load_client_file(const std::string& folder, std::string_view client) {
  const auto path = fmt::format("{}/{}.yaml", folder, client);
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored))
    return model::fail(Category::usage, fmt::format("no scenarios for a client '{}'", client),
                       fmt::format("{} has one file per client", folder));
  BLOBGAUGE_TRY(const auto text, model::read_file(path));
  BLOBGAUGE_TRY(auto file, client_file_from_yaml(text, path));
  if (file.client != client)
    return model::fail(Category::input, fmt::format("this file is about '{}'", file.client), {}, {path, 0, 0});
  return file;
}

Result<std::string> expand(std::string_view text, const Pairs& values) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '{') {
      result += text[at++];
      continue;
    }
    if (text.substr(at).starts_with("{{")) {
      result += '{';
      at += 2;
      continue;
    }
    const auto end = text.find('}', at);
    const auto name = text.substr(at + 1, end == std::string_view::npos ? end : end - at - 1);
    const auto value = std::ranges::find(values, name, &Pairs::value_type::first);
    if (end == std::string_view::npos || value == values.end())
      return model::fail(Category::input, fmt::format("no value for '{{{}}}' in '{}'", name, text));
    result += value->second;
    at = end + 1;
  }
  return result;
}

}  // namespace blobgauge::clients
