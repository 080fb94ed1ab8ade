#pragma once
// Who can enter a function: the calls that name it, the places that take its address, and whether more can.
#include <compare>
#include <cstdint>
#include <span>
#include <vector>

#include "analyzer/gobinary/executable.h"
#include "analyzer/gobinary/reachability.h"

namespace blobgauge::analyzer::gobinary {

struct Site {
  FunctionId function = 0;
  std::uint64_t address = 0;  // of the instruction
  auto operator<=>(const Site&) const = default;
};

class CallSites {
 public:
  CallSites(const Executable& executable, const Reach& reach);

  // In functions that are reached at all, at whatever level.
  std::span<const Site> calls(FunctionId callee) const { return calls_.of(callee); }
  // Where code takes its address: a closure is made there, as Go's compiler does nothing else with it.
  std::span<const Site> makers(FunctionId callee) const { return makers_.of(callee); }

 private:
  struct Table {
    std::vector<std::uint32_t> begins;
    std::vector<Site> sites;
    std::span<const Site> of(FunctionId id) const {
      if (id + 1 >= begins.size()) return {};
      return std::span(sites).subspan(begins[id], begins[id + 1] - begins[id]);
    }
  };
  static Table sorted(std::vector<std::pair<FunctionId, Site>> pairs, FunctionId count);
  Table calls_, makers_;
};

}  // namespace blobgauge::analyzer::gobinary
