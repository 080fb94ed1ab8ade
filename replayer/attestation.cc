#include "replayer/attestation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <sstream>

#include "model/date.h"
#include "model/yaml.h"

namespace blobgauge::replayer {
namespace {

using model::Category;
using model::fail;
using model::Result;
using model::Verdict;
using model::yaml::Fields;

Result<std::pair<std::string, Attested>> read_entry(Fields& fields) {
  std::pair<std::string, Attested> out;
  auto& item = out.second;
  out.first = fields.text("case");
  item.confirmed = fields.text("verdict") == "confirmed";
  if (!item.confirmed && fields.text("verdict") != "contradicted")
    fields.refuse("a verdict is confirmed or contradicted", fields.child("verdict"));
  item.date = fields.text("date");
  if (!model::is_date(item.date)) fields.refuse("a date is written as 2026-01-31", fields.child("date"));
  item.region = fields.text("region");
  item.account = fields.text("account");
  item.version = fields.text("version");
  return out;
}

}  // namespace

std::string text_of(const Attested& item) {
  if (item.date.empty()) return "never confirmed on the real service";
  return fmt::format("{} on the real service on {} ({}, {}, version {})", item.confirmed ? "confirmed" : "contradicted",
                     item.date, item.region, item.account, item.version);
}

std::string attested_remark(const Suite& suite, const model::Results& results) {
  std::size_t never = 0, asked = 0;
  std::vector<std::string> against;
  for (const auto& result : results.cases) {
    const auto* item = suite.find(result.id);
    if (!item) continue;
    ++asked;
    never += item->attested.date.empty();
    if (!item->attested.date.empty() && !item->attested.confirmed) against.push_back(item->id);
  }
  if (!never && against.empty()) return {};
  auto out = fmt::format("{} of {} cases were never confirmed on the real service", never, asked);
  if (!against.empty()) out += fmt::format("; it contradicts {}", fmt::join(against, ", "));
  return out;
}

Result<Attestations> load_attestations(const std::string& path) {
  Attestations out;
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return out;
  BLOBGAUGE_TRY(const auto root, model::yaml::load(path));
  Fields fields(root, path, "the attestations");
  const auto* format = fields.required("format");
  if (fields.number_or("format", 0) != 1) fields.refuse("this version reads format 1 only", format);
  const auto read = [&](Fields& each) -> Result<std::string> {
    BLOBGAUGE_TRY(auto entry, read_entry(each));
    if (!out.emplace(entry).second) each.refuse(fmt::format("the case '{}' stands twice", entry.first));
    return entry.first;
  };
  BLOBGAUGE_TRY(const auto ids, model::yaml::read_all<std::string>(fields, "attested", "an attestation", read));
  BLOBGAUGE_CHECK(fields.finish());
  return out;
}

std::string to_yaml(const Attestations& attestations) {
  std::ostringstream text;
  model::yaml::Writer out(text);
  out.begin_map();
  out.comment("What the real service said to each case; written by `blobgauge spec attest`, docs/attesting.md.");
  out.number("format", 1);
  out.key("attested").begin_sequence();
  for (const auto& [id, item] : attestations) {
    out.begin_map();
    out.field("case", id);
    out.field("verdict", item.confirmed ? "confirmed" : "contradicted");
    out.field("date", item.date);
    out.field("region", item.region);
    out.field("account", item.account);
    out.field("version", item.version);
    out.end_map();
  }
  out.end_sequence();
  out.end_map();
  return text.str();
}

model::Status attest(const model::Results& results, const AttestedWhere& where, Attestations& into) {
  if (results.kind != "replay")
    return fail(Category::usage,
                fmt::format("these are results of {}, and only a replay asks the service", results.kind));
  if (!results.complete)
    return fail(Category::usage, "these results are of an interrupted run", "finish it: blobgauge replay --resume");
  if (results.shard)
    return fail(Category::usage, "these results are of one shard", "put the shards together: blobgauge results merge");
  const auto day = results.started.substr(0, 10);
  if (!model::is_date(day)) return fail(Category::input, "these results do not say when they were made");
  for (const auto& item : results.cases) {
    const auto verdict = model::plain(item.verdict);
    if (verdict != Verdict::pass && verdict != Verdict::fail && verdict != Verdict::unsupported) continue;
    auto& known = into[item.id];
    if (known.date > day) continue;  // an older run says nothing new
    known = {verdict == Verdict::pass && item.findings.empty(), day, where.region, where.account, results.api_version};
  }
  return {};
}

}  // namespace blobgauge::replayer
