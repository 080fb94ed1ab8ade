// The PE form of an image (Windows): Microsoft's "PE Format", COFF header, optional header of PE32+ and section table.
// Go writes its pointers for the preferred base address, so base relocations, which only move them, are not needed.
#include <fmt/format.h>

#include <algorithm>

#include "analyzer/gobinary/image.h"

namespace blobgauge::analyzer::gobinary {
namespace {

constexpr std::uint32_t signature = 0x00004550;  // "PE" and two zero bytes
constexpr std::uint16_t machine_amd64 = 0x8664, machine_arm64 = 0xaa64, pe32_plus = 0x20b;
constexpr std::uint16_t is_executable = 0x0002, is_library = 0x2000;  // "Characteristics" of the file
constexpr std::uint32_t discardable = 0x02000000, executes = 0x20000000, writes = 0x80000000;  // of a section
constexpr std::size_t coff_header_size = 24, section_header_size = 40;  // the first with its "PE\0\0"

// The caller has checked that it is there.
template <class T>
T field(Bytes bytes, std::size_t at) {
  return load<T>(bytes.data() + at);
}

// Eight bytes, zero-filled where the name is shorter.
std::string_view name_of(Bytes header) {
  const std::string_view name(reinterpret_cast<const char*>(header.data()), 8);
  return name.substr(0, name.find('\0'));
}

}  // namespace

model::Status Image::read_pe() {
  const Bytes file(data_, size_);
  constexpr std::size_t start_at = 0x3c;
  const std::size_t start = size_ < start_at + 4 ? size_ : field<std::uint32_t>(file, start_at);
  if (start > size_ || size_ - start < coff_header_size || field<std::uint32_t>(file, start) != signature)
    return refused("begins as a Windows executable (PE) and has no PE header");
  const auto coff = file.subspan(start);
  const auto machine = field<std::uint16_t>(coff, 4), section_count = field<std::uint16_t>(coff, 6),
             optional_size = field<std::uint16_t>(coff, 20), characteristics = field<std::uint16_t>(coff, 22);
  if (machine == machine_arm64) return refused("is for arm64");
  if (machine != machine_amd64) return refused(fmt::format("is for another processor (PE machine {:#x})", machine));
  if (!(characteristics & is_executable) || (characteristics & is_library))
    return refused("is a PE file but no executable");
  const auto header = coff.subspan(coff_header_size);
  if (header.size() < optional_size || optional_size < 32 || field<std::uint16_t>(header, 0) != pe32_plus)
    return refused("has no PE32+ header, or it is cut");
  const auto preferred = field<std::uint64_t>(header, 24);
  auto headers = header.subspan(optional_size);
  if (headers.size() / section_header_size < section_count) return refused("ends within its section headers");
  base_ = ~std::uint64_t{0};
  for (std::size_t i = 0; i < section_count; ++i, headers = headers.subspan(section_header_size)) {
    const std::uint64_t memory = field<std::uint32_t>(headers, 8), offset = field<std::uint32_t>(headers, 20);
    std::uint64_t stored = field<std::uint32_t>(headers, 16);
    const auto address = preferred + field<std::uint32_t>(headers, 12);
    const auto flags = field<std::uint32_t>(headers, 36);
    // Symbols, debug information and base relocations, which a running program need not have.
    if ((flags & discardable) || memory == 0) continue;
    // What is stored is rounded up to the alignment of files.
    stored = std::min(stored, memory);
    if (offset > size_ || stored > size_ - offset)
      return refused(fmt::format("is truncated: a section ends at byte {} of {}", offset + stored, size_));
    if (address < preferred || address + memory < address)
      return refused("has a section that does not fit into the address space");
    base_ = std::min(base_, address);
    end_ = std::max(end_, address + memory);
    segments_.push_back({address, file.subspan(offset, stored), (flags & executes) != 0, (flags & writes) != 0});
    sections_.push_back({name_of(headers), address, memory});
  }
  return settle();
}

}  // namespace blobgauge::analyzer::gobinary
