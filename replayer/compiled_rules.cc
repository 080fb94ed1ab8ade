#include "replayer/compiled_rules.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "model/text.h"

namespace blobgauge::replayer {
namespace {

using model::AnswerRule;
using model::Category;
using model::fail;
using model::Result;
using RuleSubject = AnswerRule::Subject;
using RuleTest = AnswerRule::Test;

tl::unexpected<model::Error> refuse_rule(const AnswerRule& rule, std::string message) {
  return fail(Category::input, fmt::format("the rule '{}': {}", rule.id, message));
}

// The name without "!" and the values.
std::string_view take_condition(std::string_view text, AnswerCondition& out) {
  if (text.starts_with('!')) {
    out.wanted = false;
    text.remove_prefix(1);
  }
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) return text;
  for (const auto value : model::split(text.substr(equals + 1), '|')) out.values.emplace_back(value);
  return text.substr(0, equals);
}

}  // namespace

bool CompiledRules::concerns(const AnswerRule& rule, std::string_view operation) {
  return rule.operations.empty() || model::matches_any(rule.operations, operation);
}

const std::vector<std::size_t>& CompiledRules::rules_of(std::string_view operation) const {
  const auto found = by_operation.find(operation);
  static const std::vector<std::size_t> none;
  return found == by_operation.end() ? none : found->second;
}

Result<std::unique_ptr<CompiledRules>> CompiledRules::create(const model::AnswerRules& rules,
                                                             const model::Catalogue& catalogue) {
  auto compiled = std::make_unique<CompiledRules>();
  compiled->source = rules;
  compiled->masks = model::NameSet(rules.masks);
  const auto version = catalogue.role("api-version");
  compiled->request_version = compiled->request_slots.add(version);
  compiled->answer_version = compiled->answer_slots.add(version);
  for (const auto& rule : compiled->source.rules) {
    CompiledRule out;
    out.rule = &rule;
    out.methods = rule.methods;
    out.any_status = rule.statuses.empty();
    for (const auto& status : rule.statuses) {
      if (status.size() == 3 && status.ends_with("xx") && status[0] >= '1' && status[0] <= '5')
        out.classes.set(static_cast<std::size_t>(status[0] - '0'));
      else if (const auto number = model::parse_number(status))
        out.statuses.push_back(static_cast<int>(*number));
      else
        return refuse_rule(rule, fmt::format("'{}' is no status; write 404 or 4xx", status));
    }
    for (const auto& text : rule.requests) {
      AnswerCondition selector;
      const auto name = take_condition(text, selector);
      selector.slot = compiled->request_slots.add(name);
      out.requests.push_back(std::move(selector));
    }
    for (const auto& text : rule.answers) {
      AnswerCondition selector;
      const auto name = take_condition(text, selector);
      selector.slot = compiled->answer_slots.add(name);
      out.answers.push_back(std::move(selector));
    }
    for (const auto& text : rule.queries) {
      AnswerCondition selector;
      const std::string name(take_condition(text, selector));
      selector.slot = compiled->query_names.size();
      compiled->query_names.push_back(name);
      out.queries.push_back(std::move(selector));
    }
    if (rule.subject == RuleSubject::header) out.slot = compiled->answer_slots.add(rule.name);
    if (rule.subject == RuleSubject::element) out.path = xml_path_of(rule.name);
    if (rule.test == RuleTest::request) out.other = compiled->request_slots.add(rule.values.front());
    if (rule.test == RuleTest::header) out.other = compiled->answer_slots.add(rule.values.front());
    if (rule.test == RuleTest::range)
      for (const auto& name : rule.values) out.ranges.push_back(compiled->request_slots.add(name));
    if (rule.test == RuleTest::form)
      for (const auto& name : rule.values) {
        const auto form = answer_form(name);
        if (!form)
          return refuse_rule(
              rule, fmt::format("there is no form '{}'; the forms are {}", name, fmt::join(answer_form_names(), ", ")));
        out.forms.push_back(form);
      }
    if ((rule.test == RuleTest::md5 || rule.test == RuleTest::crc64) && rule.values.front() != "answer" &&
        rule.values.front() != "request")
      return refuse_rule(rule, "a digest is that of the answer or of the request");
    compiled->rules.push_back(std::move(out));
  }
  const auto add = [&](std::string_view name) {
    auto& list = compiled->by_operation[std::string(name)];
    if (!list.empty()) return;
    for (std::size_t i = 0; i < compiled->rules.size(); ++i)
      if (concerns(*compiled->rules[i].rule, name)) list.push_back(i);
  };
  for (const auto& operation : catalogue.operations()) {
    add(operation.full_name);
    if (!operation.undecided.empty()) add(operation.undecided);
  }
  return compiled;
}

}  // namespace blobgauge::replayer
