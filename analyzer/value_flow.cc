#include "analyzer/value_flow.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "model/value.h"

namespace blobgauge::analyzer {
namespace {

constexpr std::size_t most_constants = 16;
constexpr std::size_t most_doubts = 3;

Chance chance(bool yes, bool doubt) { return yes ? Chance::yes : doubt ? Chance::doubt : Chance::no; }

template <class T>
bool unite(std::set<T>& into, const std::set<T>& from) {
  const auto before = into.size();
  into.insert(from.begin(), from.end());
  return into.size() > before;
}

bool raise(bool& flag, bool other) {
  const bool grew = other && !flag;
  flag = flag || other;
  return grew;
}

// The last part of a node's name, as the name of a hole.
std::string hole(const FlowNode& node) {
  if (node.kind == "key") return "{key}";
  std::string name = node.name;
  if (node.kind == "param") {
    const auto open = name.rfind('(');
    if (open != std::string::npos) name = name.substr(open + 1, name.size() - open - 2);
  } else if (node.kind == "field" || node.kind == "path") {
    name = name.substr(name.rfind('.') + 1);
  } else {
    return "{}";
  }
  return "{" + name + "}";
}

template <class Visit>
void each_node(const Expr& e, const Visit& visit) {
  if (e.kind == Expr::Kind::node) visit(e.id);
  for (const auto& part : e.parts) each_node(part, visit);
}

template <class Visit>
void each_node(const Guard& guard, const Visit& visit) {
  each_node(guard.value, visit);
  for (const auto& part : guard.parts) each_node(part, visit);
}

bool is_zero(const std::string& constant) { return constant.empty() || constant == "0" || constant == "false"; }

}  // namespace

bool Domain::join(const Domain& other) {
  bool grew = unite(requests, other.requests);
  for (const auto flag :
       {&Domain::unset, &Domain::blank, &Domain::something, &Domain::dynamic, &Domain::every_request, &Domain::many})
    grew |= raise(this->*flag, other.*flag);
  if (!many) grew |= unite(constants, other.constants);
  if (constants.size() > most_constants) many = true;
  if (many) {
    constants.clear();
    grew |= raise(something, true);
  }
  if (templates.size() < most_constants) grew |= unite(templates, other.templates);
  for (const auto reasons : {&Domain::doubts, &Domain::inside})
    for (const auto& reason : other.*reasons)
      if ((this->*reasons).size() < most_doubts) grew |= (this->*reasons).insert(reason).second;
  return grew;
}

bool Domain::bottom() const {
  return !unset && !blank && !something && constants.empty() && templates.empty() && doubts.empty() && inside.empty() &&
         requests.empty() && !every_request;
}

Chance Domain::present() const {
  return chance(blank || something || !constants.empty() || !templates.empty() || !requests.empty() || every_request,
                !doubts.empty());
}

Chance Domain::absent() const { return chance(unset || (something && dynamic), !doubts.empty() || bottom()); }

Chance Domain::filled() const {
  const bool named = std::any_of(constants.begin(), constants.end(), [](const std::string& c) { return !c.empty(); });
  return chance(something || named || !templates.empty() || !requests.empty() || every_request,
                !doubts.empty() || !inside.empty());
}

Chance Domain::hollow() const {
  return chance(unset || blank || (something && dynamic) || constants.count(""),
                !doubts.empty() || !inside.empty() || bottom());
}

std::string Domain::doubt() const {
  auto all = doubts;
  all.insert(inside.begin(), inside.end());
  return fmt::format("{}", fmt::join(all, "; "));
}

model::Value Domain::value() const {
  model::Value value;
  const bool sure = doubts.empty() && inside.empty();
  if (something && sure && !many && !constants.empty() && constants.size() + templates.size() < model::most_values) {
    // Some of what it can be is known: the default of a setting, say.
    value.kind = model::ValueKind::pattern;
    value.values = constants;
    value.values.insert(templates.begin(), templates.end());
    value.values.insert("{}");
    return value;
  }
  if (something || !sure || constants.size() + templates.size() > model::most_values) return value;
  if (!templates.empty()) {
    value.kind = model::ValueKind::pattern;
    value.values = templates;
    value.values.insert(constants.begin(), constants.end());
  } else if (!constants.empty()) {
    value.values = constants;
    if (blank) value.values.insert("");
    value.kind = value.values.size() == 1 ? model::ValueKind::constant : model::ValueKind::one_of;
  }
  return value;
}

ValueFlow::ValueFlow(const Facts& facts) : facts_(facts), nodes_(facts.nodes.size()) {
  for (std::size_t i = 1; i < facts.nodes.size(); ++i) {
    // What was never stored has its zero value; a parameter or a result has only what is handed over.
    const auto& kind = facts.nodes[i].kind;
    nodes_[i].unset = kind == "field" || kind == "global" || kind == "memory" || kind == "element";
    if (facts.nodes[i].filled) nodes_[i].unset = false;
  }
  // Whoever names a node is asked again when it has grown.
  std::vector<std::vector<int>> named_by(facts.nodes.size());
  for (std::size_t i = 1; i < facts.nodes.size(); ++i)
    for (const auto& inflow : facts.nodes[i].inflows) {
      const auto note = [&](int id) {
        if (named_by[id].empty() || named_by[id].back() != static_cast<int>(i))
          named_by[id].push_back(static_cast<int>(i));
      };
      each_node(inflow.from, note);
      each_node(inflow.guard, note);
    }
  std::deque<int> work;
  std::vector<bool> waiting(facts.nodes.size());
  // A pointer says that something is there before anybody knows what; only when all that is stored has arrived is it
  // said of those that lead to nothing, since an empty value could not be taken back.
  for (const bool settled : {false, true}) {
    settled_ = settled;
    for (std::size_t i = 1; i < facts.nodes.size(); ++i) {
      work.push_back(static_cast<int>(i));
      waiting[i] = true;
    }
    while (!work.empty()) {
      const int i = work.front();
      work.pop_front();
      waiting[i] = false;
      bool grew = false;
      for (const auto& inflow : facts.nodes[i].inflows)
        if (inflow.guard.kind == Guard::Kind::always || truth(inflow.guard).holds != Chance::no)
          grew |= nodes_[i].join(domain(inflow.from));
      if (!grew) continue;
      for (const int other : named_by[i])
        if (!waiting[other]) {
          waiting[other] = true;
          work.push_back(other);
        }
    }
  }
  computing_ = false;
}

Domain ValueFlow::domain(const Expr& e, const Binding* binding) const {
  Domain d;
  switch (e.kind) {
    case Expr::Kind::nothing:
      d.doubts.insert("the front end says nothing of it");
      break;
    case Expr::Kind::constant:
      d.constants.insert(e.text);
      break;
    case Expr::Kind::nil:
    case Expr::Kind::zero:
      d.unset = true;
      break;
    case Expr::Kind::node:
      if (binding)
        for (const auto& argument : binding->arguments)
          if (argument.node == e.id) return domain(*argument.value, binding->outer);
      return nodes_[e.id];
    case Expr::Kind::address:
      d = domain(e.parts[0], binding);
      if (!settled_ && d.bottom()) return d;
      d.inside.merge(d.doubts);
      d.doubts.clear();
      // Whatever is there, the address is: present() must say so where nothing else in the set does.
      if (d.unset || d.present() == Chance::no) d.blank = true;
      d.unset = d.dynamic = false;
      break;
    case Expr::Kind::any:
      for (const auto& part : e.parts) d.join(domain(part, binding));
      break;
    case Expr::Kind::sequence: {
      // Lists one behind the other are there, and not empty, if one of them has something in it.
      const bool filled = std::any_of(e.parts.begin(), e.parts.end(), [](const Expr& part) {
        return part.kind == Expr::Kind::list && !part.parts.empty();
      });
      for (const auto& part : e.parts) {
        auto piece = domain(part, binding);
        if (filled && part.kind != Expr::Kind::list) piece.unset = piece.blank = piece.dynamic = false;
        d.join(piece);
      }
      break;
    }
    case Expr::Kind::stage:
      d.something = true;
      break;
    case Expr::Kind::held:  // pipelines.h decides it, where that is possible
      d.something = d.dynamic = true;
      break;
    case Expr::Kind::none:
      break;
    case Expr::Kind::list:
      for (const auto& part : e.parts) {
        auto element = domain(part, binding);
        if (element.unset) element.blank = true;  // an element that is there, with its zero value
        element.unset = element.dynamic = false;
        d.join(element);
      }
      break;
    case Expr::Kind::concat: {
      std::set<std::string> texts{""};
      bool holes = false;
      for (const auto& part : e.parts) {
        const auto piece = domain(part, binding);
        if (computing_ && piece.bottom()) return d;  // a later round knows more
        std::set<std::string> choices = piece.constants;
        choices.insert(piece.templates.begin(), piece.templates.end());
        holes |= !piece.templates.empty();
        if (piece.unset || piece.blank) choices.insert("");
        if (piece.something || !piece.doubts.empty() || !piece.inside.empty() || choices.empty() ||
            choices.size() * texts.size() > most_constants) {
          choices = {part.kind == Expr::Kind::node ? hole(facts_.nodes[part.id]) : "{}"};
          holes = true;
        }
        std::set<std::string> longer;
        for (const auto& head : texts)
          for (const auto& tail : choices) longer.insert(head + tail);
        texts = std::move(longer);
      }
      (holes ? d.templates : d.constants) = std::move(texts);
      break;
    }
    case Expr::Kind::join: {
      const auto list = domain(e.parts[0], binding);
      d.something = list.filled() == Chance::yes;
      d.dynamic = list.something && list.dynamic;
      d.blank = list.hollow() == Chance::yes;
      d.doubts = list.doubts;
      d.doubts.insert(list.inside.begin(), list.inside.end());
      break;
    }
    case Expr::Kind::call:
      d.something = d.dynamic = true;
      break;
    case Expr::Kind::fresh:
      d.something = true;
      break;
    case Expr::Kind::request:
      d.requests.insert(e.id);
      break;
    case Expr::Kind::every:
      d.every_request = true;
      break;
    case Expr::Kind::unknown:
      d.doubts.insert(e.text);
      break;
  }
  return d;
}

// `a && b || a && !b && c` can only fail where `a` or `c` can: the pattern of "set it unless it is there already".
Chance ValueFlow::fails_together(const Guard& either, const Binding* binding) const {
  if (either.parts.size() != 2) return Chance::yes;
  std::vector<const Guard*> open[2];
  for (int side = 0; side < 2; ++side) {
    const auto& part = either.parts[side];
    const auto note = [&](const Guard& atom) {
      if (truth(atom, binding).fails != Chance::no) open[side].push_back(&atom);
    };
    if (part.kind == Guard::Kind::also) {
      for (const auto& atom : part.parts) note(atom);
    } else {
      note(part);
    }
  }
  Chance shared = Chance::no;
  std::vector<const Guard*> alone[2];
  for (int side = 0; side < 2; ++side)
    for (const auto* atom : open[side]) {
      const bool common = std::any_of(open[1 - side].begin(), open[1 - side].end(), [&](const Guard* other) {
        return !atom->text.empty() && other->text == atom->text;
      });
      if (common)
        shared = std::max(shared, truth(*atom, binding).fails);
      else
        alone[side].push_back(atom);
    }
  const bool opposed = alone[0].size() == 1 && alone[1].size() == 1 && opposite(*alone[0][0]) == alone[1][0]->text &&
                       !alone[1][0]->text.empty();
  return opposed || (alone[0].empty() && alone[1].empty()) ? shared : Chance::yes;
}

std::string opposite(const Guard& guard) {
  const auto swapped = [&](std::string_view from, std::string_view to) {
    auto text = guard.text;
    const auto at = text.rfind(from);
    return at == std::string::npos ? std::string() : text.replace(at, from.size(), to);
  };
  switch (guard.kind) {
    case Guard::Kind::yes:
      return "!" + guard.text;
    case Guard::Kind::no:
      return guard.text.empty() ? "" : guard.text.substr(1);
    case Guard::Kind::nil:
    case Guard::Kind::equal:
    case Guard::Kind::empty:
      return swapped(" == ", " != ");
    case Guard::Kind::nonnil:
    case Guard::Kind::unequal:
    case Guard::Kind::nonempty:
      return swapped(" != ", " == ");
    default:
      return {};
  }
}

Truth ValueFlow::truth(const Guard& guard, const Binding* binding) const {
  using Kind = Guard::Kind;
  Truth t;
  if (guard.kind == Kind::always) return t;
  if (guard.kind == Kind::also || guard.kind == Kind::either || guard.kind == Kind::chosen) {
    const bool also = guard.kind != Kind::either;
    t = also ? Truth{Chance::yes, Chance::no, {}} : Truth{Chance::no, Chance::yes, {}};
    for (const auto& part : guard.parts) {
      const auto p = truth(part, binding);
      t.holds = also ? std::min(t.holds, p.holds) : std::max(t.holds, p.holds);
      t.fails = also ? std::max(t.fails, p.fails) : std::min(t.fails, p.fails);
      if (t.doubt.empty()) t.doubt = p.doubt;
    }
    if (!also && t.fails != Chance::no) t.fails = std::min(t.fails, fails_together(guard, binding));
    if (guard.kind == Kind::chosen) t.fails = Chance::no;
    return t;
  }
  const auto d = domain(guard.value, binding);
  if (computing_ && d.bottom() && guard.kind != Kind::test) return {Chance::no, Chance::no, {}};  // not yet
  t.doubt = d.doubt();
  switch (guard.kind) {
    case Kind::nil:
      t = {d.absent(), d.present(), t.doubt};
      break;
    case Kind::nonnil:
      t = {d.present(), d.absent(), t.doubt};
      break;
    case Kind::empty:
      t = {d.hollow(), d.filled(), t.doubt};
      break;
    case Kind::nonempty:
      t = {d.filled(), d.hollow(), t.doubt};
      break;
    case Kind::loop:  // what is in a container is not followed, so it may always be empty
      t = {d.present(), Chance::yes, t.doubt};
      break;
    case Kind::equal:
    case Kind::unequal:
    case Kind::yes:
    case Kind::no: {
      const bool negated = guard.kind == Kind::unequal || guard.kind == Kind::no;
      const auto wanted = guard.kind == Kind::yes || guard.kind == Kind::no ? std::string("true") : guard.constant;
      const bool zero = is_zero(wanted);
      const bool open = d.something || !d.templates.empty();
      const bool unsure = !d.doubts.empty() || !d.inside.empty() || d.bottom();
      const Chance same = chance(open || d.constants.count(wanted) || (zero && (d.unset || d.blank)), unsure);
      const Chance other =
          chance(open || d.constants.size() > d.constants.count(wanted) || (!zero && (d.unset || d.blank)), unsure);
      t = negated ? Truth{other, same, t.doubt} : Truth{same, other, t.doubt};
      break;
    }
    default:
      t = {Chance::yes, Chance::yes, {}};
  }
  // A context's values are those of all contexts: that somebody puts one there says nothing of this request's.
  if (guard.value.kind == Expr::Kind::node && facts_.nodes[guard.value.id].kind == "context") {
    if (t.holds == Chance::yes && t.fails == Chance::yes) t.holds = t.fails = Chance::doubt;
    if (t.doubt.empty()) t.doubt = "whether the context of this request carries it is not followed";
  }
  return t;
}

std::vector<std::string> ValueFlow::witnesses(const Expr& e, std::size_t most) const {
  std::vector<std::string> lines;
  std::set<int> seen;
  std::deque<const Expr*> work{&e};
  while (!work.empty() && lines.size() < most) {
    const Expr* next = work.front();
    work.pop_front();
    if (next->kind == Expr::Kind::node) {
      if (!seen.insert(next->id).second) continue;
      const auto& node = facts_.nodes[next->id];
      for (const auto& inflow : node.inflows) {
        if (domain(inflow.from).present() == Chance::no) continue;
        // A parameter or a result only passes a value on; a field, a variable or a constant is where it is put.
        if (!inflow.at.empty() && inflow.function && node.kind != "param" && node.kind != "result" &&
            lines.size() < most)
          lines.push_back(fmt::format("{} {}", facts_.functions[inflow.function].name, inflow.at));
        work.push_back(&inflow.from);
      }
    } else {
      for (const auto& part : next->parts) work.push_back(&part);
    }
  }
  return lines;
}

}  // namespace blobgauge::analyzer
