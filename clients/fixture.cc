#include "clients/fixture.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>

#include "model/file.h"
#include "model/text.h"

namespace blobgauge::clients {
namespace fs = std::filesystem;
using model::Category;
using model::Result;
using model::Status;

namespace {

// FNV-1a, 64 bits: only spreads names over seeds.
std::uint64_t hash(std::string_view text) {
  std::uint64_t value = 0xcbf29ce484222325;
  for (const unsigned char c : text) value = (value ^ c) * 0x100000001b3;
  return value;
}

// Many years ago, and whole seconds: every file system and client keeps that.
fs::file_time_type long_ago() {
  using namespace std::chrono;
  return file_clock::from_sys(sys_seconds(sys_days(year{2024} / January / 1)));
}

}  // namespace

std::string generated(std::string_view seed, std::uint64_t size) {
  std::string bytes;
  bytes.reserve(size + 8);
  // splitmix64 (Steele, Lea, Flood 2014).
  for (std::uint64_t state = hash(seed); bytes.size() < size;) {
    std::uint64_t z = (state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    z ^= z >> 31;
    for (int shift = 0; shift < 64; shift += 8) bytes += static_cast<char>(z >> shift & 0xff);
  }
  bytes.resize(size);
  return bytes;
}

Status make_files(const std::string& folder, const std::vector<FileSet>& sets, std::string_view seed) {
  for (const auto& set : sets)
    for (std::uint64_t n = 1; n <= set.count; ++n) {
      BLOBGAUGE_TRY(const auto name, expand(set.path, {{"n", std::to_string(n)}}));
      const auto path = fs::path(folder) / name;
      std::error_code error;
      fs::create_directories(path.parent_path(), error);
      // The last part of the path only: files of one name in two folders have one content.
      const auto own_seed = fmt::format("{}/{}", seed, path.filename().string());
      BLOBGAUGE_CHECK(model::write_file(path, generated(own_seed, set.sizes[(n - 1) % set.sizes.size()])));
      fs::last_write_time(path, long_ago(), error);
      if (error)
        return model::fail(Category::output, fmt::format("cannot make {}: {}", path.string(), error.message()));
    }
  return {};
}

std::vector<FileEntry> files_below(const std::string& path) {
  std::vector<FileEntry> entries;
  std::error_code error;
  if (fs::is_regular_file(path, error)) return {{fs::path(path).filename(), path}};
  for (fs::recursive_directory_iterator it(path, error), end; !error && it != end; it.increment(error))
    if (it->is_regular_file(error)) entries.push_back({it->path().lexically_relative(path), it->path()});
  std::ranges::sort(entries, {}, &FileEntry::name);
  return entries;
}

std::string md5_base64(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_md5(), nullptr);
  return model::base64({reinterpret_cast<const char*>(digest.data()), size});
}

Result<Contents> read_folder(const std::string& path) {
  Contents contents;
  for (const auto& entry : files_below(path)) {
    BLOBGAUGE_TRY(contents[entry.name], model::read_file(entry.path));
  }
  return contents;
}

std::string difference(const Contents& expected, const Contents& actual, std::string& name) {
  std::vector<std::string> found;
  const auto note = [&](const std::string& entry, std::string what) {
    if (found.empty()) name = entry;
    found.push_back(std::move(what));
  };
  for (const auto& [entry, bytes] : expected) {
    const auto other = actual.find(entry);
    if (other == actual.end())
      note(entry, fmt::format("{} is missing", entry));
    else if (other->second.size() != bytes.size())
      note(entry, fmt::format("{} has {} bytes, not {}", entry, other->second.size(), bytes.size()));
    else if (const auto at = std::ranges::mismatch(bytes, other->second).in1; at != bytes.end())
      note(entry, fmt::format("{}: byte {} of {} differs", entry, at - bytes.begin(), bytes.size()));
  }
  for (const auto& [entry, bytes] : actual)
    if (!expected.contains(entry)) note(entry, fmt::format("{} should not be there", entry));
  if (found.size() <= 1) return found.empty() ? "" : found[0];
  return fmt::format("{}, and {} more like it", found[0], found.size() - 1);
}

}  // namespace blobgauge::clients
