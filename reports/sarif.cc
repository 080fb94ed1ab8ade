#include "reports/sarif.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <nlohmann/json.hpp>

#include "model/text.h"
#include "model/url.h"
#include "reports/case_text.h"

namespace blobgauge::reports {
namespace {

using Json = nlohmann::ordered_json;
using model::CaseChange;
using model::CaseResult;
using model::Results;
using model::Verdict;

// A rule's name must be Pascal case and its id is shown, so the id is the case's own.
Json rule_of(const CaseResult& item) {
  Json rule;
  rule["id"] = visible(item.id);
  const auto title = visible(item.title.empty() ? item.id : item.title);
  rule["shortDescription"]["text"] = title;
  rule["fullDescription"]["text"] = fmt::format("{}: {}.", visible(item.operation), title);
  Json tags = Json::array();
  for (const auto& tag : item.tags) tags.push_back(visible(tag));
  rule["properties"]["tags"] = tags;
  return rule;
}

// "specs/cases/put-blob.yaml:12" as a place; a result without one stands at the spec.
Json location_of(const CaseResult& item, const Results& results) {
  auto file = item.where;
  std::uint64_t line = 1;
  if (const auto colon = file.rfind(':'); colon != std::string::npos) {
    line = model::parse_number(std::string_view(file).substr(colon + 1)).value_or(1);
    file.resize(colon);
  }
  if (file.empty()) file = results.spec.empty() ? "results.json" : results.spec;
  // An absolute path is a file's URI, a relative one is as of the repository's root.
  std::string uri = file.starts_with('/') ? "file://" : "";
  for (const auto part : model::split(file, '/'))
    uri += (uri.empty() || uri == "file://" ? "" : "/") + model::percent_encode(part);
  if (file.starts_with('/')) uri.insert(7, "/");
  Json out;
  out["physicalLocation"]["artifactLocation"]["uri"] = uri;
  out["physicalLocation"]["region"]["startLine"] = std::max<std::uint64_t>(line, 1);
  out["logicalLocations"] = Json::array({{{"name", visible(item.operation)}, {"kind", "function"}}});
  return out;
}

std::string level_of(const CaseResult& item, Outcome outcome) {
  if (outcome == Outcome::failed) return "error";
  return model::plain(item.verdict) == Verdict::fail ? "warning" : "note";
}

// What changed, as SARIF says it; nothing where no baseline was given.
std::string state_of(const CaseResult& item) {
  switch (item.change) {
    case CaseChange::regression:
    case CaseChange::excused:
    case CaseChange::newly_reached:
    case CaseChange::added:
      return "new";
    default:
      return "unchanged";
  }
}

Json result_of(const std::string& label, const CaseResult& item, const Results& results, std::size_t rule) {
  const auto outcome = outcome_of(item, results);
  Json out;
  out["ruleId"] = visible(item.id);
  out["ruleIndex"] = rule;
  out["level"] = level_of(item, outcome);
  auto lines = details(item, results);
  auto head = headline(item);
  if (head.empty()) head = "differs from the service, and breaks no known client";
  out["message"]["text"] = fmt::format("{}: {}\n{}", visible(label), head, fmt::join(lines, "\n"));
  out["locations"] = Json::array({location_of(item, results)});
  // Stable over runs: it is the case on this endpoint, not what it answered this time.
  out["partialFingerprints"]["blobgaugeCase/v1"] = fmt::format("{}|{}", visible(label), visible(item.id));
  if (results.baseline) {
    out["baselineState"] = state_of(item);
    if (item.excuse && outcome != Outcome::failed)
      out["suppressions"] =
          Json::array({{{"kind", "external"},
                        {"justification", visible(fmt::format("{} ({} until {})", item.excuse->reason,
                                                              item.excuse->ticket, item.excuse->expires))}}});
  }
  return out;
}

Json run_of(const std::string& label, const Results& results) {
  // Built apart: a reference into an object of this library dangles once a key is added to it.
  Json driver, found = Json::array();
  driver["name"] = "blobgauge";
  const auto blank = results.tool.rfind(' ');
  if (blank != std::string::npos) driver["version"] = visible(std::string_view(results.tool).substr(blank + 1));
  driver["rules"] = Json::array();
  for (const auto* each : results.all()) {
    const auto& item = *each;
    if (item.findings.empty() && model::plain(item.verdict) == Verdict::pass) continue;
    const auto rule = driver["rules"].size();
    driver["rules"].push_back(rule_of(item));
    found.push_back(result_of(label, item, results, rule));
  }
  if (results.baseline)
    for (const auto& item : results.baseline->vanished) {
      CaseResult gone;
      gone.id = item.id;
      gone.title = "a case that is no longer there";
      gone.verdict = Verdict::error;
      gone.change = CaseChange::vanished;
      gone.was = item.was;
      const auto rule = driver["rules"].size();
      driver["rules"].push_back(rule_of(gone));
      auto made = result_of(label, gone, results, rule);
      made["level"] = "error";
      made["message"]["text"] =
          fmt::format("{}: no case has this id any more; the baseline has it as {}", visible(label), name_of(item.was));
      made["baselineState"] = "new";
      found.push_back(std::move(made));
    }
  Json run;
  run["tool"]["driver"] = std::move(driver);
  run["results"] = std::move(found);
  run["columnKind"] = "utf16CodeUnits";
  run["properties"] = {{"endpoint", visible(results.endpoint)},
                       {"endpointVersion", visible(results.endpoint_version)},
                       {"spec", visible(results.spec)},
                       {"specDigest", visible(results.spec_digest)}};
  for (const auto& remark : results.remarks) run["properties"]["remarks"].push_back(visible(remark));
  return run;
}

}  // namespace

std::string to_sarif(const Input& input) {
  Json out;
  out["$schema"] = "https://json.schemastore.org/sarif-2.1.0.json";
  out["version"] = "2.1.0";
  out["runs"] = Json::array();
  for (const auto& column : input.columns)
    for (const auto& results : column.results) out["runs"].push_back(run_of(column.label, results));
  return out.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace blobgauge::reports
