#include "model/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

namespace blobgauge::model {
namespace {

constexpr std::size_t piece_size = 64 * 1024;

tl::unexpected<Error> cannot_read(const std::string& path) {
  return fail(Category::input, fmt::format("cannot read: {}", std::strerror(errno)), {}, {path, 0, 0});
}

tl::unexpected<Error> cannot_write(const std::string& path) {
  const bool full = errno == ENOSPC || errno == EDQUOT;
  return fail(Category::output, fmt::format("cannot write: {}", std::strerror(errno)),
              full ? "free some space, or choose another place with -o" : "", {path, 0, 0});
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(descriptor, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
  const bool standard = path == "-";
  const int descriptor = standard ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return cannot_read(path);
  std::string text;
  ssize_t n = 0;
  do {
    const std::size_t before = text.size();
    text.resize(before + piece_size);
    n = ::read(descriptor, text.data() + before, piece_size);
    text.resize(before + static_cast<std::size_t>(n > 0 ? n : 0));
  } while (n > 0 || (n < 0 && errno == EINTR));
  const int error = errno;
  if (!standard) ::close(descriptor);
  errno = error;
  if (n < 0) return cannot_read(path);
  return text;
}

Status keep_secret(const std::string& path, std::string_view text) {
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  std::string part = path + "-XXXXXX";                        // what mkostemp fills in
  const int descriptor = ::mkostemp(part.data(), O_CLOEXEC);  // mode 0600
  if (descriptor < 0) return cannot_write(path);
  const bool written = write_all(descriptor, text);
  const bool closed = ::close(descriptor) == 0;
  // Whoever links first has made it.
  const bool linked = written && closed && (::link(part.c_str(), path.c_str()) == 0 || errno == EEXIST);
  const int reason = errno;
  ::unlink(part.c_str());
  errno = reason;
  return linked ? Status{} : cannot_write(path);
}

Status write_file(const std::string& path, std::string_view text) {
  BLOBGAUGE_TRY(OutputFile file, OutputFile::create(path));
  BLOBGAUGE_CHECK(file.write(text));
  return file.finish();
}

Result<OutputFile> OutputFile::create(const std::string& path) {
  OutputFile file;
  file.name_ = path == "-" ? "standard output" : path;
  if (path == "-") {
    file.descriptor_ = STDOUT_FILENO;
    return file;
  }
  struct stat state {};
  const bool exists = ::stat(path.c_str(), &state) == 0;
  if (exists && !S_ISREG(state.st_mode)) {
    file.descriptor_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (file.descriptor_ < 0) return cannot_write(path);
    return file;
  }
  char resolved[PATH_MAX];
  file.target_ = exists && ::realpath(path.c_str(), resolved) ? resolved : path;
  file.part_ = fmt::format("{}.part-{}", file.target_, ::getpid());
  const mode_t mode = exists ? state.st_mode & 07777 : 0666;
  file.descriptor_ = ::open(file.part_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (file.descriptor_ < 0) {
    file.part_.clear();
    return cannot_write(path);
  }
  return file;
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : name_(std::move(other.name_)),
      target_(std::move(other.target_)),
      part_(std::move(other.part_)),
      buffer_(std::move(other.buffer_)),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

OutputFile::~OutputFile() {
  if (descriptor_ < 0) return;
  if (descriptor_ != STDOUT_FILENO) ::close(descriptor_);
  if (!target_.empty()) ::unlink(part_.c_str());
}

Status OutputFile::write(std::string_view text) {
  buffer_ += text;
  return buffer_.size() >= piece_size ? flush() : Status{};
}

Status OutputFile::flush() {
  const bool written = write_all(descriptor_, buffer_);
  buffer_.clear();
  if (!written) return cannot_write(name_);
  return {};
}

Status OutputFile::finish() {
  BLOBGAUGE_CHECK(flush());
  if (descriptor_ == STDOUT_FILENO) {
    descriptor_ = -1;
    return {};
  }
  // Some file systems report a full disk only here.
  const bool closed = ::close(descriptor_) == 0;
  descriptor_ = -1;
  if (closed && (target_.empty() || ::rename(part_.c_str(), target_.c_str()) == 0)) return {};
  auto error = cannot_write(name_);
  if (!target_.empty()) ::unlink(part_.c_str());
  return error;
}

}  // namespace blobgauge::model
