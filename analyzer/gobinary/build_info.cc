#include "analyzer/gobinary/build_info.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "model/text.h"

namespace blobgauge::analyzer::gobinary {

namespace {

constexpr std::string_view mark = "\xff Go buildinf:";
// A program with more lines than this has 100,000 dependencies; the text is a view, and only its parts are copied.
constexpr std::size_t longest_text = 16 << 20;

std::string_view text_of(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

// A length of up to 63 bits in groups of seven, and so many bytes; moves `bytes` behind them.
std::string_view take_text(Bytes& bytes) {
  std::uint64_t size = 0;
  std::size_t used = 0;
  for (;; ++used) {
    if (used >= bytes.size() || used >= 9) return {};
    size |= std::uint64_t{bytes[used] & 0x7fu} << (7 * used);
    if (!(bytes[used] & 0x80)) break;
  }
  ++used;
  if (size > bytes.size() - used || size > longest_text) return {};
  const auto text = text_of(bytes.subspan(used, size));
  bytes = bytes.subspan(used + size);
  return text;
}

// A pointer to a Go string header.
std::string_view pointed_text(const Image& image, std::uint64_t pointer) {
  const auto start = image.word(pointer), size = image.word(pointer + 8);
  if (!start || !size || *size > longest_text) return {};
  return text_of(image.at(*start, *size));
}

// The mark alone stands in every program that looks for it. Behind it: the size of a pointer, and whether the texts
// follow (2) or pointers to them.
bool is_record(Bytes bytes) { return bytes.size() >= 32 && bytes[15] <= 3 && ((bytes[15] & 2) || bytes[14] == 8); }

// 16-aligned, in the first writable segment; read-only from Go 1.26 on where the program is position independent.
Bytes find_mark(const Image& image) {
  if (const auto* section = image.section(".go.buildinfo")) {
    const auto bytes = image.at(section->address);
    if (text_of(bytes).starts_with(mark) && is_record(bytes)) return bytes;
  }
  for (const bool writable : {true, false}) {
    for (const auto& segment : image.segments()) {
      if (segment.writable != writable || segment.executable) continue;
      const auto text = text_of(segment.bytes);
      for (auto at = text.find(mark); at != text.npos; at = text.find(mark, at + 1))
        if (const auto found = segment.bytes.subspan(at); (segment.address + at) % 16 == 0 && is_record(found))
          return found;
    }
  }
  return {};
}

}  // namespace

int go_minor_of(std::string_view version) {
  const auto at = version.find("go1.");
  if (at == version.npos || (at > 0 && !version.starts_with("devel "))) return 0;
  int minor = 0;
  const auto digits = version.substr(at + 4);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), minor);
  return error == std::errc() && minor > 0 && minor < 1000 ? minor : 0;
}

void read_module_lines(std::string_view lines, BuildInfo& info) {
  Module* last = nullptr;
  for (const auto line : model::split(lines, '\n')) {
    const auto parts = model::split(line, '\t');
    const auto part = [&](std::size_t i) { return i < parts.size() ? std::string(parts[i]) : std::string(); };
    if (parts.size() < 2) continue;
    if (parts[0] == "path") {
      info.package = part(1);
    } else if (parts[0] == "mod") {
      info.main = {part(1), part(2), part(3), {}, {}};
      last = &info.main;
    } else if (parts[0] == "dep") {
      info.dependencies.push_back({part(1), part(2), part(3), {}, {}});
      last = &info.dependencies.back();
    } else if (parts[0] == "=>" && last) {
      last->replace_path = part(1);
      last->replace_version = part(2);
      last->sum = part(3);
    } else if (parts[0] == "build") {
      const auto setting = line.substr(line.find('\t') + 1);
      const auto equals = setting.find('=');
      if (equals == setting.npos) continue;
      info.settings.emplace_back(setting.substr(0, equals), setting.substr(equals + 1));
      if (info.settings.back().first == "vcs.revision") info.revision = info.settings.back().second;
    }
  }
}

model::Result<BuildInfo> read_build_info(const Image& image) {
  const auto bytes = find_mark(image);
  if (bytes.size() < 32)
    return model::fail(model::Category::input, "has no Go build information",
                       "either it is no Go program or its build information was removed", {image.name(), 0, 0});
  const std::uint8_t pointer_size = bytes[14], flags = bytes[15];
  std::string_view version, lines;
  if (flags & 2) {
    auto rest = bytes.subspan(32);
    version = take_text(rest);
    lines = take_text(rest);
  } else if (pointer_size == 8 && !(flags & 1)) {
    version = pointed_text(image, load<std::uint64_t>(bytes.data() + 16));
    lines = pointed_text(image, load<std::uint64_t>(bytes.data() + 24));
  }
  BuildInfo info;
  info.go_version = version;
  info.go_minor = go_minor_of(version);
  if (info.go_minor == 0)
    return model::fail(
        model::Category::input, "does not say which Go built it",
        version == "unknown" ? "obfuscated builds hide it" : "its build information is damaged or hidden",
        {image.name(), 0, 0});
  // The lines stand between two marks of 16 bytes.
  if (lines.size() >= 33 && lines[lines.size() - 17] == '\n')
    read_module_lines(lines.substr(16, lines.size() - 32), info);
  return info;
}

}  // namespace blobgauge::analyzer::gobinary
