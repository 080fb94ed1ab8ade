#include "reports/trend.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/gate.h"
#include "reports/markdown.h"

namespace blobgauge::reports {
namespace {

std::string commands_of(const model::Results& results) {
  std::size_t work = 0, breaks = 0;
  for (const auto& scenario : results.scenarios) {
    const auto verdict = model::plain(scenario.verdict);
    work += verdict == model::Verdict::pass;
    breaks += verdict == model::Verdict::fail || verdict == model::Verdict::unsupported;
  }
  if (results.scenarios.empty()) return "-";
  return fmt::format("{} of {} work{}", work, results.scenarios.size(),
                     breaks ? fmt::format(", {} break", breaks) : "");
}

}  // namespace

std::string to_trend(const Input& input) {
  std::string out;
  for (const auto& column : input.columns) {
    std::vector<const model::Results*> runs;
    for (const auto& results : column.results) runs.push_back(&results);
    std::stable_sort(runs.begin(), runs.end(), [](const auto* a, const auto* b) { return a->started < b->started; });
    out += fmt::format(
        "{}## {}\n\n| started | version | spec | divergence | coverage | cases | client commands | gate |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- |\n",
        out.empty() ? "" : "\n", markdown_text(column.label));
    const model::Results* before = nullptr;
    for (const auto* run : runs) {
      const auto figures = run->figures();
      const auto& digest = run->spec_digest;
      const bool other = before && !digest.empty() && !before->spec_digest.empty() && before->spec_digest != digest;
      out += fmt::format(
          "| {} | {} | {}{} | {} | {} | {}{} | {} | {} |\n", markdown_text(run->started),
          markdown_text(run->endpoint_version), digest.empty() ? "-" : markdown_code(digest.substr(0, 15)),
          other ? " (another)" : "", figures.total ? percent(figures.divergence()) : "-",
          figures.total ? percent(figures.coverage()) : "-", figures.total, run->complete ? "" : ", interrupted",
          commands_of(*run), run->cases.empty() ? "-" : markdown_text(gate_line(*run)));
      before = run;
    }
    // What people decided against what is computed, and what a run left out, of each run that says so.
    std::vector<std::pair<std::string, std::string>> remarks;  // and the first run with it
    for (const auto* run : runs)
      for (const auto& remark : run->remarks)
        if (std::none_of(remarks.begin(), remarks.end(), [&](const auto& known) { return known.first == remark; }))
          remarks.emplace_back(remark, run->started);
    for (const auto& [remark, since] : remarks)
      out += fmt::format("{}- {} (since {})\n", &remark == &remarks.front().first ? "\n" : "", markdown_text(remark),
                         markdown_text(since));
  }
  return out;
}

}  // namespace blobgauge::reports
