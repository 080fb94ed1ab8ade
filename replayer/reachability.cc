#include "replayer/reachability.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "model/text.h"

namespace blobgauge::replayer {
namespace {

using About = Expectation::About;
using Test = Expectation::Test;

class Search {
 public:
  Search(const model::Spec& spec, const Suite& suite, const model::Catalogue& catalogue)
      : spec_(spec), suite_(suite), catalogue_(catalogue) {}

  std::vector<LintFinding> find() {
    for (const auto& item : suite_.cases)
      for (const auto* steps : {&item.given, &item.steps, &item.after})
        for (const auto* step : requests_of(*steps)) look_at(item, *step);
    look_at_answers();
    look_at_rules();
    return std::move(out_);
  }

 private:
  void add(std::string what, std::string next) { out_.push_back({std::move(what), std::move(next)}); }

  // Statuses that the step is content with; a template is not known.
  static std::set<std::string> statuses_of(const Step& step) {
    std::set<std::string> out;
    for (const auto& item : step.expectations)
      if (item.about == About::status) out.insert(item.values.begin(), item.values.end());
    return out;
  }
  static bool success(const std::string& status) { return status.starts_with('2'); }
  static bool has_body(const Step& step, const std::string& status) {
    return step.request.method != "HEAD" && status != "204" && status != "304";
  }

  void look_at(const Case& item, const Step& step) {
    const auto statuses = statuses_of(step);
    const auto place = fmt::format("{}, step '{}'", item.id, step.name);
    const bool all_succeed = !statuses.empty() && std::all_of(statuses.begin(), statuses.end(), success);
    const bool bodiless = !statuses.empty() && std::none_of(statuses.begin(), statuses.end(),
                                                            [&](const auto& status) { return has_body(step, status); });
    for (const auto& expectation : step.expectations) {
      if (expectation.about == About::error && all_succeed)
        add(fmt::format("{} expects an error code of a success", place), "give the status that comes with it");
      if (bodiless && (expectation.about == About::xml || (expectation.about == About::body && !step.contents.empty() &&
                                                           !is_empty(step.contents.front()))))
        add(fmt::format("{} expects a body of an answer that has none", place), "take it out");
      if (newer_than_known(expectation.from))
        add(fmt::format("{} expects something from {} on, which nobody can ask for", place, expectation.from),
            "mend 'from'");
    }
    contradictions(step, place);
    if (step.operation.empty()) return;
    if (std::any_of(statuses.begin(), statuses.end(), success)) succeeds_.insert(step.operation);
  }

  static bool is_empty(const BodyTemplate& body) {
    return std::all_of(body.begin(), body.end(),
                       [](const PieceTemplate& piece) { return piece.text.empty() && piece.size == 0; });
  }

  bool newer_than_known(const std::string& version) const {
    return !version.empty() && !catalogue_.version().empty() && version > catalogue_.version();
  }

  void contradictions(const Step& step, const std::string& place) {
    for (std::size_t i = 0; i < step.expectations.size(); ++i)
      for (std::size_t k = i + 1; k < step.expectations.size(); ++k) {
        const auto& a = step.expectations[i];
        const auto& b = step.expectations[k];
        if (a.about != b.about || !model::iequals(a.name, b.name) || a.about == About::body) continue;
        if (a.from != b.from || a.at != b.at) continue;  // of different versions or statuses
        const bool absent = (a.test == Test::absent) != (b.test == Test::absent);
        const bool other = a.test == Test::equals && b.test == Test::equals && a.values != b.values;
        if (absent || other)
          add(fmt::format("{} expects two things of '{}' that cannot both hold", place, a.name), "keep one");
      }
  }

  void look_at_answers() {
    for (const auto& [operation, answer] : suite_.answers) {
      if (!answer.headers.empty() && !succeeds_.count(operation))
        add(fmt::format("{}: no step asks for a success, so what every answer has is never looked at", operation),
            "add a case that succeeds");
      for (const auto& item : answer.headers)
        if (newer_than_known(item.from))
          add(fmt::format("{}: {} is expected from {} on, which nobody can ask for", operation, item.name, item.from),
              "mend 'from'");
    }
  }

  void look_at_rules() {
    for (const auto& rule : spec_.answers.rules) {
      if (!rule.from.empty() && !rule.until.empty() && rule.from >= rule.until)
        add(fmt::format("the rule {} for answers ends ({}) before it begins ({})", rule.id, rule.until, rule.from),
            "mend 'from' or 'until'");
      if (newer_than_known(rule.from))
        add(fmt::format("the rule {} for answers begins with {}, which nobody can ask for", rule.id, rule.from),
            "mend 'from'");
      for (const auto& glob : rule.operations)
        if (std::none_of(catalogue_.operations().begin(), catalogue_.operations().end(),
                         [&](const auto& operation) { return model::glob_match(glob, operation.full_name); }))
          add(fmt::format("the rule {} for answers is about '{}', which is no operation", rule.id, glob),
              "mend 'operations'");
    }
  }

  const model::Spec& spec_;
  const Suite& suite_;
  const model::Catalogue& catalogue_;
  std::set<std::string> succeeds_;
  std::vector<LintFinding> out_;
};

}  // namespace

std::vector<LintFinding> unreachable(const model::Spec& spec, const Suite& suite, const model::Catalogue& catalogue) {
  return Search(spec, suite, catalogue).find();
}

}  // namespace blobgauge::replayer
