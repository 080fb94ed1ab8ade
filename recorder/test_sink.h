#pragma once
// What tests of the proxy start it with: a sink that keeps exchanges, and the committed catalogue.
#include <memory>
#include <vector>

#include "model/catalogue.h"
#include "recorder/proxy.h"

namespace blobgauge::recorder {

class MemorySink final : public ExchangeSink {
 public:
  model::Status write(const model::RedactedExchange& exchange, bool) override {
    exchanges.push_back(*exchange);
    return status;
  }
  std::vector<model::Exchange> exchanges;  // look at it after Proxy::stop
  model::Status status;                    // the answer to every write
};

inline std::shared_ptr<const model::Catalogue> test_catalogue() {
  static const auto loaded =
      std::make_shared<const model::Catalogue>(model::Catalogue::load(BLOBGAUGE_SOURCE_DIR "/specs/catalogue").value());
  return loaded;
}

}  // namespace blobgauge::recorder
