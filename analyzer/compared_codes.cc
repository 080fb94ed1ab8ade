#include "analyzer/compared_codes.h"

namespace blobgauge::analyzer {

std::vector<ComparedCode> compared_codes(const Facts& facts, const ValueFlow& flow,
                                         const std::function<std::set<std::string>(int)>& operations_of) {
  std::vector<ComparedCode> list;
  for (const auto& comparison : facts.codes) {
    const auto error = flow.domain(comparison.owner);
    ComparedCode compared;
    for (const int request : error.requests) compared.operations.merge(operations_of(request));
    compared.function = comparison.function;
    compared.at = comparison.at;
    if (error.requests.empty())
      compared.open = "where this error comes from is not followed";
    else if (error.every_request)
      compared.open = "code that any request passes hands errors on to it";
    else
      compared.open = error.doubt();
    if (compared.operations.empty() && (!error.requests.empty() || !comparison.listed)) continue;
    for (const auto& code : flow.domain(comparison.code).constants) {
      if (code.empty()) continue;
      compared.code = code;
      list.push_back(compared);
    }
  }
  return list;
}

}  // namespace blobgauge::analyzer
