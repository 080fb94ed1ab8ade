#pragma once
// The sink that writes a trace file, or a row of them: a gateway team leaves a recorder running for days.
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "model/trace.h"
#include "recorder/proxy.h"

namespace blobgauge::recorder {

// "run.trace.zst" and 2: "run-00002.trace.zst". Every part is a whole trace, `trace merge` makes one of them.
std::string part_path(const std::string& path, std::uint64_t number);

class TraceSink final : public ExchangeSink {
 public:
  struct Rotation {
    std::uint64_t size = 0;        // a part that has so many bytes is the last one's end; 0: any size
    std::chrono::seconds time{0};  // likewise for the time between the first and the next exchange of a part
  };
  // Begins a file of that path.
  using Open = std::function<model::Result<std::unique_ptr<model::TraceWriter>>(const std::string& path)>;

  // Opens the file, or the first part where there is a rotation: parts change before an exchange is written, so none is
  // empty and an idle one stays open.
  static model::Result<std::shared_ptr<TraceSink>> create(std::string path, Rotation rotation, Open open);

  model::Status write(const model::RedactedExchange& exchange, bool more_follows) override;

  // Writes the last line; after Proxy::stop. Without it the trace is marked as cut.
  model::Status finish(int client_exit, std::uint64_t dropped = 0, std::vector<std::string> notes = {});

 private:
  TraceSink(std::string path, Rotation rotation, Open open)
      : path_(std::move(path)), rotation_(rotation), open_(std::move(open)) {}
  bool rotates() const { return rotation_.size > 0 || rotation_.time.count() > 0; }
  model::Status begin_part();
  model::Status end_part(int client_exit, std::uint64_t dropped, std::vector<std::string> notes);

  std::string path_;
  Rotation rotation_;
  Open open_;
  std::unique_ptr<model::TraceWriter> writer_;
  std::uint64_t part_ = 0, count_ = 0;  // count_: exchanges of this part
  std::int64_t first_ns_ = 0;           // when the first of them began
};

}  // namespace blobgauge::recorder
