#include "model/gate.h"

#include <algorithm>

namespace blobgauge::model {

bool is_new_difference(const Finding& finding) { return finding.weight == Weight::differs && !finding.accepted; }

bool gates(const CaseResult& item, const Results& results) {
  if (results.strict && std::any_of(item.findings.begin(), item.findings.end(), is_new_difference)) return true;
  if (results.baseline) return gates(item.change, results.strict);
  return item.verdict == Verdict::fail || item.verdict == Verdict::error;
}

bool gate_is_shut(const Results& results) {
  if (results.baseline && !results.baseline->vanished.empty()) return true;
  const auto all = results.all();
  return std::any_of(all.begin(), all.end(), [&](const CaseResult* item) { return gates(*item, results); });
}

}  // namespace blobgauge::model
