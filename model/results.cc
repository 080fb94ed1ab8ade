#include "model/results.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "model/file.h"
#include "model/trace.h"

namespace blobgauge::model {
namespace {

using Json = nlohmann::ordered_json;
constexpr int results_version = 1;

Json to_json_value(const Figures& figures) {
  Json out;
  out["total"] = figures.total;
  out["pass"] = figures.pass;
  out["fail"] = figures.fail;
  out["unsupported"] = figures.unsupported;
  out["skipped"] = figures.skipped;
  out["blocked"] = figures.blocked;
  out["indeterminate"] = figures.indeterminate;
  out["error"] = figures.error;
  out["divergence"] = figures.divergence();
  out["coverage"] = figures.coverage();
  return out;
}

Json to_json_value(const Finding& finding) {
  Json out;
  out["weight"] = name_of(finding.weight);
  out["step"] = finding.step;
  out["expectation"] = finding.expectation;
  out["expected"] = finding.expected;
  out["actual"] = finding.actual;
  out["reason"] = finding.reason;
  out["exchange"] = finding.exchange;
  if (finding.accepted) out["accepted"] = true;
  return out;
}

Json to_json_value(const CaseResult& result) {
  Json out;
  out["id"] = result.id;
  out["operation"] = result.operation;
  out["tier"] = result.tier;
  out["title"] = result.title;
  out["tags"] = result.tags;
  out["verdict"] = name_of(result.verdict);
  out["detail"] = result.detail;
  out["duration_us"] = result.duration_us;
  out["findings"] = Json::array();
  for (const auto& finding : result.findings) out["findings"].push_back(to_json_value(finding));
  out["exchanges"] = Json::array();
  for (const auto& exchange : result.exchanges) out["exchanges"].push_back(Json::parse(to_json_line(exchange)));
  out["where"] = result.where;
  if (!result.role.empty()) out["role"] = result.role;
  if (!result.attested.empty()) out["attested"] = result.attested;
  if (!result.credentials.empty()) out["credentials"] = result.credentials;
  if (result.change != CaseChange::none) out["change"] = name_of(result.change);
  if (result.was) out["was"] = name_of(*result.was);
  if (result.excuse)
    out["excuse"] = {
        {"reason", result.excuse->reason}, {"ticket", result.excuse->ticket}, {"expires", result.excuse->expires}};
  return out;
}

Json to_json_value(const BaselineUse& use) {
  Json out;
  out["file"] = use.file;
  out["endpoint_version"] = use.endpoint_version;
  out["made"] = use.made;
  out["vanished"] = Json::array();
  for (const auto& item : use.vanished) out["vanished"].push_back({{"id", item.id}, {"was", name_of(item.was)}});
  out["notes"] = use.notes;
  return out;
}

Json to_json_value(const ScenarioResult& result) {
  Json out;
  out["id"] = result.id;
  out["client"] = result.client;
  out["release"] = result.release;
  out["title"] = result.title;
  out["how"] = result.how;
  out["verdict"] = name_of(result.verdict);
  out["broken_by"] = result.broken_by;
  out["detail"] = result.detail;
  out["duration_us"] = result.duration_us;
  out["exchanges"] = result.exchanges;
  out["cases"] = result.cases;
  if (!result.stands_on.empty()) out["stands_on"] = result.stands_on;
  return out;
}

// A value that is not what the format says; caught once, in results_from_json.
struct Malformed {
  std::string message;
};

// One object of the file with its path, so that a message says where ("cases[3].verdict").
class Object {
 public:
  Object(const Json& json, std::string path) : json_(json), path_(std::move(path)) {
    if (!json_.is_object()) throw Malformed{fmt::format("'{}' must be an object", path_)};
  }
  std::string text(const char* key) const {
    const auto found = json_.find(key);
    if (found == json_.end()) return {};
    if (!found->is_string()) throw Malformed{fmt::format("'{}' must be a text", at(key))};
    return found->get<std::string>();
  }
  std::int64_t number(const char* key) const {
    const auto found = json_.find(key);
    if (found == json_.end()) return 0;
    if (!found->is_number_integer()) throw Malformed{fmt::format("'{}' must be a whole number", at(key))};
    return found->get<std::int64_t>();
  }
  bool flag(const char* key, std::optional<bool> fallback = std::nullopt) const {
    const auto found = json_.find(key);
    if (found == json_.end() && fallback) return *fallback;
    if (found == json_.end() || !found->is_boolean())
      throw Malformed{fmt::format("'{}' must be true or false", at(key))};
    return found->get<bool>();
  }
  bool has(const char* key) const { return json_.contains(key); }
  Object child(const char* key) const { return Object(json_.at(key), at(key)); }
  template <class Use>
  void each(const char* key, Use use) const {
    const auto found = json_.find(key);
    if (found == json_.end()) return;
    if (!found->is_array()) throw Malformed{fmt::format("'{}' must be a list", at(key))};
    for (std::size_t i = 0; i < found->size(); ++i) use((*found)[i], fmt::format("{}[{}]", at(key), i));
  }
  std::vector<std::string> texts(const char* key) const {
    std::vector<std::string> out;
    each(key, [&](const Json& item, const std::string& path) {
      if (!item.is_string()) throw Malformed{fmt::format("'{}' must be a text", path)};
      out.push_back(item.get<std::string>());
    });
    return out;
  }
  Verdict verdict(const char* key = "verdict") const {
    const auto word = text(key);
    const auto verdict = parse_verdict(word);
    if (!verdict) throw Malformed{fmt::format("'{}' is no verdict: '{}'", at(key), word)};
    return *verdict;
  }
  CaseChange change() const {
    const auto word = text("change");
    if (word.empty()) return CaseChange::none;
    const auto change = parse_change(word);
    if (!change) throw Malformed{fmt::format("'{}' is no change: '{}'", at("change"), word)};
    return *change;
  }
  Weight weight() const {
    const auto word = text("weight");
    const auto weight = parse_weight(word);
    if (!weight) throw Malformed{fmt::format("'{}' is no weight: '{}'", at("weight"), word)};
    return *weight;
  }

 private:
  std::string at(const char* key) const { return path_.empty() ? key : path_ + "." + key; }
  const Json& json_;
  std::string path_;
};

Finding read_finding(const Object& in) {
  return {in.weight(),       in.text("expectation"), in.text("expected"), in.text("actual"),
          in.text("reason"), in.text("exchange"),    in.text("step"),     in.flag("accepted", false)};
}

CaseResult read_case(const Object& in) {
  CaseResult out;
  out.id = in.text("id");
  out.operation = in.text("operation");
  out.tier = in.text("tier");
  out.title = in.text("title");
  out.tags = in.texts("tags");
  out.verdict = in.verdict();
  out.detail = in.text("detail");
  out.duration_us = in.number("duration_us");
  in.each("findings", [&](const Json& item, std::string path) {
    out.findings.push_back(read_finding(Object(item, std::move(path))));
  });
  in.each("exchanges", [&](const Json& item, const std::string& path) {
    auto exchange = from_json_line(item.dump());
    if (!exchange) throw Malformed{fmt::format("'{}': {}", path, exchange.error().message)};
    out.exchanges.push_back(std::move(*exchange));
  });
  out.where = in.text("where");
  out.role = in.text("role");
  out.attested = in.text("attested");
  out.credentials = in.texts("credentials");
  out.change = in.change();
  if (in.has("was")) out.was = in.verdict("was");
  if (in.has("excuse")) {
    const auto excuse = in.child("excuse");
    out.excuse = Excuse{excuse.text("reason"), excuse.text("ticket"), excuse.text("expires")};
  }
  return out;
}

BaselineUse read_baseline_use(const Object& in) {
  BaselineUse out;
  out.file = in.text("file");
  out.endpoint_version = in.text("endpoint_version");
  out.made = in.text("made");
  in.each("vanished", [&](const Json& item, std::string path) {
    const Object each(item, std::move(path));
    out.vanished.push_back({each.text("id"), each.verdict("was")});
  });
  out.notes = in.texts("notes");
  return out;
}

ScenarioResult scenario_of(const Object& in) {
  ScenarioResult out;
  out.id = in.text("id");
  out.client = in.text("client");
  out.release = in.text("release");
  out.title = in.text("title");
  out.how = in.text("how");
  out.verdict = in.verdict();
  out.broken_by = in.text("broken_by");
  out.detail = in.text("detail");
  out.duration_us = in.number("duration_us");
  out.exchanges = static_cast<std::uint64_t>(in.number("exchanges"));
  out.cases = in.texts("cases");
  out.stands_on = in.texts("stands_on");
  return out;
}

Results read_results(const Object& in) {
  if (in.number("format") != results_version)
    throw Malformed{fmt::format("this version reads results format {} only", results_version)};
  Results out;
  out.tool = in.text("tool");
  out.kind = in.text("kind");
  out.spec = in.text("spec");
  out.endpoint = in.text("endpoint");
  out.started = in.text("started");
  out.duration_us = in.number("duration_us");
  out.complete = in.flag("complete");
  out.strict = in.flag("strict", false);
  out.spec_digest = in.text("spec_digest");
  out.endpoint_version = in.text("endpoint_version");
  out.selection = in.text("selection");
  out.run_identity = in.text("run_identity");
  out.api_version = in.text("api_version");
  out.remarks = in.texts("remarks");
  if (in.has("traffic")) {
    const auto traffic = in.child("traffic");
    out.traffic = Traffic{static_cast<std::uint64_t>(traffic.number("lanes")),
                          static_cast<std::uint64_t>(traffic.number("requests")), traffic.number("in_flight_us")};
  }
  if (in.has("shard")) {
    const auto shard = in.child("shard");
    const auto index = shard.number("index"), count = shard.number("count");
    if (index < 1 || index > count) throw Malformed{fmt::format("there is no shard {} of {}", index, count)};
    out.shard = ShardOf{static_cast<std::size_t>(index), static_cast<std::size_t>(count), shard.texts("cases")};
  }
  if (in.has("baseline")) out.baseline = read_baseline_use(in.child("baseline"));
  in.each("before",
          [&](const Json& item, std::string path) { out.before.push_back(read_case(Object(item, std::move(path)))); });
  in.each("cases",
          [&](const Json& item, std::string path) { out.cases.push_back(read_case(Object(item, std::move(path)))); });
  in.each("scenarios", [&](const Json& item, std::string path) {
    out.scenarios.push_back(scenario_of(Object(item, std::move(path))));
  });
  return out;
}

Position position_of(std::string_view text, std::size_t offset, std::string name) {
  const auto before = text.substr(0, std::min(offset, text.size()));
  const auto line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
  const auto start = before.rfind('\n');
  return {std::move(name), line + 1, before.size() - (start == std::string_view::npos ? 0 : start + 1) + 1};
}

}  // namespace

Figures Results::figures(std::string_view tier) const {
  Figures out;
  for (const auto& result : cases) {
    if (!tier.empty() && result.tier != tier) continue;
    ++out.total;
    switch (result.verdict) {
      case Verdict::pass:
      case Verdict::xpass:
        ++out.pass;
        break;
      case Verdict::fail:
      case Verdict::xfail:
        ++out.fail;
        break;
      case Verdict::unsupported:
        ++out.unsupported;
        break;
      case Verdict::skipped:
        ++out.skipped;
        break;
      case Verdict::blocked:
        ++out.blocked;
        break;
      case Verdict::indeterminate:
        ++out.indeterminate;
        break;
      case Verdict::error:
        ++out.error;
        break;
    }
  }
  return out;
}

std::vector<const CaseResult*> Results::all() const {
  std::vector<const CaseResult*> out;
  for (const auto* list : {&before, &cases})
    for (const auto& item : *list) out.push_back(&item);
  return out;
}

std::string to_json(const Results& results) {
  Json out;
  out["format"] = results_version;
  out["tool"] = results.tool;
  out["kind"] = results.kind;
  out["spec"] = results.spec;
  out["endpoint"] = results.endpoint;
  out["started"] = results.started;
  out["duration_us"] = results.duration_us;
  out["complete"] = results.complete;
  out["strict"] = results.strict;
  out["spec_digest"] = results.spec_digest;
  out["endpoint_version"] = results.endpoint_version;
  out["selection"] = results.selection;
  out["run_identity"] = results.run_identity;
  if (!results.api_version.empty()) out["api_version"] = results.api_version;
  if (!results.remarks.empty()) out["remarks"] = results.remarks;
  if (results.traffic)
    out["traffic"] = {{"lanes", results.traffic->lanes},
                      {"requests", results.traffic->requests},
                      {"in_flight_us", results.traffic->in_flight_us}};
  if (results.shard)
    out["shard"] = {{"index", results.shard->index}, {"count", results.shard->count}, {"cases", results.shard->cases}};
  if (results.baseline) out["baseline"] = to_json_value(*results.baseline);
  auto& figures = out["figures"];
  figures["all"] = to_json_value(results.figures());
  std::vector<std::string> tiers;
  for (const auto& result : results.cases)
    if (std::find(tiers.begin(), tiers.end(), result.tier) == tiers.end()) tiers.push_back(result.tier);
  std::sort(tiers.begin(), tiers.end());
  for (const auto& tier : tiers)
    if (!tier.empty()) figures["tiers"][tier] = to_json_value(results.figures(tier));
  if (!results.before.empty()) {
    out["before"] = Json::array();
    for (const auto& result : results.before) out["before"].push_back(to_json_value(result));
  }
  out["cases"] = Json::array();
  for (const auto& result : results.cases) out["cases"].push_back(to_json_value(result));
  out["scenarios"] = Json::array();
  for (const auto& result : results.scenarios) out["scenarios"].push_back(to_json_value(result));
  // An answer may hold bytes that are no UTF-8; a report must not fail for that.
  return out.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<Results> results_from_json(std::string_view text, std::string name) {
  try {
    const auto json = Json::parse(text);
    return read_results(Object(json, {}));
  } catch (const Malformed& error) {
    return fail(Category::input, error.message, {}, {std::move(name), 0, 0});
  } catch (const Json::parse_error& error) {
    return fail(Category::input, "not JSON", "was the run interrupted while it wrote?",
                position_of(text, error.byte ? error.byte - 1 : 0, std::move(name)));
  } catch (const Json::exception& error) {
    return fail(Category::input, error.what(), {}, {std::move(name), 0, 0});
  }
}

Result<Results> load_results(const std::string& path) {
  BLOBGAUGE_TRY(const auto text, read_file(path));
  return results_from_json(text, path);
}

std::string to_json_line(const CaseResult& result) {
  return to_json_value(result).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<CaseResult> case_from_json_line(std::string_view line) {
  try {
    const auto json = Json::parse(line);
    return read_case(Object(json, {}));
  } catch (const Malformed& error) {
    return fail(Category::input, error.message);
  } catch (const Json::exception&) {
    return fail(Category::input, "not JSON");
  }
}

Status save_results(const Results& results, const std::string& path) { return write_file(path, to_json(results)); }

}  // namespace blobgauge::model
