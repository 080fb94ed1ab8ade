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

}  // namespace

std::vector<model::ScenarioResult> predict(const Suite& suite, const model::Spec& spec,
                                           const std::vector<CaseResult>& cases) {
  std::map<std::string, const CaseResult*> by_id;
  for (const auto& result : cases) by_id[result.id] = &result;
  std::vector<model::ScenarioResult> out;
  for (const auto& scenario : spec.scenarios) {
    model::ScenarioResult result;
    result.id = scenario.id;
    result.client = scenario.client;
    result.release = scenario.release;
    result.title = scenario.title;
    result.how = "predicted";
    result.verdict = Verdict::pass;
    std::size_t looked_at = 0;
    std::vector<std::string> unknown;
    for (const auto& operation : scenario.operations)
      for (const auto& item : suite.cases) {
        if (item.operation != operation || !is_core(item.tags)) continue;
        const auto found = by_id.find(item.id);
        if (found == by_id.end()) {
          unknown.push_back(item.id + " not run");
          continue;
        }
        ++looked_at;
        const auto& seen = *found->second;
        if (broken(seen)) {
          result.verdict = Verdict::fail;
          if (result.broken_by.empty()) result.broken_by = cause(seen);
          result.cases.push_back(seen.id);
        } else if (seen.verdict != Verdict::pass && seen.verdict != Verdict::xpass) {
          unknown.push_back(fmt::format("{} {}", seen.id, name_of(seen.verdict)));
        }
      }
    if (!looked_at) continue;
    if (result.verdict == Verdict::pass && !unknown.empty()) {
      result.verdict = Verdict::indeterminate;
      result.detail = unknown.front();
      if (unknown.size() > 1) result.detail += fmt::format(" and {} more", unknown.size() - 1);
    }
    out.push_back(std::move(result));
  }
  return out;
}

}  // namespace blobgauge::replayer
