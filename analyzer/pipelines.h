#pragma once
// Which stages (policies, middleware) a request can pass on its way out, from the facts' lists of stages: one list for
// each way that the client which sends it can have been made. So "written by a stage of every list" is told from
// "written by a stage of some", also where two appends exclude each other.
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "analyzer/facts.h"
#include "analyzer/value_flow.h"

namespace blobgauge::analyzer {

// Functions that are handed the request, in their order; unknown_stage for one that cannot be followed, and the
// negative of a function that is there or not, which nobody can tell.
using StageList = std::vector<int>;
inline constexpr int unknown_stage = 0;

// Keeps references to the facts and the flow. Not for several threads: answers are kept.
class Pipelines {
 public:
  // `matters` tells the stages that write something; the others are left out of the lists, or there would be thousands.
  Pipelines(const Facts& facts, const ValueFlow& flow, std::function<bool(int function)> matters);

  // The lists that a value can be, at most some hundred: of more, what all have and what any has. Empty: no value ever
  // comes there.
  std::set<StageList> of(const Expr& list);

  // Every function that a fact names as a stage, whether or not a list has it.
  static std::set<int> handlers(const Facts& facts);

 private:
  using Lists = std::set<StageList>;
  Lists lists(const Expr& e);
  Lists elements(const Expr& e);
  Lists node(const Expr& e, bool element);
  Lists behind(const Lists& front, const Lists& back) const;
  static void bound(Lists& lists);
  StageList kept(int function) const;

  const Facts& facts_;
  const ValueFlow& flow_;
  const std::function<bool(int)> matters_;
  std::map<std::pair<int, bool>, Lists> known_;  // by node, as a list and as an element
  std::set<std::pair<int, bool>> open_;          // asked for in this round
  bool grew_ = false;
};

}  // namespace blobgauge::analyzer
