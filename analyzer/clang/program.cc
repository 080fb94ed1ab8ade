#include "analyzer/clang/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

namespace blobgauge::analyzer::clang {

bool is_called(std::string_view full_name, std::string_view name) {
  if (full_name == name) return true;
  return full_name.size() > name.size() + 2 && full_name.ends_with(name) &&
         full_name.substr(full_name.size() - name.size() - 2, 2) == "::";
}

Program::Program(const std::vector<Unit>& units, const Roots& roots) {
  functions_.emplace_back();
  for (const auto& unit : units) {
    for (const auto& record : unit.records) {
      records_.emplace(record.usr, &record);
      record_names_.emplace(record.usr, record.name);
      for (const auto& [usr, name] : record.bases) record_names_.emplace(usr, name);
      for (const auto& m : record.methods)
        methods_.try_emplace(m.usr, MethodInfo{record.usr, m.name, m.is_virtual, m.overrides});
    }
    for (const auto& variable : unit.variables) variables_.emplace(variable.usr, &variable);
    for (const auto& body : unit.functions) {
      // Inline functions of headers are in every unit that includes them; the first one stands for all.
      if (!by_usr_.emplace(body.usr, static_cast<int>(functions_.size())).second) continue;
      Function f;
      f.body = &body;
      f.name = body.name;
      f.files = &unit.files;
      each(body.body, [&](const Code& c) {
        ++f.size;
        const bool writes = (c.kind == Code::Kind::binary && !c.text.empty() && c.text.back() == '=' &&
                             c.text != "==" && c.text != "!=" && c.text != "<=" && c.text != ">=") ||
                            (c.kind == Code::Kind::unary && (c.text == "++" || c.text == "--" || c.text == "&"));
        if (writes && !c.parts.empty() && c.parts[0].kind == Code::Kind::global) assigned_.insert(c.parts[0].usr);
      });
      functions_.push_back(std::move(f));
    }
  }
  for (auto& f : functions_)
    if (f.body) f.names = names_of(f.body->usr, f.name);
  reach(roots);
}

int Program::find(std::string_view usr) const {
  const auto found = by_usr_.find(usr);
  return found == by_usr_.end() ? 0 : found->second;
}

const Variable* Program::variable(std::string_view usr) const {
  const auto found = variables_.find(usr);
  return found == variables_.end() ? nullptr : found->second;
}

bool Program::is_assigned(std::string_view usr) const { return assigned_.count(usr) > 0; }

std::string Program::name_of_record(std::string_view usr) const {
  const auto found = record_names_.find(usr);
  return found == record_names_.end() ? std::string() : found->second;
}

std::vector<std::string_view> Program::with_bases(std::string_view record) const {
  std::vector<std::string_view> found;
  std::vector<std::string_view> work{record};
  while (!work.empty()) {
    const auto next = work.back();
    work.pop_back();
    if (std::find(found.begin(), found.end(), next) != found.end()) continue;
    found.push_back(next);
    if (const auto known = records_.find(next); known != records_.end())
      for (auto base = known->second->bases.rbegin(); base != known->second->bases.rend(); ++base)
        work.push_back(base->first);
  }
  return found;
}

bool Program::derives(std::string_view record, std::string_view base) const {
  if (record == base) return true;
  if (!records_.count(record)) return false;
  const auto all = with_bases(record);
  return std::find(all.begin(), all.end(), base) != all.end();
}

bool Program::is_text(std::string_view record) const {
  const auto names_text = [](std::string_view usr) { return usr.find("basic_string") != std::string_view::npos; };
  if (names_text(record)) return true;
  if (!records_.count(record)) return false;
  const auto all = with_bases(record);
  return std::any_of(all.begin(), all.end(), names_text);
}

void Program::all_overridden(std::string_view usr, std::set<std::string, std::less<>>& into) const {
  const auto found = methods_.find(usr);
  if (found == methods_.end()) return;
  for (const auto& base : found->second.overrides)
    if (into.insert(base).second) all_overridden(base, into);
}

std::vector<std::string> Program::names_of(std::string_view usr, std::string_view name) const {
  std::vector<std::string> names{std::string(name)};
  std::set<std::string, std::less<>> overridden;
  all_overridden(usr, overridden);
  for (const auto& base : overridden)
    if (const auto m = methods_.find(base); m != methods_.end())
      names.push_back(name_of_record(m->second.record) + "::" + m->second.name);
  return names;
}

// The method that an object of this very class has for `method`: the nearest override on the way to the bases.
std::string Program::implementation(std::string_view method, std::string_view record) const {
  for (const auto name : with_bases(record)) {
    const auto found = records_.find(name);
    if (found == records_.end()) continue;
    for (const auto& m : found->second->methods) {
      if (m.usr == method) return m.usr;
      std::set<std::string, std::less<>> overridden;
      all_overridden(m.usr, overridden);
      if (overridden.count(method)) return m.usr;
    }
  }
  return {};
}

std::vector<int> Program::targets(std::string_view usr, bool dynamic, std::string_view static_class,
                                  std::string_view object_class) const {
  const auto method = methods_.find(usr);
  if (!dynamic || method == methods_.end()) {
    const int direct = find(usr);
    return direct ? std::vector<int>{direct} : std::vector<int>();
  }
  std::set<int> found;
  const auto add = [&](std::string_view record) {
    if (const auto own = implementation(usr, record); !own.empty())
      if (const int f = find(own)) found.insert(f);
  };
  if (!object_class.empty() && records_.count(object_class)) {
    add(object_class);
  } else {
    for (const auto& record : constructed_)
      if (derives(record, static_class.empty() ? std::string_view(method->second.record) : static_class) ||
          derives(record, method->second.record))
        add(record);
  }
  return {found.begin(), found.end()};
}

void Program::reach(const Roots& roots) {
  std::deque<int> work;
  std::set<std::pair<int, int>> edges;
  const auto mark = [&](int f) {
    if (f && !functions_[static_cast<std::size_t>(f)].reachable) {
      functions_[static_cast<std::size_t>(f)].reachable = true;
      work.push_back(f);
    }
  };
  const auto edge = [&](int from, int to, const std::string& at, const char* how) {
    mark(to);
    if (edges.emplace(from, to).second) calls_.push_back({from, to, at, how});
  };
  const auto methods_as_roots = [&](std::string_view record, bool only_virtual, const std::string& of) {
    std::set<std::string, std::less<>> seen, classes_seen;
    std::deque<std::string> classes{std::string(of)};
    while (!classes.empty()) {
      const auto name = classes.front();
      classes.pop_front();
      const auto found = records_.find(name);
      if (found == records_.end() || !classes_seen.insert(name).second) continue;
      for (const auto& m : found->second->methods) {
        if (only_virtual && !m.is_virtual) continue;
        auto own = m.is_virtual ? implementation(m.usr, record) : m.usr;
        const int f = find(own);
        if (!f || !seen.insert(own).second) continue;
        auto& function = functions_[static_cast<std::size_t>(f)];
        if (function.root.empty()) function.root = function.name;
        mark(f);
      }
      for (const auto& [base, base_name] : found->second->bases) classes.push_back(base);
    }
  };
  for (const auto& name : roots.functions) {
    bool any = false;
    for (std::size_t i = 1; i < functions_.size(); ++i)
      if (is_called(functions_[i].name, name)) {
        functions_[i].root = functions_[i].name;
        mark(static_cast<int>(i));
        any = true;
      }
    if (!any) missing_.push_back(name);
  }
  for (const auto& name : roots.classes) {
    bool any = false;
    for (const auto& [usr, record] : records_)
      if (is_called(record->name, name)) {
        constructed_.insert(usr);
        methods_as_roots(usr, false, usr);
        any = true;
      }
    if (!any) missing_.push_back(name);
  }
  // Calls wait for classes that are found to be constructed later, so all are looked at again while something grows.
  struct Waiting {
    int from;
    const Code* call;
    std::string at;
  };
  std::vector<Waiting> dynamic;
  std::size_t known = 0;
  while (!work.empty()) {
    while (!work.empty()) {
      const int from = work.front();
      work.pop_front();
      const auto& function = functions_[static_cast<std::size_t>(from)];
      const auto place = [&](const Code& c) { return fmt::format("{}:{}", function.body->file, c.line); };
      int line = function.body->line;
      std::set<const Code*> callees;
      each(function.body->body, [&](const Code& c) {
        if (c.line) line = c.line;
        switch (c.kind) {
          case Code::Kind::call:
            if (c.dynamic) dynamic.push_back({from, &c, place(c)});
            for (const int to : targets(c.usr, c.dynamic, c.type, {}))
              edge(from, to, place(c), c.dynamic ? "virtual" : "static");
            break;
          case Code::Kind::construct:
            constructed_.insert(c.type);
            if (const int to = find(c.usr)) edge(from, to, place(c), "static");
            break;
          case Code::Kind::make_new:
            constructed_.insert(c.type);
            break;
          case Code::Kind::function:
            if (const int to = find(c.usr)) edge(from, to, fmt::format("{}:{}", function.body->file, line), "address");
            break;
          case Code::Kind::global:
            // A table of functions: who uses it may call any of them.
            if (const auto* v = variable(c.usr))
              each(v->value, [&](const Code& inner) {
                if (inner.kind == Code::Kind::function)
                  if (const int to = find(inner.usr)) edge(from, to, fmt::format("{}:{}", v->file, v->line), "address");
              });
            break;
          default:
            break;
        }
      });
    }
    if (constructed_.size() == known) break;
    known = constructed_.size();
    for (const auto& wait : dynamic)
      for (const int to : targets(wait.call->usr, true, wait.call->type, {})) edge(wait.from, to, wait.at, "virtual");
    for (const auto& name : roots.called_outside)
      for (const auto& [usr, record] : records_)
        if (is_called(record->name, name))
          for (const auto& made : std::set<std::string, std::less<>>(constructed_))
            if (derives(made, usr)) methods_as_roots(made, true, usr);
  }
}

}  // namespace blobgauge::analyzer::clang
