#include "replayer/spec_page.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "model/text.h"
#include "replayer/attestation.h"

namespace blobgauge::replayer {
namespace {

using model::Presence;

constexpr std::size_t most_evidence = 4;  // of one client or line; the spec has all

class Page {
 public:
  Page(const model::SpecOperation& operation, const PageInput& input) : operation_(operation), in_(input) {}

  std::string write() {
    out_ = fmt::format("{}\n  tier {}: {}\n", operation_.operation, operation_.tier, operation_.rationale);
    permission();
    decisions();
    needed_by();
    sent_how();
    answered();
    rules();
    checked_by();
    commands();
    return std::move(out_);
  }

 private:
  void line(std::size_t depth, std::string_view text) {
    out_ += std::string(depth * 2, ' ') + std::string(text) + "\n";
  }
  void heading(std::string_view text) { out_ += fmt::format("\n{}\n", text); }

  void evidence(std::size_t depth, const std::vector<std::string>& lines) {
    for (std::size_t i = 0; i < lines.size() && i < most_evidence; ++i) line(depth, lines[i]);
    if (lines.size() > most_evidence) line(depth, fmt::format("and {} more", lines.size() - most_evidence));
  }

  void permission() {
    const auto* known = in_.catalogue.find(operation_.operation);
    if (!known) return;
    line(1, known->rule());
    if (!known->reference.empty()) line(1, fmt::format("reference: {}", known->reference));
    if (!known->sas_permission.empty()) line(1, fmt::format("SAS letters, any of: {}", known->sas_permission));
    if (!known->rbac_actions.empty()) line(1, fmt::format("actions, any of: {}", fmt::join(known->rbac_actions, ", ")));
  }

  void decisions() {
    for (const auto& item : in_.spec.overrides)
      if (item.operation == operation_.operation) line(1, model::text_of(item));
    for (const auto& row : in_.decisions)
      if (std::find(row.operations.begin(), row.operations.end(), operation_.operation) != row.operations.end())
        line(1, fmt::format("decision {}: {}, {} ({}, {})", row.topic, name_of(row.decision), row.reason, row.owner,
                            row.date));
  }

  void needed_by() {
    heading("Who needs it");
    for (const auto& emitter : operation_.emitters) {
      line(1, fmt::format("{} {}: {} exchanges in {}", emitter.client, emitter.release, emitter.exchanges,
                          fmt::join(emitter.scenarios, ", ")));
      evidence(2, emitter.evidence);
      for (const auto& item : in_.spec.before)
        if (item.client == emitter.client)
          line(2, fmt::format("before it: {} [{}, {}]", item.title, item.tier, name_of(item.weight)));
    }
  }

  // Of a surface: names by how surely they are sent.
  void fields(const std::string& what, const std::map<std::string, model::Field>& all) {
    std::map<Presence, std::vector<std::string>> names;
    for (const auto& [key, field] : all)
      if (field.presence != Presence::never) names[field.presence].push_back(field.name);
    for (const auto& [presence, list] : names)
      line(2, fmt::format("{} {}: {}", what, name_of(presence), fmt::join(list, ", ")));
  }

  void sent_how() {
    heading("How each release sends it");
    std::vector<std::string> shown;
    for (const auto& dialect : operation_.dialects) {
      shown.push_back(dialect.id);
      line(1, fmt::format("{} (observed)", dialect.id));
      if (!dialect.query.empty()) line(2, fmt::format("query: {}", fmt::join(dialect.query, ", ")));
      std::map<std::string, std::vector<std::string>> names;
      for (const auto& [name, presence] : dialect.headers) names[presence].push_back(name);
      for (const auto& [presence, list] : names)
        line(2, fmt::format("headers {}: {}", presence, fmt::join(list, ", ")));
      for (const auto& [name, value] : dialect.constants) line(2, fmt::format("{}: {}", name, value));
    }
    for (const auto& surface : in_.surfaces) {
      const auto found = surface.operations.find(operation_.operation);
      const auto id = fmt::format("{}-{}", surface.client, surface.release);
      if (surface.release.empty() || found == surface.operations.end() || surface.kind == "observed") continue;
      line(1, fmt::format("{} ({})", id, surface.kind));
      fields("query", found->second.query);
      fields("headers", found->second.request_headers);
    }
  }

  void answered() {
    heading("What may be answered");
    const std::pair<const char*, const std::vector<model::ContractLine>*> parts[] = {
        {"status", &operation_.statuses},
        {"header", &operation_.headers},
        {"element", &operation_.body},
        {"error code", &operation_.errors}};
    for (const auto& [what, lines] : parts)
      for (const auto& each : *lines) {
        line(1, fmt::format("{} {} [{}{}{}] {}", what, each.name, name_of(each.weight),
                            each.always ? "" : ", not asserted", each.from.empty() ? "" : ", from " + each.from,
                            each.reason));
        if (!each.basis.empty()) line(2, fmt::format("rests on {}", each.basis));
        if (!each.doubt.empty()) line(2, fmt::format("doubt: {}", each.doubt));
        evidence(2, each.evidence);
      }
  }

  void rules() {
    heading("What a recorded answer is held to");
    std::size_t general = 0;
    for (const auto& rule : in_.spec.answers.rules) {
      if (rule.operations.empty()) ++general;
      if (rule.operations.empty() || !model::matches_any(rule.operations, operation_.operation)) continue;
      line(1, fmt::format("{} [{}{}] {}", rule.id, name_of(rule.weight),
                          rule.from.empty() ? std::string{} : ", from " + rule.from, rule.reason));
    }
    line(1, fmt::format("and {} rules for every operation", general));
  }

  void steps(const char* part, const std::vector<Step>& all) {
    for (const auto* each : requests_of(all)) {
      const auto& step = *each;
      line(3, fmt::format("{} {}: {} {}", part, step.name, step.request.method, step.request.target));
      for (const auto& expectation : step.expectations) {
        auto text = text_of(expectation);
        if (!expectation.why.empty()) text += ": " + expectation.why;
        line(4, text);
      }
    }
  }

  void checked_by() {
    heading("Which case checks what, and why");
    for (const auto& id : operation_.cases) {
      const auto* item = in_.suite.find(id);
      if (!item) continue;
      auto tier = item->tier;
      if (!item->needs.empty()) tier += ", " + item->needs;
      line(1, fmt::format("{} [{}]: {}", id, tier, item->title));
      line(2, item->why);
      line(2, text_of(item->attested));
      steps("given", item->given);
      steps("step", item->steps);
      steps("after", item->after);
    }
  }

  void commands() {
    std::vector<std::string> ids;
    for (const auto& scenario : in_.spec.scenarios)
      if (std::find(scenario.operations.begin(), scenario.operations.end(), operation_.operation) !=
          scenario.operations.end())
        ids.push_back(scenario.id);
    if (ids.empty()) return;
    heading("What stands on it");
    for (const auto& id : ids) line(1, id);
  }

  const model::SpecOperation& operation_;
  const PageInput& in_;
  std::string out_;
};

}  // namespace

std::string text_of(const Expectation& expectation) {
  using About = Expectation::About;
  using Test = Expectation::Test;
  static const std::map<About, std::string> subjects = {{About::status, "status"},
                                                        {About::header, "header"},
                                                        {About::error, "error code"},
                                                        {About::body, "body"},
                                                        {About::xml, "element"}};
  static const std::map<Test, std::string> tests = {{Test::present, "is there"},
                                                    {Test::absent, "is not there"},
                                                    {Test::equals, "is"},
                                                    {Test::one_of, "is one of"},
                                                    {Test::differs, "is not"},
                                                    {Test::pattern, "has the form"},
                                                    {Test::not_before, "is not before"},
                                                    {Test::contains, "contains"},
                                                    {Test::count, "stands so often:"},
                                                    {Test::content, "has exactly the bytes"}};
  auto out = subjects.at(expectation.about);
  if (!expectation.name.empty()) out += " " + expectation.name;
  const bool one = expectation.test == Test::one_of && expectation.values.size() == 1;
  out += " " + (one ? std::string("is") : tests.at(expectation.test));
  if (!expectation.values.empty()) out += fmt::format(" {}", fmt::join(expectation.values, ", "));
  if (!expectation.from.empty()) out += fmt::format(", from {} on", expectation.from);
  return out + fmt::format(" [{}]", name_of(expectation.weight));
}

std::string page_of(const model::SpecOperation& operation, const PageInput& input) {
  return Page(operation, input).write();
}

}  // namespace blobgauge::replayer
