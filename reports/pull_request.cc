#include "reports/pull_request.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/gate.h"
#include "reports/case_text.h"
#include "reports/gate.h"
#include "reports/markdown.h"

namespace blobgauge::reports {
namespace {

using model::CaseChange;

constexpr std::size_t most_rows = 10, most_names = 5, most_causes = 5;

// "`a`, `b` and 3 more"
std::string some(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size() && i < most_names; ++i) out += (i ? ", " : "") + markdown_code(names[i]);
  if (names.size() > most_names) out += fmt::format(" and {} more", names.size() - most_names);
  return out;
}

class PullRequest {
 public:
  PullRequest(const Input& input, const Overview& overview) : input_(input), overview_(overview) {}

  std::string write() {
    for (std::size_t i = 0; i < input_.columns.size(); ++i) {
      for (const auto& results : input_.columns[i].results)
        if (!results.cases.empty()) gate(input_.columns[i].label, results);
      commands(i);
      figures(i);
    }
    for (const auto& note : overview_.notes) out_ += "> " + markdown_text(note) + "\n\n";
    return std::move(out_);
  }

 private:
  void gate(const std::string& label, const model::Results& results) {
    const bool shut = model::gate_is_shut(results);
    auto line = gate_line(results);
    line[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(line[0])));
    out_ += fmt::format("### {} {}\n\n**{}**\n\n", shut ? "\xe2\x9d\x8c" : "\xe2\x9c\x85", markdown_text(label),
                        markdown_text(line));
    if (!results.baseline) {
      failing(results);
      return;
    }
    const auto groups = changes_of(results);
    const auto has_table = [](const ChangeGroup& group) { return group.gates && !group.cases.empty(); };
    for (const auto& group : groups)
      if (has_table(group)) table(group);
    for (const auto& group : groups)
      if (!has_table(group) && group.change != CaseChange::expected)
        out_ += fmt::format("- {}: {}\n", name_of(group.change), some(group.ids));
    for (const auto& note : results.baseline->notes) out_ += "- " + markdown_text(note) + "\n";
    out_ += '\n';
  }

  void failing(const model::Results& results) {
    ChangeGroup group;
    for (const auto* item : results.all())
      if (model::gates(*item, results)) group.cases.push_back(item);
    if (group.cases.empty()) return;
    table(group);
    out_ += '\n';
  }

  void table(const ChangeGroup& group) {
    out_ += fmt::format("| {} | expected | got | by | breaks |\n| --- | --- | --- | --- | --- |\n",
                        group.change == CaseChange::none ? "fails" : name_of(group.change));
    for (std::size_t i = 0; i < group.cases.size() && i < most_rows; ++i) {
      const auto& item = *group.cases[i];
      const auto found = std::find_if(item.findings.begin(), item.findings.end(),
                                      [](const model::Finding& each) { return each.weight == model::Weight::breaks; });
      std::string expected, actual = markdown_text(headline(item)), by;
      if (found != item.findings.end()) {
        expected = markdown_text(found->expectation + " ") + markdown_code(found->expected);
        actual = markdown_code(found->actual);
        by = markdown_code(found->exchange);
      }
      if (item.excuse)
        actual += markdown_text(fmt::format(" ({} until {})", item.excuse->ticket, item.excuse->expires));
      out_ +=
          fmt::format("| {} | {} | {} | {} | {} |\n", markdown_code(item.id), expected, actual, by, breaks(item.id));
    }
    if (group.cases.size() > most_rows) out_ += fmt::format("\nand {} more\n", group.cases.size() - most_rows);
    out_ += '\n';
  }

  std::string breaks(const std::string& id) const {
    std::vector<std::string> names;
    for (const auto& row : overview_.commands)
      for (const auto& cell : row.cells)
        if (cell.predicted &&
            std::find(cell.predicted->cases.begin(), cell.predicted->cases.end(), id) != cell.predicted->cases.end()) {
          names.push_back(row.client + " " + row.id);
          break;
        }
    return some(names);
  }

  void commands(std::size_t column) {
    const auto sum = score(overview_, column);
    if (!sum.tried()) return;
    out_ += fmt::format("{}: {} of {} client commands {}{}\n\n", markdown_text(overview_.labels[column]), sum.breaks,
                        sum.tried(), sum.breaks == 1 ? "breaks" : "break",
                        sum.unknown ? fmt::format(", {} unknown", sum.unknown) : "");
    const auto& causes = overview_.causes[column];
    for (std::size_t i = 0; i < causes.size() && i < most_causes; ++i) {
      std::vector<std::string> names;
      for (const auto* row : causes[i].commands) names.push_back(row->client + " " + row->id);
      out_ += fmt::format("- {} breaks {}\n", markdown_code(causes[i].exchange), some(names));
    }
    if (causes.size() > most_causes) out_ += fmt::format("- and {} other causes\n", causes.size() - most_causes);
    if (!causes.empty()) out_ += '\n';
  }

  void figures(std::size_t column) {
    bool heading = false;
    for (const auto& row : overview_.figures) {
      const auto& f = row.cells[column];
      if (!f.total) continue;
      if (!heading)
        out_ += "| cases | divergence | coverage | pass | fail | other |\n| --- | --- | --- | --- | --- | --- |\n";
      heading = true;
      out_ += fmt::format("| {} | {} | {} | {} | {} | {} |\n", markdown_text(row.scope), percent(f.divergence()),
                          percent(f.coverage()), f.pass, f.fail, f.total - f.pass - f.fail);
    }
    if (heading) out_ += '\n';
  }

  const Input& input_;
  const Overview& overview_;
  std::string out_;
};

}  // namespace

std::string to_pull_request(const Input& input, const Overview& overview) {
  return PullRequest(input, overview).write();
}

}  // namespace blobgauge::reports
