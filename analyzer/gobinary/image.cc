#include "analyzer/gobinary/image.h"

#include <elf.h>
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

constexpr const char* what_is_read = "an ELF executable for amd64 that the Go toolchain linked is read";

tl::unexpected<model::Error> refuse(const std::string& file, std::string message) {
  return model::fail(Category::input, std::move(message), what_is_read, {file, 0, 0});
}

// The table is taken only where it lies in the file as a whole.
template <class T>
std::span<const T> table(Bytes file, std::uint64_t offset, std::uint64_t count) {
  if (offset > file.size() || count > (file.size() - offset) / sizeof(T) || offset % alignof(T) != 0) return {};
  return {reinterpret_cast<const T*>(file.data() + offset), static_cast<std::size_t>(count)};
}

// Up to the first zero byte.
std::string_view text_at(Bytes file, std::uint64_t offset, std::uint64_t size, std::uint64_t at) {
  if (offset > file.size() || size > file.size() - offset || at >= size) return {};
  const auto* start = reinterpret_cast<const char*>(file.data() + offset + at);
  const auto* end = static_cast<const char*>(std::memchr(start, 0, size - at));
  return end ? std::string_view(start, end) : std::string_view();
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
  BLOBGAUGE_CHECK(image.read_segments());
  image.read_sections();
  return image;
}

model::Status Image::read_segments() {
  const Bytes file(data_, size_);
  const auto begins = [&](std::string_view magic) {
    return size_ >= magic.size() && std::memcmp(data_, magic.data(), magic.size()) == 0;
  };
  if (begins("MZ")) return refuse(name_, "is a Windows executable (PE)");
  if (begins("\xcf\xfa\xed\xfe") || begins("\xca\xfe\xba\xbe")) return refuse(name_, "is a macOS executable (Mach-O)");
  if (!begins(ELFMAG)) return refuse(name_, "is no ELF file");
  if (size_ < sizeof(Elf64_Ehdr)) return refuse(name_, "ends within its ELF header");
  const auto header = load<Elf64_Ehdr>(data_);
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_machine != EM_X86_64)
    return refuse(name_, header.e_machine == EM_AARCH64
                             ? "is for arm64"
                             : fmt::format("is for another processor (ELF machine {})", header.e_machine));
  if (header.e_type != ET_EXEC && header.e_type != ET_DYN) return refuse(name_, "is an ELF file but no executable");
  const auto programs = table<Elf64_Phdr>(file, header.e_phoff, header.e_phnum);
  if (header.e_phentsize != sizeof(Elf64_Phdr) || programs.empty())
    return refuse(name_, "has no program headers, or they lie outside of the file");
  std::uint64_t dynamic = 0, dynamic_size = 0;
  base_ = ~std::uint64_t{0};
  for (const auto& program : programs) {
    if (program.p_type == PT_DYNAMIC) {
      dynamic = program.p_vaddr;
      dynamic_size = program.p_filesz;
    }
    if (program.p_type != PT_LOAD || program.p_memsz == 0) continue;
    if (program.p_offset > size_ || program.p_filesz > size_ - program.p_offset)
      return refuse(name_, fmt::format("is truncated: a segment ends at byte {} of {}",
                                       program.p_offset + program.p_filesz, size_));
    if (program.p_filesz > program.p_memsz || program.p_vaddr + program.p_memsz < program.p_vaddr)
      return refuse(name_, "has a segment that does not fit into the address space");
    base_ = std::min(base_, program.p_vaddr);
    end_ = std::max(end_, program.p_vaddr + program.p_memsz);
    segments_.push_back({program.p_vaddr, file.subspan(program.p_offset, program.p_filesz),
                         (program.p_flags & PF_X) != 0, (program.p_flags & PF_W) != 0});
  }
  if (segments_.empty()) return refuse(name_, "loads nothing");
  if (end_ - base_ > 0xffffffff) return refuse(name_, "spans more than 4 GiB of addresses");
  std::stable_sort(segments_.begin(), segments_.end(),
                   [](const Segment& a, const Segment& b) { return a.address < b.address; });
  for (std::size_t i = 1; i < segments_.size(); ++i)
    if (segments_[i - 1].address + segments_[i - 1].bytes.size() > segments_[i].address)
      return refuse(name_, "has segments that overlap");
  if (dynamic != 0) apply_relocations(dynamic, dynamic_size);
  return {};
}

// Go's own linker and the system's write the addends of a position independent program beside the places and leave
// the places zero. Only what a Go program's data needs is applied; calls into C libraries stay open.
void Image::apply_relocations(std::uint64_t dynamic, std::uint64_t size) {
  std::uint64_t symbols = 0;
  for (auto at = dynamic; size >= sizeof(Elf64_Dyn); at += sizeof(Elf64_Dyn), size -= sizeof(Elf64_Dyn)) {
    const auto entry = this->at(at, sizeof(Elf64_Dyn));
    if (entry.empty()) break;
    const auto tag = load<std::uint64_t>(entry.data()), value = load<std::uint64_t>(entry.data() + 8);
    if (tag == DT_NULL) break;
    if (tag == DT_RELA) relocations_ = value;
    if (tag == DT_RELASZ) relocations_size_ = value;
    if (tag == DT_SYMTAB) symbols = value;
  }
  const auto entries = at(relocations_, relocations_size_);
  if (entries.empty()) relocations_ = relocations_size_ = 0;
  for (std::size_t i = 0; i + sizeof(Elf64_Rela) <= entries.size(); i += sizeof(Elf64_Rela)) {
    const auto entry = load<Elf64_Rela>(entries.data() + i);
    auto value = static_cast<std::uint64_t>(entry.r_addend);
    if (ELF64_R_TYPE(entry.r_info) == R_X86_64_64) {
      const auto symbol = at(symbols + ELF64_R_SYM(entry.r_info) * sizeof(Elf64_Sym), sizeof(Elf64_Sym));
      if (symbol.empty() || load<Elf64_Sym>(symbol.data()).st_shndx == SHN_UNDEF) continue;
      value += load<Elf64_Sym>(symbol.data()).st_value;
    } else if (ELF64_R_TYPE(entry.r_info) != R_X86_64_RELATIVE) {
      continue;
    }
    const auto place = at(entry.r_offset, 8);
    if (place.empty()) continue;
    std::memcpy(data_ + (place.data() - data_), &value, sizeof value);
  }
}

// Sections and symbols are hints, which a stripped file lacks; where they are wrong they are left out.
void Image::read_sections() {
  const Bytes file(data_, size_);
  const auto header = load<Elf64_Ehdr>(data_);
  const auto headers = table<Elf64_Shdr>(file, header.e_shoff, header.e_shnum);
  if (header.e_shentsize != sizeof(Elf64_Shdr) || header.e_shstrndx >= headers.size()) return;
  const auto& names = headers[header.e_shstrndx];
  for (const auto& section : headers) {
    if ((section.sh_flags & SHF_ALLOC) && section.sh_addr != 0)
      sections_.push_back(
          {text_at(file, names.sh_offset, names.sh_size, section.sh_name), section.sh_addr, section.sh_size});
    if (section.sh_type != SHT_SYMTAB) continue;
    for (const auto& symbol : table<Elf64_Sym>(file, section.sh_offset, section.sh_size / sizeof(Elf64_Sym)))
      if (ELF64_ST_TYPE(symbol.st_info) == STT_OBJECT && symbol.st_size > 0 && symbol.st_value >= base_ &&
          symbol.st_value < end_ && symbol.st_size <= end_ - symbol.st_value)
        objects_.push_back({symbol.st_value, symbol.st_size});
  }
  std::sort(objects_.begin(), objects_.end(), [](const Object& a, const Object& b) {
    return a.address != b.address ? a.address < b.address : a.size > b.size;
  });
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
