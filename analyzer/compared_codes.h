#pragma once
// Which error codes a program compares, and the error of which operation can be what it compares: from the facts'
// comparisons and the flow of errors back to the requests whose answers they are.
//
// An error belongs to an operation as far as the flow leads to its requests. Flows join callers, so several operations
// are candidates and not a finding about each. Where the flow leads to no request, or may come from one that is not
// followed, the code is compared for the error of any operation.
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "analyzer/facts.h"
#include "analyzer/value_flow.h"

namespace blobgauge::analyzer {

struct ComparedCode {
  std::string code;
  std::set<std::string> operations;  // whose errors can get there; empty: nobody knows
  std::string open;                  // why others may get there too; empty: none
  int function = 0;                  // where the text is named
  std::string at;
};

// In the order of the facts. `operations_of` gives the names of a request, none for one of another service or one that
// is never sent. A comparison that only errors of such requests come to is left out, and so is one of any error whose
// text is not known to be a code.
std::vector<ComparedCode> compared_codes(const Facts& facts, const ValueFlow& flow,
                                         const std::function<std::set<std::string>(int request)>& operations_of);

}  // namespace blobgauge::analyzer
