#include "reports/overview.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <tuple>

namespace blobgauge::reports {
namespace {

using model::CaseResult;
using model::Figures;
using model::ScenarioResult;
using model::Verdict;

Works works(const ScenarioResult& result) {
  switch (result.verdict) {
    case Verdict::pass:
    case Verdict::xpass:
      return Works::yes;
    case Verdict::fail:
    case Verdict::xfail:
    case Verdict::unsupported:
      return Works::no;
    default:
      return Works::unknown;
  }
}

// Only what figures() reads, so that a subset costs no exchanges.
Figures tally(const std::vector<const CaseResult*>& cases) {
  model::Results subset;
  for (const auto* item : cases) {
    CaseResult light;
    light.verdict = item->verdict;
    subset.cases.push_back(std::move(light));
  }
  return subset.figures();
}

// What was answered, without the request and its id.
std::string answer_of(std::string_view text) {
  if (const auto arrow = text.rfind(" -> "); arrow != std::string_view::npos) text.remove_prefix(arrow + 4);
  text = text.substr(0, text.find(" ("));
  return std::string(text);
}

const std::vector<std::string>& credentials_of(const CaseRow& row) {
  static const std::vector<std::string> none;
  for (const auto* item : row.cells)
    if (item && !item->credentials.empty()) return item->credentials;
  return none;
}

class Builder {
 public:
  explicit Builder(const Input& input) : input_(input) {}

  Overview build() {
    for (const auto& column : input_.columns) out_.labels.push_back(column.label);
    for (std::size_t i = 0; i < input_.columns.size(); ++i)
      for (const auto& results : input_.columns[i].results) take(results, i);
    std::stable_sort(out_.commands.begin(), out_.commands.end(), [&](const CommandRow& a, const CommandRow& b) {
      return client_rank_.at(a.client) < client_rank_.at(b.client);
    });
    for (auto& [id, row] : cases_) out_.cases.push_back(std::move(row));
    std::stable_sort(out_.cases.begin(), out_.cases.end(), [](const CaseRow& a, const CaseRow& b) {
      const bool a_first = a.tier == "mvp", b_first = b.tier == "mvp";
      if (a_first != b_first) return a_first;
      return std::tie(a.tier, a.operation, a.id) < std::tie(b.tier, b.operation, b.id);
    });
    find_causes();
    find_groups();
    find_figures();
    for (const auto& [text, columns] : remarks_) out_.notes.push_back(said_by(columns) + text);
    if (specs_.size() > 1)
      out_.notes.push_back("These results were made with different specs; figures do not compare.");
    return std::move(out_);
  }

 private:
  void take(const model::Results& results, std::size_t column) {
    const auto& label = input_.columns[column].label;
    if (!results.complete)
      out_.notes.push_back(fmt::format("{}: the {} was interrupted; what it finished is shown.", label, results.kind));
    if (!results.cases.empty() && !results.spec.empty()) specs_.insert(results.spec);
    for (const auto& remark : results.remarks) remember(remark, column);
    for (const auto& scenario : results.scenarios) {
      client_rank_.emplace(scenario.client, client_rank_.size());
      auto& cell = command(scenario).cells[column];
      // The last of several runs counts.
      (scenario.how == "run" ? cell.run : cell.predicted) = &scenario;
      cell.works = works(cell.run ? *cell.run : *cell.predicted);
    }
    for (const auto& item : results.before) {
      auto row =
          std::find_if(out_.before.begin(), out_.before.end(), [&](const CaseRow& r) { return r.id == item.id; });
      if (row == out_.before.end()) row = out_.before.insert(row, {item.id, item.operation, item.tier, item.title, {}});
      row->cells.resize(input_.columns.size(), nullptr);
      row->cells[column] = &item;
    }
    for (const auto& item : results.cases) {
      auto& row = cases_[item.id];
      if (row.id.empty()) row = {item.id, item.operation, item.tier, item.title, {}};
      row.cells.resize(input_.columns.size(), nullptr);
      row.cells[column] = &item;
    }
  }

  void remember(const std::string& text, std::size_t column) {
    auto remark = std::find_if(remarks_.begin(), remarks_.end(), [&](const auto& each) { return each.first == text; });
    if (remark == remarks_.end()) remark = remarks_.insert(remark, {text, {}});
    remark->second.insert(column);
  }

  // "azurite: "; nothing where every endpoint of the page says so.
  std::string said_by(const std::set<std::size_t>& columns) const {
    if (columns.size() == input_.columns.size()) return {};
    std::vector<std::string> labels;
    for (const auto column : columns) labels.push_back(input_.columns[column].label);
    return fmt::format("{}: ", fmt::join(labels, ", "));
  }

  CommandRow& command(const ScenarioResult& scenario) {
    // Ids begin with the client, which stands beside them anyway.
    auto id = scenario.id;
    if (id.rfind(scenario.client + "/", 0) == 0) id.erase(0, scenario.client.size() + 1);
    for (auto& row : out_.commands)
      if (row.client == scenario.client && row.id == id) return row;
    out_.commands.push_back({scenario.client, scenario.release, id, scenario.title, {}});
    out_.commands.back().cells.resize(input_.columns.size());
    return out_.commands.back();
  }

  void find_causes() {
    out_.causes.resize(input_.columns.size());
    for (std::size_t column = 0; column < input_.columns.size(); ++column) {
      auto& causes = out_.causes[column];
      for (const auto& row : out_.commands) {
        const auto& cell = row.cells[column];
        if (cell.works != Works::no) continue;
        auto name = cause_of(cell.broken_by());
        if (name.empty()) name = "no exchange is to blame";
        const auto found =
            std::find_if(causes.begin(), causes.end(), [&](const Cause& cause) { return cause.exchange == name; });
        auto& cause = found == causes.end() ? causes.emplace_back(Cause{name, {}}) : *found;
        cause.commands.push_back(&row);
      }
      std::stable_sort(causes.begin(), causes.end(),
                       [](const Cause& a, const Cause& b) { return a.commands.size() > b.commands.size(); });
    }
  }

  void find_groups() {
    for (std::size_t column = 0; column < input_.columns.size(); ++column) {
      auto& groups = out_.groups.emplace_back();
      for (const auto& row : out_.cases) {
        const auto* item = row.cells[column];
        if (!item || !needs_a_look(*item)) continue;
        CaseGroup made{row.operation, item->verdict, "", "", "", {}, {}};
        for (const auto& finding : item->findings) {
          if (finding.weight != model::Weight::breaks) continue;
          made.expectation = finding.expectation;
          made.expected = finding.expected;
          made.actual = finding.actual;
          break;
        }
        if (made.expectation.empty()) made.actual = answer_of(item->detail);
        const auto same = [&](const CaseGroup& group) {
          return group.operation == made.operation && group.expectation == made.expectation &&
                 group.expected == made.expected && group.actual == made.actual && group.verdict == made.verdict;
        };
        const auto found = std::find_if(groups.begin(), groups.end(), same);
        (found == groups.end() ? groups.emplace_back(std::move(made)) : *found).rows.push_back(&row);
      }
      for (auto& group : groups) find_freed(group, column);
      std::stable_sort(groups.begin(), groups.end(), [](const CaseGroup& a, const CaseGroup& b) {
        return std::pair(a.frees.size(), a.rows.size()) > std::pair(b.frees.size(), b.rows.size());
      });
    }
  }

  void find_freed(CaseGroup& group, std::size_t column) const {
    std::set<std::string> ids;
    for (const auto* row : group.rows) ids.insert(row->id);
    for (const auto& command : out_.commands) {
      const auto* predicted = command.cells[column].predicted;
      if (!predicted || predicted->cases.empty() || works(*predicted) != Works::no) continue;
      if (std::all_of(predicted->cases.begin(), predicted->cases.end(),
                      [&](const std::string& id) { return ids.count(id) != 0; }))
        group.frees.push_back(&command);
    }
  }

  template <class Belongs>
  void figure_row(std::string scope, Belongs belongs) {
    FigureRow row{std::move(scope), {}};
    for (std::size_t column = 0; column < input_.columns.size(); ++column) {
      std::vector<const CaseResult*> cases;
      for (const auto& item : out_.cases)
        if (item.cells[column] && belongs(item)) cases.push_back(item.cells[column]);
      row.cells.push_back(tally(cases));
    }
    out_.figures.push_back(std::move(row));
  }

  void find_figures() {
    if (out_.cases.empty()) return;
    figure_row("all cases", [](const CaseRow&) { return true; });
    std::vector<std::string> tiers;
    for (const auto& row : out_.cases)
      if (!row.tier.empty() && (tiers.empty() || tiers.back() != row.tier)) tiers.push_back(row.tier);
    for (const auto& tier : tiers) figure_row("tier " + tier, [&](const CaseRow& row) { return row.tier == tier; });
    std::set<std::string> roles;
    for (const auto& row : out_.cases) roles.insert(role_of(row));
    if (roles.size() > 1 || (roles.size() == 1 && *roles.begin() != "destination" && !roles.begin()->empty()))
      for (const auto& role : roles)
        if (!role.empty()) figure_row("role " + role, [&](const CaseRow& row) { return role_of(row) == role; });
    std::set<std::string> kinds;
    for (const auto& row : out_.cases)
      for (const auto& kind : credentials_of(row)) kinds.insert(kind);
    if (kinds.size() > 1)
      for (const auto& kind : kinds)
        figure_row("credential " + kind, [&](const CaseRow& row) {
          const auto& own = credentials_of(row);
          return std::find(own.begin(), own.end(), kind) != own.end();
        });
    if (!input_.spec) return;
    std::map<std::string, std::set<std::string>> operations;  // by client
    for (const auto& operation : input_.spec->operations)
      for (const auto& emitter : operation.emitters) operations[emitter.client].insert(operation.operation);
    for (const auto& [client, sends] : operations)
      figure_row("client " + client,
                 [&, &names = sends](const CaseRow& row) { return names.count(row.operation) != 0; });
  }

  const Input& input_;
  Overview out_;
  std::map<std::string, CaseRow> cases_;
  std::map<std::string, std::size_t> client_rank_;
  std::set<std::string> specs_;
  std::vector<std::pair<std::string, std::set<std::size_t>>> remarks_;  // each once, and the columns that make it
};

}  // namespace

std::string role_of(const CaseRow& row) {
  for (const auto* item : row.cells)
    if (item && !item->role.empty()) return item->role;
  return {};
}

std::string CommandCell::broken_by() const {
  if (works != Works::no) return {};
  return run ? run->broken_by : predicted ? predicted->broken_by : std::string{};
}

std::string CommandCell::detail() const {
  const auto* said = run ? run : predicted;
  if (!said) return {};
  std::string text = said->detail;
  if (predicted && !predicted->cases.empty() && works == Works::no) {
    if (!text.empty()) text += "; ";
    text += fmt::format("failing cases: {}", fmt::join(predicted->cases, ", "));
  }
  return text;
}

bool CommandCell::disagree() const {
  if (!run || !predicted) return false;
  const auto a = reports::works(*run), b = reports::works(*predicted);
  return a != Works::unknown && b != Works::unknown && a != b;
}

Overview make_overview(const Input& input) { return Builder(input).build(); }

Score score(const Overview& overview, std::size_t column) {
  Score out;
  for (const auto& row : overview.commands) {
    const auto works = row.cells[column].works;
    out.works += works == Works::yes;
    out.breaks += works == Works::no;
    out.unknown += works == Works::unknown;
  }
  return out;
}

bool needs_a_look(const CaseResult& item) {
  return item.verdict != Verdict::pass && item.verdict != Verdict::skipped && item.verdict != Verdict::xpass;
}

std::string case_count(const Figures& figures) {
  std::string text =
      figures.fail ? fmt::format("{} of {} cases {}", figures.fail, figures.total, figures.fail == 1 ? "fails" : "fail")
                   : fmt::format("{} of {} cases pass", figures.pass, figures.total);
  const std::pair<const char*, std::uint64_t> rest[] = {{"unsupported", figures.unsupported},
                                                        {"blocked", figures.blocked},
                                                        {"indeterminate", figures.indeterminate},
                                                        {"error", figures.error}};
  for (const auto& [name, n] : rest)
    if (n) text += fmt::format(", {} {}", n, name);
  return text;
}

std::string percent(double part) {
  auto text = fmt::format("{:.1f}%", part * 100);
  if (part > 0 && text == "0.0%") return "<0.1%";
  if (part < 1 && text == "100.0%") return ">99.9%";
  if (part <= 0) return "0%";
  if (part >= 1) return "100%";
  return text;
}

std::string visible(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    // Length by the lead byte; E0, ED, F0 and F4 bound their second byte (RFC 3629 section 4).
    const std::size_t length = lead < 0x80                   ? 1
                               : lead >= 0xc2 && lead < 0xe0 ? 2
                               : lead >= 0xe0 && lead < 0xf0 ? 3
                               : lead >= 0xf0 && lead < 0xf5 ? 4
                                                             : 0;
    bool valid = length != 0 && i + length <= text.size();
    for (std::size_t k = 1; valid && k < length; ++k) valid = (static_cast<unsigned char>(text[i + k]) & 0xc0) == 0x80;
    if (valid && length > 2) {
      const auto second = static_cast<unsigned char>(text[i + 1]);
      valid = !(lead == 0xe0 && second < 0xa0) && !(lead == 0xed && second > 0x9f) &&
              !(lead == 0xf0 && second < 0x90) && !(lead == 0xf4 && second > 0x8f);
    }
    // C1 controls drive terminals too.
    if (valid && length == 2 && lead == 0xc2 && static_cast<unsigned char>(text[i + 1]) < 0xa0) valid = false;
    // Bidirectional controls (U+202A to U+202E, U+2066 to U+2069) show a text in another order than it has.
    if (valid && length == 3 && lead == 0xe2) {
      const auto second = static_cast<unsigned char>(text[i + 1]), third = static_cast<unsigned char>(text[i + 2]);
      valid =
          !(second == 0x80 && third >= 0xaa && third <= 0xae) && !(second == 0x81 && third >= 0xa6 && third <= 0xa9);
    }
    if (!valid) {
      out += fmt::format("\\x{:02x}", lead);
      ++i;
      continue;
    }
    if (length == 1 && (lead < 0x20 || lead == 0x7f))
      out += lead == '\n' ? std::string("\\n") : lead == '\t' ? std::string(" ") : fmt::format("\\x{:02x}", lead);
    else
      out += text.substr(i, length);
    i += length;
  }
  return out;
}

std::string cause_of(std::string_view exchange) {
  const auto arrow = exchange.rfind(" -> ");
  if (arrow == std::string_view::npos) return std::string(exchange);
  auto head = exchange.substr(0, arrow), answer = exchange.substr(arrow + 4);
  // "NAME: METHOD TARGET"; a name may hold ": " itself, as "Lease Blob: acquire" does.
  for (auto colon = head.find(": "); colon != std::string_view::npos; colon = head.find(": ", colon + 1)) {
    const auto method = head.substr(colon + 2);
    const auto end = method.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    if (end == 0 || end == std::string_view::npos || method[end] != ' ') continue;
    head = head.substr(0, colon);
    break;
  }
  if (head.rfind("after ", 0) == 0) head.remove_prefix(6);
  // The status with the service's own code, "(NotImplemented)", where there is one: reasons are prose.
  const auto status = answer.substr(0, 3);
  for (auto open = answer.find('('); open != std::string_view::npos; open = answer.find('(', open + 1)) {
    const auto word = answer.substr(open + 1, answer.find(')', open) - open - 1);
    const bool code =
        !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) { return std::isalnum(c); });
    if (code) return fmt::format("{} -> {} {}", head, status, word);
  }
  answer = answer.substr(0, answer.find_first_of("(;,"));
  while (!answer.empty() && answer.back() == ' ') answer.remove_suffix(1);
  return fmt::format("{} -> {}", head, answer);
}

}  // namespace blobgauge::reports
