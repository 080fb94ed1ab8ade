#include "reports/joint.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "model/text.h"
#include "reports/before.h"
#include "reports/markdown.h"
#include "reports/matrix.h"

namespace blobgauge::reports {
namespace {

constexpr std::size_t most_evidence = 3;  // of one line; the spec has all

// The anchor that GitHub gives a heading: lower case, blanks to dashes, punctuation gone.
std::string heading_anchor(std::string_view text) {
  std::string out;
  for (const char c : model::lower(text)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_')
      out += c;
    else if (c == ' ')
      out += '-';
  }
  return out;
}

std::string table_row(const std::vector<std::string>& cells) {
  return fmt::format("| {} |\n", fmt::join(cells, " | "));
}

std::string table_head(const std::vector<std::string>& names) {
  return table_row(names) + table_row(std::vector<std::string>(names.size(), "---"));
}

std::string count_of(std::size_t count, std::string_view one) {
  return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

class Joint {
 public:
  explicit Joint(const JointInput& input) : in_(input), spec_(*input.results.spec) {}

  std::string write() {
    out_ = fmt::format("# {}\n\n", markdown_text(in_.title));
    how_to_read();
    summary();
    before();
    commands();
    for (const auto& tier : tiers()) operations(tier);
    decisions();
    limits();
    return std::move(out_);
  }

 private:
  // mvp first, then extended, then the profiles of second clients.
  std::vector<std::string> tiers() const {
    std::vector<std::string> out;
    for (const auto* known : {"mvp", "extended"})
      if (std::any_of(spec_.operations.begin(), spec_.operations.end(),
                      [&](const auto& each) { return each.tier == known; }))
        out.emplace_back(known);
    for (const auto& operation : spec_.operations)
      if (std::find(out.begin(), out.end(), operation.tier) == out.end()) out.push_back(operation.tier);
    return out;
  }

  std::vector<const model::SpecOperation*> of_tier(const std::string& tier) const {
    std::vector<const model::SpecOperation*> out;
    for (const auto& operation : spec_.operations)
      if (operation.tier == tier) out.push_back(&operation);
    return out;
  }

  void before() {
    if (spec_.before.empty()) return;
    const auto& overview = in_.overview;
    out_ += "## Before the first request\n\nWhat must hold for a client to get as far as asking.\n\n";
    std::vector<std::string> head = {"client", "release", "tier", "needs", "why", "evidence"};
    for (const auto& label : overview.labels) head.push_back(markdown_text(label));
    out_ += table_head(head);
    for (const auto& item : spec_.before) {
      auto needs = item.title;
      if (!item.needs.empty()) needs += fmt::format(" (with {})", item.needs);
      auto why = fmt::format("{}, {}", name_of(item.weight), item.reason);
      if (!item.way_out.empty()) why += fmt::format("; way out: {}", item.way_out);
      std::vector<std::string> cells = {
          markdown_text(item.client), markdown_text(fmt::format("{}", fmt::join(item.releases, ", "))),
          markdown_text(item.tier),   markdown_text(needs),
          markdown_text(why),         markdown_text(fmt::format("{}", fmt::join(item.evidence, "; ")))};
      for (std::size_t i = 0; i < overview.labels.size(); ++i) {
        const auto row = std::find_if(overview.before.begin(), overview.before.end(),
                                      [&](const CaseRow& each) { return each.id == "before/" + item.id; });
        cells.push_back(row == overview.before.end() ? "" : markdown_text(before_words(row->cells[i])));
      }
      out_ += table_row(cells);
    }
    out_ += '\n';
  }

  void how_to_read() {
    out_ += fmt::format(
        "Made from {}. Tiers and weights are computed, not chosen: `mvp` is what the first client sends with default "
        "flags, `extended` what it sends with a flag, and a tier that is named after a client holds what only that "
        "client sends. A line of a response contract *breaks* where a client reads it on a reachable path or was seen "
        "to fail without it, and *differs* where the service does it and no client is known to notice. Decisions that "
        "no "
        "traffic makes stand under [What is left out, and why](#what-is-left-out-and-why).\n\n",
        markdown_text(spec_.generated_from.empty() ? "surfaces of clients" : spec_.generated_from));
    for (const auto& note : in_.overview.notes) out_ += "> " + markdown_text(note) + "\n\n";
  }

  void summary() {
    out_ += "## Summary\n\n";
    std::vector<std::string> head = {"operation", "tier", "sent by", "SAS permission"};
    for (const auto& label : in_.overview.labels) head.push_back(markdown_text(label));
    out_ += table_head(head);
    for (const auto& tier : tiers())
      for (const auto* operation : of_tier(tier)) {
        std::vector<std::string> cells = {
            fmt::format("[{}](#{})", markdown_text(operation->operation), heading_anchor(operation->operation)),
            markdown_text(tier), senders(*operation), permission(operation->operation)};
        for (std::size_t i = 0; i < in_.overview.labels.size(); ++i)
          cells.push_back(answers_of(in_.overview, operation->operation, i));
        out_ += table_row(cells);
      }
    out_ += '\n';
    for (std::size_t i = 0; i < in_.overview.labels.size(); ++i) {
      if (in_.overview.figures.empty()) break;
      const auto& f = in_.overview.figures.front().cells[i];
      if (!f.total) continue;
      out_ += fmt::format("{}: divergence {}, coverage {}, over {} cases.", markdown_text(in_.overview.labels[i]),
                          percent(f.divergence()), percent(f.coverage()), f.total);
      if (const auto sum = score(in_.overview, i); sum.tried())
        out_ += fmt::format(" {} of {} client commands {}{}.", sum.breaks, sum.tried(),
                            sum.breaks == 1 ? "breaks" : "break",
                            sum.unknown ? fmt::format(", {} unknown", sum.unknown) : "");
      out_ += "\n\n";
    }
  }

  static std::string senders(const model::SpecOperation& operation) {
    std::vector<std::string> names;
    for (const auto& emitter : operation.emitters) {
      auto name = markdown_text(emitter.client + " " + emitter.release);
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
    }
    return names.empty() ? "nobody" : fmt::format("{}", fmt::join(names, ", "));
  }

  std::string permission(const std::string& name) const {
    const auto* operation = in_.catalogue.find(name);
    if (!operation) return "not known";
    if (operation->sas_permission.empty()) return "none suffices";
    if (operation->sas_permission == "*") return "any";
    std::vector<std::string> letters;
    for (const char letter : operation->sas_permission) letters.push_back(fmt::format("`{}`", letter));
    return fmt::format("{}", fmt::join(letters, " or "));
  }

  void commands() {
    if (spec_.scenarios.empty()) return;
    out_ +=
        "## Client commands\n\nWhat each command stands on. A candidate's cell says what the real client did, or "
        "what its cases predict.\n\n";
    std::vector<std::string> head = {"client", "command", "what it does", "operations"};
    for (const auto& label : in_.overview.labels) head.push_back(markdown_text(label));
    out_ += table_head(head);
    for (const auto& scenario : spec_.scenarios) {
      std::vector<std::string> names;
      for (const auto& operation : scenario.operations) names.push_back(markdown_text(operation));
      auto id = scenario.id;
      if (id.starts_with(scenario.client + "/")) id.erase(0, scenario.client.size() + 1);
      std::vector<std::string> cells = {markdown_text(scenario.client + " " + scenario.release), markdown_text(id),
                                        markdown_text(scenario.title), fmt::format("{}", fmt::join(names, ", "))};
      const auto found =
          std::find_if(in_.overview.commands.begin(), in_.overview.commands.end(),
                       [&](const CommandRow& each) { return each.client == scenario.client && each.id == id; });
      for (std::size_t i = 0; i < in_.overview.labels.size(); ++i)
        cells.push_back(found == in_.overview.commands.end() ? "-" : state(found->cells[i]));
      out_ += table_row(cells);
    }
    out_ += '\n';
  }

  static std::string state(const CommandCell& cell) {
    const std::string how = cell.run || cell.works == Works::absent ? "" : " (predicted)";
    switch (cell.works) {
      case Works::yes:
        return "works" + how;
      case Works::no:
        return cell.broken_by().empty()
                   ? "**breaks**" + how
                   : fmt::format("**breaks**{} by {}", how, markdown_code(cause_of(cell.broken_by())));
      case Works::unknown:
        return "unknown" + how;
      case Works::absent:
        return "-";
    }
    return {};
  }

  void operations(const std::string& tier) {
    const auto list = of_tier(tier);
    out_ += fmt::format("## Tier {}: {}\n\n", markdown_text(tier), count_of(list.size(), "operation"));
    for (const auto* operation : list) one(*operation);
  }

  void one(const model::SpecOperation& operation) {
    out_ += fmt::format("### {}\n\n{}\n\n", markdown_text(operation.operation), markdown_text(operation.rationale));
    if (const auto* known = in_.catalogue.find(operation.operation)) {
      out_ += fmt::format("- Request: {}\n", markdown_code(known->rule()));
      out_ += fmt::format("- SAS permission: {}", permission(operation.operation));
      if (!known->rbac_actions.empty()) {
        std::vector<std::string> actions;
        for (const auto& action : known->rbac_actions) actions.push_back(markdown_code(action));
        out_ += fmt::format("; RBAC action: {}", fmt::join(actions, " or "));
      }
      out_ += '\n';
      if (!known->reference.empty()) out_ += fmt::format("- Reference: {}\n", markdown_text(known->reference));
    }
    out_ += '\n';
    emitters(operation);
    dialects(operation);
    contract(operation);
    candidates(operation);
    for (const auto& decision : in_.decisions)
      if (std::find(decision.operations.begin(), decision.operations.end(), operation.operation) !=
          decision.operations.end())
        out_ += fmt::format("Decided otherwise: [{}](#{}), {}.\n\n", markdown_text(decision.title),
                            heading_anchor(decision.title), name_of(decision.decision));
  }

  static std::string evidence(const std::vector<std::string>& items) {
    std::string out;
    for (std::size_t i = 0; i < items.size() && i < most_evidence; ++i)
      out += (i ? "; " : "") + markdown_text(items[i]);
    if (items.size() > most_evidence) out += fmt::format("; and {} more", items.size() - most_evidence);
    return out;
  }

  void emitters(const model::SpecOperation& operation) {
    if (operation.emitters.empty()) return;
    out_ += table_head({"sent by", "seen", "in", "evidence"});
    for (const auto& emitter : operation.emitters) {
      std::vector<std::string> scenarios;
      for (const auto& id : emitter.scenarios) scenarios.push_back(markdown_text(id));
      out_ += table_row({markdown_text(emitter.client + " " + emitter.release),
                         emitter.exchanges ? count_of(emitter.exchanges, "exchange") : "in code only",
                         fmt::format("{}", fmt::join(scenarios, ", ")), evidence(emitter.evidence)});
    }
    out_ += '\n';
  }

  // One table for all dialects: which header who sends.
  void dialects(const model::SpecOperation& operation) {
    if (operation.dialects.empty()) return;
    std::vector<std::string> head = {"request"}, names;
    std::map<std::string, std::string> spelling;  // lower case -> as first seen
    for (const auto& dialect : operation.dialects) {
      head.push_back(markdown_text(dialect.id));
      for (const auto& query : dialect.query)
        if (std::find(names.begin(), names.end(), "?" + query) == names.end()) names.push_back("?" + query);
    }
    for (const auto& dialect : operation.dialects)
      for (const auto& [name, presence] : dialect.headers)
        if (spelling.emplace(model::lower(name), name).second) names.push_back(model::lower(name));
    out_ += table_head(head);
    for (const auto& name : names) {
      const bool is_query = name.starts_with('?');
      std::vector<std::string> cells = {markdown_code(is_query ? name : spelling[name])};
      for (const auto& dialect : operation.dialects) {
        std::string cell = "-";
        if (is_query) {
          if (std::find(dialect.query.begin(), dialect.query.end(), name.substr(1)) != dialect.query.end())
            cell = "sent";
        } else {
          for (const auto& [header, presence] : dialect.headers)
            if (model::iequals(header, name)) cell = markdown_text(presence);
        }
        cells.push_back(std::move(cell));
      }
      out_ += table_row(cells);
    }
    out_ += '\n';
  }

  void contract(const model::SpecOperation& operation) {
    std::string lines;
    const auto add = [&](std::string_view what, const std::vector<model::ContractLine>& part) {
      // What breaks a client comes first.
      for (const auto weight : {model::Weight::breaks, model::Weight::differs})
        for (const auto& line : part)
          if (line.weight == weight)
            lines +=
                table_row({std::string(what), markdown_code(line.name), std::string(name_of(line.weight)),
                           line.always ? "always" : "at times", markdown_text(line.reason), evidence(line.evidence)});
    };
    add("status", operation.statuses);
    add("header", operation.headers);
    add("body", operation.body);
    add("error code", operation.errors);
    if (lines.empty()) return;
    out_ += table_head({"answer", "name", "weight", "the service", "why", "evidence"}) + lines + "\n";
  }

  void candidates(const model::SpecOperation& operation) {
    out_ += count_of(operation.cases.size(), "case") + " of its own";
    std::vector<std::string> found;
    for (std::size_t i = 0; i < in_.overview.labels.size(); ++i)
      found.push_back(fmt::format("{}: {}", markdown_text(in_.overview.labels[i]),
                                  answers_of(in_.overview, operation.operation, i)));
    out_ += found.empty() ? ".\n\n" : fmt::format("; {}.\n\n", fmt::join(found, "; "));
    for (std::size_t i = 0; i < in_.overview.labels.size(); ++i)
      for (const auto& group : in_.overview.groups[i]) {
        if (group.operation != operation.operation) continue;
        const auto why = group.expectation.empty()
                             ? markdown_code(group.actual)
                             : fmt::format("{}: expected {}, got {}", markdown_text(group.expectation),
                                           markdown_code(group.expected), markdown_code(group.actual));
        std::vector<std::string> ids;
        for (const auto* each : group.rows) ids.push_back(markdown_code(each->id));
        out_ += fmt::format("- {} {} ({}): {}\n", markdown_text(in_.overview.labels[i]), name_of(group.verdict), why,
                            fmt::join(ids, ", "));
      }
    if (out_.back() == '\n' && out_[out_.size() - 2] != '\n') out_ += '\n';
  }

  void decisions() {
    out_ += "## What is left out, and why\n\n";
    out_ += table_head({"topic", "decision", "what breaks without it", "decide again when"});
    for (const auto& decision : in_.decisions)
      out_ += table_row({fmt::format("[{}](#{})", markdown_text(decision.title), heading_anchor(decision.title)),
                         std::string(name_of(decision.decision)), markdown_text(decision.breaks),
                         markdown_text(decision.reopen)});
    out_ += '\n';
    for (const auto& decision : in_.decisions) {
      out_ += fmt::format("### {}\n\n{}\n\n", markdown_text(decision.title), markdown_text(decision.reason));
      std::vector<std::string> met, evidence, operations;
      for (const auto& item : decision.met_by) met.push_back(markdown_code(item));
      for (const auto& item : decision.evidence) evidence.push_back(markdown_text(item));
      for (const auto& item : decision.operations) operations.push_back(markdown_text(item));
      out_ += fmt::format("- Decision: {}, by the {} on {}\n", name_of(decision.decision),
                          markdown_text(decision.owner), markdown_text(decision.date));
      out_ += fmt::format("- Breaks without it: {}\n", markdown_text(decision.breaks));
      out_ += fmt::format("- Met by: {}\n", fmt::join(met, ", "));
      out_ += fmt::format("- Decide again: {}\n", markdown_text(decision.reopen));
      if (!operations.empty()) out_ += fmt::format("- Operations: {}\n", fmt::join(operations, ", "));
      out_ += fmt::format("- Evidence: {}\n\n", fmt::join(evidence, "; "));
    }
  }

  void limits() {
    out_ +=
        "## Honest limits\n\n"
        "- A client command that no scenario runs is not here; what it would send is not in any tier.\n"
        "- An operation that is seen in code only is evidence of what can be sent, not of what is.\n"
        "- Contracts rest on recorded answers of public test runs and on the reference, not on a run against the "
        "service for this document.\n"
        "- A command marked as predicted was not run on that candidate.\n\n";
    bool heading = false;
    for (const auto& column : in_.results.columns)
      for (const auto& results : column.results) {
        if (!heading) out_ += table_head({"candidate", "version", "kind", "spec digest", "started", "made by"});
        heading = true;
        out_ += table_row({markdown_text(column.label), markdown_text(results.endpoint_version),
                           markdown_text(results.kind), markdown_code(results.spec_digest.substr(0, 19)),
                           markdown_text(results.started), markdown_text(results.tool)});
      }
  }

  const JointInput& in_;
  const model::Spec& spec_;
  std::string out_;
};

}  // namespace

std::string to_joint(const JointInput& input) { return Joint(input).write(); }

}  // namespace blobgauge::reports
