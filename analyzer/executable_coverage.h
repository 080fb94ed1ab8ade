#pragma once
// Which request builders of an executable ran, of those that it can come to: what a client's scenarios leave out.
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "analyzer/executable_ways.h"
#include "analyzer/static_surface.h"
#include "model/error.h"

namespace blobgauge::analyzer {

// Entries of functions that ran, as the file has them: a hexadecimal number a line, "0x" in front or not, in any order
// and any number of times. Category::input with file:line for anything else.
model::Result<std::set<std::uint64_t>> executed_entries(std::string_view text, const std::string& name);

// Text for people: how many of the builders at levels `reachable` and `by reflection` ran, then each that did not, with
// its operation and its shortest chain. A builder that exists only inside its callers cannot be told, and is listed as
// such.
std::string coverage_text(const StaticResult& result, const ExecutableWays& ways,
                          const gobinary::Executable& executable, const std::set<std::uint64_t>& ran);

}  // namespace blobgauge::analyzer
