#include "replayer/prediction.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace blobgauge::replayer {
namespace {

using model::CaseResult;
using model::Verdict;

bool is_core(const std::vector<std::string>& tags) {
  return std::find(tags.begin(), tags.end(), core_tag) != tags.end();
}

bool broken(const CaseResult& result) {
  return result.verdict == Verdict::fail || result.verdict == Verdict::xfail || result.verdict == Verdict::unsupported;
}

std::string cause(const CaseResult& result) {
  for (const auto& finding : result.findings)
    if (finding.weight == model::Weight::breaks)
      return fmt::format("{}: {}", result.operation, finding.exchange.empty() ? finding.expectation : finding.exchange);
  return fmt::format("{}: {}", result.operation, result.detail);
}

using ById = std::map<std::string_view, const CaseResult*>;

ById index_of(const std::vector<CaseResult>& cases) {
  ById out;
  for (const auto& result : cases) out[result.id] = &result;
  return out;
}

// "azcopy/credential" is of every release of the client, "azcopy-10.32.2/version" of that one.
bool is_of(const CaseResult& before, const model::ScenarioResult& scenario) {
  const auto id = std::string_view(before.id).substr(before.id.find('/') + 1);
  const auto owner = id.substr(0, id.find('/'));
  return owner == scenario.client || owner == scenario.client + "-" + scenario.release;
}

// A client that cannot even ask is broken by that, whatever the cases say. What asks for a flag breaks no command that
// goes without it.
const CaseResult* stopped_before(const model::ScenarioResult& scenario, const std::vector<CaseResult>& before) {
  for (const auto& item : before)
    if (broken(item) && item.tier != "extended" && is_of(item, scenario)) return &item;
  return nullptr;
}

// From the cases that the scenario stands on, and from what must hold before them.
void conclude(model::ScenarioResult& scenario, const ById& by_id, const std::vector<CaseResult>& before) {
  scenario.verdict = Verdict::pass;
  scenario.broken_by.clear();
  scenario.detail.clear();
  scenario.cases.clear();
  std::vector<std::string> unknown;
  for (const auto& id : scenario.stands_on) {
    const auto found = by_id.find(id);
    if (found == by_id.end()) {
      unknown.push_back(id + " not run");
      continue;
    }
    const auto& seen = *found->second;
    if (broken(seen)) {
      scenario.verdict = Verdict::fail;
      if (scenario.broken_by.empty()) scenario.broken_by = cause(seen);
      scenario.cases.push_back(seen.id);
    } else if (seen.verdict != Verdict::pass && seen.verdict != Verdict::xpass) {
      unknown.push_back(fmt::format("{} {}", seen.id, name_of(seen.verdict)));
    }
  }
  if (const auto* why = stopped_before(scenario, before)) {
    scenario.verdict = Verdict::fail;
    scenario.broken_by = cause(*why);
    scenario.cases.insert(scenario.cases.begin(), why->id);
    return;
  }
  if (scenario.verdict == Verdict::pass && !unknown.empty()) {
    scenario.verdict = Verdict::indeterminate;
    scenario.detail = unknown.front();
    if (unknown.size() > 1) scenario.detail += fmt::format(" and {} more", unknown.size() - 1);
  }
}

}  // namespace

std::vector<model::ScenarioResult> predict(const Suite& suite, const model::Spec& spec, const model::Results& results,
                                           const std::set<std::string>& selected) {
  const auto by_id = index_of(results.cases);
  std::vector<model::ScenarioResult> out;
  for (const auto& scenario : spec.scenarios) {
    model::ScenarioResult result;
    result.id = scenario.id;
    result.client = scenario.client;
    result.release = scenario.release;
    result.title = scenario.title;
    result.how = "predicted";
    bool asked = false;
    for (const auto& operation : scenario.operations)
      for (const auto& item : suite.cases) {
        if (item.operation != operation || !is_core(item.tags)) continue;
        result.stands_on.push_back(item.id);
        asked |= selected.count(item.id) != 0;
      }
    if (!asked) continue;
    conclude(result, by_id, results.before);
    out.push_back(std::move(result));
  }
  return out;
}

std::vector<model::ScenarioResult> predict(const Suite& suite, const model::Spec& spec,
                                           const std::vector<CaseResult>& cases) {
  model::Results results;
  results.cases = cases;
  std::set<std::string> selected;
  for (const auto& item : cases) selected.insert(item.id);
  return predict(suite, spec, results, selected);
}

void predict_again(model::Results& results) {
  const auto by_id = index_of(results.cases);
  for (auto& scenario : results.scenarios)
    if (scenario.how == "predicted") conclude(scenario, by_id, results.before);
}

}  // namespace blobgauge::replayer
