#pragma once
// specs/policy/spec.yaml: what `spec build` computes tiers and weights by; and the scenarios' command lines, as far as
// tiers depend on them. docs/formats/spec.md.
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/answer_rule.h"
#include "model/error.h"
#include "model/precondition.h"

namespace blobgauge::replayer {

struct Policy {
  struct Flag {
    std::vector<std::string> operations;
    std::string reason;
  };
  std::string mvp_client, second_client;
  std::string since;  // api version of the oldest answers that count
  std::uint64_t minimum = 30;
  std::map<std::string, Flag> flags;
  std::map<std::string, std::string> not_asserted;  // lower-case header -> reason
  // Lower-case header -> the feature of an account that it depends on: it may be asked for, but breaks nobody by
  // itself.
  std::map<std::string, std::string> account_features;
};

model::Result<Policy> load_policy(const std::string& path);

// specs/policy/answers.yaml: what holds for any answer of the service.
model::Result<model::AnswerRules> load_answer_rules(const std::string& path);

// specs/policy/before.yaml: what must hold before the first request, without tiers.
model::Result<std::vector<model::Precondition>> load_preconditions(const std::string& path);

struct ScenarioLine {
  std::string id, client, title;   // id: "azcopy/make"
  std::vector<std::string> flags;  // "--put-md5", without values
};

// All *.yaml of a folder, in name order; keys that tiers do not depend on are the scenarios' own business.
model::Result<std::vector<ScenarioLine>> load_scenario_lines(const std::string& folder);

}  // namespace blobgauge::replayer
