#include "analyzer/clang/source_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

namespace blobgauge::analyzer::clang {
namespace {

using Kind = Code::Kind;
using nlohmann::json;

std::string folder_of(const std::string& file) {
  const auto slash = file.rfind('/');
  return slash == std::string::npos ? "." : file.substr(0, slash);
}

json text(const std::string& value) { return {{"const", value}}; }

// A text of a Value: its holes are what nobody follows.
json text_with_holes(const std::string& value) {
  if (value.find("{}") == std::string::npos) return text(value);
  if (value == "{}") return {{"op", "computed"}};
  auto parts = json::array();
  std::size_t from = 0;
  for (auto at = value.find("{}"); at != std::string::npos; at = value.find("{}", from)) {
    if (at > from) parts.push_back(text(value.substr(from, at - from)));
    parts.push_back({{"op", "computed"}});
    from = at + 2;
  }
  if (from < value.size()) parts.push_back(text(value.substr(from)));
  return {{"cat", parts}};
}

json value_json(const Value& value) {
  auto any = json::array();
  for (const auto& one : value.as_texts()) any.push_back(text_with_holes(one));
  return any.size() == 1 ? any[0] : json{{"any", any}};
}

class Emitter {
 public:
  Emitter(const Program& program, const SourceRules& rules, const RequestsRead& read)
      : program_(program), rules_(rules), read_(read) {}

  std::string write(const std::vector<Unit>& units, const SourceNames& names) {
    keep_functions();
    json head = {{"k", "facts"},
                 {"version", 4},
                 {"language", rules_.common.language},
                 {"tool", names.tool},
                 {"module", rules_.common.module},
                 {"release", names.release},
                 {"platform", names.platform},
                 {"go", "libclang " + (units.empty() ? std::string("?") : units.front().libclang)},
                 {"modules", {rules_.common.module + "@" + names.release}}};
    line(head);
    for (const int f : order_) {
      const auto& function = program_.functions()[static_cast<std::size_t>(f)];
      json fact = {{"k", "func"},
                   {"id", ids_[f]},
                   {"name", function.name},
                   {"pkg", folder_of(function.body->file)},
                   {"module", rules_.common.module},
                   {"at", fmt::format("{}:{}", function.body->file, function.body->line)}};
      if (!function.root.empty()) fact["root"] = function.root;
      line(fact);
    }
    for (const auto& call : program_.calls())
      if (ids_.count(call.from) && ids_.count(call.to))
        line({{"k", "call"},
              {"from", ids_[call.from]},
              {"to", ids_[call.to]},
              {"at", call.at},
              {"how", call.how == "virtual"   ? "interface"
                      : call.how == "address" ? "closure"
                                              : "static"}});
    // Requests name nodes, and nodes stand before their flows; so the requests are made first and written last.
    std::vector<json> requests;
    for (const auto& found : read_.requests) request(found, requests);
    for (std::size_t i = 0; i < nodes_.size(); ++i) line(nodes_[i]);
    for (const auto& flow : flows_) line(flow);
    for (const auto& fact : requests) line(fact);
    for (const auto& trouble : read_.troubles)
      if (ids_.count(trouble.function))
        line({{"k", "unresolved"}, {"fn", ids_[trouble.function]}, {"what", trouble.what}, {"at", trouble.at}});
    line({{"k", "end"}, {"counts", {{"request", read_.requests.size()}}}});
    return std::move(out_);
  }

 private:
  void line(const json& fact) {
    out_ += fact.dump(-1, ' ', true, json::error_handler_t::replace);
    out_ += '\n';
  }

  // The functions that facts name, and all on the ways to them.
  void keep_functions() {
    std::set<int> kept;
    for (const auto& found : read_.requests) {
      kept.insert(found.function);
      for (const auto& a : found.hit.additions) kept.insert(a.function);
      const auto note = [&](const auto& asked) {
        for (const auto& [name, at] : asked) kept.insert(at.first);
      };
      note(found.hit.answer.statuses);
      note(found.hit.answer.headers);
      note(found.hit.answer.elements);
    }
    for (const auto& trouble : read_.troubles) kept.insert(trouble.function);
    kept.erase(0);
    for (std::size_t before = 0; before != kept.size();) {
      before = kept.size();
      for (const auto& call : program_.calls())
        if (kept.count(call.to)) kept.insert(call.from);
    }
    for (const int f : kept) {
      ids_[f] = static_cast<int>(order_.size()) + 1;
      order_.push_back(f);
    }
  }

  void request(const FoundRequest& found, std::vector<json>& into) {
    const int id = ++requests_;
    const auto& hit = found.hit;
    auto verbs = json::array();
    for (const auto& verb : hit.verbs) verbs.push_back(text_with_holes(verb));
    json fact = {{"k", "request"},
                 {"id", id},
                 {"fn", ids_[found.function]},
                 {"at", found.at},
                 {"maker", hit.sender},
                 {"method", verbs.size() == 1 ? verbs[0] : json{{"any", verbs}}},
                 {"endpoint", text(hit.path)},
                 {"body", hit.body}};
    if (!hit.body_elements.empty()) fact["elements"] = hit.body_elements;
    if (!hit.signed_verbs.empty()) fact["signed"] = hit.signed_verbs;
    if (auto guard = guards(hit.conditions); !guard.is_null()) fact["guard"] = guard;
    into.push_back(fact);
    for (const auto& a : hit.additions) {
      json w = {{"k", "write"},
                {"what", a.query ? "query" : "header"},
                {"do", "set"},
                {"owner", {{"request", id}}},
                {"key", text_with_holes(a.name)},
                {"value", value_json(a.value)},
                {"fn", ids_[a.function]},
                {"at", a.at}};
      auto open = guards(a.guards);
      // The conditions of this way that the whole request shares are no condition of the field.
      std::vector<Atom> own;
      for (const auto& atom : a.chosen)
        if (!atom.text.empty()) own.push_back(atom);
      if (auto chosen = guards(own); !chosen.is_null() && open.is_null())
        open = {{"is", "chosen"}, {"parts", {chosen}}};
      if (!open.is_null()) w["guard"] = open;
      into.push_back(w);
    }
    for (const auto& [code, at] : hit.answer.statuses)
      into.push_back({{"k", "status"},
                      {"owner", {{"request", id}}},
                      {"codes", {std::to_string(code)}},
                      {"how", code < 500 ? "accepted" : "compared"},
                      {"fn", ids_[at.first]},
                      {"at", at.second}});
    for (const bool element : {false, true})
      for (const auto& [name, at] : element ? hit.answer.elements : hit.answer.headers)
        into.push_back({{"k", "read"},
                        {"what", element ? "element" : "header"},
                        {"owner", {{"request", id}}},
                        {"key", text(name)},
                        {"into", json::array()},
                        {"used", true},
                        {"fn", ids_[at.first]},
                        {"at", at.second}});
  }

  json guards(const std::vector<Atom>& atoms) {
    auto parts = json::array();
    for (const auto& atom : atoms) {
      auto g = guard(atom);
      if (std::find(parts.begin(), parts.end(), g) == parts.end()) parts.push_back(std::move(g));
    }
    if (parts.empty()) return nullptr;
    return parts.size() == 1 ? parts[0] : json{{"is", "and"}, {"parts", parts}};
  }

  // A question about one parameter, field or variable can be answered from what flows there; another is a test.
  json guard(const Atom& atom) {
    const json plain = {{"is", "test"}, {"text", text_of(atom)}};
    if (!atom.test || atom.loop || atom.function == 0) return plain;
    const Code* c = atom.test;
    if (c->kind == Kind::test && !c->parts.empty()) c = &c->parts[0];
    bool truth = atom.truth;
    const Code* subject = c;
    std::optional<std::string> constant;
    if (c->kind == Kind::binary && c->parts.size() == 2 && (c->text == "==" || c->text == "!=")) {
      if (c->text == "!=") truth = !truth;
      const Code* right = &c->parts[1];
      subject = &c->parts[0];
      if (right->kind == Kind::null || (right->kind == Kind::integer && right->number == 0)) {
        truth = !truth;
      } else if (right->kind == Kind::integer) {
        constant = std::to_string(right->number);
      } else if (right->kind == Kind::string) {
        constant = right->text;
      } else {
        return plain;
      }
    }
    const auto node = node_of(*subject, atom.function);
    if (!node) return plain;
    json g = {{"e", {{"node", *node}}}, {"text", text_of(atom)}};
    if (constant) {
      g["is"] = truth ? "eq" : "ne";
      g["c"] = *constant;
    } else {
      g["is"] = truth ? "nonnil" : "nil";
    }
    return g;
  }

  int add_node(const std::string& kind, const std::string& name, int function) {
    const int id = static_cast<int>(nodes_.size()) + 1;
    json node = {{"k", "node"}, {"id", id}, {"kind", kind}, {"name", name}};
    if (function && ids_.count(function)) node["fn"] = ids_[function];
    nodes_.push_back(std::move(node));
    return id;
  }

  void flow(int to, json from, int function, const std::string& at) {
    json fact = {{"k", "flow"}, {"to", to}, {"from", std::move(from)}, {"at", at}};
    if (ids_.count(function)) fact["fn"] = ids_[function];
    flows_.push_back(std::move(fact));
  }

  // The node of a parameter or a field; none for what is not followed.
  std::optional<int> node_of(const Code& code, int function) {
    index();
    if (code.kind == Kind::parameter) {
      const std::string name = fmt::format("{} p{}", function, code.number);
      if (const auto known = node_ids_.find(name); known != node_ids_.end()) return known->second;
      const auto& f = program_.functions()[static_cast<std::size_t>(function)];
      if (assigned_parameters_.count(name)) return std::nullopt;
      const auto index = static_cast<std::size_t>(code.number);
      auto parameter = index < f.body->parameters.size() ? f.body->parameters[index] : std::string("?");
      while (!parameter.empty() && (parameter.back() == '&' || parameter.back() == '*')) parameter.pop_back();
      const int id = add_node("param", f.name + "(" + parameter + ")", function);
      node_ids_[name] = id;
      if (!f.root.empty() || taken_.count(function)) flow(id, {{"op", "any caller"}}, function, f.body->file);
      for (const auto& [caller, call] : calls_to_[function]) {
        const auto& from = program_.functions()[static_cast<std::size_t>(caller)];
        const auto at = fmt::format("{}:{}", from.body->file, call->line);
        const std::size_t argument = index + (call->kind == Kind::construct ? 0 : 1);
        if (argument < call->parts.size()) flow(id, expression(call->parts[argument], caller), caller, at);
      }
      return id;
    }
    if (code.kind == Kind::member && rules_.whole_program) {
      const auto name = code.usr + "." + code.text;
      if (taken_fields_.count(name)) return std::nullopt;
      if (const auto known = node_ids_.find(name); known != node_ids_.end()) return known->second;
      const int id = add_node("field", name, 0);
      node_ids_[name] = id;
      for (const auto& [function_of, value, at] : stores_[name])
        flow(id, expression(*value, function_of), function_of, at);
      return id;
    }
    return std::nullopt;
  }

  json expression(const Code& code, int function) {
    switch (code.kind) {
      case Kind::null:
        return {{"nil", true}};
      case Kind::integer:
        return code.number == 0 ? json{{"zero", true}} : text(std::to_string(code.number));
      case Kind::string:
        return text(code.text);
      case Kind::parameter:
      case Kind::member:
        if (const auto node = node_of(code, function)) return {{"node", *node}};
        return {{"op", "computed"}};
      case Kind::global:
        if (const auto* v = program_.variable(code.usr); v && (v->is_const || !program_.is_assigned(code.usr)))
          if (v->value.kind == Kind::string || v->value.kind == Kind::integer || v->value.kind == Kind::null)
            return expression(v->value, function);
        return {{"op", "computed"}};
      case Kind::choose: {
        auto any = json::array();
        for (std::size_t i = 1; i < code.parts.size(); ++i) any.push_back(expression(code.parts[i], function));
        return {{"any", any}};
      }
      case Kind::unary:
        if (code.text == "&") return {{"new", "object"}};
        return {{"op", "computed"}};
      case Kind::make_new:
      case Kind::lambda:
      case Kind::function:
        return {{"new", "object"}};
      default:
        return {{"op", "computed"}};
    }
  }

  void index() {
    if (indexed_) return;
    indexed_ = true;
    for (std::size_t i = 1; i < program_.functions().size(); ++i) {
      const auto& f = program_.functions()[i];
      if (!f.reachable) continue;
      const int number = static_cast<int>(i);
      int at = f.body->line;
      each(f.body->body, [&](const Code& c) {
        if (c.line) at = c.line;
        const auto place = fmt::format("{}:{}", f.body->file, at);
        if (c.kind == Kind::call)
          for (const int to : program_.targets(c.usr, c.dynamic, c.type, {})) calls_to_[to].emplace_back(number, &c);
        if (c.kind == Kind::construct)
          if (const int to = program_.find(c.usr)) calls_to_[to].emplace_back(number, &c);
        const bool changes = (c.kind == Kind::binary && c.text.size() > 1 && c.text.back() == '=' && c.text != "==" &&
                              c.text != "!=" && c.text != "<=" && c.text != ">=") ||
                             (c.kind == Kind::unary && (c.text == "&" || c.text == "++" || c.text == "--"));
        if (c.kind == Kind::binary && c.text == "=" && c.parts.size() == 2) {
          if (c.parts[0].kind == Kind::member)
            stores_[c.parts[0].usr + "." + c.parts[0].text].push_back({number, &c.parts[1], place});
          if (c.parts[0].kind == Kind::parameter)
            assigned_parameters_.insert(fmt::format("{} p{}", number, c.parts[0].number));
        }
        if (changes && !c.parts.empty()) {
          if (c.parts[0].kind == Kind::member) taken_fields_.insert(c.parts[0].usr + "." + c.parts[0].text);
          if (c.parts[0].kind == Kind::parameter)
            assigned_parameters_.insert(fmt::format("{} p{}", number, c.parts[0].number));
        }
        if (c.kind == Kind::record)
          for (std::size_t k = 0; k < c.parts.size() && k < c.names.size(); ++k)
            stores_[c.text + "." + c.names[k]].push_back({number, &c.parts[k], place});
      });
    }
    for (const auto& call : program_.calls())
      if (call.how == "address") taken_.insert(call.to);
  }

  struct Store {
    int function;
    const Code* value;
    std::string at;
  };

  const Program& program_;
  const SourceRules& rules_;
  const RequestsRead& read_;
  std::string out_;
  std::map<int, int> ids_;
  std::vector<int> order_;
  int requests_ = 0;
  std::vector<json> nodes_, flows_;
  std::map<std::string, int> node_ids_;
  bool indexed_ = false;
  std::map<int, std::vector<std::pair<int, const Code*>>> calls_to_;
  std::set<int> taken_;
  std::set<std::string> assigned_parameters_, taken_fields_;
  std::map<std::string, std::vector<Store>> stores_;
};

}  // namespace

std::string source_facts(const std::vector<Unit>& units, const Program& program, const SourceRules& rules,
                         const RequestsRead& read, const SourceNames& names) {
  return Emitter(program, rules, read).write(units, names);
}

}  // namespace blobgauge::analyzer::clang
