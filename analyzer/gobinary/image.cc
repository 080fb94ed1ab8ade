#include "analyzer/gobinary/image.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace blobgauge::analyzer::gobinary {

using model::Category;

namespace {

constexpr const char* what_is_read = "an ELF or PE executable for amd64 that the Go toolchain linked is read";

tl::unexpected<model::Error> refuse(const std::string& file, std::string message) {
  return model::fail(Category::input, std::move(message), what_is_read, {file, 0, 0});
}

}  // namespace

model::Result<Image> Image::open(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return model::fail(Category::input, fmt::format("cannot be opened: {}", std::strerror(errno)), {}, {path, 0, 0});
  struct stat state {};
  Image image;
  image.name_ = path;
  const bool regular = ::fstat(file, &state) == 0 && S_ISREG(state.st_mode);
  if (regular && state.st_size > 0) {
    // Private and writable: relocations change the pages that they touch, and no other is copied.
    void* mapped =
        ::mmap(nullptr, static_cast<std::size_t>(state.st_size), PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
    if (mapped != MAP_FAILED) {
      image.data_ = static_cast<std::uint8_t*>(mapped);
      image.size_ = static_cast<std::size_t>(state.st_size);
    }
  }
  ::close(file);
  if (!regular) return refuse(path, "is no regular file");
  if (!image.data_ && state.st_size > 0) return refuse(path, "cannot be mapped");
  return read(std::move(image));
}

model::Result<Image> Image::copy(std::string_view bytes, const std::string& name) {
  Image image;
  image.name_ = name;
  if (!bytes.empty()) {
    void* mapped = ::mmap(nullptr, bytes.size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) return refuse(name, "does not fit into memory");
    std::memcpy(mapped, bytes.data(), bytes.size());
    image.data_ = static_cast<std::uint8_t*>(mapped);
    image.size_ = bytes.size();
  }
  return read(std::move(image));
}

Image::Image(Image&& other) noexcept { *this = std::move(other); }

Image& Image::operator=(Image&& other) noexcept {
  if (this == &other) return *this;
  release();
  name_ = std::move(other.name_);
  form_ = other.form_;
  data_ = std::exchange(other.data_, nullptr);
  size_ = std::exchange(other.size_, 0);
  base_ = other.base_;
  end_ = other.end_;
  relocations_ = other.relocations_;
  relocations_size_ = other.relocations_size_;
  segments_ = std::move(other.segments_);
  sections_ = std::move(other.sections_);
  objects_ = std::move(other.objects_);
  return *this;
}

Image::~Image() { release(); }

void Image::release() {
  if (data_) ::munmap(data_, size_);
  data_ = nullptr;
}

model::Result<Image> Image::read(Image image) {
  const auto begins = [&](std::string_view magic) {
    return image.size_ >= magic.size() && std::memcmp(image.data_, magic.data(), magic.size()) == 0;
  };
  if (begins("\xcf\xfa\xed\xfe") || begins("\xca\xfe\xba\xbe"))
    return refuse(image.name_, "is a macOS executable (Mach-O)");
  if (begins("MZ")) {
    image.form_ = Form::pe;
    BLOBGAUGE_CHECK(image.read_pe());
  } else if (begins("\x7f\x45\x4c\x46")) {
    BLOBGAUGE_CHECK(image.read_elf());
  } else {
    return refuse(image.name_, "is no ELF or PE file");
  }
  return image;
}

model::Status Image::refused(std::string message) const { return refuse(name_, std::move(message)); }

model::Status Image::settle() {
  if (segments_.empty()) return refuse(name_, "loads nothing");
  std::stable_sort(segments_.begin(), segments_.end(),
                   [](const Segment& a, const Segment& b) { return a.address < b.address; });
  if (end_ - base_ > 0xffffffff) return refuse(name_, "spans more than 4 GiB of addresses");
  for (std::size_t i = 1; i < segments_.size(); ++i)
    if (segments_[i - 1].address + segments_[i - 1].bytes.size() > segments_[i].address)
      return refuse(name_, "has segments that overlap");
  return {};
}

const Image::Section* Image::section(std::string_view name) const {
  const auto found = std::find_if(sections_.begin(), sections_.end(), [&](const Section& s) { return s.name == name; });
  return found == sections_.end() ? nullptr : &*found;
}

Bytes Image::at(std::uint64_t address) const {
  for (const auto& segment : segments_)
    if (address - segment.address < segment.bytes.size()) return segment.bytes.subspan(address - segment.address);
  return {};
}

Bytes Image::at(std::uint64_t address, std::uint64_t size) const {
  const auto bytes = at(address);
  return size <= bytes.size() ? bytes.first(size) : Bytes{};
}

std::optional<std::uint64_t> Image::word(std::uint64_t address) const {
  const auto bytes = at(address, 8);
  return bytes.empty() ? std::nullopt : std::optional(load<std::uint64_t>(bytes.data()));
}

std::optional<std::uint32_t> Image::half(std::uint64_t address) const {
  const auto bytes = at(address, 4);
  return bytes.empty() ? std::nullopt : std::optional(load<std::uint32_t>(bytes.data()));
}

}  // namespace blobgauge::analyzer::gobinary
