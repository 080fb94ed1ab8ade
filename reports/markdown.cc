#include "reports/markdown.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/before.h"

namespace blobgauge::reports {
namespace {

std::string state(const CommandCell& cell) {
  const std::string mark = cell.run || cell.works == Works::absent ? "" : " (predicted)";
  switch (cell.works) {
    case Works::yes:
      return "works" + mark;
    case Works::no:
      return "**breaks**" + mark;
    case Works::unknown:
      return "unknown" + mark;
    case Works::absent:
      return "-";
  }
  return {};
}

std::string head(const std::vector<std::string>& names) {
  std::string top = "|", rule = "|";
  for (const auto& name : names) {
    top += " " + markdown_text(name) + " |";
    rule += " --- |";
  }
  return top + "\n" + rule + "\n";
}

class MarkdownPage {
 public:
  MarkdownPage(const Input& input, const Overview& overview) : input_(input), overview_(overview) {}

  std::string write() {
    out_ += "# Which client commands break\n\n";
    for (std::size_t i = 0; i < overview_.labels.size(); ++i) verdict(i);
    for (const auto& note : overview_.notes) out_ += "> " + markdown_text(note) + "\n\n";
    commands();
    figures();
    before();
    roles();
    failures();
    differences();
    origin();
    return std::move(out_);
  }

 private:
  void verdict(std::size_t column) {
    const auto sum = score(overview_, column);
    const auto label = markdown_text(overview_.labels[column]);
    if (!sum.tried()) return;
    out_ +=
        fmt::format("**{}**: {} of {} client commands {}{}.\n\n", label, sum.breaks, sum.tried(),
                    sum.breaks == 1 ? "breaks" : "break", sum.unknown ? fmt::format(", {} unknown", sum.unknown) : "");
    for (const auto& cause : overview_.causes[column]) {
      std::string names;
      for (const auto* row : cause.commands)
        names += (names.empty() ? "" : ", ") + markdown_text(row->client + " " + row->id);
      out_ += fmt::format("- {} breaks {}: {}\n", markdown_code(cause.exchange), cause.commands.size(), names);
    }
    if (!overview_.causes[column].empty()) out_ += '\n';
  }

  void commands() {
    if (overview_.commands.empty()) return;
    out_ += "## Client commands\n\n";
    std::vector<std::string> names = {"client", "command", "what it does"};
    names.insert(names.end(), overview_.labels.begin(), overview_.labels.end());
    names.push_back("broken by");
    out_ += head(names);
    for (const auto& row : overview_.commands) {
      out_ += fmt::format("| {} | {} | {} |", markdown_text(row.client + " " + row.release), markdown_text(row.id),
                          markdown_text(row.title));
      std::string why;
      for (std::size_t i = 0; i < row.cells.size(); ++i) {
        const auto& cell = row.cells[i];
        out_ += " " + state(cell) + " |";
        if (cell.works == Works::no && !cell.broken_by().empty())
          why += (why.empty() ? "" : "; ") + markdown_code(cell.broken_by());
        if (cell.disagree()) why += (why.empty() ? "" : "; ") + std::string("predicted otherwise");
      }
      out_ += " " + why + " |\n";
    }
    out_ += '\n';
  }

  void figures() {
    if (overview_.figures.empty()) return;
    out_ += "## Divergence and coverage\n\n";
    out_ += head({"cases", "endpoint", "divergence", "coverage", "total", "pass", "fail", "unsupported", "blocked",
                  "indeterminate", "skipped", "error"});
    for (const auto& row : overview_.figures)
      for (std::size_t i = 0; i < row.cells.size(); ++i) {
        const auto& f = row.cells[i];
        if (!f.total) continue;
        out_ += fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n", markdown_text(row.scope),
                            markdown_text(overview_.labels[i]), percent(f.divergence()), percent(f.coverage()), f.total,
                            f.pass, f.fail, f.unsupported, f.blocked, f.indeterminate, f.skipped, f.error);
      }
    out_ += "\nDivergence = fail / total. Coverage = (pass + fail) / total. The total is every selected case.\n\n";
  }

  void findings(const model::CaseResult& item, model::Weight weight) {
    for (const auto& finding : item.findings) {
      if (finding.weight != weight) continue;
      out_ += fmt::format("- {}{}: expected {}, got {}", finding.step.empty() ? "" : markdown_text(finding.step) + ", ",
                          markdown_text(finding.expectation), markdown_code(finding.expected),
                          markdown_code(finding.actual));
      if (!finding.exchange.empty()) out_ += ", by " + markdown_code(finding.exchange);
      if (!finding.reason.empty()) out_ += ". " + markdown_text(finding.reason);
      out_ += '\n';
    }
  }

  void before() {
    if (overview_.before.empty()) return;
    out_ += "## Before the first request\n\n| needs | tier |";
    std::string rule = "| --- | --- |";
    for (const auto& label : overview_.labels) {
      out_ += fmt::format(" {} |", markdown_text(label));
      rule += " --- |";
    }
    out_ += "\n" + rule + "\n";
    for (const auto& row : overview_.before) {
      out_ += fmt::format("| {} | {} |", markdown_text(row.title), markdown_text(row.tier));
      for (const auto* item : row.cells) out_ += fmt::format(" {} |", markdown_text(before_words(item)));
      out_ += '\n';
    }
    out_ += '\n';
  }

  // What is asked of an endpoint that is more than a destination.
  void roles() {
    bool heading = false;
    for (const auto& row : overview_.cases) {
      const auto role = role_of(row);
      if (role.empty() || role == "destination") continue;
      if (!heading) {
        out_ += "## Other roles\n\n| role | case | checks |";
        std::string rule = "| --- | --- | --- |";
        for (const auto& label : overview_.labels) {
          out_ += fmt::format(" {} |", markdown_text(label));
          rule += " --- |";
        }
        out_ += "\n" + rule + "\n";
        heading = true;
      }
      out_ += fmt::format("| {} | {} | {} |", markdown_text(role), markdown_text(row.id), markdown_text(row.title));
      for (const auto* item : row.cells)
        out_ += fmt::format(" {} |", item ? markdown_text(std::string(model::name_of(item->verdict))) : "not run");
      out_ += '\n';
    }
    if (heading) out_ += '\n';
  }

  void failures() {
    bool heading = false;
    for (const auto& row : overview_.cases)
      for (std::size_t i = 0; i < row.cells.size(); ++i) {
        const auto* item = row.cells[i];
        if (!item || item->verdict == model::Verdict::pass || item->verdict == model::Verdict::skipped) continue;
        if (!heading) out_ += "## Cases that do not pass\n\n";
        heading = true;
        out_ += fmt::format("### {} on {}: {}\n\n{} ({}, tier {})\n\n", markdown_text(row.id),
                            markdown_text(overview_.labels[i]), model::name_of(item->verdict), markdown_text(row.title),
                            markdown_text(row.operation), markdown_text(row.tier.empty() ? "none" : row.tier));
        if (!item->detail.empty()) out_ += markdown_text(item->detail) + "\n\n";
        if (!item->attested.empty()) out_ += markdown_text(item->attested) + "\n\n";
        const auto before = out_.size();
        findings(*item, model::Weight::breaks);
        if (out_.size() != before) out_ += '\n';
      }
  }

  void differences() {
    bool heading = false;
    for (const auto& row : overview_.cases)
      for (std::size_t i = 0; i < row.cells.size(); ++i) {
        const auto* item = row.cells[i];
        const auto differs = [](const model::Finding& f) { return f.weight == model::Weight::differs; };
        if (!item || std::none_of(item->findings.begin(), item->findings.end(), differs)) continue;
        if (!heading) out_ += "## Differences that break no known client\n\n";
        heading = true;
        out_ += fmt::format("{} on {}:\n\n", markdown_text(row.id), markdown_text(overview_.labels[i]));
        findings(*item, model::Weight::differs);
        out_ += '\n';
      }
  }

  void origin() {
    out_ += "## Where this comes from\n\n";
    out_ += head({"endpoint", "address", "kind", "spec", "started", "seconds", "made by"});
    for (const auto& column : input_.columns)
      for (const auto& results : column.results)
        out_ += fmt::format("| {} | {} | {} | {} | {} | {:.1f} | {} |\n", markdown_text(column.label),
                            markdown_code(results.endpoint), markdown_text(results.kind), markdown_text(results.spec),
                            markdown_text(results.started), static_cast<double>(results.duration_us) / 1e6,
                            markdown_text(results.tool));
  }

  const Input& input_;
  const Overview& overview_;
  std::string out_;
};

}  // namespace

std::string markdown_text(std::string_view text) {
  std::string out;
  for (const char c : visible(text)) {
    if (std::string_view("\\`*_{}[]<>#|~!&").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string markdown_code(std::string_view text) {
  if (text.empty()) return "(nothing)";
  std::string inner;
  std::size_t run = 0, longest = 0;
  for (const char c : visible(text)) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
    // A table cell ends at a bar even inside code.
    if (c == '|') inner += '\\';
    inner += c;
  }
  const std::string fence(longest + 1, '`');
  const bool space = inner.front() == '`' || inner.back() == '`';
  return fence + (space ? " " : "") + inner + (space ? " " : "") + fence;
}

std::string to_markdown(const Input& input, const Overview& overview) { return MarkdownPage(input, overview).write(); }

}  // namespace blobgauge::reports
