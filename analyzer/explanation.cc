#include "analyzer/explanation.h"

#include <fmt/format.h>

#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "model/text.h"

namespace blobgauge::analyzer {

void Explanation::of_executable(EntryQuestions* entries, std::string unread) {
  executable_ = true;
  entries_ = entries;
  unread_ = std::move(unread);
}

bool Explanation::asked_for(const std::string& name) const {
  return about_.header.empty() || model::iequals(name, about_.header);
}

void Explanation::never_sent(const std::string& place) {
  if (!about_.operation.empty()) text += fmt::format("{}: never sent, its guard cannot hold\n", place);
}

// Who makes the request, and from where; false where nobody asked.
bool Explanation::begin(const RequestShape& shape, const model::OperationSurface& operation) {
  if (about_.operation.empty() || operation.operation != about_.operation) return false;
  const auto& made = facts_.requests[shape.request];
  text += fmt::format("{}{}{}\n  made by {}\n", operation.operation, executable_ ? ": " : "",
                      model::name_of(operation.level), frame(facts_.functions[made.function], made.at));
  for (const auto& path : ways_.to(made.function, made.at, about_.paths)) {
    text += "  called from\n";
    for (const auto& line : path) text += "    " + line + "\n";
  }
  std::vector<std::string> without;
  for (const auto& way : ways_.from_entries(made.function, made.at)) {
    if (way.frames.empty()) {
      without.push_back(way.entry);
      continue;
    }
    text += fmt::format("  from {}\n", way.entry);
    for (const auto& line : way.frames) text += "    " + line + "\n";
  }
  if (!without.empty()) text += fmt::format("  no chain of their own from: {}\n", fmt::join(without, "; "));
  return true;
}

void Explanation::add_line(const RequestShape& shape, const model::OperationSurface& operation,
                           const std::string& line) {
  if (begin(shape, operation)) text += "  named by its machine code: " + line + "\n";
}

void Explanation::add(const RequestShape& shape, const model::OperationSurface& operation,
                      const std::function<std::string(const std::string&)>& surface_name) {
  if (!begin(shape, operation)) return;
  const auto& made = facts_.requests[shape.request];
  if (!made.body.empty())
    text +=
        fmt::format("  body: {}{}{}\n", made.body, made.elements.empty() ? "" : " of ", fmt::join(made.elements, ", "));
  if (!made.signed_as.empty()) text += fmt::format("  signed as {}\n", fmt::join(made.signed_as, " or "));
  bool told = false;
  for (const bool query : {true, false})
    for (const auto& [key, field] : query ? shape.query : shape.headers) {
      if (!asked_for(field.name)) continue;
      told = true;
      const auto& described = query ? operation.query : operation.request_headers;
      const auto known = described.find(query ? key : model::lower(surface_name(field.name)));
      const auto& f = known == described.end() ? model::Field{} : known->second;
      const auto grade = model::name_of(f.presence, f.proof);
      text += fmt::format("  {} {}: {}{}{}{}\n", query ? "query" : "header", field.name, model::name_of(f.presence),
                          grade.empty() ? "" : ", ", grade, f.reason.empty() ? "" : " (" + f.reason + ")");
      for (const auto& e : field.emissions) write(e);
    }
  for (const auto& [key, field] : operation.request_headers) {  // which no code of the client writes
    if (shape.headers.count(key) || key.back() == '*' || !asked_for(field.name)) continue;
    told = true;
    text += fmt::format("  header {}: {}\n", field.name, model::name_of(field.presence));
    for (const auto& guard : field.guards) text += "    " + guard + "\n";
  }
  if (!told && !about_.header.empty()) text += fmt::format("  {}: nothing writes it to this request\n", about_.header);
}

void Explanation::add_answer(const model::Surface& surface) {
  const auto found = surface.operations.find(about_.operation);
  if (found == surface.operations.end()) return;
  const auto& operation = found->second;
  const std::pair<std::string_view, const std::map<std::string, model::Field>*> parts[] = {
      {"reads header", &operation.response_headers},
      {"reads element", &operation.response_body},
      {"compares error code", &operation.compared_codes}};
  for (const auto& [what, fields] : parts)
    for (const auto& [key, field] : *fields) {
      if (!asked_for(field.name)) continue;
      text += fmt::format("  {} {}{}{}\n", what, field.name, field.reason.empty() ? "" : ": ", field.reason);
      for (const auto& id : field.evidence)
        for (const auto& line : surface.evidence.at(id).lines) text += "    " + line + "\n";
    }
}

void Explanation::write(const Emission& e) {
  text += fmt::format("    written by {}{}\n", frame(facts_.functions[e.write->function], e.write->at),
                      e.by_policy ? ", for every request that passes there"
                      : e.stage   ? ", a stage of pipelines"
                                  : "");
  const auto whether = e.truth.holds == Chance::yes  ? "yes"
                       : e.truth.holds == Chance::no ? "no, no reachable code stores what it needs"
                                                     : "unknown, " + e.truth.doubt;
  const bool asked = executable_ && e.truth.fails != Chance::no && e.truth.holds != Chance::no;
  text += fmt::format("      guard: {}", e.guard.empty() ? "none" : e.guard);
  if (!asked)
    text += "; can hold: " + whether + "\n";
  else if (e.by_policy || !entries_)
    text += "; can hold: unknown, " + (e.by_policy ? std::string(unread_options) : unread_) + "\n";
  else
    text += "\n";
  if (asked && entries_ && !e.by_policy)
    for (const auto& line : analyzer::explain(e.condition, *entries_)) text += "      " + line + "\n";
  if (!about_.header.empty() && !executable_) guard(e.write->guard);
}

void Explanation::guard(const Guard& test) {
  for (const auto& part : test.parts) guard(part);
  if (test.value.kind != Expr::Kind::node) return;
  const auto& node = facts_.nodes[test.value.id];
  text += fmt::format("      {}: {} {}\n", test.text, node.kind, node.name);
  const auto found = flow_.witnesses(test.value, 12);
  if (found.empty())
    text += flow_.domain(test.value).present() == Chance::no ? "        no store that gives it a value\n"
                                                             : "        handed over by callers\n";
  for (const auto& line : found) text += "        stored: " + short_name(line) + "\n";
}

}  // namespace blobgauge::analyzer
