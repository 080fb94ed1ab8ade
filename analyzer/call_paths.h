#pragma once
// Shortest call paths from a program's roots, for people: "why does the tool say that this client sends that?"
#include <string>
#include <vector>

#include "analyzer/facts.h"
#include "analyzer/ways.h"

namespace blobgauge::analyzer {

// Keeps a reference to the facts; const members may be called by several threads.
class CallPaths : public Ways {
 public:
  explicit CallPaths(const Facts& facts);
  bool reachable(int function) const override;
  model::Level level(int) const override { return model::Level::none; }
  // One shortest path from each root that reaches the function, shortest first and at most `most`; each frame carries
  // the line of the call that leads on, the last one `at`. The first frame begins with the root's own name.
  std::vector<std::vector<std::string>> to(int function, const std::string& at, std::size_t most) const override;

 private:
  const Facts& facts_;
  std::vector<std::vector<int>> into_;  // edge numbers by callee
  std::vector<bool> reachable_;
};

}  // namespace blobgauge::analyzer
