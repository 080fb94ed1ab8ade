#pragma once
// Which cases a run takes: those of the operations in the spec, of one client if asked, and of an expression; and those
// with the tag `decline` of all other operations, which no client sends and which must change nothing by mistake.
#include <string>
#include <string_view>
#include <vector>

#include "model/error.h"
#include "model/spec.h"
#include "replayer/runner.h"

namespace blobgauge::replayer {

inline constexpr std::string_view decline_tag = "decline";
// Cases that take minutes on a real service: no run has them unless it names this tag or the case.
inline constexpr std::string_view large_tag = "large";

// `expression`: terms separated by commas, any of which selects: an id with wildcards ("put-blob/*"), "tag:NAME",
// "tier:NAME", "operation:GLOB" or "scenario:GLOB" (what a client command stands on); empty selects all. `client`: only
// operations that it sends; empty: all. Category::usage for a tag, tier, scenario or client that does not exist, for an
// id or an operation of which there is no case, and where nothing is left.
model::Result<std::vector<Chosen>> select(const Suite& suite, const model::Spec& spec, const std::string& client,
                                          const std::string& expression);

// Category::usage for a dialect that no operation of the spec has; empty is every case's own.
model::Status check_dialect(const model::Spec& spec, const std::string& dialect);

}  // namespace blobgauge::replayer
