#include "analyzer/gobinary/call_sites.h"

#include <algorithm>

#include "analyzer/gobinary/function_table.h"
#include "analyzer/gobinary/references.h"

namespace blobgauge::analyzer::gobinary {

CallSites::Table CallSites::sorted(std::vector<std::pair<FunctionId, Site>> pairs, FunctionId count) {
  std::stable_sort(pairs.begin(), pairs.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  Table table;
  table.begins.reserve(count + 1);
  table.sites.reserve(pairs.size());
  for (const auto& [callee, site] : pairs) {
    while (table.begins.size() <= callee) table.begins.push_back(static_cast<std::uint32_t>(table.sites.size()));
    table.sites.push_back(site);
  }
  while (table.begins.size() <= count) table.begins.push_back(static_cast<std::uint32_t>(table.sites.size()));
  return table;
}

CallSites::CallSites(const Executable& executable, const Reach& reach) {
  const auto& functions = executable.functions();
  const auto base = executable.image().base();
  std::vector<std::pair<FunctionId, Site>> calls, makers;
  for (FunctionId id = 0; id < functions.physical_count(); ++id) {
    if (reach.level(id) == Level::none) continue;
    for (const auto& reference : reach.references().of(id)) {
      if (reference.kind != Reference::Kind::call && reference.kind != Reference::Kind::address) continue;
      const auto target = functions.starting_at(base + reference.target);
      if (target == FunctionTable::none) continue;
      auto& into = reference.kind == Reference::Kind::call ? calls : makers;
      into.emplace_back(target, Site{id, base + reference.at});
    }
  }
  calls_ = sorted(std::move(calls), functions.physical_count());
  makers_ = sorted(std::move(makers), functions.physical_count());
}

}  // namespace blobgauge::analyzer::gobinary
