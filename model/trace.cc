#include "model/trace.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zstd.h>

#include <cerrno>
#include <cstring>

#include "model/lines.h"
#include "model/trace_line.h"

namespace blobgauge::model {
namespace {

constexpr std::size_t most_held = 256 << 10;

class FileWriter final : public TraceWriter {
 public:
  FileWriter(std::string path, int descriptor, Redaction redaction)
      : path_(std::move(path)), descriptor_(descriptor), redaction_(std::move(redaction)) {
    if (path_.ends_with(".zst")) context_ = ZSTD_createCCtx();
  }
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;
  ~FileWriter() override {
    if (descriptor_ > 1) ::close(descriptor_);
    ZSTD_freeCCtx(context_);
  }

  enum class After { more, now, last };
  Status put(std::string_view line, After after) {
    lines_ += line;
    return end_line(after);
  }

  Status write(const RedactedExchange& exchange, bool more_follows) override {
    ++count_;
    append_json_line(*exchange, lines_);
    return end_line(more_follows ? After::more : After::now);
  }

  Status write(const Exchange& exchange) override {
    auto copy = exchange;
    return write(redaction_.redact(copy), false);
  }

  Status finish(TraceEnd end) override {
    end.exchanges = count_;
    for (auto& note : end.notes) note = redaction_.text(note);
    BLOBGAUGE_CHECK(put(to_json_line(end), After::last));
    const int descriptor = std::exchange(descriptor_, -1);
    if (descriptor > 1 && ::close(descriptor) != 0) return cannot_write();
    return {};
  }

  std::uint64_t size() const override { return size_; }

 private:
  Status end_line(After after) {
    lines_ += '\n';
    if (after == After::more && lines_.size() < most_held && !broken_) return {};
    auto status = broken_    ? tl::unexpected<Error>(*broken_)
                  : context_ ? compress(lines_, after == After::last)
                             : write_all(lines_);
    if (status) whole_ = count_;
    lines_.clear();
    if (!status) broken_ = status.error();
    return status;
  }

  // What was put is flushed to the file at once: a recorder that is killed loses none of it.
  Status compress(std::string_view text, bool last) {
    ZSTD_inBuffer input{text.data(), text.size(), 0};
    for (std::size_t left = 1; left != 0 || input.pos < input.size;) {
      char bytes[64 * 1024];
      ZSTD_outBuffer output{bytes, sizeof bytes, 0};
      left = ZSTD_compressStream2(context_, &output, &input, last ? ZSTD_e_end : ZSTD_e_flush);
      if (ZSTD_isError(left)) return fail(Category::internal, fmt::format("zstd: {}", ZSTD_getErrorName(left)));
      BLOBGAUGE_CHECK(write_all({bytes, output.pos}));
    }
    return {};
  }

  Status write_all(std::string_view text) {
    while (!text.empty()) {
      const auto count = ::write(descriptor_, text.data(), text.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return cannot_write();
      text.remove_prefix(static_cast<std::size_t>(count));
      size_ += static_cast<std::uint64_t>(count);
    }
    return {};
  }

  Status cannot_write() const {
    const auto why =
        fmt::format("cannot write the trace: {}; it has the first {} exchanges", std::strerror(errno), whole_);
    return fail(Category::output, why, "free some space, or choose another place with -o", {path_, 0, 0});
  }

  std::string path_;
  int descriptor_;
  Redaction redaction_;
  ZSTD_CCtx* context_ = nullptr;
  std::string lines_;  // not written yet
  std::uint64_t count_ = 0, size_ = 0;
  std::uint64_t whole_ = 0;      // exchanges in the file, for sure
  std::optional<Error> broken_;  // after a failed write nothing more is written: a hole would not be seen
};

class FileReader final : public TraceReader {
 public:
  explicit FileReader(LineReader lines) : lines_(std::move(lines)) {}

  Status read_head() {
    LineReader::Line line;
    BLOBGAUGE_TRY(const bool any, lines_.next(line));
    const auto foreign = [&](std::string why) {
      return fail(Category::input, "not a trace: " + why,
                  "record one with `blobgauge record`, or convert with `blobgauge import`", {lines_.path(), 1, 0});
    };
    if (!any) return foreign("the file is empty");
    Exchange exchange;
    const auto parsed = parse(line, exchange);
    if (!parsed) return foreign(parsed.error().message);
    if (*parsed != TraceLine::head) return foreign("its first line does not name the format");
    head_ = std::move(parser_.head());
    return {};
  }

  const TraceHead& head() const override { return head_; }
  const TraceEnd& end() const override { return end_; }

  Result<bool> next(Exchange& exchange) override {
    if (ended_) return false;
    LineReader::Line line;
    BLOBGAUGE_TRY(const bool any, lines_.next(line));
    if (!any) return stop();
    const auto parsed = parse(line, exchange);
    if (!parsed) {
      if (!line.terminated) return stop();  // the writer was stopped in the middle of this line
      auto error = parsed.error();
      error.where = {lines_.path(), lines_.number(), 0};
      return tl::make_unexpected(std::move(error));
    }
    if (*parsed == TraceLine::exchange) {
      ++count_;
      return true;
    }
    if (*parsed == TraceLine::end) {
      ended_ = true;
      end_ = std::move(parser_.end());
      if (end_.exchanges != count_)
        return fail(Category::input,
                    fmt::format("the end says {} exchanges, {} stand in the file", end_.exchanges, count_),
                    "lines were lost or added after recording", {lines_.path(), lines_.number(), 0});
      BLOBGAUGE_TRY(const bool more, lines_.next(line));
      if (more)
        return fail(Category::input, "more after the end of the trace", "merge traces with `blobgauge trace merge`",
                    {lines_.path(), lines_.number(), 0});
      return false;
    }
    return fail(Category::input, "a second head in one trace", "merge traces with `blobgauge trace merge`",
                {lines_.path(), lines_.number(), 0});
  }

 private:
  Result<TraceLine> parse(const LineReader::Line& line, Exchange& exchange) {
    return parser_.parse(line.text.data(), line.text.size(), line.text.size() + LineReader::padding, exchange);
  }

  Result<bool> stop() {
    ended_ = true;
    end_ = TraceEnd{};
    end_.exchanges = count_;
    return false;
  }

  LineReader lines_;
  TraceLineParser parser_;
  TraceHead head_;
  TraceEnd end_;
  std::uint64_t count_ = 0;
  bool ended_ = false;
};

}  // namespace

TraceHead masked(TraceHead head, const Redaction& redaction) {
  head.command = redaction.command(head.command);
  head.partial = redaction.text(head.partial);
  for (auto& omission : head.omits) omission = redaction.text(omission);
  for (auto* text : {&head.tool, &head.client, &head.release, &head.scenario}) *text = redaction.text(*text);
  if (const auto key = redaction.pseudonym_key(); !key.empty()) head.pseudonyms = key;
  return head;
}

Result<std::unique_ptr<TraceWriter>> create_trace(const std::string& path, const TraceHead& head,
                                                  const Redaction& redaction) {
  const int descriptor =
      path == "-" ? STDOUT_FILENO : ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0)
    return fail(Category::output, fmt::format("cannot write the trace: {}", std::strerror(errno)),
                "choose another place with -o", {path, 0, 0});
  auto writer = std::make_unique<FileWriter>(path, descriptor, redaction);
  BLOBGAUGE_CHECK(writer->put(to_json_line(masked(head, redaction)), FileWriter::After::now));
  return writer;
}

Result<std::unique_ptr<TraceReader>> open_trace(const std::string& path) {
  BLOBGAUGE_TRY(auto lines, LineReader::open(path));
  auto reader = std::make_unique<FileReader>(std::move(lines));
  BLOBGAUGE_CHECK(reader->read_head());
  return reader;
}

}  // namespace blobgauge::model
