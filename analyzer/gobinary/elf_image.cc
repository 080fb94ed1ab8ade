// The ELF form of an image: "Tool Interface Standard, Executable and Linking Format", and its supplement for AMD64.
#include <elf.h>
#include <fmt/format.h>

#include <algorithm>

#include "analyzer/gobinary/image.h"

namespace blobgauge::analyzer::gobinary {
namespace {

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

model::Status Image::read_elf() {
  const Bytes file(data_, size_);
  if (size_ < sizeof(Elf64_Ehdr)) return refused("ends within its ELF header");
  const auto header = load<Elf64_Ehdr>(data_);
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_machine != EM_X86_64)
    return refused(header.e_machine == EM_AARCH64
                       ? "is for arm64"
                       : fmt::format("is for another processor (ELF machine {})", header.e_machine));
  if (header.e_type != ET_EXEC && header.e_type != ET_DYN) return refused("is an ELF file but no executable");
  const auto programs = table<Elf64_Phdr>(file, header.e_phoff, header.e_phnum);
  if (header.e_phentsize != sizeof(Elf64_Phdr) || programs.empty())
    return refused("has no program headers, or they lie outside of the file");
  std::uint64_t dynamic = 0, dynamic_size = 0;
  base_ = ~std::uint64_t{0};
  for (const auto& program : programs) {
    if (program.p_type == PT_DYNAMIC) {
      dynamic = program.p_vaddr;
      dynamic_size = program.p_filesz;
    }
    if (program.p_type != PT_LOAD || program.p_memsz == 0) continue;
    if (program.p_offset > size_ || program.p_filesz > size_ - program.p_offset)
      return refused(
          fmt::format("is truncated: a segment ends at byte {} of {}", program.p_offset + program.p_filesz, size_));
    if (program.p_filesz > program.p_memsz || program.p_vaddr + program.p_memsz < program.p_vaddr)
      return refused("has a segment that does not fit into the address space");
    base_ = std::min(base_, program.p_vaddr);
    end_ = std::max(end_, program.p_vaddr + program.p_memsz);
    segments_.push_back({program.p_vaddr, file.subspan(program.p_offset, program.p_filesz),
                         (program.p_flags & PF_X) != 0, (program.p_flags & PF_W) != 0});
  }
  BLOBGAUGE_CHECK(settle());
  if (dynamic != 0) apply_relocations(dynamic, dynamic_size);
  read_elf_sections();
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
void Image::read_elf_sections() {
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

}  // namespace blobgauge::analyzer::gobinary
