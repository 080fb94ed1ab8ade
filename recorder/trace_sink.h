#pragma once
// The sink that writes a trace file.
#include <memory>
#include <string>
#include <vector>

#include "model/trace.h"
#include "recorder/proxy.h"

namespace blobgauge::recorder {

class TraceSink final : public ExchangeSink {
 public:
  explicit TraceSink(std::unique_ptr<model::TraceWriter> writer) : writer_(std::move(writer)) {}

  model::Status write(const model::Exchange& exchange) override {
    ++count_;
    return writer_->write(exchange);
  }

  // Writes the last line; after Proxy::stop. Without it the trace is marked as cut.
  model::Status finish(int client_exit, std::vector<std::string> notes = {}) {
    model::TraceEnd end;
    end.complete = true;
    end.exchanges = count_;
    end.client_exit = client_exit;
    end.notes = std::move(notes);
    return writer_->finish(std::move(end));
  }

 private:
  std::unique_ptr<model::TraceWriter> writer_;
  std::uint64_t count_ = 0;
};

}  // namespace blobgauge::recorder
