#include "model/lines.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zstd.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace blobgauge::model {

struct LineReader::Impl {
  std::string path;
  int descriptor = -1;
  bool first = true, compressed = false, at_end = false, cut = false, frame_open = false;
  std::size_t number = 0;
  std::vector<char> raw = std::vector<char>(256 * 1024);
  ZSTD_inBuffer input{nullptr, 0, 0};
  ZSTD_DCtx* context = nullptr;
  std::string text;       // decoded bytes not yet given out, from `start` on
  std::size_t start = 0;  // of the next line
  std::size_t searched = 0;

  ~Impl() {
    if (descriptor > 0) ::close(descriptor);
    ZSTD_freeDCtx(context);
  }

  Error error(std::string message) const { return {Category::input, std::move(message), {}, {path, number + 1, 0}}; }

  Result<std::size_t> read_raw() {
    for (;;) {
      const auto count = ::read(descriptor, raw.data(), raw.size());
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno != EINTR) return tl::make_unexpected(error(fmt::format("cannot be read: {}", std::strerror(errno))));
    }
  }

  // Appends more decoded bytes to `text`, or sets at_end.
  Status fill() {
    if (input.pos == input.size) {
      BLOBGAUGE_TRY(const auto count, read_raw());
      input = {raw.data(), count, 0};
      if (first) {
        first = false;
        constexpr unsigned char magic[] = {0x28, 0xb5, 0x2f, 0xfd};
        compressed = count >= 4 && std::memcmp(raw.data(), magic, 4) == 0;
        if (compressed) context = ZSTD_createDCtx();
      }
      if (count == 0) {
        at_end = true;
        cut = cut || frame_open;
        return {};
      }
    }
    if (!compressed) {
      text.append(raw.data(), input.size);
      input.pos = input.size;
      return {};
    }
    const auto before = text.size();
    text.resize(before + ZSTD_DStreamOutSize());
    ZSTD_outBuffer output{text.data() + before, text.size() - before, 0};
    const auto left = ZSTD_decompressStream(context, &output, &input);
    text.resize(before + output.pos);
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
  for (;;) {
    const auto feed = in.text.find('\n', in.searched);
    if (feed != std::string::npos) {
      line = {std::string_view(in.text).substr(in.start, feed - in.start), true};
      in.start = in.searched = feed + 1;
      ++in.number;
      // The line's padding may reach past the decoded bytes; reserve, so that it is readable memory.
      if (in.text.capacity() < feed + 1 + padding) {
        const auto at = line.text.data() - in.text.data();
        in.text.reserve(in.text.size() + padding);
        line.text = std::string_view(in.text).substr(static_cast<std::size_t>(at), line.text.size());
      }
      return true;
    }
    if (in.at_end) {
      if (in.start == in.text.size()) return false;
      const auto size = in.text.size() - in.start;
      in.text.reserve(in.text.size() + padding);
      line = {std::string_view(in.text).substr(in.start, size), false};
      in.start = in.searched = in.text.size();
      ++in.number;
      return true;
    }
    in.text.erase(0, in.start);
    in.start = 0;
    in.searched = in.text.size();
    if (in.text.size() > longest) return tl::make_unexpected(in.error("a line longer than 1 GiB"));
    BLOBGAUGE_CHECK(in.fill());
  }
}

bool LineReader::cut() const { return impl_->cut; }
std::size_t LineReader::number() const { return impl_->number; }
const std::string& LineReader::path() const { return impl_->path; }

}  // namespace blobgauge::model
