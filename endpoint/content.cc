#include "endpoint/content.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <mutex>

namespace blobgauge::endpoint {

using model::Category;

struct ContentStore::State {
  SpillOptions options;
  std::atomic<std::uint64_t> memory{0}, spilled{0};
  std::mutex opening;
  std::atomic<int> file{-1};
  std::atomic<std::uint64_t> end{0};  // of the file; holes are given back, offsets are not used again

  ~State() {
    if (file >= 0) ::close(file);
  }

  model::Status open() {
    const std::scoped_lock lock(opening);
    if (file >= 0) return {};
    std::string directory = options.directory;
    if (directory.empty()) {
      const char* given = std::getenv("TMPDIR");
      directory = given && *given ? given : "/tmp";
    }
    const auto failed = [&] {
      return model::fail(Category::output, fmt::format("cannot spill to {}: {}", directory, std::strerror(errno)),
                         "name a directory with room");
    };
    int opened = ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (opened < 0) {  // not every file system has files without a name
      std::string name = directory + "/blobgauge-spill-XXXXXX";
      opened = ::mkostemp(name.data(), O_CLOEXEC);
      if (opened < 0) return failed();
      ::unlink(name.c_str());
    }
    file = opened;
    return {};
  }

  // True if `size` more bytes may stay in memory; they are counted then.
  bool reserve(std::uint64_t size) {
    auto used = memory.load();
    while (used + size <= options.memory)
      if (memory.compare_exchange_weak(used, used + size)) return true;
    return false;
  }
};

class Content::Piece {
 public:
  Piece(std::shared_ptr<ContentStore::State> state, std::string bytes)
      : state_(std::move(state)), bytes_(std::move(bytes)), size_(bytes_.size()) {}
  Piece(std::shared_ptr<ContentStore::State> state, std::uint64_t at, std::uint64_t size)
      : state_(std::move(state)), in_file_(true), at_(at), size_(size) {
    state_->spilled += size;
  }
  Piece(const Piece&) = delete;
  Piece& operator=(const Piece&) = delete;
  ~Piece() {
    if (!in_file_) {
      state_->memory -= size_;
      return;
    }
    state_->spilled -= size_;
    // Best effort: a file system without holes keeps the space until the process ends.
    (void)::fallocate(state_->file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(at_),
                      static_cast<off_t>(size_));
  }

  model::Status read(std::uint64_t offset, std::span<char> out) const {
    if (!in_file_) {
      std::memcpy(out.data(), bytes_.data() + offset, out.size());
      return {};
    }
    while (!out.empty()) {
      const auto got = ::pread(state_->file, out.data(), out.size(), static_cast<off_t>(at_ + offset));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0)
        return model::fail(Category::internal, fmt::format("cannot read the spill file back: {}",
                                                           got < 0 ? std::strerror(errno) : "it is too short"));
      out = out.subspan(static_cast<std::size_t>(got));
      offset += static_cast<std::uint64_t>(got);
    }
    return {};
  }

 private:
  std::shared_ptr<ContentStore::State> state_;
  std::string bytes_;
  bool in_file_ = false;
  std::uint64_t at_ = 0, size_ = 0;
};

void Content::add(std::shared_ptr<const Piece> piece, std::uint64_t offset, std::uint64_t size) {
  if (size > 0) parts_.push_back({std::move(piece), offset, size, this->size() + size});
}

model::Status Content::read(std::uint64_t offset, std::span<char> out) const {
  auto part = std::upper_bound(parts_.begin(), parts_.end(), offset,
                               [](std::uint64_t at, const Part& candidate) { return at < candidate.end; });
  for (; !out.empty(); ++part) {
    if (part == parts_.end()) return model::fail(Category::internal, "read beyond the end of a content");
    const auto inside = offset - (part->end - part->size);
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), part->size - inside));
    BLOBGAUGE_CHECK(part->piece->read(part->offset + inside, out.first(size)));
    out = out.subspan(size);
    offset += size;
  }
  return {};
}

Content Content::slice(std::uint64_t offset, std::uint64_t size) const {
  Content out;
  for (const auto& part : parts_) {
    const auto begin = part.end - part.size;
    const auto from = std::max(begin, offset), to = std::min(part.end, offset + size);
    if (from < to) out.add(part.piece, part.offset + (from - begin), to - from);
  }
  return out;
}

void Content::append(const Content& other) {
  for (const auto& part : other.parts_) add(part.piece, part.offset, part.size);
}

model::Status ContentWriter::append(std::string_view bytes) {
  const auto piece = store_->state_->options.piece;
  while (!bytes.empty()) {
    const auto take = std::min(bytes.size(), piece - buffer_.size());
    buffer_ += bytes.substr(0, take);
    bytes.remove_prefix(take);
    if (buffer_.size() == piece) BLOBGAUGE_CHECK(flush());
  }
  return {};
}

model::Status ContentWriter::flush() {
  if (buffer_.empty()) return {};
  auto& state = store_->state_;
  const auto size = buffer_.size();
  if (state->reserve(size)) {
    buffer_.shrink_to_fit();
    content_.add(std::make_shared<Content::Piece>(state, std::exchange(buffer_, {})), 0, size);
    return {};
  }
  BLOBGAUGE_CHECK(state->open());
  const auto at = state->end.fetch_add(size);
  for (std::size_t done = 0; done < size;) {
    const auto wrote = ::pwrite(state->file, buffer_.data() + done, size - done, static_cast<off_t>(at + done));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0)
      return model::fail(Category::output, fmt::format("cannot write the spill file: {}", std::strerror(errno)),
                         "name a directory with room, or allow more memory");
    done += static_cast<std::size_t>(wrote);
  }
  content_.add(std::make_shared<Content::Piece>(state, at, size), 0, size);
  buffer_.clear();
  return {};
}

model::Result<Content> ContentWriter::finish() {
  BLOBGAUGE_CHECK(flush());
  return std::exchange(content_, {});
}

ContentStore::ContentStore(SpillOptions options) : state_(std::make_shared<State>()) {
  state_->options = std::move(options);
}
ContentStore::~ContentStore() = default;
std::uint64_t ContentStore::memory_used() const { return state_->memory; }
std::uint64_t ContentStore::spilled() const { return state_->spilled; }

}  // namespace blobgauge::endpoint
