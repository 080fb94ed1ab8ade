#pragma once
// The ways to the functions of an executable's libraries, from its machine code. The facts were read from the source of
// the same versions; a function of theirs is found by the name that the linker gave it.
#include <memory>
#include <string>
#include <vector>

#include "analyzer/client_rules.h"
#include "analyzer/gobinary/reachability.h"
#include "analyzer/ways.h"

namespace blobgauge::analyzer {

// "(*example.org/sdk/gen.Client).get" of package "example.org/sdk/gen" -> "example.org/sdk/gen.(*Client).get"; type
// arguments become "[...]", a closure's name that of the function around it, and dots in the package's last element
// %2e.
std::string linker_symbol(const Function& function);

// "example.org/sdk/gen/client.go:20": folders differ from machine to machine, and a file's name below its package is
// what the source's facts say too. Empty where the file is not known.
std::string portable(const gobinary::Position& at, std::string_view symbol);

// The import path of a symbol's package: "example.org/sdk/gen.(*Client).get" -> "example.org/sdk/gen".
std::string package_of_symbol(std::string_view symbol);

// Where a user's doing enters the program's own code.
struct EntryPoint {
  std::string name;  // for people
  gobinary::FunctionId function = 0;
};

// main.main, and the functions that the program hands to a library which calls them for a command.
std::vector<EntryPoint> entry_points(const gobinary::Executable& executable, const gobinary::Reach& reach,
                                     const std::vector<HandlerRule>& handlers);

// Keeps references to the facts and to what is reached. Const members may be called by several threads.
class ExecutableWays : public Ways {
 public:
  // What each entry point alone leads to is computed here, on several threads.
  ExecutableWays(const Facts& facts, const gobinary::Executable& executable, const gobinary::Reach& reach,
                 const std::vector<EntryPoint>& entries = {});
  bool reachable(int function) const override { return level(function) != model::Level::none; }
  model::Level level(int function) const override { return levels_[function]; }
  std::vector<std::vector<std::string>> to(int function, const std::string& at, std::size_t most) const override;
  std::vector<EntryWay> from_entries(int function, const std::string& at) const override;
  // "from handler of "copy ..." and 2 more", "from no entry point's own code"; empty where no entry points are known.
  std::string led_from(gobinary::FunctionId id) const;
  // The program's functions that a function of the facts is, those of its best level.
  const std::vector<gobinary::FunctionId>& symbols(int function) const { return symbols_[function]; }

 private:
  std::vector<std::string> lines(const gobinary::Reach& reach, gobinary::FunctionId id, const std::string& at) const;

  const Facts& facts_;
  const gobinary::Reach& reach_;
  std::vector<model::Level> levels_;                        // by function of the facts
  std::vector<std::vector<gobinary::FunctionId>> symbols_;  // those of the best level
  std::vector<std::pair<std::string, gobinary::Reach>> entries_;
};

// "(*Client).get sdk@v1.2.0/gen/client.go:20 (by dynamic itab: *gen.Client as gen.Getter)"; a call has no remark.
// `at` stands for the step's own place where it is given.
std::string frame(const gobinary::Frame& step, const std::string& at = {});

// Who calls a method that is found at run time; the safe bound hangs on these. Sorted lines for people,
// "pkg.F path/file.go:3 calls reflect.Value.MethodByName".
std::vector<std::string> reflection_callers(const gobinary::Executable& executable, const gobinary::Reach& reach);

}  // namespace blobgauge::analyzer
