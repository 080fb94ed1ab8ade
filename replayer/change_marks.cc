#include "replayer/change_marks.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/text.h"

namespace blobgauge::replayer {
namespace {

using model::SurfaceChange;

bool asks(const SurfaceChange& change, std::string_view value, const std::string& api_version) {
  if (change.asked.empty()) return true;
  return change.asked.count(std::string(value == "${version}" ? api_version : value)) > 0;
}

bool has_parameter(std::string_view target, const SurfaceChange& change, const std::string& api_version) {
  const auto mark = target.find('?');
  if (mark == std::string_view::npos) return false;
  for (const auto pair : model::split(target.substr(mark + 1), '&')) {
    const auto name = pair.substr(0, pair.find('='));
    const auto value = name.size() < pair.size() ? pair.substr(name.size() + 1) : std::string_view();
    if (name == change.name && asks(change, value, api_version)) return true;
  }
  return false;
}

bool exercises(const Suite& suite, const Step& step, const SurfaceChange& change, const std::string& api_version) {
  if (step.operation != change.operation) return false;
  if (change.name.empty()) return true;
  const auto is = [&](std::string_view kind) { return change.what.rfind(kind, 0) == 0; };
  if (is("query")) return has_parameter(step.request.target, change, api_version);
  if (is("request header")) {
    // "x-ms-meta-*" stands for any header of the set.
    const auto glob = model::lower(change.name);
    const auto is_it = [&](const std::string& name) { return model::glob_match(glob, model::lower(name)); };
    const auto named = [&](const auto& header) { return is_it(header.first); };
    const auto& own = step.request.headers;
    if (const auto found = std::find_if(own.begin(), own.end(), named); found != own.end())
      return asks(change, found->second, api_version);
    const auto& omit = step.request.omit;
    if (std::any_of(omit.begin(), omit.end(), is_it)) return false;
    const auto found = std::find_if(suite.headers.begin(), suite.headers.end(), named);
    return found != suite.headers.end() && asks(change, found->second, api_version);
  }
  return std::any_of(step.expectations.begin(), step.expectations.end(), [&](const Expectation& e) {
    if (is("status"))
      return e.about == Expectation::About::status &&
             std::find(e.values.begin(), e.values.end(), change.name) != e.values.end();
    return model::iequals(e.name, change.name);
  });
}

}  // namespace

std::vector<const Case*> cases_for(const Suite& suite, const SurfaceChange& change, const std::string& api_version) {
  std::vector<const Case*> list;
  for (const auto& item : suite.cases)
    if (std::any_of(item.steps.begin(), item.steps.end(),
                    [&](const Step& step) { return exercises(suite, step, change, api_version); }))
      list.push_back(&item);
  return list;
}

std::string mark_of(const Suite& suite, const SurfaceChange& change, const RunVerdicts& run) {
  const auto cases = cases_for(suite, change, run.api_version);
  if (!run.refused.empty()) return cases.empty() ? "untested" : "failing: " + run.refused;
  std::size_t passed = 0;
  std::vector<std::string> failing;
  for (const auto* item : cases) {
    const auto verdict = run.cases.find(item->id);
    if (verdict == run.cases.end()) continue;
    if (verdict->second == model::Verdict::pass) ++passed;
    if (verdict->second == model::Verdict::fail || verdict->second == model::Verdict::error ||
        verdict->second == model::Verdict::unsupported)
      failing.push_back(item->id);
  }
  if (!failing.empty()) return fmt::format("failing: {}", fmt::join(failing, ", "));
  return passed ? fmt::format("answered ({} case{})", passed, passed == 1 ? "" : "s") : "untested";
}

}  // namespace blobgauge::replayer
