#include "analyzer/gobinary/code_graph.h"

#include <algorithm>
#include <set>

namespace blobgauge::analyzer::gobinary {

namespace {

bool starts_more_stack(const FunctionTable& functions, const Step& step) {
  if (step.op != Op::call) return false;
  const auto callee = functions.starting_at(step.target);
  return callee != FunctionTable::none && functions.name(callee).starts_with("runtime.morestack");
}

bool resumes_after_panic(const FunctionTable& functions, const Step& step) {
  if (step.op != Op::call) return false;
  const auto callee = functions.starting_at(step.target);
  return callee != FunctionTable::none && functions.name(callee) == "runtime.deferreturn";
}

}  // namespace

void CodeGraph::decode(const Image& image, const FunctionTable& functions, FunctionId id, Decoder& decoder) {
  const auto start = functions.entry(id), end = functions.end(id);
  const auto code = image.at(start, end - start);
  understood_ = !code.empty();
  Instruction instruction;
  for (std::size_t at = 0; at < code.size();) {
    Step step;
    step.address = start + at;
    if (steps_.size() == most_steps || !decoder.decode(code.subspan(at), step.address, instruction) ||
        !decoder.operation(step.operation)) {
      understood_ = false;
      return;
    }
    step.op = instruction.op;
    step.length = instruction.length;
    step.has_target = instruction.has_target;
    step.target = instruction.target;
    at += instruction.length;
    steps_.push_back(step);
  }
}

std::uint32_t CodeGraph::step_at(std::uint64_t address) const {
  const auto at = std::lower_bound(steps_.begin(), steps_.end(), address,
                                   [](const Step& step, std::uint64_t wanted) { return step.address < wanted; });
  return at != steps_.end() && at->address == address ? static_cast<std::uint32_t>(at - steps_.begin()) : none;
}

std::uint32_t CodeGraph::block_of(std::uint32_t step) const {
  const auto after = std::upper_bound(blocks_.begin(), blocks_.end(), step,
                                      [](std::uint32_t wanted, const Block& block) { return wanted < block.begin; });
  return static_cast<std::uint32_t>(after - blocks_.begin()) - 1;
}

void CodeGraph::cut(const Image& image, const FunctionTable& functions, FunctionId id) {
  if (!understood_) return;
  const auto start = functions.entry(id), end = functions.end(id);
  const auto inside = [&](std::uint64_t address) { return address >= start && address < end; };
  // The targets of jumps through tables: words in the tables whose address the function takes.
  std::vector<std::uint32_t> by_table;
  if (std::any_of(steps_.begin(), steps_.end(), [](const Step& step) { return step.op == Op::jump_indirect; })) {
    for (const auto& step : steps_) {
      if (step.op != Op::lea || !step.has_target || inside(step.target)) continue;
      for (auto at = step.target;; at += 8) {
        const auto word = image.word(at).value_or(0);
        if (!inside(word) || word == start) break;
        const auto target = step_at(word);
        if (target == none || by_table.size() > steps_.size()) break;
        by_table.push_back(target);
      }
    }
    std::sort(by_table.begin(), by_table.end());
    by_table.erase(std::unique(by_table.begin(), by_table.end()), by_table.end());
  }
  std::set<std::uint32_t> leaders{0};
  leaders.insert(by_table.begin(), by_table.end());
  const auto is_branch = [](Op op) {
    return op == Op::jump || op == Op::branch || op == Op::jump_indirect || op == Op::ret || op == Op::trap;
  };
  std::size_t next_end = 0;
  for (std::uint32_t i = 0; i < steps_.size(); ++i) {
    const auto& step = steps_[i];
    const bool ends = next_end < ends_.size() && ends_[next_end] == i;
    if (ends) ++next_end;
    if (ends || is_branch(step.op)) leaders.insert(i + 1);
    if ((step.op == Op::jump || step.op == Op::branch) && inside(step.target)) {
      const auto target = step_at(step.target);
      if (target == none) {
        understood_ = false;
        return;
      }
      leaders.insert(target);
    }
    if (step.op == Op::jump_indirect && by_table.empty()) understood_ = false;
  }
  for (auto leader = leaders.begin(); leader != leaders.end() && *leader < steps_.size(); ++leader) {
    Block block;
    block.begin = *leader;
    block.end = std::next(leader) == leaders.end() ? static_cast<std::uint32_t>(steps_.size()) : *std::next(leader);
    blocks_.push_back(block);
  }
  const auto connect = [&](std::uint32_t from, std::uint32_t step) {
    const auto to = block_of(step);
    blocks_[from].next.push_back(to);
    blocks_[to].before.push_back(from);
    blocks_[from].repeats |= from == to;
  };
  std::vector<std::uint32_t> with_calls, recovering;
  for (std::uint32_t b = 0; b < blocks_.size(); ++b) {
    const auto& last = steps_[blocks_[b].end - 1];
    bool grows = false, calls = false, recovers = false;
    for (auto i = blocks_[b].begin; i < blocks_[b].end; ++i) {
      grows |= starts_more_stack(functions, steps_[i]);
      recovers |= resumes_after_panic(functions, steps_[i]);
      calls |= steps_[i].op == Op::call || steps_[i].op == Op::call_indirect;
    }
    if (grows) continue;  // it begins anew
    if (calls) with_calls.push_back(b);
    if (recovers) recovering.push_back(b);
    const bool ended = std::binary_search(ends_.begin(), ends_.end(), blocks_[b].end - 1);
    if ((last.op == Op::jump || last.op == Op::branch) && inside(last.target)) connect(b, step_at(last.target));
    if (last.op == Op::jump_indirect)
      for (const auto target : by_table) connect(b, target);
    if (!ended && blocks_[b].end < steps_.size() && (last.op == Op::branch || !is_branch(last.op)))
      connect(b, blocks_[b].end);
  }
  // Of these only what no way of the code leads to: every return of a function that defers calls it too.
  std::erase_if(recovering, [&](std::uint32_t b) { return !blocks_[b].before.empty() || b == 0; });
  constexpr std::size_t most_recovering = 8;  // the compiler writes one
  if (recovering.size() > most_recovering) understood_ = false;
  if (!understood_) return;
  // After a recovered panic the runtime goes on where no way of the code leads: at a call of deferreturn.
  for (const auto b : recovering) {
    blocks_[b].recovers = true;
    for (const auto from : with_calls) {
      if (from == b) continue;
      blocks_[from].next.push_back(b);
      blocks_[b].before.push_back(from);
    }
  }
  find_dominators();
}

// Cooper, Harvey, Kennedy: A Simple, Fast Dominance Algorithm (2001).
void CodeGraph::find_dominators() {
  order_.assign(blocks_.size(), none);
  dominator_.assign(blocks_.size(), none);
  std::vector<std::uint32_t> postorder;
  std::vector<std::pair<std::uint32_t, std::size_t>> path{{0, 0}};
  std::vector<bool> seen(blocks_.size());
  seen[0] = true;
  while (!path.empty()) {
    auto& [block, child] = path.back();
    if (child == blocks_[block].next.size()) {
      postorder.push_back(block);
      path.pop_back();
      continue;
    }
    const auto next = blocks_[block].next[child++];
    if (!seen[next]) {
      seen[next] = true;
      path.emplace_back(next, 0);
    }
  }
  for (std::size_t i = 0; i < postorder.size(); ++i)
    order_[postorder[i]] = static_cast<std::uint32_t>(postorder.size() - 1 - i);
  dominator_[0] = 0;
  const auto meet = [&](std::uint32_t a, std::uint32_t b) {
    while (a != b) {
      while (order_[a] > order_[b]) a = dominator_[a];
      while (order_[b] > order_[a]) b = dominator_[b];
    }
    return a;
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (auto at = postorder.rbegin(); at != postorder.rend(); ++at) {
      if (*at == 0) continue;
      auto best = none;
      for (const auto before : blocks_[*at].before) {
        if (dominator_[before] == none) continue;
        best = best == none ? before : meet(best, before);
      }
      if (best != none && dominator_[*at] != best) {
        dominator_[*at] = best;
        changed = true;
      }
    }
  }
}

bool CodeGraph::dominates(std::uint32_t block, std::uint32_t other) const {
  if (order_[block] == none || order_[other] == none) return false;
  while (order_[other] > order_[block]) other = dominator_[other];
  return other == block;
}

bool CodeGraph::leads(std::uint32_t from, std::uint32_t to) const {
  leads_.resize(blocks_.size());
  auto& row = leads_[from];
  if (row.empty()) {
    row.resize(blocks_.size());
    std::vector<std::uint32_t> wanted = blocks_[from].next;
    while (!wanted.empty()) {
      const auto block = wanted.back();
      wanted.pop_back();
      if (row[block]) continue;
      row[block] = true;
      wanted.insert(wanted.end(), blocks_[block].next.begin(), blocks_[block].next.end());
    }
  }
  return row[to];
}

}  // namespace blobgauge::analyzer::gobinary
