#include "analyzer/clang/callee.h"

#include <algorithm>

namespace blobgauge::analyzer::clang {
namespace {

std::string_view last_part(std::string_view name) {
  const auto colons = name.rfind("::");
  return colons == std::string_view::npos ? name : name.substr(colons + 2);
}

}  // namespace

std::string constructor_name(std::string_view record) {
  return std::string(record) + "::" + std::string(last_part(record));
}

Callee& Callees::entry(const Code& code) {
  const auto [found, fresh] = known_.try_emplace(&code);
  auto& callee = found->second;
  if (!fresh) return callee;
  callee.name = last_part(code.text);
  if (code.kind == Code::Kind::construct) {
    callee.rule = rules_.find({constructor_name(code.text)});
    if (const int function = program_.find(code.usr)) callee.targets.push_back(function);
    callee.of_text = program_.is_text(code.type);
    callee.ruled = std::any_of(rules_.calls.begin(), rules_.calls.end(), [&](const CallRule& rule) {
      const auto colons = rule.function.rfind("::");
      return colons != std::string::npos && is_called(code.text, rule.function.substr(0, colons));
    });
    return callee;
  }
  const auto names = program_.names_of(code.usr, code.text);
  callee.rule = rules_.find(names);
  callee.path = rules_.find_path(names);
  callee.targets = program_.targets(code.usr, code.dynamic, code.type, {});
  const bool method = !code.parts.empty() && code.parts[0].kind != Code::Kind::nothing;
  callee.of_text = method && program_.is_text(code.type);
  return callee;
}

const std::vector<int>& Callees::targets(const Code& code, const std::string& object_class) {
  auto& callee = entry(code);
  if (!code.dynamic || object_class.empty()) return callee.targets;
  const auto [found, fresh] = callee.by_class.try_emplace(object_class);
  if (fresh) found->second = program_.targets(code.usr, true, code.type, object_class);
  return found->second;
}

}  // namespace blobgauge::analyzer::clang
