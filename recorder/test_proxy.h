#pragma once
// A running proxy for tests, and what it told.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "recorder/proxy.h"
#include "recorder/test_peers.h"
#include "recorder/test_sink.h"

namespace blobgauge::recorder {

struct Recorded {
  explicit Recorded(Proxy::Options options) : sink(std::make_shared<MemorySink>()) {
    options.catalogue = test_catalogue();
    auto started = Proxy::start(std::move(options), sink);
    EXPECT_TRUE(started) << describe(started.error());
    proxy = std::move(*started);
  }
  static Proxy::Options reverse(const testing_peers::Origin& origin) {
    Proxy::Options options;
    options.mode = Mode::reverse;
    options.target = model::parse_url(fmt::format("http://127.0.0.1:{}", origin.port())).value();
    return options;
  }
  // A forward proxy that serves loopback, where the tests' servers are.
  static Proxy::Options forward() {
    Proxy::Options options;
    options.allowed_hosts = {"127.0.0.1"};
    return options;
  }
  testing_peers::Socket client() const { return testing_peers::Socket::to(proxy->port()); }
  const std::vector<model::Exchange>& told() {
    EXPECT_TRUE(proxy->stop(std::chrono::milliseconds{300}));
    return sink->exchanges;
  }
  std::shared_ptr<MemorySink> sink;
  std::unique_ptr<Proxy> proxy;
};

}  // namespace blobgauge::recorder
