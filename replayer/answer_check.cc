#include "replayer/answer_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "model/redaction.h"
#include "model/text.h"
#include "replayer/answer_history.h"
#include "replayer/answer_judge.h"

namespace blobgauge::replayer {
namespace {

using model::Weight;

constexpr std::size_t longest_kept_body = 16 << 10;
constexpr std::string_view other_operations = "other operations";

// "Put Blob (block)" -> "put-blob-block"
std::string slug(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const char small = model::ascii_lower(c);
    if ((small >= 'a' && small <= 'z') || (small >= '0' && small <= '9'))
      out += small;
    else if (!out.empty() && out.back() != '-')
      out += '-';
  }
  if (!out.empty() && out.back() == '-') out.pop_back();
  return out;
}

std::string place_of(const model::Exchange& exchange) {
  return fmt::format("#{} {} {} -> {}", exchange.number, exchange.request.method, exchange.request.target,
                     exchange.response.status);
}

}  // namespace

struct AnswerCheck::Tally {
  struct Cell {
    std::uint64_t looked = 0, failed = 0;
    Weight weight = Weight::differs;
    std::vector<model::Finding> findings;
    std::vector<model::Exchange> exchanges;
  };
  // One operation, or all that the spec does not have.
  struct Row {
    std::string operation, tier;
    std::vector<Cell> cells;  // by rule, then by fact of the history
  };

  Tally(const model::Spec& spec_of, const model::Catalogue& catalogue, AnswerJudge judge_of)
      : spec(spec_of), judge(std::move(judge_of)), history(spec_of.answers), redaction(catalogue) {
    for (const auto& operation : spec.operations) {
      rows.push_back({operation.operation, operation.tier, {}});
      by_operation.emplace(operation.operation, rows.size() - 1);
    }
    rows.push_back({std::string(other_operations), "outside", {}});
    for (auto& row : rows) {
      row.cells.resize(rules().size() + history.facts().size());
      for (std::size_t i = 0; i < row.cells.size(); ++i) row.cells[i].weight = weight_of(row.operation, i);
    }
  }

  const std::vector<model::AnswerRule>& rules() const { return spec.answers.rules; }

  // What a client was found to read or need counts, whatever the rule says by itself.
  Weight weight_of(const std::string& operation, std::size_t cell) const {
    if (cell >= rules().size()) return spec.answers.history.weight;
    const auto& rule = rules()[cell];
    if (rule.weight == Weight::breaks || rule.subject == model::AnswerRule::Subject::status) return rule.weight;
    const auto* known = spec.find(operation);
    if (!known) return rule.weight;
    const auto& lines = rule.subject == model::AnswerRule::Subject::header ? known->headers : known->body;
    return std::any_of(
               lines.begin(), lines.end(),
               [&](const auto& line) { return line.weight == Weight::breaks && model::iequals(line.name, rule.name); })
               ? Weight::breaks
               : rule.weight;
  }

  Row& row_of(std::string_view operation) {
    const auto found = by_operation.find(operation);
    return found == by_operation.end() ? rows.back() : rows[found->second];
  }

  void note(Cell& cell, const model::Exchange& exchange, std::string expectation, std::string expected,
            std::string actual, std::string reason) {
    ++cell.failed;
    if (cell.findings.size() >= most_findings) return;
    model::Finding finding;
    finding.weight = cell.weight;
    finding.step = "answer";
    finding.expectation = std::move(expectation);
    finding.expected = redaction.text(expected);
    finding.actual = redaction.text(actual);
    finding.reason = std::move(reason);
    finding.exchange = redaction.text(place_of(exchange));
    cell.findings.push_back(std::move(finding));
    if (!cell.exchanges.empty()) return;
    auto copy = exchange;
    for (auto* body : {&copy.request.body, &copy.response.body})
      if (body->bytes && body->bytes->size() > longest_kept_body) body->bytes.reset();
    redaction.apply(copy);
    cell.exchanges.push_back(std::move(copy));
  }

  const model::Spec& spec;
  AnswerJudge judge;
  AnswerHistoryBook history;
  model::Redaction redaction;
  std::vector<Row> rows;
  std::map<std::string, std::size_t, std::less<>> by_operation;
  std::uint64_t judged = 0;
  std::vector<Look> looks;
  std::vector<AnswerHistoryBook::Comparison> comparisons;
};

AnswerCheck::AnswerCheck(std::unique_ptr<Tally> tally) : tally_(std::move(tally)) {}
AnswerCheck::AnswerCheck(AnswerCheck&&) noexcept = default;
AnswerCheck::~AnswerCheck() = default;

model::Result<AnswerCheck> AnswerCheck::create(const model::Spec& spec, const model::Catalogue& catalogue) {
  if (spec.answers.rules.empty())
    return model::fail(model::Category::input, "the spec has no rules for answers", "build it again: spec build");
  BLOBGAUGE_TRY(auto judge, AnswerJudge::create(spec.answers, catalogue));
  return AnswerCheck(std::make_unique<Tally>(spec, catalogue, std::move(judge)));
}

void AnswerCheck::add(const model::Exchange& exchange, const model::Classification& classification, bool partial) {
  auto& own = *tally_;
  const auto fidelity = fidelity_of(exchange, partial);
  own.judge.judge(exchange, classification, fidelity, own.looks);
  own.history.add(exchange, classification.name, fidelity, own.comparisons);
  own.judged += !own.looks.empty();
  if (own.looks.empty() && own.comparisons.empty()) return;
  auto& row = own.row_of(classification.name);
  for (const auto& look : own.looks) {
    auto& cell = row.cells[look.rule];
    ++cell.looked;
    if (look.holds) continue;
    const auto& rule = own.rules()[look.rule];
    own.note(cell, exchange, AnswerJudge::subject(rule), own.judge.expected(look.rule, exchange),
             own.judge.actual(look.rule, exchange), rule.reason);
  }
  for (const auto& comparison : own.comparisons) {
    auto& cell = row.cells[own.rules().size() + comparison.fact];
    ++cell.looked;
    if (comparison.holds) continue;
    own.note(cell, exchange, own.history.subject(comparison.fact),
             fmt::format("as in exchange #{}, which has the same state", comparison.with),
             comparison.actual.empty() ? std::string("another") : std::string(comparison.actual),
             own.spec.answers.history.reason);
  }
}

std::uint64_t AnswerCheck::judged() const { return tally_->judged; }

std::vector<model::CaseResult> AnswerCheck::finish() {
  auto& own = *tally_;
  std::vector<model::CaseResult> out;
  for (auto& row : own.rows)
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      auto& cell = row.cells[i];
      const bool is_rule = i < own.rules().size();
      if (is_rule && row.operation != other_operations && !own.judge.concerns(i, row.operation)) continue;
      const auto& id = is_rule ? own.rules()[i].id : own.history.facts()[i - own.rules().size()];
      model::CaseResult result;
      result.id = fmt::format("check/{}/{}", slug(row.operation), id);
      result.operation = row.operation;
      result.tier = row.tier;
      result.title = is_rule ? AnswerJudge::subject(own.rules()[i])
                             : own.history.subject(i - own.rules().size()) + " of one state";
      result.tags = {is_rule ? "answer" : "history"};
      const bool breaks = cell.weight == Weight::breaks;
      result.verdict = !cell.looked            ? model::Verdict::skipped
                       : cell.failed && breaks ? model::Verdict::fail
                                               : model::Verdict::pass;
      result.detail = !cell.looked  ? "no answer in this trace shows it"
                      : cell.failed ? fmt::format("{} of {} answers", cell.failed, cell.looked)
                                    : fmt::format("{} answers", cell.looked);
      result.findings = std::move(cell.findings);
      result.exchanges = std::move(cell.exchanges);
      out.push_back(std::move(result));
    }
  return out;
}

}  // namespace blobgauge::replayer
