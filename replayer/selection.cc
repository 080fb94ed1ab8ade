#include "replayer/selection.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "model/text.h"
#include "replayer/case_term.h"
#include "replayer/prediction.h"

namespace blobgauge::replayer {
namespace {

using model::Category;
using model::fail;
using model::Result;

std::string tags_of(const Suite& suite, const std::string& wrong) {
  std::vector<std::string> names;
  for (const auto& [name, meaning] : suite.tags) names.push_back(name);
  if (const auto near = model::closest(wrong, names)) return fmt::format("did you mean '{}'?", *near);
  return fmt::format("suite.yaml has {}", fmt::join(names, ", "));
}

// The cases that a client command stands on.
Result<std::vector<CaseTerm>> cases_of_scenario(std::string_view glob, const Suite& suite, const model::Spec& spec) {
  std::set<std::string> operations;
  bool found = false;
  for (const auto& scenario : spec.scenarios) {
    if (!model::glob_match(glob, scenario.id)) continue;
    found = true;
    operations.insert(scenario.operations.begin(), scenario.operations.end());
  }
  if (!found)
    return fail(Category::usage, fmt::format("the spec has no scenario '{}'", glob),
                "ids look like azcopy/copy-up-small");
  std::vector<CaseTerm> out;
  for (const auto& item : suite.cases)
    if (operations.count(item.operation) && std::find(item.tags.begin(), item.tags.end(), core_tag) != item.tags.end())
      out.push_back({CaseTerm::About::id, item.id});
  return out;
}

Result<std::vector<CaseTerm>> parse(const std::string& expression, const Suite& suite, const model::Spec& spec) {
  std::vector<CaseTerm> out;
  if (expression.empty()) return out;
  std::set<std::string> tiers = {"mvp", "extended"};
  for (const auto& operation : spec.operations) tiers.insert(operation.tier);
  static constexpr std::string_view of_scenario = "scenario:";
  for (const auto part : model::split(expression, ',')) {
    const auto word = model::trim(part);
    if (word.starts_with(of_scenario)) {
      BLOBGAUGE_TRY(const auto cases, cases_of_scenario(word.substr(of_scenario.size()), suite, spec));
      out.insert(out.end(), cases.begin(), cases.end());
      continue;
    }
    BLOBGAUGE_TRY(auto term, parse_case_term(word));
    if (term.about == CaseTerm::About::tag && !suite.tags.count(term.text))
      return fail(Category::usage, fmt::format("no tag '{}'", term.text), tags_of(suite, term.text));
    if (term.about == CaseTerm::About::tier && !tiers.count(term.text))
      return fail(Category::usage, fmt::format("no tier '{}'", term.text),
                  fmt::format("there are {}", fmt::join(tiers, ", ")));
    out.push_back(std::move(term));
  }
  return out;
}

// Takes its time, so it is for those who ask for it: by its tag or its id.
bool is_asked_for(const Case& item, const std::vector<CaseTerm>& terms) {
  return std::any_of(terms.begin(), terms.end(), [&](const CaseTerm& term) {
    return (term.about == CaseTerm::About::id && term.text == item.id) ||
           (term.about == CaseTerm::About::tag && term.text == large_tag);
  });
}

// What no client sends is declined by whoever does not have it, and that is checked whichever client is meant.
bool is_declined(const Case& item) { return has_tag(item, decline_tag); }

bool sends(const model::SpecOperation& operation, const std::string& client) {
  return std::any_of(operation.emitters.begin(), operation.emitters.end(),
                     [&](const auto& emitter) { return emitter.client == client; });
}

// A word of which nothing comes is a typing error, also beside words that select something.
model::Status check_words(const std::vector<CaseTerm>& terms, const Suite& suite) {
  for (const auto& term : terms) {
    if (term.about != CaseTerm::About::id && term.about != CaseTerm::About::operation) continue;
    const bool any = std::any_of(suite.cases.begin(), suite.cases.end(), [&](const Case& item) {
      return term.matches({item.id, item.operation, item.tier, item.tags});
    });
    if (any) continue;
    std::vector<std::string> names;
    for (const auto& item : suite.cases) names.push_back(term.about == CaseTerm::About::id ? item.id : item.operation);
    const auto near = model::closest(term.text, names);
    return fail(Category::usage, fmt::format("'{}' selects no case", term.word()),
                near ? fmt::format("did you mean '{}'?", *near) : "look at the ids in the folder of cases");
  }
  return {};
}

std::set<std::string> clients_of(const model::Spec& spec) {
  std::set<std::string> out;
  for (const auto& operation : spec.operations)
    for (const auto& emitter : operation.emitters) out.insert(emitter.client);
  return out;
}

// "did you mean 'rclone'?", or all of them.
std::string instead_of(const std::string& wrong, const std::set<std::string>& known) {
  const std::vector<std::string> names(known.begin(), known.end());
  if (const auto near = model::closest(wrong, names)) return fmt::format("did you mean '{}'?", *near);
  return fmt::format("there are {}", fmt::join(names, ", "));
}

}  // namespace

model::Status check_dialect(const model::Spec& spec, const std::string& dialect) {
  if (dialect.empty()) return {};
  std::set<std::string> known;
  for (const auto& operation : spec.operations)
    for (const auto& item : operation.dialects) known.insert(item.id);
  if (known.count(dialect)) return {};
  return fail(Category::usage, fmt::format("the spec has no dialect '{}'", dialect), instead_of(dialect, known));
}

Result<std::vector<Chosen>> select(const Suite& suite, const model::Spec& spec, const std::string& client,
                                   const std::string& expression) {
  BLOBGAUGE_TRY(const auto terms, parse(expression, suite, spec));
  if (!client.empty() && std::none_of(spec.operations.begin(), spec.operations.end(),
                                      [&](const auto& operation) { return sends(operation, client); }))
    return fail(Category::usage, fmt::format("the spec has no client '{}'", client),
                instead_of(client, clients_of(spec)));
  BLOBGAUGE_CHECK(check_words(terms, suite));
  for (const auto& operation : spec.operations)
    for (const auto& id : operation.cases)
      if (!suite.find(id))
        return fail(Category::input, fmt::format("the spec names the case {}, which is not in {}", id, suite.folder),
                    "build the spec again: blobgauge spec build");
  std::vector<Chosen> out;
  for (const auto& item : suite.cases) {
    const auto* operation = spec.find(item.operation);
    if (!operation && !is_declined(item)) continue;
    if (has_tag(item, large_tag) && !is_asked_for(item, terms)) continue;
    if (operation && !client.empty() && !sends(*operation, client)) continue;
    // A case of an extended feature of an mvp operation is extended itself; a second client's operation stays its own.
    const auto tier = !operation || operation->tier == "mvp" ? item.tier : operation->tier;
    if (expression.empty() || std::any_of(terms.begin(), terms.end(), [&](const CaseTerm& term) {
          return term.matches({item.id, item.operation, tier, item.tags});
        }))
      out.push_back({&item, tier});
  }
  if (out.empty()) return fail(Category::usage, "no case is selected", "look at the ids in the folder of cases");
  return out;
}

}  // namespace blobgauge::replayer
