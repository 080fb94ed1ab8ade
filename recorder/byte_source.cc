#include "recorder/byte_source.h"

#include <fmt/format.h>
#include <lzma.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <vector>

namespace blobgauge::recorder {
namespace {

using model::Category;
using model::fail;
using model::Result;
using model::Status;

constexpr std::size_t chunk = std::size_t{1} << 18;
constexpr std::size_t memory_piece = 4096;

struct Close {
  void operator()(std::FILE* file) const {
    if (file != stdin) std::fclose(file);
  }
};

class FileSource final : public ByteSource {
 public:
  FileSource(std::unique_ptr<std::FILE, Close> file, std::string path)
      : file_(std::move(file)), path_(std::move(path)) {}
  ~FileSource() override {
    if (form_ == Form::xz) lzma_end(&xz_);
    ZSTD_freeDStream(zstd_);
  }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

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

  Result<bool> append_to(std::string& out) override {
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

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::string bytes) : bytes_(std::move(bytes)) {}
  Result<bool> append_to(std::string& out) override {
    out.append(bytes_, at_, memory_piece);
    at_ = std::min(bytes_.size(), at_ + memory_piece);
    return at_ < bytes_.size();
  }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

class Utf8Source final : public ByteSource {
 public:
  explicit Utf8Source(std::unique_ptr<ByteSource> bytes) : bytes_(std::move(bytes)) {}

  Result<bool> append_to(std::string& out) override {
    bool more = true;
    if (form_ == Form::unknown) {
      while (more && raw_.size() < 3) {
        BLOBGAUGE_TRY(more, bytes_->append_to(raw_));
      }
      decide();
    } else {
      BLOBGAUGE_TRY(more, bytes_->append_to(raw_));
    }
    if (form_ == Form::utf8) {
      out += raw_;
      raw_.clear();
    } else {
      transcode(out, !more);
    }
    return more;
  }

 private:
  enum class Form { unknown, utf8, utf16_little, utf16_big };

  void decide() {
    const std::string_view head(raw_);
    std::size_t mark = 0;
    form_ = head.starts_with("\xFF\xFE")   ? Form::utf16_little
            : head.starts_with("\xFE\xFF") ? Form::utf16_big
                                           : Form::utf8;
    if (form_ != Form::utf8) mark = 2;
    if (head.starts_with("\xEF\xBB\xBF")) mark = 3;
    raw_.erase(0, mark);
  }

  std::uint32_t unit(std::size_t at) const {
    const auto first = static_cast<unsigned char>(raw_[at]), second = static_cast<unsigned char>(raw_[at + 1]);
    return form_ == Form::utf16_little ? first | second << 8U : first << 8U | second;
  }

  // A surrogate without its other half, and half a unit at the end, become U+FFFD.
  void transcode(std::string& out, bool last) {
    std::size_t at = 0;
    while (at + 2 <= raw_.size()) {
      auto code = unit(at);
      std::size_t taken = 2;
      if (code >= 0xD800 && code < 0xDC00) {
        if (at + 4 > raw_.size() && !last) break;
        const auto low = at + 4 <= raw_.size() ? unit(at + 2) : 0;
        if (low >= 0xDC00 && low < 0xE000) {
          code = 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00);
          taken = 4;
        }
      }
      append_code(out, code >= 0xD800 && code < 0xE000 ? 0xFFFD : code);
      at += taken;
    }
    raw_.erase(0, at);
    if (last && !raw_.empty()) append_code(out, 0xFFFD);
  }

  static void append_code(std::string& out, std::uint32_t code) {
    const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (code < 0x80) return put(code);
    if (code < 0x800) {
      put(0xC0U | code >> 6U);
    } else {
      if (code < 0x10000) {
        put(0xE0U | code >> 12U);
      } else {
        put(0xF0U | code >> 18U);
        put(0x80U | (code >> 12U & 0x3FU));
      }
      put(0x80U | (code >> 6U & 0x3FU));
    }
    put(0x80U | (code & 0x3FU));
  }

  std::unique_ptr<ByteSource> bytes_;
  std::string raw_;
  Form form_ = Form::unknown;
};

}  // namespace

Result<std::unique_ptr<ByteSource>> open_bytes(const std::string& path) {
  std::unique_ptr<std::FILE, Close> file(path == "-" ? stdin : std::fopen(path.c_str(), "rb"));
  if (!file) return fail(Category::input, fmt::format("cannot be read: {}", std::strerror(errno)), {}, {path, 0, 0});
  auto source = std::make_unique<FileSource>(std::move(file), path);
  BLOBGAUGE_CHECK(source->start());
  return source;
}

std::unique_ptr<ByteSource> bytes_of(std::string bytes) { return std::make_unique<MemorySource>(std::move(bytes)); }

std::unique_ptr<ByteSource> as_utf8(std::unique_ptr<ByteSource> bytes) {
  return std::make_unique<Utf8Source>(std::move(bytes));
}

}  // namespace blobgauge::recorder
