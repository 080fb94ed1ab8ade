#include "model/agreement.h"

#include <fmt/format.h>

#include <algorithm>

namespace blobgauge::model {

void Agreement::add(const Exchange& exchange, const Classification& said) {
  if (exchange.label.empty()) {
    ++unlabelled_;
    return;
  }
  ++exchanges_;
  auto& count = by_label_[exchange.label];
  ++count.exchanges;
  if (said.name == exchange.label) {
    ++agreed_;
    ++count.agreed;
    count.uncertain += !said.certain;
    return;
  }
  const auto& request = exchange.request;
  disagreements_.push_back(
      {exchange.number, exchange.source,
       fmt::format("{} {}://{}{}", request.method, request.scheme, request.host, request.target).substr(0, 200),
       exchange.label, std::string(said.name),
       said.reason.empty() && said.operation ? said.operation->rule() : said.reason});
}

std::string to_text(const Agreement& agreement) {
  std::size_t width = 5;
  for (const auto& [label, count] : agreement.by_label()) width = std::max(width, label.size());
  std::string out = fmt::format("{:<{}}  exchanges   agreed  of these uncertain\n", "label", width);
  for (const auto& [label, count] : agreement.by_label())
    out += fmt::format("{:<{}}  {:>9}  {:>7}  {:>18}\n", label, width, count.exchanges, count.agreed, count.uncertain);
  out += fmt::format("{:<{}}  {:>9}  {:>7}\n", "all", width, agreement.exchanges(), agreement.agreed());
  if (agreement.unlabelled() > 0) out += fmt::format("without a label: {}\n", agreement.unlabelled());
  out += fmt::format("\ndisagreements: {}\n", agreement.disagreements().size());
  for (const auto& one : agreement.disagreements())
    out += fmt::format("#{} {}\n  label: {}\n  said:  {}{}\n  from:  {}\n", one.number, one.request, one.label,
                       one.said, one.reason.empty() ? "" : " (" + one.reason + ")", one.source);
  return out;
}

}  // namespace blobgauge::model
