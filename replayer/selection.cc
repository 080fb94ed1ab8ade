#include "replayer/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "model/text.h"

namespace blobgauge::replayer {
namespace {

using model::Category;
using model::fail;
using model::Result;

struct Term {
  enum class About { id, tag, tier, operation } about = About::id;
  std::string text;
};

Result<std::vector<Term>> parse(const std::string& expression, const Suite& suite, const model::Spec& spec) {
  std::vector<Term> out;
  if (expression.empty()) return out;
  std::set<std::string> tiers = {"mvp", "extended"};
  for (const auto& operation : spec.operations) tiers.insert(operation.tier);
  for (const auto part : model::split(expression, ',')) {
    const auto word = model::trim(part);
    const auto colon = word.find(':');
    const auto kind = word.substr(0, colon);
    Term term;
    term.text = std::string(colon == std::string_view::npos ? word : word.substr(colon + 1));
    if (colon == std::string_view::npos) {
      term.about = Term::About::id;
    } else if (kind == "tag") {
      term.about = Term::About::tag;
      if (!suite.tags.count(term.text))
        return fail(Category::usage, fmt::format("no tag '{}'", term.text), "suite.yaml lists the tags");
    } else if (kind == "tier") {
      term.about = Term::About::tier;
      if (!tiers.count(term.text)) return fail(Category::usage, fmt::format("no tier '{}'", term.text));
    } else if (kind == "operation") {
      term.about = Term::About::operation;
    } else {
      return fail(Category::usage, fmt::format("'{}' selects nothing", word),
                  "write an id with wildcards, tag:NAME, tier:NAME or operation:GLOB");
    }
    out.push_back(std::move(term));
  }
  return out;
}

bool takes(const Term& term, const Case& item, const std::string& tier) {
  switch (term.about) {
    case Term::About::id:
      return model::glob_match(term.text, item.id);
    case Term::About::tag:
      return std::find(item.tags.begin(), item.tags.end(), term.text) != item.tags.end();
    case Term::About::tier:
      return tier == term.text;
    case Term::About::operation:
      return model::glob_match(term.text, item.operation);
  }
  return false;
}

bool sends(const model::SpecOperation& operation, const std::string& client) {
  return std::any_of(operation.emitters.begin(), operation.emitters.end(),
                     [&](const auto& emitter) { return emitter.client == client; });
}

}  // namespace

Result<std::vector<Chosen>> select(const Suite& suite, const model::Spec& spec, const std::string& client,
                                   const std::string& expression) {
  BLOBGAUGE_TRY(const auto terms, parse(expression, suite, spec));
  if (!client.empty() && std::none_of(spec.operations.begin(), spec.operations.end(),
                                      [&](const auto& operation) { return sends(operation, client); }))
    return fail(Category::usage, fmt::format("the spec has no client '{}'", client));
  for (const auto& operation : spec.operations)
    for (const auto& id : operation.cases)
      if (!suite.find(id))
        return fail(Category::input, fmt::format("the spec names the case {}, which is not in {}", id, suite.folder),
                    "build the spec again: blobgauge spec build");
  std::vector<Chosen> out;
  for (const auto& item : suite.cases) {
    const auto* operation = spec.find(item.operation);
    if (!operation || (!client.empty() && !sends(*operation, client))) continue;
    // A case of an extended feature of an mvp operation is extended itself; a second client's operation stays its own.
    const auto tier = operation->tier == "mvp" ? item.tier : operation->tier;
    if (terms.empty() ||
        std::any_of(terms.begin(), terms.end(), [&](const Term& term) { return takes(term, item, tier); }))
      out.push_back({&item, tier});
  }
  if (out.empty()) return fail(Category::usage, "no case is selected", "look at the ids in the folder of cases");
  return out;
}

}  // namespace blobgauge::replayer
