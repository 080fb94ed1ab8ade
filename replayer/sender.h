#pragma once
// Sends one request and reads the whole answer; bodies stream both ways and are never held.
#include <chrono>
#include <cstdint>
#include <string>

#include "model/exchange.h"
#include "model/profile.h"
#include "replayer/judge.h"
#include "replayer/request_maker.h"
#include "wire/client.h"

namespace blobgauge::replayer {

struct Sent {
  Answered answer;
  model::Exchange exchange;  // without secrets and without bodies
};

// The request as a trace keeps it: secrets masked, the body measured and not kept.
model::Exchange exchange_of(const Outgoing& request, const std::string& scheme);

// Where requests to the profile's endpoint go, without TLS: its `resolve` in place of what the system would say.
wire::Destination address_of(const model::Profile& profile);

class Sender {
 public:
  // Not more than the profile's rate of requests a second, whoever sends them. `limit`: longest silence of the endpoint
  // while an answer is awaited or read; a whole answer may take ten times that.
  static model::Result<std::unique_ptr<Sender>> create(const model::Profile& profile, wire::Milliseconds limit);

  // An error means that no whole answer came: Category::timeout or Category::endpoint.
  wire::Task<model::Result<Sent>> send(const Outgoing& request);

  // Requests so far, and the time with one under way, summed over all who send.
  std::uint64_t requests() const { return requests_; }
  std::chrono::nanoseconds in_flight() const { return in_flight_; }

 private:
  wire::Task<model::Result<Sent>> exchange(const Outgoing& request);
  Sender(wire::Destination destination, std::string scheme, wire::Milliseconds limit, std::uint64_t rate);
  wire::Destination destination_;
  std::string scheme_;
  wire::Milliseconds limit_;
  wire::Client client_;
  wire::Task<void> take_turn();
  const std::chrono::nanoseconds spacing_;  // between two requests; 0: none
  std::chrono::steady_clock::time_point next_turn_{};
  std::uint64_t requests_ = 0;
  std::chrono::nanoseconds in_flight_{0};
};

}  // namespace blobgauge::replayer
