#pragma once
// Shortest call paths from a program's roots, for people: "why does the tool say that this client sends that?"
#include <string>
#include <vector>

#include "analyzer/facts.h"

namespace blobgauge::analyzer {

// "List pkg.(*Fs).List path/file.go:12": a function's name without its import path, and a place in it.
std::string frame(const Function& function, const std::string& at);

// Keeps a reference to the facts; const members may be called by several threads.
class CallPaths {
 public:
  explicit CallPaths(const Facts& facts);
  bool reachable(int function) const;
  // One shortest path from each root that reaches the function, shortest first and at most `most`; each frame carries
  // the line of the call that leads on, the last one `at`. The first frame begins with the root's own name.
  std::vector<std::vector<std::string>> to(int function, const std::string& at, std::size_t most) const;

 private:
  const Facts& facts_;
  std::vector<std::vector<int>> into_;  // edge numbers by callee
  std::vector<bool> reachable_;
};

}  // namespace blobgauge::analyzer
