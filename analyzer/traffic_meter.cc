#include "analyzer/traffic_meter.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <tuple>

#include "model/text.h"

namespace blobgauge::analyzer {
namespace {

// Listings and block lists: their length follows from names and numbers of the run.
bool is_xml(const model::Headers& headers) {
  return model::lower(std::string(headers.get("Content-Type"))).find("xml") != std::string::npos;
}

// When the requests of one operation began and when the last of them was answered.
struct Span {
  std::int64_t from = std::numeric_limits<std::int64_t>::max(), to = std::numeric_limits<std::int64_t>::min();
};

// The first sighting widens from nothing, so that 0 is no least of what was never seen.
void widen(model::Range& range, std::uint64_t count) {
  range.least = range.most ? std::min(range.least, count) : count;
  range.most = std::max(range.most, count);
}

}  // namespace

void TrafficMeter::add(const model::Exchange& exchange, std::string_view operation) {
  auto found = operations_.find(operation);
  if (found == operations_.end()) found = operations_.emplace(std::string(operation), Counted()).first;
  auto& counted = found->second;
  const auto& [request, response] = std::tie(exchange.request, exchange.response);
  ++counted.requests;
  if (request.framing != model::Framing::none && !is_xml(request.headers)) counted.sent.add(request.body.size);
  if (response.body.size && response.status < 400 && !is_xml(response.headers))
    counted.received.add(response.body.size);
  if (followed_ == most_requests) {
    cut_ = true;
    return;
  }
  ++followed_;
  const auto path = request.host + request.target.substr(0, request.target.find('?'));
  resources_[path][request.method + " " + request.target].push_back(
      {exchange.started_ns, exchange.started_ns + exchange.total_ns, exchange.number, &found->first, response.status,
       response.status_known && (response.status == 0 || response.status >= 400)});
}

model::ScenarioTraffic TrafficMeter::finish() {
  model::ScenarioTraffic traffic;
  traffic.runs = 1;
  traffic.cut = cut_;
  for (auto& [name, counted] : operations_) {
    auto& operation = traffic.operations[name];
    operation.requests = {counted.requests, counted.requests};
    operation.sent = std::move(counted.sent);
    operation.received = std::move(counted.received);
  }
  const auto earlier = [](const Request& a, const Request& b) {
    return std::tie(a.started, a.number) < std::tie(b.started, b.number);
  };
  for (auto& [path, targets] : resources_) {
    std::map<std::string_view, Span> spans;
    bool timed = true;
    std::map<std::string_view, std::uint64_t> of_resource;
    for (auto& [target, requests] : targets) {
      std::sort(requests.begin(), requests.end(), earlier);
      std::map<std::string_view, std::uint64_t> of_target;
      for (std::size_t i = 0; i < requests.size(); ++i) {
        const auto& request = requests[i];
        ++of_target[*request.operation];
        ++of_resource[*request.operation];
        auto& span = spans[*request.operation];
        span.from = std::min(span.from, request.started);
        span.to = std::max(span.to, request.ended);
        timed = timed && request.started;
        if (!request.failed) continue;
        auto& errors = traffic.operations[*request.operation].errors[request.status];
        ++errors.count;
        errors.again += i + 1 < requests.size();
      }
      for (const auto& [name, count] : of_target) widen(traffic.operations[std::string(name)].per_target, count);
    }
    for (const auto& [name, count] : of_resource) {
      auto& operation = traffic.operations[std::string(name)];
      widen(operation.per_resource, count);
      operation.resources = {operation.resources.least + 1, operation.resources.most + 1};
    }
    for (auto a = spans.begin(); timed && a != spans.end(); ++a)
      for (auto b = std::next(a); b != spans.end(); ++b)
        traffic.orders[{std::string(a->first), std::string(b->first)}] |=
            a->second.to <= b->second.from   ? model::ScenarioTraffic::forwards
            : b->second.to <= a->second.from ? model::ScenarioTraffic::backwards
                                             : model::ScenarioTraffic::either;
  }
  return traffic;
}

}  // namespace blobgauge::analyzer
