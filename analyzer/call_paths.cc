#include "analyzer/call_paths.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

namespace blobgauge::analyzer {

std::string frame(const Function& function, const std::string& at) {
  // "(*example.org/sdk/blob.Client).Upload$1" -> "(*blob.Client).Upload$1"; generic arguments lose their paths too.
  std::string name;
  std::size_t word = 0;
  for (const char c : function.name) {
    if (c == '/') {
      name.resize(word);
      continue;
    }
    name += c;
    if (c == '(' || c == '*' || c == '[' || c == ',' || c == ' ' || c == ']' || c == '{') word = name.size();
  }
  return at.empty() ? name : fmt::format("{} {}", name, at);
}

std::string short_name(const std::string& line) {
  const auto space = line.rfind(' ');
  return frame({line.substr(0, space), {}, {}, {}, {}}, line.substr(space + 1));
}

CallPaths::CallPaths(const Facts& facts)
    : facts_(facts), into_(facts.functions.size()), reachable_(facts.functions.size()) {
  std::vector<std::vector<int>> out(facts.functions.size());
  for (std::size_t i = 0; i < facts.calls.size(); ++i) {
    into_[facts.calls[i].to].push_back(static_cast<int>(i));
    out[facts.calls[i].from].push_back(facts.calls[i].to);
  }
  std::deque<int> work;
  for (std::size_t i = 1; i < facts.functions.size(); ++i)
    if (!facts.functions[i].root.empty()) work.push_back(static_cast<int>(i));
  while (!work.empty()) {
    const int f = work.front();
    work.pop_front();
    if (reachable_[f]) continue;
    reachable_[f] = true;
    work.insert(work.end(), out[f].begin(), out[f].end());
  }
}

bool CallPaths::reachable(int function) const { return reachable_[function]; }

std::vector<std::vector<std::string>> CallPaths::to(int function, const std::string& at, std::size_t most) const {
  // Backwards, breadth first: `towards[f]` is the edge by which f comes nearer.
  std::vector<int> towards(facts_.functions.size(), -1);
  std::vector<bool> seen(facts_.functions.size());
  std::deque<int> work{function};
  seen[function] = true;
  std::vector<std::vector<std::string>> paths;
  while (!work.empty() && paths.size() < most) {
    const int f = work.front();
    work.pop_front();
    if (!facts_.functions[f].root.empty()) {
      std::vector<std::string> path;
      for (int g = f; g != function; g = facts_.calls[towards[g]].to)
        path.push_back(frame(facts_.functions[g], facts_.calls[towards[g]].at));
      path.push_back(frame(facts_.functions[function], at));
      path.front() = facts_.functions[f].root + ": " + path.front();
      paths.push_back(std::move(path));
    }
    for (const int edge : into_[f]) {
      const int caller = facts_.calls[edge].from;
      if (seen[caller]) continue;
      seen[caller] = true;
      towards[caller] = edge;
      work.push_back(caller);
    }
  }
  return paths;
}

}  // namespace blobgauge::analyzer
