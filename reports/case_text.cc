#include "reports/case_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "model/curl.h"
#include "model/gate.h"
#include "reports/overview.h"

namespace blobgauge::reports {
namespace {

using model::CaseChange;
using model::Finding;
using model::Verdict;

std::string finding_line(const Finding& finding) {
  return fmt::format("{}: expected {}, got {}", finding.expectation,
                     finding.expected.empty() ? "nothing" : finding.expected,
                     finding.actual.empty() ? "nothing" : finding.actual);
}

const Finding* first_break(const model::CaseResult& item) {
  const auto found = std::find_if(item.findings.begin(), item.findings.end(),
                                  [](const Finding& each) { return each.weight == model::Weight::breaks; });
  return found == item.findings.end() ? nullptr : &*found;
}

// The exchange that the first break is about, or the last one.
const model::Exchange* culprit(const model::CaseResult& item) {
  if (item.exchanges.empty()) return nullptr;
  for (const auto& exchange : item.exchanges)
    if (const auto* finding = first_break(item);
        finding && finding->exchange.find(fmt::format("{} ", exchange.request.method)) == 0 &&
        finding->exchange.find(fmt::format("-> {}", exchange.response.status)) != std::string::npos)
      return &exchange;
  return &item.exchanges.back();
}

}  // namespace

Outcome outcome_of(const model::CaseResult& item, const model::Results& results) {
  if (model::gates(item, results)) return Outcome::failed;
  return model::plain(item.verdict) == Verdict::pass ? Outcome::passed : Outcome::skipped;
}

std::string headline(const model::CaseResult& item) {
  std::string what;
  if (const auto* finding = first_break(item))
    what = finding_line(*finding);
  else if (!item.detail.empty())
    what = item.detail;
  const bool passes = model::plain(item.verdict) == Verdict::pass;
  std::string how = item.change != CaseChange::none ? std::string(name_of(item.change))
                    : passes                        ? std::string()
                                                    : std::string(name_of(item.verdict));
  if (item.excuse && !how.empty()) how += fmt::format(" ({} until {})", item.excuse->ticket, item.excuse->expires);
  if (how.empty() && std::any_of(item.findings.begin(), item.findings.end(), model::is_new_difference))
    how = "differs", what = finding_line(item.findings.front());
  return visible(how.empty() || what.empty() ? how + what : how + ": " + what);
}

std::vector<std::string> commands_broken_by(const model::CaseResult& item, const model::Results& results) {
  std::vector<std::string> out;
  for (const auto& scenario : results.scenarios)
    if (std::find(scenario.cases.begin(), scenario.cases.end(), item.id) != scenario.cases.end())
      out.push_back(scenario.id.find('/') == std::string::npos ? scenario.client + " " + scenario.id : scenario.id);
  return out;
}

std::vector<std::string> details(const model::CaseResult& item, const model::Results& results) {
  std::vector<std::string> out;
  out.push_back(fmt::format("{} ({}, tier {}): {}", item.title, item.operation, item.tier.empty() ? "none" : item.tier,
                            name_of(item.verdict)));
  if (item.was) out.back() += fmt::format(", was {}", name_of(*item.was));
  if (item.change != CaseChange::none) out.back() += fmt::format(", {}", name_of(item.change));
  if (!item.detail.empty()) out.push_back(item.detail);
  if (item.excuse)
    out.push_back(
        fmt::format("baseline: {} ({} until {})", item.excuse->reason, item.excuse->ticket, item.excuse->expires));
  for (const auto& finding : item.findings) {
    auto line = fmt::format("{}: ", name_of(finding.weight));
    if (!finding.step.empty()) line += finding.step + ", ";
    line += finding_line(finding);
    if (!finding.exchange.empty()) line += ", by " + finding.exchange;
    out.push_back(std::move(line));
    if (!finding.reason.empty()) out.push_back("  why: " + finding.reason);
  }
  if (const auto commands = commands_broken_by(item, results); !commands.empty())
    out.push_back(fmt::format("breaks: {}", fmt::join(commands, ", ")));
  if (!item.where.empty()) out.push_back("case: " + item.where);
  if (!item.attested.empty()) out.push_back(item.attested);
  if (const auto* exchange = culprit(item)) out.push_back("again: " + model::curl_line(*exchange));
  for (auto& line : out) line = visible(line);
  return out;
}

}  // namespace blobgauge::reports
