#pragma once
// How a program comes to a function that its facts name. Two answers: the calls that a front end found in its source
// (call_paths.h), and the machine code of an executable (executable_ways.h).
#include <string>
#include <vector>

#include "analyzer/facts.h"
#include "model/surface.h"

namespace blobgauge::analyzer {

// "List pkg.(*Fs).List path/file.go:12": a function's name without its import path, and a place in it.
std::string frame(const Function& function, const std::string& at);
// The same of "function place" in one line.
std::string short_name(const std::string& line);

// The shortest way from one entry point alone, for people.
struct EntryWay {
  std::string entry;                // "main.main", "command handler copy [source] (main.glob..func1)"
  std::vector<std::string> frames;  // as of Ways::to; empty: none leads there
};

class Ways {
 public:
  virtual ~Ways() = default;
  virtual bool reachable(int function) const = 0;
  // Level::none where the answer knows no levels, or the function is not reached.
  virtual model::Level level(int function) const = 0;
  // Shortest ways first, at most `most`: a frame a line, the root first; the last one ends at `at` in the function.
  virtual std::vector<std::vector<std::string>> to(int function, const std::string& at, std::size_t most) const = 0;
  // One for each entry point that is known, those without a way too; none where the answer knows no entry points.
  virtual std::vector<EntryWay> from_entries(int, const std::string&) const { return {}; }
};

}  // namespace blobgauge::analyzer
