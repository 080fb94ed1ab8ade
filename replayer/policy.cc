#include "replayer/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "model/text.h"
#include "model/yaml.h"

namespace blobgauge::replayer {
namespace {

using model::Category;
using model::fail;
using model::Result;
using model::yaml::Fields;
using model::yaml::Node;

// Every "--flag" and "--flag=value" among the arguments of a scenario's steps.
std::vector<std::string> flags_of(const Node& scenario) {
  std::vector<std::string> out;
  const auto* steps = scenario.find("steps");
  if (!steps) return out;
  for (const auto& step : steps->items)
    if (const auto* arguments = step.find("arguments"))
      for (const auto& argument : arguments->items)
        if (argument.text.starts_with("--")) out.push_back(argument.text.substr(0, argument.text.find('=')));
  return out;
}

std::string text_of(const Node& node, std::string_view key) {
  const auto* child = node.find(key);
  return child ? child->text : std::string{};
}

}  // namespace

Result<Policy> load_policy(const std::string& path) {
  BLOBGAUGE_TRY(const auto root, model::yaml::load(path));
  Fields fields(root, path, "the policy");
  const auto* format = fields.required("format");
  if (fields.number_or("format", 0) != 1) fields.refuse("this version reads policy format 1 only", format);
  Policy policy;
  policy.mvp_client = fields.text("mvp_client");
  policy.second_client = fields.text("second_client");
  policy.since = fields.text("since");
  policy.minimum = fields.number_or("minimum", policy.minimum);
  if (const auto* node = fields.child("flags"); node && node->kind == Node::Kind::map)
    for (std::size_t i = 0; i < node->items.size(); ++i) {
      Fields flag(node->items[i], path, "a flag");
      auto& out = policy.flags[node->keys[i]];
      out.operations = flag.list("operations");
      out.reason = flag.text("reason");
      BLOBGAUGE_CHECK(flag.finish());
    }
  for (const auto& [name, reason] : fields.pairs("not_asserted")) policy.not_asserted[model::lower(name)] = reason;
  for (const auto& [name, feature] : fields.pairs("account_features"))
    policy.account_features[model::lower(name)] = feature;
  BLOBGAUGE_CHECK(fields.finish());
  return policy;
}

Result<model::AnswerRules> load_answer_rules(const std::string& path) {
  BLOBGAUGE_TRY(const auto root, model::yaml::load(path));
  Fields fields(root, path, "the rules for answers");
  const auto* format = fields.required("format");
  if (fields.number_or("format", 0) != 1) fields.refuse("this version reads format 1 only", format);
  BLOBGAUGE_TRY(auto rules, model::read_answer_rules(fields));
  BLOBGAUGE_CHECK(fields.finish());
  return rules;
}

Result<std::vector<model::Precondition>> load_preconditions(const std::string& path) {
  BLOBGAUGE_TRY(const auto root, model::yaml::load(path));
  Fields fields(root, path, "the preconditions");
  const auto* format = fields.required("format");
  if (fields.number_or("format", 0) != 1) fields.refuse("this version reads format 1 only", format);
  BLOBGAUGE_TRY(auto out, model::yaml::read_all<model::Precondition>(fields, "preconditions", "a precondition",
                                                                     model::read_precondition));
  BLOBGAUGE_CHECK(fields.finish());
  return out;
}

Result<std::vector<ScenarioLine>> load_scenario_lines(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  if (error) return fail(Category::input, fmt::format("no scenarios: {}", error.message()), {}, {folder, 0, 0});
  std::sort(files.begin(), files.end());
  std::vector<ScenarioLine> out;
  for (const auto& file : files) {
    BLOBGAUGE_TRY(const auto root, model::yaml::load(file));
    const auto client = text_of(root, "client");
    const auto* scenarios = root.find("scenarios");
    if (client.empty() || !scenarios)
      return fail(Category::input, "a scenario file has 'client' and 'scenarios'", {}, {file, 1, 1});
    for (const auto& item : scenarios->items)
      out.push_back({client + "/" + text_of(item, "id"), client, text_of(item, "title"), flags_of(item)});
  }
  return out;
}

}  // namespace blobgauge::replayer
