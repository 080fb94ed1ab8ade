#pragma once
// The memory image of an ELF or PE file for amd64: its loaded segments by address, as they lie where the linker wanted
// them, with the relocations of a position independent ELF program applied to a private copy. Nothing in the file is
// trusted: each view ends with the bytes that the file really has.
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.h"

namespace blobgauge::analyzer::gobinary {

using Bytes = std::span<const std::uint8_t>;

// Little-endian, at a place that the caller has checked.
template <class T>
T load(const std::uint8_t* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

class Image {
 public:
  struct Segment {
    std::uint64_t address = 0;
    Bytes bytes;  // what the file has of it; the rest is zero
    bool executable = false, writable = false;
  };
  enum class Form { elf, pe };
  struct Section {
    std::string_view name;
    std::uint64_t address = 0, size = 0;
  };
  // A variable that the symbol table bounds.
  struct Object {
    std::uint64_t address = 0, size = 0;
  };

  // Category::input; the message names the file.
  static model::Result<Image> open(const std::string& path);
  static model::Result<Image> copy(std::string_view bytes, const std::string& name);
  Image(Image&& other) noexcept;
  Image& operator=(Image&& other) noexcept;
  ~Image();

  const std::string& name() const { return name_; }
  Form form() const { return form_; }
  const std::vector<Segment>& segments() const { return segments_; }
  const std::vector<Section>& sections() const { return sections_; }
  const std::vector<Object>& objects() const { return objects_; }  // by address, not empty, may overlap
  const Section* section(std::string_view name) const;

  std::uint64_t base() const { return base_; }  // least loaded address
  std::uint64_t end() const { return end_; }    // beyond the last; less than 4 GiB from base()

  // The table of relocations, which holds the address of every pointer; 0 bytes where there is none.
  std::uint64_t relocations() const { return relocations_; }
  std::uint64_t relocations_size() const { return relocations_size_; }

  // From the address to the end of the bytes that the file has there; empty where it has none.
  Bytes at(std::uint64_t address) const;
  // Exactly `size` bytes, or nothing.
  Bytes at(std::uint64_t address, std::uint64_t size) const;
  std::optional<std::uint64_t> word(std::uint64_t address) const;  // 8 bytes
  std::optional<std::uint32_t> half(std::uint64_t address) const;  // 4 bytes

 private:
  Image() = default;
  static model::Result<Image> read(Image image);
  model::Status read_elf();
  void read_elf_sections();
  void apply_relocations(std::uint64_t dynamic, std::uint64_t size);
  model::Status read_pe();
  model::Status settle();  // orders the segments and refuses what no program has
  model::Status refused(std::string message) const;
  void release();

  std::string name_;
  Form form_ = Form::elf;
  std::uint8_t* data_ = nullptr;  // private and writable
  std::size_t size_ = 0;
  std::uint64_t base_ = 0, end_ = 0, relocations_ = 0, relocations_size_ = 0;
  std::vector<Segment> segments_;
  std::vector<Section> sections_;
  std::vector<Object> objects_;
};

}  // namespace blobgauge::analyzer::gobinary
