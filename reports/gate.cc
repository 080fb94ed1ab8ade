#include "reports/gate.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/gate.h"

namespace blobgauge::reports {
namespace {

using model::CaseChange;

// As they are read: what shuts the gate before what is only said.
constexpr CaseChange reading_order[] = {CaseChange::regression, CaseChange::vanished,        CaseChange::expired,
                                        CaseChange::unexcused,  CaseChange::unexpected_pass, CaseChange::newly_reached,
                                        CaseChange::added,      CaseChange::excused,         CaseChange::expected};

std::string counted(CaseChange change, std::size_t count) {
  const bool noun = change == CaseChange::regression;
  if (change == CaseChange::unexpected_pass) return fmt::format("{} unexpected pass{}", count, count == 1 ? "" : "es");
  return fmt::format("{} {}{}", count, name_of(change), noun && count != 1 ? "s" : "");
}

}  // namespace

std::vector<ChangeGroup> changes_of(const model::Results& results) {
  std::vector<ChangeGroup> out;
  if (!results.baseline) return out;
  for (const auto change : reading_order) {
    ChangeGroup group;
    group.change = change;
    group.gates = model::gates(change, results.strict);
    if (change == CaseChange::vanished)
      for (const auto& item : results.baseline->vanished) group.ids.push_back(item.id);
    for (const auto* item : results.all()) {
      if (item->change != change) continue;
      group.cases.push_back(item);
      group.ids.push_back(item->id);
    }
    if (!group.ids.empty()) out.push_back(std::move(group));
  }
  return out;
}

std::size_t new_differences(const model::Results& results) {
  std::size_t count = 0;
  for (const auto* item : results.all())
    for (const auto& finding : item->findings)
      if (model::is_new_difference(finding)) {
        ++count;
        break;
      }
  return count;
}

std::string gate_line(const model::Results& results) {
  std::string shut, rest;
  const auto add = [](std::string& text, const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  for (const auto& group : changes_of(results)) add(group.gates ? shut : rest, counted(group.change, group.ids.size()));
  if (!results.baseline) {
    const auto figures = results.figures();
    if (figures.fail) add(shut, fmt::format("{} of {} cases fail", figures.fail, figures.total));
    const auto before = std::count_if(results.before.begin(), results.before.end(), [&](const model::CaseResult& item) {
      return item.verdict == model::Verdict::fail;
    });
    if (before) add(shut, fmt::format("{} of {} preconditions do not hold", before, results.before.size()));
    if (figures.error) add(shut, fmt::format("{} error{}", figures.error, figures.error == 1 ? "" : "s"));
  }
  if (const auto count = new_differences(results))
    add(results.strict ? shut : rest, fmt::format("{} with {}differences", count, results.baseline ? "new " : ""));
  if (shut.empty()) return rest.empty() ? "open" : "open: " + rest;
  return rest.empty() ? "shut: " + shut : fmt::format("shut: {}; also {}", shut, rest);
}

}  // namespace blobgauge::reports
