#include "reports/permissions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <vector>

#include "reports/markdown.h"

namespace blobgauge::reports {
namespace {

// Ways to be allowed an operation, any of which suffices.
using Alternatives = std::vector<std::string>;

Alternatives letters_of(const model::Operation& operation) {
  Alternatives out;
  if (operation.sas_permission != "*")
    for (const char letter : operation.sas_permission) out.emplace_back(1, letter);
  return out;
}

// One of each: what has no alternative first, then the first of what is not covered by then. Small, and not always the
// smallest.
std::vector<std::string> enough(const std::vector<Alternatives>& needs) {
  std::vector<std::string> out;
  const auto has = [&](const std::string& one) { return std::find(out.begin(), out.end(), one) != out.end(); };
  for (const bool single : {true, false})
    for (const auto& each : needs)
      if (!each.empty() && (each.size() == 1) == single && std::none_of(each.begin(), each.end(), has))
        out.push_back(each.front());
  std::sort(out.begin(), out.end());
  return out;
}

std::string any_of(const Alternatives& ways) {
  std::vector<std::string> out;
  for (const auto& way : ways) out.push_back(markdown_code(way));
  return fmt::format("{}", fmt::join(out, " or "));
}

}  // namespace

std::string to_permissions(const model::Spec& spec, const model::Catalogue& catalogue, const std::string& tier) {
  std::map<std::string, std::vector<const model::Operation*>> by_client;
  std::string rows, unknown;
  for (const auto& item : spec.operations) {
    if (!tier.empty() && item.tier != tier) continue;
    const auto* operation = catalogue.find(item.operation);
    if (!operation) {
      unknown += fmt::format("- {} is not in the catalogue\n", markdown_text(item.operation));
      continue;
    }
    for (const auto& emitter : item.emitters) by_client[emitter.client + " " + emitter.release].push_back(operation);
    const auto letters = operation->sas_permission == "*"    ? std::string("any")
                         : operation->sas_permission.empty() ? std::string("no SAS allows it")
                                                             : any_of(letters_of(*operation));
    rows += fmt::format("| {} | {} | {} | {} |\n", markdown_text(item.operation), markdown_text(item.tier), letters,
                        operation->rbac_actions.empty() ? "none" : any_of(operation->rbac_actions));
  }
  std::string out;
  for (const auto& [client, operations] : by_client) {
    std::vector<Alternatives> letters, actions;
    std::vector<std::string> no_sas;
    for (const auto* operation : operations) {
      letters.push_back(letters_of(*operation));
      actions.push_back(operation->rbac_actions);
      if (operation->sas_permission.empty()) no_sas.push_back(markdown_text(operation->full_name));
    }
    std::vector<std::string> roles;
    for (const auto& action : enough(actions)) roles.push_back(markdown_code(action));
    out += fmt::format("## {}\n\n- A SAS with {} is enough", markdown_text(client),
                       markdown_code(fmt::format("{}", fmt::join(enough(letters), ""))));
    out += no_sas.empty() ? "\n" : fmt::format(", but for {}\n", fmt::join(no_sas, ", "));
    out += fmt::format("- A role with {} is enough\n\n",
                       roles.empty() ? "no action" : fmt::format("{}", fmt::join(roles, ", ")));
  }
  out +=
      "## By operation\n\n| operation | tier | SAS permission, any of | action, any of |\n| --- | --- | --- | --- |\n" +
      rows;
  if (!spec.overrides.empty()) {
    out += "\n## Decided by people, not computed\n\n";
    for (const auto& item : spec.overrides) out += fmt::format("- {}\n", markdown_text(text_of(item)));
  }
  return unknown.empty() ? out : out + "\n" + unknown;
}

}  // namespace blobgauge::reports
