#include "clients/culprit.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/mark.h"
#include "model/text.h"
#include "model/url.h"

namespace blobgauge::clients {
namespace {

using model::Exchange;

bool answered_well(const Exchange& exchange) {
  return exchange.response.status / 100 == 2 && exchange.response.body.complete;
}

// The target without what changes from one attempt to the next or is nobody's business.
std::string shown_target(const Exchange& exchange, const CulpritQuery& query) {
  const auto url = model::parse_target(exchange.request.target);
  if (!url) return exchange.request.target;
  std::string text = url->path;
  if (const auto at = text.find(query.container); !query.container.empty() && at != std::string::npos)
    text.replace(at, query.container.size(), "{container}");
  char separator = '?';
  for (const auto part : model::split(url->query, '&')) {
    const auto name = model::percent_decode(part.substr(0, part.find('=')));
    if (part.empty() || std::ranges::count(query.hidden_queries, name)) continue;
    text += separator;
    text += part;
    separator = '&';
  }
  return text;
}

std::string describe(const Exchange& exchange, const CulpritQuery& query) {
  const auto& response = exchange.response;
  std::string answer = fmt::format("{} {}", response.status, response.reason);
  if (response.status == 0)
    answer = "no answer";
  else if (!response.body.complete)
    answer += ", cut";
  if (const auto code = response.headers.find(query.error_code_header)) answer += fmt::format(" ({})", *code);
  return fmt::format("{}: {} {} -> {}", exchange.operation.empty() ? "unclassified" : exchange.operation,
                     exchange.request.method, shown_target(exchange, query), answer);
}

std::string unmapped_of(const Exchange& exchange) {
  const auto* mark = model::find_host_not_mapped(exchange);
  return mark ? *mark : std::string();
}

bool same_request(const Exchange& a, const Exchange& b, const CulpritQuery& query) {
  return a.request.method == b.request.method && shown_target(a, query) == shown_target(b, query) &&
         a.request.body.sha256 == b.request.body.sha256;
}

}  // namespace

bool is_surprise(const Exchange& exchange, const Scenario& scenario) {
  if (answered_well(exchange)) return false;
  if (exchange.response.status == 0 || !exchange.response.body.complete) return true;
  return std::ranges::none_of(scenario.expected_answers, [&](const auto& expected) {
    return expected.first == exchange.operation && expected.second == exchange.response.status;
  });
}

Culprit find_culprit(const CulpritQuery& query) {
  const auto& all = *query.exchanges;
  for (auto it = all.begin(); it != all.end(); ++it) {
    if (!is_surprise(*it, *query.scenario)) continue;
    const bool recovered = std::any_of(it + 1, all.end(), [&](const Exchange& later) {
      return !is_surprise(later, *query.scenario) && same_request(*it, later, query);
    });
    if (recovered) continue;
    const auto times = std::count_if(it, all.end(), [&](const Exchange& other) {
      return other.operation == it->operation && other.response.status == it->response.status;
    });
    return {describe(*it, query) + (times > 1 ? fmt::format(" ({} times)", times) : ""), unmapped_of(*it)};
  }
  Culprit out;
  for (const auto& exchange : all)
    if (out.unmapped.empty()) out.unmapped = unmapped_of(exchange);
  const auto names_it = [&](const Exchange& exchange) {
    const auto url = model::parse_target(exchange.request.target);
    return url && model::percent_decode(url->path).ends_with("/" + query.about);
  };
  const auto carrier = query.about.empty() ? all.rend() : std::find_if(all.rbegin(), all.rend(), names_it);
  if (carrier != all.rend())
    out.text = describe(*carrier, query);
  else if (!all.empty())
    out.text = "after " + describe(all.back(), query);
  return out;
}

}  // namespace blobgauge::clients
