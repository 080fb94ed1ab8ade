#include "analyzer/request_shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "analyzer/pipelines.h"
#include "analyzer/shaped_field.h"
#include "analyzer/stage_passage.h"
#include "model/text.h"
#include "model/value.h"

namespace blobgauge::analyzer {
namespace {

// A helper calls a helper: deeper chains are treated as policies, which loses their call's arguments and no write.
constexpr int deepest_helper = 5;

std::string source_of(const Guard& guard) {
  switch (guard.kind) {
    case Guard::Kind::always:
      return {};
    case Guard::Kind::also:
    case Guard::Kind::chosen:
    case Guard::Kind::either: {
      std::vector<std::string> parts;
      for (const auto& part : guard.parts) {
        auto text = source_of(part);
        if (part.kind == Guard::Kind::either || part.kind == Guard::Kind::also) text = "(" + text + ")";
        parts.push_back(std::move(text));
      }
      return fmt::format("{}", fmt::join(parts, guard.kind == Guard::Kind::either ? " || " : " && "));
    }
    default:
      return guard.text;
  }
}

// A template's name for a field: what follows the first hole is open.
std::string open_ended(const std::string& name) {
  const auto hole = name.find('{');
  return hole == std::string::npos ? name : name.substr(0, hole) + "*";
}

std::string joined(const std::string& a, const std::string& b) {
  return a.empty() ? b : b.empty() ? a : a + " && " + b;
}

Truth both(const Truth& a, const Truth& b) {
  return {std::min(a.holds, b.holds), std::max(a.fails, b.fails), a.doubt.empty() ? b.doubt : a.doubt};
}

class Shaper {
 public:
  Shaper(const Facts& facts, const ValueFlow& flow, const ShapeOptions& options)
      : facts_(facts), flow_(flow), options_(options) {
    shapes_.resize(facts.requests.size());
    for (std::size_t i = 1; i < shapes_.size(); ++i) {
      shapes_[i].request = static_cast<int>(i);
      shapes_[i].method = flow.domain(facts.requests[i].method);
    }
    // Parameters of one function that one call fills together.
    for (std::size_t i = 1; i < facts.nodes.size(); ++i)
      for (const auto& inflow : facts.nodes[i].inflows)
        if (inflow.site) bindings_[inflow.site].arguments.push_back({static_cast<int>(i), &inflow.from});
    if (!facts.sends.empty()) handlers_ = Pipelines::handlers(facts);
  }

  std::vector<RequestShape> run() {
    std::vector<const FieldWrite*> loose;
    for (const auto& write : facts_.writes) {
      if (outside(write.function)) continue;
      policy_reached_ = false;
      way_.clear();
      place(write, write.owner, nullptr, {}, {}, 0);
      if (policy_reached_ && (!options_.passed || options_.passed(write.function))) loose.push_back(&write);
    }
    for (const auto* write : loose) spread(*write);
    for (const auto& status : facts_.statuses) {
      if (!status.accepted) continue;
      for (const int id : flow_.domain(status.owner).requests)
        for (const auto& code : status.codes)
          if (const auto number = model::parse_number(code)) shapes_[id].statuses.insert(static_cast<int>(*number));
    }
    for (const auto& read : facts_.reads) {
      if (!read.used || outside(read.function)) continue;
      const auto keys = flow_.domain(read.key);
      for (const int id : flow_.domain(read.owner).requests)
        for (const auto& key : keys.constants)
          if (read.element)
            shapes_[id].elements[key].push_back(&read);
          else
            shapes_[id].reads[model::lower(key)].push_back(&read);
    }
    for (auto& shape : shapes_) {
      for (auto* fields : {&shape.query, &shape.headers})
        for (auto& [key, field] : *fields) decide(field);
    }
    StagePassage(facts_, flow_, std::move(stage_writes_)).send(shapes_);
    shapes_.erase(shapes_.begin());
    return std::move(shapes_);
  }

 private:
  bool outside(int function) const {
    const auto& package = facts_.functions[function].package;
    return std::any_of(options_.outside.begin(), options_.outside.end(),
                       [&](const std::string& glob) { return model::glob_match(glob, package); });
  }

  // What the calls on the way to a write depend on.
  struct Outer {
    Truth truth = {};
    Condition condition = {};
  };

  Outer around(const Outer& outer, const Inflow& call) const {
    Outer more = outer;
    more.truth = both(outer.truth, flow_.truth(call.guard));
    more.condition.parts.push_back(condition(call.guard, call.function, nullptr));
    if (call.dynamic) {  // another callee may be called in its place
      more.truth.fails = Chance::yes;
      Condition other;
      other.kind = Condition::Kind::test;
      other.source = {Chance::yes, Chance::yes, {}};
      more.condition.parts.push_back(std::move(other));
    }
    return more;
  }

  Condition condition(const Guard& guard, int function, const Binding* binding) const {
    Condition c;
    c.source = flow_.truth(guard, binding);
    c.function = function;
    c.word = guard.word;
    c.text = guard.text;
    c.kind = guard.kind == Guard::Kind::also || guard.kind == Guard::Kind::always ? Condition::Kind::all
             : guard.kind == Guard::Kind::either                                  ? Condition::Kind::any
                                                                                  : Condition::Kind::test;
    for (const auto& part : guard.parts) c.parts.push_back(condition(part, function, binding));
    if (guard.value.kind == Expr::Kind::node && facts_.nodes[guard.value.id].kind == "context" &&
        (guard.kind == Guard::Kind::nonnil || guard.kind == Guard::Kind::nil)) {
      c.context = facts_.nodes[guard.value.id].name;
      c.wants = guard.kind == Guard::Kind::nonnil;
    }
    if (guard.value.kind == Expr::Kind::node && facts_.nodes[guard.value.id].kind == "result" &&
        (guard.kind == Guard::Kind::yes || guard.kind == Guard::Kind::no)) {
      const auto test = options_.header_tests.find(facts_.functions[facts_.nodes[guard.value.id].function].name);
      if (test != options_.header_tests.end()) {
        c.held = model::lower(test->second);
        c.wants = guard.kind == Guard::Kind::yes;
        c.needs = true;
      }
    }
    if (guard.value.kind == Expr::Kind::held) {
      const auto names = flow_.domain(guard.value.parts[1], binding).constants;
      const bool there =
          guard.kind == Guard::Kind::nonnil || guard.kind == Guard::Kind::nonempty || guard.kind == Guard::Kind::yes;
      const bool away =
          guard.kind == Guard::Kind::nil || guard.kind == Guard::Kind::empty || guard.kind == Guard::Kind::no;
      if (names.size() == 1 && (there || away)) {
        c.held = model::lower(*names.begin());
        c.wants = there;
      }
    }
    return c;
  }

  // Follows the owner of a write back to the request, through the calls of the helper that writes, or to the stage of
  // pipelines that is handed any request.
  void place(const FieldWrite& write, const Expr& owner, const Binding* binding, const Outer& outer,
             const std::string& guards, int depth) {
    switch (owner.kind) {
      case Expr::Kind::request:
        emit(write, owner.id, binding, outer, guards, false);
        return;
      case Expr::Kind::address:
      case Expr::Kind::any:
        for (const auto& part : owner.parts) place(write, part, binding, outer, guards, depth);
        return;
      case Expr::Kind::every:
        policy_reached_ = true;
        return;
      case Expr::Kind::node:
        break;
      default:
        return;
    }
    const auto& node = facts_.nodes[owner.id];
    const auto target = flow_.domain(owner);
    if (node.kind == "param" && depth < deepest_helper) {
      if (handlers_.count(node.function)) {
        for (auto& [name, e] : emissions(write, binding, outer, guards)) {
          e.stage = node.function;
          auto& writes = stage_writes_[node.function];
          const bool known = std::any_of(writes.begin(), writes.end(), [&](const StageWrite& other) {
            return other.emission.write == e.write && other.emission.name == e.name && other.emission.guard == e.guard;
          });
          if (!known) writes.push_back({write.part == FieldWrite::Part::query, std::move(e)});
        }
      }
      for (const auto& inflow : node.inflows) {
        const auto handed = flow_.domain(inflow.from);
        if (handed.requests.empty() && !handed.every_request) continue;
        if (inflow.dynamic && handlers_.count(node.function)) continue;  // by its pipeline
        if (!inflow.site || (inflow.dynamic && handlers_.empty())) {
          policy_reached_ = true;
          continue;
        }
        // The innermost call binds the parameters that the write names; its arguments are bound by the call around it.
        // Bindings live as long as the shaper, since emissions keep none of them.
        Binding here = bindings_.at(inflow.site);
        here.outer = nullptr;
        if (binding) {
          descend(write, inflow, here, *binding, outer, guards, depth);
        } else {
          place(write, inflow.from, &here, around(outer, inflow), joined(source_of(inflow.guard), guards), depth + 1);
        }
      }
      return;
    }
    if (node.kind == "result" || node.kind == "local" || node.kind == "free") {
      const bool shared = target.every_request || target.requests.size() > 1;
      if (!handlers_.empty() && shared) {
        if (!way_.insert(owner.id).second) return;
        for (const auto& inflow : node.inflows) place(write, inflow.from, binding, outer, guards, depth);
        way_.erase(owner.id);
        return;
      }
      if (target.every_request || depth >= deepest_helper) {
        policy_reached_ = policy_reached_ || !target.requests.empty() || target.every_request;
        return;
      }
      for (const int id : target.requests) emit(write, id, binding, outer, guards, shared);
      return;
    }
    if (!target.requests.empty() || target.every_request) policy_reached_ = true;
  }

  // A helper of a helper: what the inner call bound stays, with the outer call's arguments behind it.
  void descend(const FieldWrite& write, const Inflow& inflow, const Binding& outermost, const Binding& inner,
               const Outer& outer, const std::string& guards, int depth) {
    std::vector<Binding> chain;
    for (const Binding* b = &inner; b; b = b->outer) chain.push_back(*b);
    chain.push_back(outermost);
    for (std::size_t i = 0; i + 1 < chain.size(); ++i) chain[i].outer = &chain[i + 1];
    chain.back().outer = nullptr;
    place(write, inflow.from, &chain.front(), around(outer, inflow), joined(source_of(inflow.guard), guards),
          depth + 1);
  }

  // A policy's write may meet every request that flows into its parameter.
  void spread(const FieldWrite& write) {
    const auto target = flow_.domain(write.owner);
    for (std::size_t id = 1; id < shapes_.size(); ++id)
      if (target.every_request || target.requests.count(static_cast<int>(id)))
        emit(write, static_cast<int>(id), nullptr, {}, {}, true);
  }

  void emit(const FieldWrite& write, int request, const Binding* binding, const Outer& outer, const std::string& guards,
            bool by_policy) {
    auto& fields = write.part == FieldWrite::Part::query ? shapes_[request].query : shapes_[request].headers;
    for (auto& [name, e] : emissions(write, binding, outer, guards)) {
      e.by_policy = by_policy;
      auto& field = fields[key_of(write, name)];
      if (field.name.empty() || name < field.name) field.name = name;
      const bool known = std::any_of(field.emissions.begin(), field.emissions.end(), [&](const Emission& other) {
        return other.write == e.write && other.by_policy == e.by_policy && other.guard == e.guard;
      });
      if (!known) field.emissions.push_back(std::move(e));
    }
  }

  // The write under each name that it can have.
  std::vector<std::pair<std::string, Emission>> emissions(const FieldWrite& write, const Binding* binding,
                                                          const Outer& outer, const std::string& guards) const {
    const auto keys = flow_.domain(write.key, binding);
    std::set<std::string> names;
    for (const auto& key : keys.constants) names.insert(key);
    for (const auto& key : keys.templates) names.insert(open_ended(key));
    if (keys.something || !keys.doubts.empty() || !keys.inside.empty() || names.empty()) names.insert("*");
    const bool open = std::any_of(names.begin(), names.end(), [](const auto& n) { return n.back() == '*'; });
    std::vector<std::pair<std::string, Emission>> list;
    for (const auto& name : names) {
      if (name.empty() || (open && name.back() != '*' && names.count("*"))) continue;
      // An open set's known members are under its pattern.
      if (open && name.back() != '*' && std::any_of(names.begin(), names.end(), [&](const auto& n) {
            return n.back() == '*' && model::glob_match(n, name);
          }))
        continue;
      Emission e;
      e.name = name;
      e.write = &write;
      e.truth = both(outer.truth, flow_.truth(write.guard, binding));
      e.condition = outer.condition;
      e.condition.parts.push_back(condition(write.guard, write.function, binding));
      e.condition.source = e.truth;
      e.value = value_of(write, binding);
      e.guard = joined(guards, source_of(write.guard));
      if (guards.empty()) e.opposite = opposite(write.guard);
      list.emplace_back(name, std::move(e));
    }
    return list;
  }

  // What is written under `x != nil` is never x's nil.
  Domain value_of(const FieldWrite& write, const Binding* binding) const {
    const Expr* value = &write.value;
    if (value->kind == Expr::Kind::list && value->parts.size() == 1) value = &value->parts[0];
    if (value->kind == Expr::Kind::node && tested(write.guard, value->id)) {
      auto d = flow_.domain(*value, binding);
      d.unset = false;
      return d;
    }
    return flow_.domain(write.value, binding);
  }

  static bool tested(const Guard& guard, int node) {
    if (guard.kind == Guard::Kind::also)
      return std::any_of(guard.parts.begin(), guard.parts.end(), [&](const Guard& part) { return tested(part, node); });
    return guard.kind == Guard::Kind::nonnil && guard.value.kind == Expr::Kind::node && guard.value.id == node;
  }

  const Facts& facts_;
  const ValueFlow& flow_;
  const ShapeOptions& options_;
  std::vector<RequestShape> shapes_;
  std::map<int, Binding> bindings_;
  std::set<int> handlers_;  // functions that may be stages
  StageWrites stage_writes_;
  std::set<int> way_;  // nodes that `place` is in
  bool policy_reached_ = false;
};

}  // namespace

std::vector<RequestShape> shape_requests(const Facts& facts, const ValueFlow& flow, const ShapeOptions& options) {
  return Shaper(facts, flow, options).run();
}

}  // namespace blobgauge::analyzer
