#include "replayer/staleness.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "model/date.h"
#include "model/text.h"
#include "model/yaml.h"

namespace blobgauge::replayer {
namespace {

// A year before that day: text order is the order of time.
std::string year_before(std::string_view today) {
  const auto year = model::parse_number(today.substr(0, 4)).value_or(0);
  return fmt::format("{:04}{}", year ? year - 1 : 0, today.substr(4));
}

bool is_old(std::string_view date, std::string_view today) { return !date.empty() && date < year_before(today); }

void old_surfaces(const StaleInput& in, std::vector<LintFinding>& out) {
  for (const auto& newest : in.newest.releases) {
    std::map<std::string, std::string> known;  // kind -> newest release of that kind
    for (const auto& surface : in.surfaces) {
      if (surface.client != newest.client || surface.release.empty()) continue;
      auto& release = known[surface.kind];
      if (release.empty() || compare_releases(release, surface.release) < 0) release = surface.release;
    }
    if (known.empty())
      out.push_back({fmt::format("{} has no surface", newest.client),
                     fmt::format("its newest release is {}; docs/maintaining.md", newest.release), false});
    for (const auto& [kind, release] : known)
      if (compare_releases(release, newest.release) < 0)
        out.push_back(
            {fmt::format("{} {} is newer than its newest {} surface, {}", newest.client, newest.release, kind, release),
             "take it up: docs/maintaining.md", false});
  }
}

void old_answers(const StaleInput& in, std::string_view today, std::vector<LintFinding>& out) {
  for (const auto& surface : in.surfaces) {
    for (const auto& [name, operation] : surface.operations) {
      if (!in.spec.find(name)) continue;
      std::string newest;
      for (const auto& [key, answers] : operation.answers)
        if (!answers.years.empty()) newest = std::max(newest, *answers.years.rbegin());
      // The last day of that year is what is known of it.
      if (!newest.empty() && is_old(newest + "-12-31", today))
        out.push_back({fmt::format("{}: its newest recorded answer of the real service is of {}", name, newest),
                       "run its cases against the real service: docs/attesting.md", false});
    }
  }
}

}  // namespace

model::Result<NewestReleases> load_newest_releases(const std::string& path) {
  BLOBGAUGE_TRY(const auto root, model::yaml::load(path));
  model::yaml::Fields fields(root, path, "the newest releases");
  const auto* format = fields.required("format");
  if (fields.number_or("format", 0) != 1) fields.refuse("this version reads format 1 only", format);
  NewestReleases out;
  out.looked = fields.text("looked");
  if (!model::is_date(out.looked)) fields.refuse("a date is written as 2026-01-31", fields.child("looked"));
  const auto read = [](model::yaml::Fields& each) -> model::Result<NewestRelease> {
    return NewestRelease{each.text("client"), each.text("release"), each.text("from")};
  };
  BLOBGAUGE_TRY(out.releases, model::yaml::read_all<NewestRelease>(fields, "releases", "a release", read));
  BLOBGAUGE_CHECK(fields.finish());
  return out;
}

int compare_releases(std::string_view a, std::string_view b) {
  const auto left = model::split(a, '.'), right = model::split(b, '.');
  for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    const auto number = [&](const auto& parts) {
      return i < parts.size() ? static_cast<std::int64_t>(model::parse_number(parts[i]).value_or(0)) : 0;
    };
    if (number(left) != number(right)) return number(left) < number(right) ? -1 : 1;
  }
  return 0;
}

std::vector<LintFinding> stale(const StaleInput& in, std::string_view today) {
  std::vector<LintFinding> out;
  old_surfaces(in, out);
  if (is_old(in.newest.looked, today))
    out.push_back({fmt::format("the newest releases were looked up on {}", in.newest.looked),
                   "look them up again: docs/maintaining.md", false});
  old_answers(in, today, out);
  for (const auto& item : in.suite.cases)
    if (is_old(item.attested.date, today))
      out.push_back({fmt::format("{} was last {} on the real service on {}", item.id,
                                 item.attested.confirmed ? "confirmed" : "contradicted", item.attested.date),
                     "run it again: docs/attesting.md", false});
  for (const auto& row : in.decisions)
    if (is_old(row.date, today))
      out.push_back(
          {fmt::format("{} was decided on {}", row.topic, row.date), "decide again, or confirm the date", false});
  for (const auto& item : in.spec.overrides)
    if (is_old(item.date, today))
      out.push_back({fmt::format("the override of {}, {} is of {}", item.operation, item.line, item.date),
                     "decide again, or confirm the date", false});
  return out;
}

}  // namespace blobgauge::replayer
