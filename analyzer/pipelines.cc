#include "analyzer/pipelines.h"

#include <algorithm>
#include <cstdlib>

namespace blobgauge::analyzer {
namespace {

constexpr std::size_t most_lists = 256;
constexpr int most_rounds = 20;

void note(const Expr& e, std::set<int>& into) {
  if ((e.kind == Expr::Kind::stage || e.kind == Expr::Kind::fresh) && e.id) into.insert(e.id);
  for (const auto& part : e.parts) note(part, into);
}

StageList doubted(StageList list) {
  for (int& stage : list) stage = -std::abs(stage);
  return list;
}

}  // namespace

Pipelines::Pipelines(const Facts& facts, const ValueFlow& flow, std::function<bool(int)> matters)
    : facts_(facts), flow_(flow), matters_(std::move(matters)) {}

std::set<int> Pipelines::handlers(const Facts& facts) {
  std::set<int> all;
  for (const auto& node : facts.nodes)
    for (const auto& inflow : node.inflows) note(inflow.from, all);
  for (const auto& send : facts.sends) note(send.through, all);
  return all;
}

// Lists may be made of one another (`list = append(list, x)` in a loop, or into a field of itself): rounds until
// nothing new comes, from below.
std::set<StageList> Pipelines::of(const Expr& list) {
  for (int round = 0; round < most_rounds; ++round) {
    open_.clear();
    grew_ = false;
    auto found = lists(list);
    if (!grew_) return found;
  }
  auto found = lists(list);
  found.insert({unknown_stage});
  return found;
}

StageList Pipelines::kept(int function) const {
  return function == unknown_stage || matters_(function) ? StageList{function} : StageList{};
}

Pipelines::Lists Pipelines::lists(const Expr& e) {
  Lists all;
  switch (e.kind) {
    case Expr::Kind::nil:
    case Expr::Kind::zero:
      return {{}};
    case Expr::Kind::none:
      return {};
    case Expr::Kind::node:
      return node(e, false);
    case Expr::Kind::address:
      return lists(e.parts[0]);
    case Expr::Kind::any:
      for (const auto& part : e.parts) all.merge(lists(part));
      bound(all);
      return all;
    case Expr::Kind::list:
      all = {{}};
      for (const auto& part : e.parts) all = behind(all, elements(part));
      return all;
    case Expr::Kind::sequence:
      all = {{}};
      for (const auto& part : e.parts) all = behind(all, lists(part));
      return all;
    default:
      return {{unknown_stage}};
  }
}

// One element: lists of one stage, of none, or of one and what it brings.
Pipelines::Lists Pipelines::elements(const Expr& e) {
  Lists all;
  switch (e.kind) {
    case Expr::Kind::nil:
    case Expr::Kind::zero:
      return {{}};
    case Expr::Kind::none:
      return {};
    case Expr::Kind::node:
      // A factory that never returns marks a place, and makes no stage.
      return facts_.nodes[e.id].inflows.empty() ? Lists{{}} : node(e, true);
    case Expr::Kind::stage:
      return e.id ? Lists{kept(e.id)} : elements(e.parts[0]);
    case Expr::Kind::fresh:
      return {kept(e.id)};
    case Expr::Kind::address:
      return elements(e.parts[0]);
    case Expr::Kind::sequence:  // a stage that brings one of its own
      all = {{}};
      for (const auto& part : e.parts) all = behind(all, elements(part));
      return all;
    case Expr::Kind::any:
      for (const auto& part : e.parts) all.merge(elements(part));
      return all;
    default:
      return {{unknown_stage}};
  }
}

Pipelines::Lists Pipelines::node(const Expr& e, bool element) {
  const std::pair key{e.id, element};
  if (!open_.insert(key).second) return known_[key];
  Lists all = known_[key];
  for (const auto& inflow : facts_.nodes[e.id].inflows) {
    const auto holds = inflow.guard.kind == Guard::Kind::always ? Chance::yes : flow_.truth(inflow.guard).holds;
    if (holds == Chance::no) continue;
    // Another list is another way that the client was made; of one stage alone it is asked whether it is there.
    for (const auto& list : element ? elements(inflow.from) : lists(inflow.from))
      all.insert(element && holds == Chance::doubt ? doubted(list) : list);
    bound(all);
  }
  if (all != known_[key]) {
    known_[key] = all;
    grew_ = true;
  }
  return all;
}

// A stage that a list has already is not noted again: what it writes it writes.
Pipelines::Lists Pipelines::behind(const Lists& front, const Lists& back) const {
  Lists all;
  for (const auto& head : front)
    for (const auto& tail : back) {
      auto list = head;
      for (const int stage : tail)
        if (std::find(list.begin(), list.end(), stage) == list.end()) list.push_back(stage);
      all.insert(std::move(list));
    }
  bound(all);
  return all;
}

void Pipelines::bound(Lists& lists) {
  if (lists.size() <= most_lists) return;
  StageList common = *lists.begin(), any;
  for (const auto& list : lists) {
    common.erase(std::remove_if(common.begin(), common.end(),
                                [&](int s) { return std::find(list.begin(), list.end(), s) == list.end(); }),
                 common.end());
    for (const int stage : list)
      if (std::find(any.begin(), any.end(), stage) == any.end()) any.push_back(stage);
  }
  lists = {common, any};
}

}  // namespace blobgauge::analyzer
