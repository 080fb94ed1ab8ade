#include "recorder/line_source.h"

#include <fmt/format.h>
#include <lzma.h>
#include <zstd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

namespace blobgauge::recorder {
namespace {

using model::Category;
using model::fail;
using model::Result;
using model::Status;

constexpr std::size_t chunk = std::size_t{1} << 18;

struct Close {
  void operator()(std::FILE* file) const {
    if (file != stdin) std::fclose(file);
  }
};

}  // namespace

// Bytes of the file after decompression, appended in chunks.
class LineSource::Input {
 public:
  Input(std::unique_ptr<std::FILE, Close> file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}
  ~Input() {
    if (form_ == Form::xz) lzma_end(&xz_);
    ZSTD_freeDStream(zstd_);
  }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  Status start() {
    BLOBGAUGE_CHECK(fill());
    const std::string_view head(raw_.data(), size_);
    if (head.starts_with(std::string_view("\xFD"
                                          "7zXZ\0",
                                          6))) {
      xz_ = LZMA_STREAM_INIT;
      if (lzma_stream_decoder(&xz_, std::uint64_t{1} << 30, LZMA_CONCATENATED) != LZMA_OK)
        return refuse("the xz decoder could not start");
      form_ = Form::xz;
    } else if (head.starts_with("\x28\xB5\x2F\xFD")) {
      zstd_ = ZSTD_createDStream();
      if (!zstd_) return refuse("the zstd decoder could not start");
      form_ = Form::zstd;
    }
    return {};
  }

  // False once nothing more comes.
  Result<bool> append_to(std::string& out) {
    for (;;) {
      if (at_ == size_ && !file_ended_) BLOBGAUGE_CHECK(fill());
      const auto before = out.size();
      bool more = false;
      switch (form_) {
        case Form::plain:
          out.append(raw_.data() + at_, size_ - at_);
          at_ = size_;
          break;
        case Form::xz: {
          BLOBGAUGE_TRY(more, step_xz(out));
          break;
        }
        case Form::zstd: {
          BLOBGAUGE_TRY(more, step_zstd(out));
          break;
        }
      }
      if (out.size() > before) return true;
      if (!more && at_ == size_ && file_ended_) return false;
    }
  }

 private:
  enum class Form { plain, xz, zstd };

  tl::unexpected<model::Error> refuse(std::string message) const {
    return fail(Category::input, std::move(message), {}, {path_, 0, 0});
  }

  Status fill() {
    size_ = std::fread(raw_.data(), 1, raw_.size(), file_.get());
    at_ = 0;
    if (size_ < raw_.size()) {
      if (std::ferror(file_.get())) return refuse(fmt::format("cannot be read: {}", std::strerror(errno)));
      file_ended_ = std::feof(file_.get()) != 0;
    }
    return {};
  }

  // Each step decodes once; the value says whether more output may come without more input.
  Result<bool> step_xz(std::string& out) {
    if (xz_ended_) {
      at_ = size_;
      return false;
    }
    const auto old = out.size();
    out.resize(old + chunk);
    xz_.next_in = reinterpret_cast<const std::uint8_t*>(raw_.data() + at_);
    xz_.avail_in = size_ - at_;
    xz_.next_out = reinterpret_cast<std::uint8_t*>(out.data() + old);
    xz_.avail_out = chunk;
    const auto code = lzma_code(&xz_, file_ended_ ? LZMA_FINISH : LZMA_RUN);
    at_ = size_ - xz_.avail_in;
    out.resize(out.size() - xz_.avail_out);
    if (code == LZMA_STREAM_END)
      xz_ended_ = true;
    else if (code == LZMA_BUF_ERROR && file_ended_)
      return refuse("ends in the middle of its xz stream");
    else if (code != LZMA_OK && code != LZMA_BUF_ERROR)
      return refuse(fmt::format("is damaged: the xz decoder gave error {}", static_cast<int>(code)));
    return !xz_ended_ && file_ended_;
  }

  Result<bool> step_zstd(std::string& out) {
    if (at_ == size_ && !zstd_full_) {
      if (file_ended_ && zstd_open_) return refuse("ends in the middle of its zstd frame");
      return false;
    }
    const auto old = out.size();
    out.resize(old + chunk);
    ZSTD_inBuffer in{raw_.data() + at_, size_ - at_, 0};
    ZSTD_outBuffer to{out.data() + old, chunk, 0};
    const auto code = ZSTD_decompressStream(zstd_, &to, &in);
    at_ += in.pos;
    out.resize(old + to.pos);
    if (ZSTD_isError(code)) return refuse(fmt::format("is damaged: {}", ZSTD_getErrorName(code)));
    zstd_open_ = code != 0;
    zstd_full_ = zstd_open_ && to.pos == chunk;
    return zstd_full_ || (file_ended_ && zstd_open_);
  }

  std::unique_ptr<std::FILE, Close> file_;
  std::string path_;
  std::vector<char> raw_ = std::vector<char>(chunk);
  std::size_t at_ = 0, size_ = 0;
  bool file_ended_ = false, xz_ended_ = false;
  Form form_ = Form::plain;
  lzma_stream xz_ = LZMA_STREAM_INIT;
  ZSTD_DStream* zstd_ = nullptr;
  bool zstd_open_ = false;  // inside a frame
  bool zstd_full_ = false;  // the decoder may hold more than the last step took
};

LineSource::LineSource(std::string path, std::unique_ptr<Input> input)
    : path_(std::move(path)), input_(std::move(input)) {}
LineSource::LineSource(LineSource&&) noexcept = default;
LineSource& LineSource::operator=(LineSource&&) noexcept = default;
LineSource::~LineSource() = default;

Result<LineSource> LineSource::open(const std::string& path) {
  std::unique_ptr<std::FILE, Close> file(path == "-" ? stdin : std::fopen(path.c_str(), "rb"));
  if (!file) return fail(Category::input, fmt::format("cannot be read: {}", std::strerror(errno)), {}, {path, 0, 0});
  auto input = std::make_unique<Input>(std::move(file), path);
  BLOBGAUGE_CHECK(input->start());
  return LineSource(path, std::move(input));
}

Result<bool> LineSource::next(std::string_view& line) {
  std::size_t searched = begin_;
  for (;;) {
    const auto end = buffer_.find('\n', searched);
    if (end != std::string::npos) {
      line = std::string_view(buffer_).substr(begin_, end - begin_);
      begin_ = end + 1;
      ++line_;
      return true;
    }
    searched = buffer_.size();
    if (ended_) break;
    if (begin_ > 0) {
      buffer_.erase(0, begin_);
      searched -= begin_;
      begin_ = 0;
    }
    if (buffer_.size() > max_line)
      return fail(Category::input, fmt::format("a line of more than {} bytes", max_line), "is this a recording?",
                  {path_, line_ + 1, 0});
    BLOBGAUGE_TRY(const bool more, input_->append_to(buffer_));
    ended_ = !more;
  }
  if (begin_ == buffer_.size()) return false;
  line = std::string_view(buffer_).substr(begin_);  // a last line without line feed
  begin_ = buffer_.size();
  ++line_;
  return true;
}

}  // namespace blobgauge::recorder
