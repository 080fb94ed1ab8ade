#pragma once
// Exchanges of one run of a scenario -> its traffic (model/traffic.h). Which requests are for one resource and one
// target is only known while both are kept, so memory grows with the exchanges up to a bound; beyond it they are
// counted and measured alone, and the traffic says that it was cut.
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/exchange.h"
#include "model/traffic.h"

namespace blobgauge::analyzer {

// Not thread-safe.
class TrafficMeter {
 public:
  static constexpr std::size_t most_requests = 200'000;  // that are followed one by one

  void add(const model::Exchange& exchange, std::string_view operation);
  model::ScenarioTraffic finish();

 private:
  struct Request {
    std::int64_t started = 0, ended = 0;
    std::uint64_t number = 0;
    const std::string* operation = nullptr;
    int status = 0;
    bool failed = false;
  };
  struct Counted {
    std::uint64_t requests = 0;
    model::Sizes sent, received;
  };

  std::map<std::string, Counted, std::less<>> operations_;
  // Of each resource (host and path) its targets, of each target its requests.
  std::map<std::string, std::map<std::string, std::vector<Request>>> resources_;
  std::size_t followed_ = 0;
  bool cut_ = false;
};

}  // namespace blobgauge::analyzer
