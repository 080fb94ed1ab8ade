#include "reports/terminal.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/gate.h"
#include "reports/before.h"
#include "reports/case_text.h"
#include "reports/gate.h"

namespace blobgauge::reports {
namespace {

// Columns that UTF-8 text takes, taking each code point for one: names are mostly ASCII.
std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string padded(std::string text, std::size_t width) {
  const auto used = columns(text);
  if (used < width) text.append(width - used, ' ');
  return text;
}

std::string cut(std::string_view text, std::size_t width) {
  if (columns(text) <= width) return std::string(text);
  std::size_t end = 0, used = 0;
  while (end < text.size() && used + 1 < width) {
    ++end;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) ++end;
    ++used;
  }
  return std::string(text.substr(0, end)) + "~";
}

constexpr std::size_t most_groups = 12;
constexpr std::size_t most_changes = 10;  // of one kind

class TerminalPage {
 public:
  TerminalPage(const Input& input, const Overview& overview, const TerminalOptions& options)
      : input_(input), overview_(overview), options_(options) {}

  std::string write() {
    for (const auto& label : overview_.labels) label_width_ = std::max(label_width_, columns(visible(label)));
    gates();
    commands();
    causes();
    before();
    groups();
    figures();
    for (const auto& note : overview_.notes) out_ += fmt::format("\n{}\n", painted(visible(note), "33"));
    out_.erase(0, std::min(out_.find_first_not_of('\n'), out_.size()));
    return std::move(out_);
  }

 private:
  std::string painted(std::string text, std::string_view code) const {
    return options_.colour ? fmt::format("\033[{}m{}\033[0m", code, text) : text;
  }

  std::string cell(const CommandCell& cell) const {
    switch (cell.works) {
      case Works::yes:
        return painted(padded(cell.run ? "works" : "works*", label_width_), "32");
      case Works::no:
        return painted(padded(cell.run ? "BREAKS" : "BREAKS*", label_width_), "1;31");
      case Works::unknown:
        return painted(padded("unknown", label_width_), "33");
      case Works::absent:
        return padded("-", label_width_);
    }
    return {};
  }

  // What got worse comes before all that was known.
  void gates() {
    for (const auto& column : input_.columns)
      for (const auto& results : column.results) {
        if (!results.baseline) continue;
        const bool shut = model::gate_is_shut(results);
        out_ += fmt::format("{}{}: gate {}\n", out_.empty() ? "" : "\n", painted(visible(column.label), "1"),
                            painted(gate_line(results), shut ? "1;31" : "32"));
        for (const auto& group : changes_of(results)) changes(group);
        for (const auto& note : results.baseline->notes) out_ += fmt::format("  {}\n", painted(visible(note), "33"));
      }
  }

  void changes(const ChangeGroup& group) {
    // What is as it was expected needs no line of its own.
    if (group.change == model::CaseChange::expected) return;
    std::size_t width = 0;
    for (std::size_t i = 0; i < group.ids.size() && i < most_changes; ++i)
      width = std::max(width, columns(visible(group.ids[i])));
    for (std::size_t i = 0; i < group.ids.size() && i < most_changes; ++i) {
      std::string why;
      if (i < group.cases.size()) {
        why = headline(*group.cases[i]);
        // Its first word stands there already.
        if (const auto name = std::string(name_of(group.change)); why.starts_with(name)) why.erase(0, name.size());
        why.erase(0, std::min(why.find_first_not_of(": "), why.size()));
      }
      auto line = fmt::format("  {}  {}  {}",
                              painted(padded(std::string(name_of(group.change)), 15), group.gates ? "31" : "33"),
                              padded(visible(group.ids[i]), width), why);
      while (line.back() == ' ') line.pop_back();
      out_ += line + '\n';
    }
    if (group.ids.size() > most_changes)
      out_ += fmt::format("  {}  and {} more\n", padded("", 15), group.ids.size() - most_changes);
  }

  void commands() {
    if (overview_.commands.empty()) return;
    std::size_t id_width = 16;
    for (const auto& row : overview_.commands) id_width = std::max(id_width, columns(visible(row.id)));
    const std::size_t cells = overview_.labels.size() * (label_width_ + 2);
    const std::size_t fixed = 2 + id_width + 2 + cells;
    const std::size_t title_width =
        std::clamp<std::size_t>(options_.width > fixed ? options_.width - fixed : 0, 20, 52);
    std::string client;
    bool predicted = false;
    for (const auto& row : overview_.commands) {
      if (row.client != client) {
        client = row.client;
        const auto name = visible(row.release.empty() ? client : client + " " + row.release);
        out_ += (out_.empty() ? "" : "\n") + painted(padded(name, 4 + id_width + title_width), "1");
        for (std::size_t i = 0; i < overview_.labels.size(); ++i) {
          const auto label = visible(overview_.labels[i]);
          // The last column needs no blanks behind it.
          out_ += "  " + painted(i + 1 < overview_.labels.size() ? padded(label, label_width_) : label, "1");
        }
        out_ += '\n';
      }
      out_ += fmt::format("  {}  {}", padded(visible(row.id), id_width),
                          padded(cut(visible(row.title), title_width), title_width));
      for (const auto& each : row.cells) {
        out_ += "  " + cell(each);
        predicted |= each.works != Works::absent && !each.run;
      }
      while (!out_.empty() && out_.back() == ' ') out_.pop_back();
      out_ += '\n';
      for (std::size_t i = 0; i < row.cells.size(); ++i) {
        const auto& each = row.cells[i];
        if (each.works == Works::no) {
          const auto broken_by = each.broken_by();
          const auto why = broken_by.empty() ? each.detail() : broken_by;
          out_ += fmt::format("      {}: {}\n", visible(overview_.labels[i]),
                              visible(why.empty() ? "no exchange is to blame" : why));
        }
        if (each.disagree())
          out_ += fmt::format("      {}: predicted to {}, and the client {}\n", visible(overview_.labels[i]),
                              each.works == Works::no ? "work" : "break", each.works == Works::no ? "broke" : "worked");
      }
    }
    if (predicted) out_ += "\n* predicted from cases; no client ran\n";
  }

  void causes() {
    for (std::size_t column = 0; column < overview_.labels.size(); ++column) {
      const auto sum = score(overview_, column);
      if (!sum.tried()) continue;
      out_ += fmt::format("\n{}: {} of {} client commands {}{}\n", painted(visible(overview_.labels[column]), "1"),
                          sum.breaks, sum.tried(), sum.breaks == 1 ? "breaks" : "break",
                          sum.unknown ? fmt::format(", {} unknown", sum.unknown) : "");
      for (const auto& cause : overview_.causes[column])
        out_ += fmt::format("  {:>3}  {}\n", cause.commands.size(), visible(cause.exchange));
    }
  }

  // What stops a client before it has asked anything.
  void before() {
    for (std::size_t column = 0; column < overview_.labels.size(); ++column) {
      bool heading = false;
      for (const auto& row : overview_.before) {
        const auto* item = row.cells[column];
        if (!item || !before_needs_a_look(*item)) continue;
        if (!heading)
          out_ += fmt::format("\n{}: before the first request\n", painted(visible(overview_.labels[column]), "1"));
        heading = true;
        out_ += fmt::format("  {}: {}\n", visible(row.title), before_words(item));
      }
    }
  }

  static std::string freed(const CaseGroup& group) {
    if (group.frees.empty()) return {};
    return fmt::format("  (would free {} command{})", group.frees.size(), group.frees.size() == 1 ? "" : "s");
  }

  // Where no client ran, the cases say what is wrong; where one did, they say what else.
  void groups() {
    for (std::size_t column = 0; column < overview_.labels.size(); ++column) {
      const auto& groups = overview_.groups[column];
      if (groups.empty()) continue;
      out_ += fmt::format("\n{}: {}\n", painted(visible(overview_.labels[column]), "1"),
                          case_count(overview_.figures.front().cells[column]));
      for (std::size_t i = 0; i < groups.size() && i < most_groups; ++i) {
        const auto& group = groups[i];
        std::string why = group.actual;
        if (!group.expectation.empty())
          why = fmt::format("{}: expected {}, got {}", group.expectation, group.expected,
                            group.actual.empty() ? "nothing" : group.actual);
        out_ +=
            fmt::format("  {:>3}  {}  {}{}\n", group.rows.size(), visible(group.operation), visible(why), freed(group));
      }
      if (groups.size() > most_groups) out_ += fmt::format("       and {} more\n", groups.size() - most_groups);
    }
  }

  void figures() {
    if (overview_.figures.empty()) return;
    std::size_t width = 10;
    for (const auto& row : overview_.figures) width = std::max(width, columns(visible(row.scope)));
    const std::size_t label = std::max<std::size_t>(label_width_, 8);
    out_ += '\n' +
            painted(fmt::format("{}  {}  {:>10} {:>9} {:>6} {:>6} {:>6} {:>12} {:>8} {:>13} {:>8} {:>6}",
                                padded("cases", width), padded("", label), "divergence", "coverage", "total", "pass",
                                "fail", "unsupported", "blocked", "indeterminate", "skipped", "error"),
                    "1") +
            '\n';
    for (const auto& row : overview_.figures)
      for (std::size_t i = 0; i < row.cells.size(); ++i) {
        const auto& f = row.cells[i];
        if (!f.total) continue;
        out_ += fmt::format("{}  {}  {:>10} {:>9} {:>6} {:>6} {:>6} {:>12} {:>8} {:>13} {:>8} {:>6}\n",
                            padded(visible(row.scope), width), padded(visible(overview_.labels[i]), label),
                            percent(f.divergence()), percent(f.coverage()), f.total, f.pass, f.fail, f.unsupported,
                            f.blocked, f.indeterminate, f.skipped, f.error);
      }
  }

  const Input& input_;
  const Overview& overview_;
  const TerminalOptions& options_;
  std::size_t label_width_ = 8;
  std::string out_;
};

}  // namespace

std::string to_terminal(const Input& input, const Overview& overview, const TerminalOptions& options) {
  return TerminalPage(input, overview, options).write();
}

}  // namespace blobgauge::reports
