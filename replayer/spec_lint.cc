#include "replayer/spec_lint.h"

#include <fmt/format.h>

#include <algorithm>

#include "replayer/prediction.h"
#include "replayer/selection.h"

namespace blobgauge::replayer {
namespace {

bool has_core(const Suite& suite, const std::string& operation) {
  return std::any_of(suite.cases.begin(), suite.cases.end(),
                     [&](const Case& item) { return item.operation == operation && has_tag(item, core_tag); });
}

void lint_operation(const model::SpecOperation& operation, const Suite& suite, std::vector<LintFinding>& out) {
  const auto& name = operation.operation;
  if (operation.cases.empty())
    out.push_back({fmt::format("{} ({}) has no case", name, operation.tier), fmt::format("add one to {}", suite.folder),
                   operation.tier != "informative"});
  else if (!has_core(suite, name))
    out.push_back(
        {fmt::format("{} ({}) has no core case", name, operation.tier), "nothing is predicted from it", false});
  for (const auto& id : operation.cases)
    if (!suite.find(id))
      out.push_back({fmt::format("{} names the case {}, which is gone", name, id), "build the spec again"});
  for (const auto* lines : {&operation.statuses, &operation.headers, &operation.body, &operation.errors})
    for (const auto& line : *lines)
      if (line.reason.empty())
        out.push_back({fmt::format("{}: the line {} has no reason", name, line.name), "a contract says why"});
}

void lint_case(const Case& item, const model::Spec& spec, std::vector<LintFinding>& out) {
  const auto* operation = spec.find(item.operation);
  if (!operation && has_tag(item, decline_tag)) return;
  if (!operation) {
    out.push_back({fmt::format("{}: no client of this spec sends {}", item.id, item.operation),
                   "it is not run; remove it, or add the client's surface", false});
    return;
  }
  if (std::find(operation->cases.begin(), operation->cases.end(), item.id) == operation->cases.end())
    out.push_back({fmt::format("{} is newer than the spec", item.id), "build the spec again"});
}

}  // namespace

std::vector<LintFinding> lint(const model::Spec& spec, const Suite& suite,
                              const std::vector<model::RationaleRow>& rationale) {
  std::vector<LintFinding> out;
  for (const auto& operation : spec.operations) lint_operation(operation, suite, out);
  for (const auto& item : suite.cases) lint_case(item, spec, out);
  for (const auto& scenario : spec.scenarios)
    if (std::none_of(scenario.operations.begin(), scenario.operations.end(),
                     [&](const auto& name) { return has_core(suite, name); }))
      out.push_back({fmt::format("{} stands on no core case", scenario.id), "nothing predicts it"});
  for (const auto& rule : spec.answers.rules)
    if (rule.reason.empty())
      out.push_back({fmt::format("the rule {} for answers has no reason", rule.id), "a contract says why"});
  for (const auto& row : rationale) {
    if (row.decision == model::Decision::in) continue;
    for (const auto& name : row.operations)
      if (const auto* operation = spec.find(name); operation && operation->tier == "mvp")
        out.push_back({fmt::format("{} is {} by the rationale ({}), and the mvp client sends it", name,
                                   name_of(row.decision), row.topic),
                       "decide again, or override the tier with a reason"});
  }
  return out;
}

std::vector<LintFinding> lint_failures(const std::vector<KnownFailure>& failures, const Suite& suite) {
  std::vector<LintFinding> out;
  for (const auto& failure : failures)
    for (const auto& shown : failure.shown)
      for (const auto* ids : {&shown.cases, &shown.differs})
        for (const auto& id : *ids)
          if (!suite.find(id))
            out.push_back({fmt::format("the known failure {} names the case {}, which is gone", failure.id, id),
                           "name the cases that notice it"});
  return out;
}

}  // namespace blobgauge::replayer
