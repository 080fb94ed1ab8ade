#pragma once
// The ways to the functions of an executable's libraries, from its machine code. The facts were read from the source of
// the same versions; a function of theirs is found by the name that the linker gave it.
#include <memory>
#include <string>
#include <vector>

#include "analyzer/gobinary/reachability.h"
#include "analyzer/ways.h"

namespace blobgauge::analyzer {

// "(*example.org/sdk/gen.Client).get" of package "example.org/sdk/gen" -> "example.org/sdk/gen.(*Client).get"; type
// arguments become "[...]", a closure's name that of the function around it, and dots in the package's last element
// %2e.
std::string linker_symbol(const Function& function);

// The import path of a symbol's package: "example.org/sdk/gen.(*Client).get" -> "example.org/sdk/gen".
std::string package_of_symbol(std::string_view symbol);

// Keeps references to the facts and to what is reached. Const members may be called by several threads.
class ExecutableWays : public Ways {
 public:
  ExecutableWays(const Facts& facts, const gobinary::Executable& executable, const gobinary::Reach& reach);
  bool reachable(int function) const override { return level(function) != model::Level::none; }
  model::Level level(int function) const override { return levels_[function]; }
  std::vector<std::vector<std::string>> to(int function, const std::string& at, std::size_t most) const override;

 private:
  const Facts& facts_;
  const gobinary::Reach& reach_;
  std::vector<model::Level> levels_;                        // by function of the facts
  std::vector<std::vector<gobinary::FunctionId>> symbols_;  // those of the best level
};

// "(*Client).get sdk@v1.2.0/gen/client.go:20 (by dynamic itab: *gen.Client as gen.Getter)"; a call has no remark.
// `at` stands for the step's own place where it is given.
std::string frame(const gobinary::Frame& step, const std::string& at = {});

// Who calls a method that is found at run time; the safe bound hangs on these. Sorted lines for people,
// "pkg.F path/file.go:3 calls reflect.Value.MethodByName".
std::vector<std::string> reflection_callers(const gobinary::Executable& executable, const gobinary::Reach& reach);

}  // namespace blobgauge::analyzer
