#include "replayer/shard.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "model/text.h"
#include "replayer/prediction.h"

namespace blobgauge::replayer {
namespace {

using model::Category;
using model::fail;
using model::Result;
using model::Results;

// More jobs than this are a typing error.
constexpr std::uint64_t most_shards = 10'000;

std::vector<std::size_t> by_id(const std::vector<Chosen>& cases) {
  std::vector<std::size_t> order(cases.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return cases[a].item->id < cases[b].item->id; });
  return order;
}

// Which shard each case goes to, from 0.
std::vector<std::size_t> by_time(const std::vector<Chosen>& cases, const Results& former, std::size_t shards) {
  std::map<std::string_view, std::int64_t> measured;
  std::vector<std::int64_t> times;
  for (const auto& item : former.cases) {
    if (item.duration_us <= 0) continue;
    measured[item.id] = item.duration_us;
    times.push_back(item.duration_us);
  }
  std::sort(times.begin(), times.end());
  const auto median = times.empty() ? 1 : times[times.size() / 2];
  const auto time_of = [&](std::size_t i) {
    const auto found = measured.find(cases[i].item->id);
    return found == measured.end() ? median : found->second;
  };
  auto order = by_id(cases);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return time_of(a) > time_of(b); });
  std::vector<std::int64_t> load(shards, 0);
  std::vector<std::size_t> out(cases.size());
  for (const auto i : order) {
    out[i] = static_cast<std::size_t>(std::min_element(load.begin(), load.end()) - load.begin());
    load[out[i]] += time_of(i);
  }
  return out;
}

// What all parts of one run have in common.
model::Status same_run(const Results& part, const Results& first, const std::string& name, const std::string& other) {
  const auto text = [](std::size_t number) { return std::to_string(number); };
  const std::tuple<const char*, std::string, std::string> facts[] = {
      {"number of shards", text(part.shard->count), text(first.shard->count)},
      {"kind", part.kind, first.kind},
      {"spec", part.spec_digest, first.spec_digest},
      {"endpoint", part.endpoint, first.endpoint},
      {"endpoint version", part.endpoint_version, first.endpoint_version},
      {"selection", part.selection, first.selection},
      {"list of cases", fmt::format("{}", fmt::join(part.shard->cases, " ")),
       fmt::format("{}", fmt::join(first.shard->cases, " "))},
      {"strictness", text(part.strict), text(first.strict)},
      {"baseline", part.baseline ? "of " + part.baseline->made : "none",
       first.baseline ? "of " + first.baseline->made : "none"},
      {"version of this tool", part.tool, first.tool}};
  for (const auto& [what, a, b] : facts)
    if (a != b)
      return fail(Category::usage, fmt::format("{} has another {} than {}", name, what, other),
                  "merge the shards of one run");
  return {};
}

// Each case once, in the order of the whole run.
Result<std::vector<model::CaseResult>> together(std::vector<Results>& parts, const std::vector<std::string>& names) {
  std::map<std::string, std::size_t> owner;
  std::map<std::string, model::CaseResult*> by_id;
  for (std::size_t i = 0; i < parts.size(); ++i)
    for (auto& item : parts[i].cases) {
      if (const auto [before, fresh] = owner.emplace(item.id, i); !fresh)
        return fail(Category::usage,
                    fmt::format("the case {} stands in {} and {}", item.id, names[before->second], names[i]),
                    "split all shards by the times of the same results");
      by_id[item.id] = &item;
    }
  std::vector<model::CaseResult> out;
  for (const auto& id : parts.front().shard->cases) {
    const auto found = by_id.find(id);
    if (found == by_id.end())
      return fail(Category::usage, fmt::format("the case {} stands in no part", id),
                  "split all shards by the times of the same results");
    out.push_back(std::move(*found->second));
    by_id.erase(found);
  }
  if (!by_id.empty()) return fail(Category::usage, fmt::format("the case {} is not of this run", by_id.begin()->first));
  return out;
}

void merge_baselines(const std::vector<Results>& parts, model::BaselineUse& out) {
  for (const auto& part : parts) {
    for (const auto& item : part.baseline->vanished)
      if (std::none_of(out.vanished.begin(), out.vanished.end(), [&](const auto& each) { return each.id == item.id; }))
        out.vanished.push_back(item);
    for (const auto& note : part.baseline->notes)
      if (std::find(out.notes.begin(), out.notes.end(), note) == out.notes.end()) out.notes.push_back(note);
  }
}

}  // namespace

Result<Shard> parse_shard(std::string_view text, const char* job_index) {
  const auto wrong = [&](std::string why) {
    return fail(Category::usage, fmt::format("--shard: {}", why),
                "write I/N with I from 1 to N, or N where JOB_COMPLETION_INDEX says which");
  };
  const auto slash = text.find('/');
  const auto count = model::parse_number(slash == std::string_view::npos ? text : text.substr(slash + 1));
  if (!count || *count == 0 || *count > most_shards) return wrong(fmt::format("'{}' is no number of shards", text));
  std::optional<std::uint64_t> index;
  if (slash != std::string_view::npos) {
    index = model::parse_number(text.substr(0, slash));
  } else {
    if (!job_index || !*job_index) return wrong("JOB_COMPLETION_INDEX is not set");
    index = model::parse_number(job_index);
    if (index) ++*index;  // counted from 0 there
  }
  if (!index || *index == 0 || *index > *count)
    return wrong(slash == std::string_view::npos
                     ? fmt::format("JOB_COMPLETION_INDEX is '{}', and there are {} shards", job_index, *count)
                     : fmt::format("there is no shard '{}'", text));
  return Shard{static_cast<std::size_t>(*index), static_cast<std::size_t>(*count)};
}

std::vector<Chosen> cases_of(const Shard& shard, const std::vector<Chosen>& cases, const Results* former) {
  std::vector<std::size_t> owner(cases.size());
  if (former) {
    owner = by_time(cases, *former, shard.count);
  } else {
    const auto order = by_id(cases);
    for (std::size_t i = 0; i < order.size(); ++i) owner[order[i]] = i % shard.count;
  }
  std::vector<Chosen> out;
  for (std::size_t i = 0; i < cases.size(); ++i)
    if (owner[i] + 1 == shard.index) out.push_back(cases[i]);
  return out;
}

Result<Results> merge_shards(std::vector<Results> parts, const std::vector<std::string>& names) {
  if (parts.empty()) return fail(Category::usage, "there is nothing to merge");
  std::map<std::size_t, std::size_t> place;  // shard -> part
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto& part = parts[i];
    if (!part.shard)
      return fail(Category::usage, fmt::format("{} is not of a shard", names[i]), "replay with --shard I/N");
    if (!part.complete)
      return fail(Category::usage, fmt::format("{} is of an interrupted run", names[i]),
                  "finish it: blobgauge replay --resume");
    BLOBGAUGE_CHECK(same_run(part, parts.front(), names[i], names.front()));
    if (const auto [before, fresh] = place.emplace(part.shard->index, i); !fresh)
      return fail(Category::usage, fmt::format("shard {}/{} stands in {} and {}", part.shard->index, part.shard->count,
                                               names[before->second], names[i]));
  }
  const auto count = parts.front().shard->count;
  std::vector<std::size_t> missing;
  for (std::size_t i = 1; i <= count; ++i)
    if (!place.count(i)) missing.push_back(i);
  if (!missing.empty())
    return fail(Category::usage, fmt::format("shard {} of {} is missing", fmt::join(missing, ", "), count));

  BLOBGAUGE_TRY(auto cases, together(parts, names));
  Results out = std::move(parts[place.at(1)]);
  for (const auto& part : parts) {
    if (&part == &parts[place.at(1)]) continue;
    out.started = std::min(out.started, part.started);
    out.duration_us = std::max(out.duration_us, part.duration_us);
  }
  if (out.baseline) {
    parts[place.at(1)].baseline = out.baseline;
    merge_baselines(parts, *out.baseline);
  }
  out.shard.reset();
  out.traffic.reset();
  out.cases = std::move(cases);
  predict_again(out);
  return out;
}

}  // namespace blobgauge::replayer
