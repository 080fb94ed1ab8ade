#include "model/lines.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

namespace blobgauge::model {

namespace {

constexpr std::size_t one_read = 256 * 1024;

// Decoded bytes that were not given out yet. The room behind them is not zeroed: it is filled by read and zstd.
class Pending {
 public:
  const char* begin() const { return data_.get() + begin_; }
  std::size_t size() const { return end_ - begin_; }
  void drop(std::size_t count) { begin_ += count; }
  // Where `count` more bytes may be written, then to be told to `grown`. Moves what is there.
  char* room(std::size_t count) {
    if (end_ + count + LineReader::padding > capacity_) make_room(count);
    return data_.get() + end_;
  }
  void grown(std::size_t count) { end_ += count; }

 private:
  void make_room(std::size_t count) {
    const auto held = size(), wanted = held + count + LineReader::padding;
    if (wanted <= capacity_) {
      std::memmove(data_.get(), begin(), held);
    } else {
      capacity_ = std::max(wanted, 2 * capacity_);
      auto larger = std::make_unique_for_overwrite<char[]>(capacity_);
      if (held) std::memcpy(larger.get(), begin(), held);
      data_ = std::move(larger);
    }
    begin_ = 0;
    end_ = held;
  }

  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0, begin_ = 0, end_ = 0;
};

}  // namespace

struct LineReader::Impl {
  std::string path;
  int descriptor = -1;
  bool first = true, compressed = false, at_end = false, cut = false, frame_open = false;
  std::size_t number = 0;
  std::vector<char> raw;  // of a compressed file
  ZSTD_inBuffer input{nullptr, 0, 0};
  ZSTD_DCtx* context = nullptr;
  Pending text;
  std::size_t searched = 0;  // of `text`: no line feed stands there

  ~Impl() {
    if (descriptor > 0) ::close(descriptor);
    ZSTD_freeDCtx(context);
  }

  Error error(std::string message) const { return {Category::input, std::move(message), {}, {path, number + 1, 0}}; }

  Result<std::size_t> read(char* to, std::size_t most) {
    for (;;) {
      const auto count = ::read(descriptor, to, most);
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno != EINTR) return tl::make_unexpected(error(fmt::format("cannot be read: {}", std::strerror(errno))));
    }
  }

  // The file's first bytes tell its form; a pipe may give them one by one.
  Status begin() {
    constexpr unsigned char magic[] = {0x28, 0xb5, 0x2f, 0xfd};
    char* const to = text.room(one_read);
    std::size_t held = 0;
    while (held < sizeof magic && !at_end) {
      BLOBGAUGE_TRY(const auto count, read(to + held, one_read - held));
      held += count;
      at_end = count == 0;
    }
    compressed = held >= sizeof magic && std::memcmp(to, magic, sizeof magic) == 0;
    if (!compressed) {
      text.grown(held);
      return {};
    }
    context = ZSTD_createDCtx();
    raw.resize(one_read);
    std::memcpy(raw.data(), to, held);
    input = {raw.data(), held, 0};
    return {};
  }

  // More decoded bytes in `text`, or at_end.
  Status fill() {
    if (first) {
      first = false;
      return begin();
    }
    if (!compressed) {
      BLOBGAUGE_TRY(const auto count, read(text.room(one_read), one_read));
      text.grown(count);
      at_end = count == 0;
      return {};
    }
    if (input.pos == input.size) {
      BLOBGAUGE_TRY(const auto count, read(raw.data(), raw.size()));
      input = {raw.data(), count, 0};
      if (count == 0) {
        at_end = true;
        cut = cut || frame_open;
        return {};
      }
    }
    const auto most = ZSTD_DStreamOutSize();
    ZSTD_outBuffer output{text.room(most), most, 0};
    const auto left = ZSTD_decompressStream(context, &output, &input);
    text.grown(output.pos);
    if (ZSTD_isError(left)) return tl::make_unexpected(error(fmt::format("not zstd: {}", ZSTD_getErrorName(left))));
    frame_open = left != 0;
    return {};
  }
};

LineReader::LineReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LineReader::LineReader(LineReader&&) noexcept = default;
LineReader::~LineReader() = default;

Result<LineReader> LineReader::open(const std::string& path) {
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  impl->descriptor = path == "-" ? 0 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (impl->descriptor < 0)
    return fail(Category::input, fmt::format("cannot be read: {}", std::strerror(errno)), {}, {path, 0, 0});
  return LineReader(std::move(impl));
}

Result<bool> LineReader::next(Line& line) {
  auto& in = *impl_;
  const auto give = [&](std::size_t size, bool terminated) {
    line = {std::string_view(in.text.begin(), size), terminated};
    in.text.drop(size + terminated);
    in.searched = 0;
    ++in.number;
    return true;
  };
  for (;;) {
    const auto left = in.text.size() - in.searched;
    const void* feed = left ? std::memchr(in.text.begin() + in.searched, '\n', left) : nullptr;
    if (feed) return give(static_cast<std::size_t>(static_cast<const char*>(feed) - in.text.begin()), true);
    if (in.at_end) return in.text.size() != 0 && give(in.text.size(), false);
    in.searched = in.text.size();
    if (in.searched > longest) return tl::make_unexpected(in.error("a line longer than 1 GiB"));
    BLOBGAUGE_CHECK(in.fill());
  }
}

bool LineReader::cut() const { return impl_->cut; }
std::size_t LineReader::number() const { return impl_->number; }
const std::string& LineReader::path() const { return impl_->path; }

}  // namespace blobgauge::model
