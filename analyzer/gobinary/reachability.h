#pragma once
// Which functions of a Go program can run, and why, from its machine code alone. docs/analyzer.md explains the levels.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/gobinary/executable.h"
#include "model/error.h"
#include "model/level.h"

namespace blobgauge::analyzer::gobinary {

using model::Level;

// How a frame of a chain was entered from the one before it.
enum class Edge : std::uint8_t {
  root,          // the first frame: main.main, a package's initialisation, the runtime
  call,          // a call or a jump that names it
  inlined,       // its body stands in the frame before
  closure,       // its address is taken: a function value, a method value, a table of functions
  itab,          // the frame before puts a value into an interface that has this method
  dynamic_itab,  // a type assertion, or reflection, can put it into such an interface
  reflection     // a method that reflection may call
};
std::string_view to_string(Edge edge);  // "call", "dynamic itab", ...

struct Frame {
  std::string_view function;
  Position at;  // the place that leads to the next frame; of the last one its declaration
  Edge edge = Edge::root;
  std::string via;  // for itab, dynamic itab and reflection the types: "*os.File as io.Reader"; else empty
};

class References;
class TypeTable;

struct ReachOptions {
  unsigned threads = 0;  // 0: as many as there are processors
};

// Immutable; keeps a reference to the executable.
class Reach {
 public:
  // Category::input where the machine code or the types contradict the tables.
  static model::Result<Reach> compute(const Executable& executable, const ReachOptions& options = {});
  // The same for one function with code as the only root: what it leads to by calls and by what it and they refer to,
  // at the level `reachable`. What other code has put into variables and interfaces is not seen from there.
  Reach from(FunctionId root) const;
  Reach(Reach&&) noexcept;
  Reach& operator=(Reach&&) noexcept;
  ~Reach();

  // A function counts where its own code does or code that it is inlined into does.
  Level level(FunctionId id) const;
  // Of a function with code: the best level at which more leads to it than calls that name it, so that its arguments
  // can be anything.
  Level level_by_value(FunctionId id) const;
  // Of these: that more than calls and itabs leads to it; that itabs do which a type assertion makes.
  Level level_by_address(FunctionId id) const;
  Level level_by_assertion(FunctionId id) const;
  const References& references() const;
  const TypeTable& type_table() const;
  std::vector<std::uint64_t> types() const;  // descriptors of those with methods that were reached
  std::size_t count(Level level) const;      // functions with code of exactly this level
  // A shortest chain from a root, counted in calls; empty where unreached.
  std::vector<Frame> chain(FunctionId id) const;

 private:
  struct Parts;
  explicit Reach(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace blobgauge::analyzer::gobinary
