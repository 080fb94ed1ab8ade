#include "analyzer/gobinary/module_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace blobgauge::analyzer::gobinary {

namespace {

constexpr std::uint32_t newest_minor = 27;

std::optional<TableForm> form_of(std::uint32_t magic) {
  switch (magic) {
    case 0xfffffffb:
      return TableForm::go12;
    case 0xfffffffa:
      return TableForm::go116;
    case 0xfffffff0:
      return TableForm::go118;
    case 0xfffffff1:
      return TableForm::go120;
    default:
      return std::nullopt;
  }
}

// Magic, two zero bytes, least instruction size 1, pointer size 8.
bool is_header(Bytes bytes) {
  return bytes.size() >= 16 && form_of(load<std::uint32_t>(bytes.data())) && bytes[4] == 0 && bytes[5] == 0 &&
         bytes[6] == 1 && bytes[7] == 8;
}

std::vector<std::uint64_t> find_headers(const Image& image) {
  std::vector<std::uint64_t> found;
  for (const auto* name : {".gopclntab", ".data.rel.ro.gopclntab"})
    if (const auto* section = image.section(name); section && is_header(image.at(section->address)))
      found.push_back(section->address);
  if (!found.empty()) return found;
  constexpr std::size_t most = 16;  // the marks are 8 bytes, so others are chance or malice
  for (const auto& segment : image.segments())
    for (std::uint64_t at = -segment.address % 8; at + 16 <= segment.bytes.size() && found.size() < most; at += 8)
      if (is_header(segment.bytes.subspan(at))) found.push_back(segment.address + at);
  return found;
}

// Reads the record's words in order; past the end of the file's bytes all are
// zero, which no check accepts.
class Words {
 public:
  explicit Words(Bytes bytes) : bytes_(bytes) {}
  std::uint64_t word() {
    at_ += 8;
    return at_ <= bytes_.size() ? load<std::uint64_t>(bytes_.data() + at_ - 8) : 0;
  }
  Slice slice() {
    Slice slice;
    slice.address = word();
    slice.count = word();
    skip(1);
    return slice;
  }
  Range range() {
    Range range;
    range.from = word();
    range.to = word();
    return range;
  }
  void skip(std::size_t words) { at_ += 8 * words; }
  std::uint64_t offset() const { return at_; }

 private:
  Bytes bytes_;
  std::uint64_t at_ = 0;
};

bool fits(const Image& image, const Slice& slice, std::uint64_t element) {
  if (slice.count == 0) return true;
  return slice.count <= 0xffffffff && !image.at(slice.address, slice.count * element).empty();
}

std::optional<ModuleData> read_record(const Image& image, std::uint64_t address, std::uint64_t header, TableForm form,
                                      int go_minor) {
  Words words(image.at(address));
  ModuleData data;
  data.go_minor = go_minor;
  data.form = form;
  Slice table;
  std::uint64_t first = header;
  if (form == TableForm::go12) {
    table = words.slice();
    first = table.address;
    data.functions = words.slice();
    words.skip(3);  // filetab
  } else {
    first = words.word();
    words.skip(3 * 4);  // names, compilation units, files, pc tables
    table = words.slice();
    data.functions = words.slice();
  }
  words.skip(1);  // findfunctab
  const auto code = words.range();
  data.text = words.range();
  data.pointer_free = words.range();
  words.skip(6);                                // data, bss, noptrbss
  if (form == TableForm::go120) words.skip(2);  // coverage counters
  words.skip(3);                                // end, gcdata, gcbss
  if (go_minor >= 27) {
    // Relative to where the types begin: where those with a link end, and the
    // itabs.
    data.types.from = data.linked_types.from = words.word();
    data.linked_types.to = data.types.from + words.word();
    data.types.to = words.word();
    data.itabs.from = data.types.from + words.word();
    data.itabs.to = data.itabs.from + words.word();
  } else {
    data.types = words.range();
  }
  if (form >= TableForm::go118) {
    words.skip(1);  // rodata
    data.gofunc = words.word();
  }
  const auto end = go_minor >= 26 ? words.word() : table.address + table.count;
  words.skip(3);  // textsectmap
  if (go_minor < 27) {
    data.typelinks = words.slice();
    data.itablinks = words.slice();
  }
  words.skip(3 + 2 + 3);  // ptab, pluginpath, pkghashes
  if (go_minor >= 21) data.inittasks = words.slice();
  data.self = {address, address + words.offset()};
  data.pclntab = {header, end};

  const auto entry = form >= TableForm::go118 ? 8u : 16u;
  const bool agrees =
      first == header && table.address >= header && data.pclntab.to > header && data.pclntab.to <= image.end() &&
      code.from < code.to && data.text.from <= code.from && code.to <= data.text.to && data.text.to <= image.end() &&
      data.text.from >= image.base() && data.types.from < data.types.to && data.types.from >= image.base() &&
      data.types.to <= image.end() && data.itabs.from <= data.itabs.to && data.itabs.to <= image.end() &&
      data.linked_types.to <= image.end() && data.functions.count >= 2 &&
      data.pclntab.contains(data.functions.address) && fits(image, data.functions, entry) &&
      fits(image, data.typelinks, 4) && fits(image, data.itablinks, 8) && fits(image, data.inittasks, 8);
  return agrees ? std::optional(data) : std::nullopt;
}

}  // namespace

model::Result<ModuleData> find_module_data(const Image& image, int go_minor) {
  const auto refuse = [&](std::string message, std::string next) {
    return model::fail(model::Category::input, std::move(message), std::move(next), {image.name(), 0, 0});
  };
  if (go_minor < 15) return refuse(fmt::format("was built by Go 1.{}", go_minor), "Go 1.15 and later are read");
  const auto headers = find_headers(image);
  const std::string too_new =
      go_minor > static_cast<int>(newest_minor)
          ? fmt::format("Go 1.{} is newer than 1.{}, the newest that is known", go_minor, newest_minor)
          : "obfuscated builds change it, and newer ones of Go may";
  if (headers.empty()) return refuse("has no table of functions of a form that is known", too_new);
  for (const auto header : headers) {
    const auto form = *form_of(load<std::uint32_t>(image.at(header).data()));
    for (const auto& segment : image.segments()) {
      if (!segment.writable) continue;
      for (std::uint64_t at = -segment.address % 8; at + 8 <= segment.bytes.size(); at += 8) {
        if (load<std::uint64_t>(segment.bytes.data() + at) != header) continue;
        if (const auto data = read_record(image, segment.address + at, header, form, go_minor)) return *data;
      }
    }
  }
  return refuse(
      "has a table of functions, and no record of its module that "
      "agrees with it",
      too_new);
}

}  // namespace blobgauge::analyzer::gobinary
