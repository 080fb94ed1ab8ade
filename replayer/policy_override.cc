#include "replayer/policy_override.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "model/date.h"
#include "model/text.h"
#include "model/yaml.h"

namespace blobgauge::replayer {
namespace {

using model::Category;
using model::ContractLine;
using model::fail;
using model::PolicyOverride;
using model::Result;
using model::Status;

std::string place_of(const PolicyOverride& item) { return fmt::format("{}, {}", item.operation, item.line); }

ContractLine* find_line(model::SpecOperation& operation, std::string_view line) {
  const auto blank = line.find(' ');
  const auto kind = line.substr(0, blank);
  auto* lines = kind == "header" ? &operation.headers : kind == "element" ? &operation.body : nullptr;
  if (!lines || blank == std::string_view::npos) return nullptr;
  const auto found = std::find_if(lines->begin(), lines->end(), [&](const ContractLine& each) {
    return model::iequals(each.name, line.substr(blank + 1));
  });
  return found == lines->end() ? nullptr : &*found;
}

Status apply_one(PolicyOverride item, model::Spec& spec) {
  const auto operation = std::find_if(spec.operations.begin(), spec.operations.end(),
                                      [&](const auto& each) { return each.operation == item.operation; });
  const auto refuse = [&](std::string why, std::string next) {
    return fail(Category::input, fmt::format("override of {}: {}", place_of(item), why), std::move(next), item.where);
  };
  if (operation == spec.operations.end())
    return refuse("the spec has no such operation", "remove it, or mend the name");
  if (item.line == "tier") {
    item.was = operation->tier;
    operation->tier = item.value;
    operation->rationale = fmt::format("by policy: {} ({}, {}); computed: {}, {}", item.reason, item.owner, item.date,
                                       item.was, operation->rationale);
  } else {
    auto* line = find_line(*operation, item.line);
    if (!line) return refuse("the spec has no such line", "write tier, 'header NAME' or 'element PATH'");
    const auto weight = model::parse_weight(item.value);
    if (!weight && item.value != "off") return refuse("a line becomes breaks, differs or off", "mend 'value'");
    item.was = line->always ? std::string(name_of(line->weight)) : "off";
    line->always = weight.has_value();
    line->weight = weight.value_or(model::Weight::differs);
    line->reason = fmt::format("by policy: {} ({}, {}); {}", item.reason, item.owner, item.date, line->reason);
  }
  if (item.was == item.value) return refuse(fmt::format("it is {} without it", item.was), "remove it");
  spec.overrides.push_back(std::move(item));
  return {};
}

}  // namespace

Result<std::vector<PolicyOverride>> load_overrides(const std::string& path) {
  BLOBGAUGE_TRY(const auto root, model::yaml::load(path));
  model::yaml::Fields fields(root, path, "the overrides");
  const auto* format = fields.required("format");
  if (fields.number_or("format", 0) != 1) fields.refuse("this version reads format 1 only", format);
  std::set<std::string> seen;
  BLOBGAUGE_TRY(auto out, model::yaml::read_all<PolicyOverride>(fields, "overrides", "an override",
                                                                [&](model::yaml::Fields& each) {
                                                                  auto item = model::read_override(each);
                                                                  if (item && !seen.insert(place_of(*item)).second)
                                                                    each.refuse(place_of(*item) + " stands twice");
                                                                  return item;
                                                                }));
  BLOBGAUGE_CHECK(fields.finish());
  return out;
}

Status apply_overrides(const std::vector<PolicyOverride>& overrides, model::Spec& spec) {
  for (const auto& item : overrides) BLOBGAUGE_CHECK(apply_one(item, spec));
  return {};
}

}  // namespace blobgauge::replayer
