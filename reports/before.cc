#include "reports/before.h"

#include <fmt/format.h>

#include "reports/overview.h"

namespace blobgauge::reports {

std::string before_words(const model::CaseResult* item) {
  if (!item) return {};
  if (item->verdict == model::Verdict::skipped) return visible("left open: " + item->detail);
  if (item->findings.empty())
    return item->detail.empty() ? "holds" : visible(fmt::format("{}: {}", name_of(item->verdict), item->detail));
  const auto& finding = item->findings.front();
  return visible(fmt::format("{}: expected {}, got {}; {}",
                             finding.weight == model::Weight::breaks ? "does not hold" : "differs", finding.expected,
                             finding.actual, finding.reason));
}

bool before_needs_a_look(const model::CaseResult& item) { return needs_a_look(item) || !item.findings.empty(); }

}  // namespace blobgauge::reports
