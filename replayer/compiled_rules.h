#pragma once
// The rules for answers made ready for judging many of them: names of headers are slots, forms are functions, paths are
// taken apart, and each operation has the list of rules that speak of it.
#include <bitset>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/answer_rule.h"
#include "model/catalogue.h"
#include "model/name_set.h"
#include "replayer/answer_form.h"
#include "replayer/header_slots.h"
#include "replayer/xml_document.h"

namespace blobgauge::replayer {

// "Name", "!Name" or "Name=a|b".
struct AnswerCondition {
  bool wanted = true;
  std::size_t slot = 0;  // of the header, or the index of the query parameter's name
  std::vector<std::string> values;
};

struct CompiledRule {
  const model::AnswerRule* rule = nullptr;  // in CompiledRules::source
  std::vector<std::string> methods;
  std::bitset<6> classes;     // of statuses: 2 is 2xx
  std::vector<int> statuses;  // beside these
  bool any_status = true;
  std::vector<AnswerCondition> requests, queries, answers;
  std::size_t slot = 0, other = 0;  // of the header that is looked at, and of the one it is held against
  std::vector<std::size_t> ranges;
  std::vector<AnswerForm> forms;
  XmlPath path;
};

struct CompiledRules {
  // Category::input for an unknown form, a bad selector or status. On the heap: the rules point into it.
  static model::Result<std::unique_ptr<CompiledRules>> create(const model::AnswerRules& rules,
                                                              const model::Catalogue& catalogue);
  static bool concerns(const model::AnswerRule& rule, std::string_view operation);
  // Indices of the rules that speak of an operation, in order.
  const std::vector<std::size_t>& rules_of(std::string_view operation) const;

  model::AnswerRules source;
  model::NameSet masks;  // of `source`
  std::vector<CompiledRule> rules;
  std::vector<std::string> query_names;
  HeaderSlots request_slots, answer_slots;
  std::size_t request_version = 0, answer_version = 0;
  std::map<std::string, std::vector<std::size_t>, std::less<>> by_operation;
};

}  // namespace blobgauge::replayer
