#include "recorder/trace_sink.h"

#include <fmt/format.h>

#include <algorithm>

namespace blobgauge::recorder {

std::string part_path(const std::string& path, std::uint64_t number) {
  const auto slash = path.rfind('/');
  const auto name = slash == std::string::npos ? 0 : slash + 1;
  // A name may begin with a dot.
  const auto dot = std::min(path.find('.', name + 1), path.size());
  return fmt::format("{}-{:05}{}", path.substr(0, dot), number, path.substr(dot));
}

model::Result<std::shared_ptr<TraceSink>> TraceSink::create(std::string path, Rotation rotation, Open open) {
  std::shared_ptr<TraceSink> sink(new TraceSink(std::move(path), rotation, std::move(open)));
  BLOBGAUGE_CHECK(sink->begin_part());
  return sink;
}

model::Status TraceSink::begin_part() {
  ++part_;
  count_ = 0;
  BLOBGAUGE_TRY(writer_, open_(rotates() ? part_path(path_, part_) : path_));
  return {};
}

model::Status TraceSink::end_part(int client_exit, std::uint64_t dropped, std::vector<std::string> notes) {
  model::TraceEnd end;
  end.complete = true;
  end.exchanges = count_;
  end.dropped = dropped;
  end.client_exit = client_exit;
  end.notes = std::move(notes);
  return writer_->finish(std::move(end));
}

model::Status TraceSink::write(const model::RedactedExchange& exchange, bool more_follows) {
  const auto elapsed = std::chrono::nanoseconds(exchange->started_ns - first_ns_);
  const bool full = rotation_.size > 0 && writer_->size() >= rotation_.size;
  const bool old = rotation_.time.count() > 0 && elapsed >= rotation_.time;
  if (count_ > 0 && (full || old)) {
    BLOBGAUGE_CHECK(end_part(-1, 0, {"goes on in " + part_path(path_, part_ + 1)}));
    BLOBGAUGE_CHECK(begin_part());
  }
  if (count_++ == 0) first_ns_ = exchange->started_ns;
  return writer_->write(exchange, more_follows);
}

model::Status TraceSink::finish(int client_exit, std::uint64_t dropped, std::vector<std::string> notes) {
  return end_part(client_exit, dropped, std::move(notes));
}

}  // namespace blobgauge::recorder
