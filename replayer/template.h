#pragma once
// Texts of cases with holes, filled just before a request is sent: `${c}` is a name of the scope (an own container
// name, a captured value), `${date -3600}` a function with its argument. Holes nest: `${signed r /${c}/source}`.
// docs/formats/cases.md lists the functions. `$$` is a dollar sign.
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.h"

namespace blobgauge::replayer {

// Not thread-safe; one per running case.
struct Scope {
  using Function = std::function<model::Result<std::string>(std::string_view argument)>;
  std::map<std::string, std::string, std::less<>> values;
  std::map<std::string, Function, std::less<>> functions;
};

// Category::input where a hole is not closed or its name is not known.
model::Result<std::string> expand(std::string_view text, const Scope& scope);

// The names used in holes, for lint: of values and of functions.
model::Result<std::vector<std::string>> holes(std::string_view text);

}  // namespace blobgauge::replayer
