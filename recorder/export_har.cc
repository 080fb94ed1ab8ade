#include "recorder/export_har.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "model/file.h"
#include "model/trace_line.h"
#include "recorder/har_entry.h"

namespace blobgauge::recorder {
namespace {

using model::Result;
using model::Status;
using Json = nlohmann::ordered_json;

class HarWriter final : public model::TraceWriter {
 public:
  HarWriter(model::OutputFile file, model::Redaction redaction)
      : file_(std::move(file)), redaction_(std::move(redaction)) {}

  Status begin(const model::TraceHead& head) {
    const Json creator = {{"name", "blobgauge"}, {"version", BLOBGAUGE_VERSION}};
    return put(fmt::format(
        "{{\"log\": {{\"version\": \"1.2\",\n\"creator\": {},\n\"pages\": [],\n\"_blobgauge\": {},\n\"entries\": [",
        creator.dump(), model::to_json_line(masked(head, redaction_))));
  }

  Status write(const model::RedactedExchange& exchange, bool) override {
    return put((any_++ ? ",\n" : "\n") + to_har_entry(*exchange));
  }
  Status write(const model::Exchange& exchange) override {
    auto copy = exchange;
    return write(redaction_.redact(copy), false);
  }

  Status finish(model::TraceEnd end) override {
    std::string notes = end.complete ? "" : "the trace was cut short";
    if (end.dropped > 0) end.notes.push_back(fmt::format("{} exchanges are missing", end.dropped));
    for (const auto& note : end.notes) notes += (notes.empty() ? "" : "; ") + redaction_.text(note);
    BLOBGAUGE_CHECK(put(notes.empty() ? "\n]}}\n"
                                      : fmt::format("\n],\n\"comment\": {}}}}}\n",
                                                    Json(notes).dump(-1, ' ', false, Json::error_handler_t::replace))));
    return file_.finish();
  }

  std::uint64_t size() const override { return size_; }

 private:
  Status put(std::string_view text) {
    size_ += text.size();
    return file_.write(text);
  }

  model::OutputFile file_;
  model::Redaction redaction_;
  std::uint64_t any_ = 0, size_ = 0;
};

}  // namespace

Result<std::unique_ptr<model::TraceWriter>> create_har(const std::string& path, const model::TraceHead& head,
                                                       const model::Redaction& redaction) {
  BLOBGAUGE_TRY(auto file, model::OutputFile::create(path));
  auto writer = std::make_unique<HarWriter>(std::move(file), redaction);
  BLOBGAUGE_CHECK(writer->begin(head));
  return writer;
}

}  // namespace blobgauge::recorder
