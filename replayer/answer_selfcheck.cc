#include "replayer/answer_selfcheck.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "model/text.h"
#include "replayer/answer_history.h"
#include "replayer/answer_judge.h"
#include "replayer/answer_mutation.h"

namespace blobgauge::replayer {
namespace {

using model::AnswerRule;

// The kind of change that contradicts a rule of this test; empty where no single change of its subject must.
std::string_view contradiction_of(const AnswerRule& rule) {
  using Subject = AnswerRule::Subject;
  using Test = AnswerRule::Test;
  if (rule.subject == Subject::status) return "same class";
  if (rule.subject == Subject::body) return rule.test == Test::xml ? "cut" : "";
  switch (rule.test) {
    case Test::present:
    case Test::children:
      return "dropped";
    case Test::absent:
    case Test::at_most:
    case Test::sorted:
    case Test::status_for:
      return "";
    case Test::form:
      return std::find(rule.values.begin(), rule.values.end(), "text") == rule.values.end() ? "replaced" : "emptied";
    default:
      return "replaced";
  }
}

// Of a rule about children: the fields that it names.
std::vector<std::string> fields_of(const AnswerRule& rule) {
  if (rule.test != AnswerRule::Test::children) return {AnswerJudge::subject(rule)};
  std::vector<std::string> out;
  for (const auto& child : rule.values) out.push_back(fmt::format("element {}/{}", rule.name, child));
  return out;
}

}  // namespace

struct AnswerSelfcheck::Tally {
  struct Count {
    std::uint64_t mutants = 0, caught = 0, named = 0, whole_only = 0, example = 0;
  };
  Tally(const model::Spec& spec_of, const model::Catalogue& catalogue, AnswerJudge judge_of)
      : spec(spec_of), judge(std::move(judge_of)), history(spec_of.answers) {
    mutation.open_headers = catalogue.role_names("open-header");
    mutation.open_elements = catalogue.role_names("open-element");
    spoke.resize(rules().size());
    for (const auto& rule : rules()) {
      for (auto& field : fields_of(rule)) by_field[model::lower(field)].push_back(&rule);
      if (rule.subject == AnswerRule::Subject::body || rule.test == AnswerRule::Test::md5 ||
          rule.test == AnswerRule::Test::crc64 || rule.test == AnswerRule::Test::size)
        by_field["body"].push_back(&rule);
    }
  }
  const std::vector<AnswerRule>& rules() const { return spec.answers.rules; }

  // Does any rule or any comparison fail for the mutant?
  bool notices(const AnswerMutant& mutant, const model::Classification& classification, Fidelity fidelity) {
    judge.judge(mutant.exchange, classification, fidelity, looks);
    if (std::any_of(looks.begin(), looks.end(), [](const Look& look) { return !look.holds; })) return true;
    history.compare(mutant.exchange, classification.name, fidelity, comparisons);
    return std::any_of(comparisons.begin(), comparisons.end(), [](const auto& one) { return !one.holds; });
  }

  std::string reason_for(const std::string& field, const std::string& kind, const Count& count) const {
    for (const auto& [glob, reason] : spec.answers.left_out)
      if (model::glob_match(glob, field)) return reason;
    if (!count.named) {
      const auto rules_of = by_field.find(model::lower(field));
      if (rules_of == by_field.end()) return {};
      const bool whole = std::all_of(rules_of->second.begin(), rules_of->second.end(),
                                     [](const AnswerRule* rule) { return rule->whole; });
      return whole ? "only a recording on the wire is held to it"
                   : "its rules are for other operations, statuses or versions";
    }
    if (kind == "dropped") return "not every answer has it, or a recorder may leave it out";
    if (kind == "changed" || kind == "byte changed") return "another value of the same form";
    if (field == "status") return "no rule for this operation's statuses, or a status that it has";
    return "its rules are for other operations, statuses or versions";
  }

  const model::Spec& spec;
  AnswerJudge judge;
  AnswerHistoryBook history;
  MutationRules mutation;
  std::map<std::string, std::vector<const AnswerRule*>> by_field;
  std::map<std::pair<std::string, std::string>, Count> counts;                        // by field and kind
  std::map<std::tuple<std::string, std::string, std::string>, Count> contradictions;  // rule, field, kind
  std::vector<bool> spoke;
  std::uint64_t exchanges = 0;
  std::vector<Look> looks;
  std::vector<AnswerHistoryBook::Comparison> comparisons;
};

AnswerSelfcheck::AnswerSelfcheck(std::unique_ptr<Tally> tally) : tally_(std::move(tally)) {}
AnswerSelfcheck::AnswerSelfcheck(AnswerSelfcheck&&) noexcept = default;
AnswerSelfcheck::~AnswerSelfcheck() = default;

model::Result<AnswerSelfcheck> AnswerSelfcheck::create(const model::Spec& spec, const model::Catalogue& catalogue) {
  BLOBGAUGE_TRY(auto judge, AnswerJudge::create(spec.answers, catalogue));
  return AnswerSelfcheck(std::make_unique<Tally>(spec, catalogue, std::move(judge)));
}

void AnswerSelfcheck::learn(const model::Exchange& exchange, const model::Classification& classification,
                            bool partial) {
  tally_->history.add(exchange, classification.name, fidelity_of(exchange, partial), tally_->comparisons);
}

void AnswerSelfcheck::mutate(const model::Exchange& exchange, const model::Classification& classification,
                             bool partial) {
  auto& own = *tally_;
  const auto fidelity = fidelity_of(exchange, partial);
  own.judge.judge(exchange, classification, fidelity, own.looks);
  // Which change of which field must be noticed here, by which rule; and which fields are looked at.
  std::map<std::pair<std::string, std::string_view>, std::vector<std::string>> owed;  // ids of rules
  std::set<std::string> named;
  for (const auto& look : own.looks) {
    own.spoke[look.rule] = true;
    const auto& rule = own.rules()[look.rule];
    for (const auto& field : fields_of(rule)) {
      named.insert(model::lower(field));
      if (const auto kind = contradiction_of(rule); !kind.empty() && look.holds)
        owed[{model::lower(field), kind}].push_back(rule.id);
    }
    if (rule.test == AnswerRule::Test::status_for) named.insert("status");
    if (rule.test == AnswerRule::Test::size || rule.test == AnswerRule::Test::md5 ||
        rule.test == AnswerRule::Test::crc64)
      named.insert("body");
  }
  own.history.compare(exchange, classification.name, fidelity, own.comparisons);
  for (const auto& comparison : own.comparisons) {
    const auto subject = model::lower(own.history.subject(comparison.fact));
    named.insert(subject);
    if (comparison.holds && subject.starts_with("header "))
      owed[{subject, "replaced"}].push_back(own.history.facts()[comparison.fact]);
  }
  ++own.exchanges;
  each_mutant(exchange, own.mutation, [&](const AnswerMutant& mutant) {
    const bool caught = own.notices(mutant, classification, fidelity);
    const auto field = model::lower(mutant.field);
    auto& count = own.counts[{mutant.field, std::string(mutant.kind)}];
    ++count.mutants;
    count.caught += caught;
    count.named += named.count(field);
    const auto debt = owed.find({field, mutant.kind});
    if (debt == owed.end()) return;
    for (const auto& rule : debt->second) {
      auto& made = own.contradictions[{rule, mutant.field, std::string(mutant.kind)}];
      ++made.mutants;
      made.caught += caught;
      if (!caught && !made.example) made.example = exchange.number;
    }
  });
}

SelfcheckReport AnswerSelfcheck::finish() {
  auto& own = *tally_;
  SelfcheckReport out;
  out.exchanges = own.exchanges;
  // Names of headers compare without case.
  std::map<std::pair<std::string, std::string>, SelfcheckReport::Field> merged;
  for (const auto& [key, count] : own.counts) {
    out.mutants += count.mutants;
    out.caught += count.caught;
    const bool header = key.first.starts_with("header ");
    auto& field = merged[{header ? model::lower(key.first) : key.first, key.second}];
    if (field.field.empty()) field.field = key.first;
    field.kind = key.second;
    field.mutants += count.mutants;
    field.caught += count.caught;
    field.named = field.named || count.named;
    if (count.caught < count.mutants && field.reason.empty())
      field.reason = own.reason_for(key.first, key.second, count);
  }
  for (auto& [key, field] : merged) out.fields.push_back(std::move(field));
  for (const auto& [key, count] : own.contradictions) {
    const auto& [rule, field, kind] = key;
    out.contradictions += count.mutants;
    out.contradictions_caught += count.caught;
    if (count.caught < count.mutants)
      out.escapes.push_back({rule, field, kind, count.mutants, count.caught, count.example});
  }
  for (std::size_t i = 0; i < own.rules().size(); ++i)
    if (!own.spoke[i]) out.never_spoke.push_back(own.rules()[i].id);
  return out;
}

std::string to_text(const SelfcheckReport& report) {
  std::string out;
  const auto share = [](std::uint64_t part, std::uint64_t of) {
    return of ? 100.0 * static_cast<double>(part) / static_cast<double>(of) : 100.0;
  };
  out += fmt::format("{} answers, {} mutants, {} noticed ({:.1f} %)\n", report.exchanges, report.mutants, report.caught,
                     share(report.caught, report.mutants));
  out += fmt::format("changes that contradict a rule that held: {} of {} noticed\n", report.contradictions_caught,
                     report.contradictions);
  for (const auto& escape : report.escapes)
    out += fmt::format("  ESCAPED {}: {} {}: {} of {} noticed, one is #{}\n", escape.rule, escape.field, escape.kind,
                       escape.caught, escape.mutants, escape.example);
  if (!report.never_spoke.empty()) {
    out += fmt::format("rules that no answer of the trace showed ({}):\n", report.never_spoke.size());
    for (const auto& id : report.never_spoke) out += fmt::format("  {}\n", id);
  }
  out += "\nsurvivors, by field and kind of change: mutants that got through, of all, and why\n";
  for (const auto& field : report.fields)
    if (field.caught < field.mutants)
      out += fmt::format("  {:<58} {:<12} {:>7} of {:<7} {}\n", field.field, field.kind, field.mutants - field.caught,
                         field.mutants, field.reason.empty() ? "NO REASON" : field.reason);
  return out;
}

}  // namespace blobgauge::replayer
