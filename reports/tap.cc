#include "reports/tap.h"

#include <fmt/format.h>

#include "model/text.h"
#include "reports/case_text.h"

namespace blobgauge::reports {
namespace {

using model::Verdict;

// A description ends where "#" begins a directive, and the backslash is its escape.
std::string tap_text(std::string_view text) {
  std::string out;
  for (const char c : visible(text)) {
    if (c == '#' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

class TapPage {
 public:
  std::string write(const Input& input) {
    for (const auto& column : input.columns)
      for (const auto& results : column.results) take(column.label, results);
    return fmt::format("TAP version 13\n1..{}\n{}", number_, lines_);
  }

 private:
  void line(bool ok, const std::string& description, std::string_view directive, const std::string& why,
            const std::vector<std::string>& details) {
    ++number_;
    lines_ += fmt::format("{} {} - {}", ok ? "ok" : "not ok", number_, tap_text(description));
    if (!directive.empty()) lines_ += fmt::format(" # {} {}", directive, tap_text(why));
    lines_ += '\n';
    if (details.empty()) return;
    // A literal block: Perl's reader knows no quoted text with a colon in a list.
    lines_ += "  ---\n  message: |\n";
    for (const auto& each : details)
      // The first line's indentation is the block's, so none begins with a blank of its own.
      lines_ += fmt::format("    {}\n", model::trim(visible(each)));
    lines_ += "  ...\n";
  }

  void take(const std::string& label, const model::Results& results) {
    for (const auto& remark : results.remarks) lines_ += fmt::format("# {}\n", tap_text(remark));
    for (const auto* each : results.all()) {
      const auto& item = *each;
      const auto name = fmt::format("{} {}", label, item.id);
      switch (outcome_of(item, results)) {
        case Outcome::passed:
          line(true, name, "", "", {});
          break;
        case Outcome::failed:
          line(false, name, "", "", details(item, results));
          break;
        case Outcome::skipped:
          // A failure that is let through is shown as one that is known; what was not judged is no failure.
          if (model::plain(item.verdict) == Verdict::fail)
            line(false, name, "TODO", headline(item), details(item, results));
          else
            line(true, name, "SKIP", headline(item), {});
          break;
      }
    }
    if (results.baseline)
      for (const auto& item : results.baseline->vanished)
        line(false, fmt::format("{} {}", label, item.id), "", "",
             {fmt::format("vanished: the baseline {} has it as {}", results.baseline->file, name_of(item.was))});
    for (const auto& scenario : results.scenarios) {
      if (scenario.how != "run") continue;
      const auto name = fmt::format("{} {}", label, scenario.id);
      const auto verdict = model::plain(scenario.verdict);
      const auto& why = scenario.broken_by.empty() ? scenario.detail : scenario.broken_by;
      if (verdict == Verdict::pass || verdict == Verdict::fail)
        line(verdict == Verdict::pass, name, "", "",
             verdict == Verdict::pass ? std::vector<std::string>{} : std::vector<std::string>{why});
      else
        line(true, name, "SKIP", why, {});
    }
  }

  std::size_t number_ = 0;
  std::string lines_;
};

}  // namespace

std::string to_tap(const Input& input) { return TapPage().write(input); }

}  // namespace blobgauge::reports
