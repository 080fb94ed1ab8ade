#include "analyzer/facts_cache.h"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <vector>

#include "model/file.h"
#include "wire/digest.h"

namespace blobgauge::analyzer {
namespace {

namespace fs = std::filesystem;

// A damaged head may claim any length.
constexpr std::size_t longest = std::size_t{2} << 30, most_packed = 1000;

std::string packed(std::string_view text) {
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(), &ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::string bytes(ZSTD_compressBound(text.size()), '\0');
  const auto size = ZSTD_compress2(context.get(), bytes.data(), bytes.size(), text.data(), text.size());
  bytes.resize(ZSTD_isError(size) ? 0 : size);
  return bytes;
}

std::optional<std::string> unpacked(std::string_view bytes) {
  const auto size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR || size > longest ||
      size / most_packed > bytes.size())
    return {};
  std::string text(size, '\0');
  if (ZSTD_decompress(text.data(), text.size(), bytes.data(), bytes.size()) != size) return {};
  return text;
}

bool is_entry(const fs::path& file) {
  return file.filename().string().rfind("facts-", 0) == 0 && file.extension() == ".zst";
}

// "go1.26.8 X:experiment" and "go1.26.8" have the same standard library.
std::string_view release(std::string_view toolchain) { return toolchain.substr(0, toolchain.find(' ')); }

}  // namespace

std::string FactsCache::file(const Question& question) const {
  std::string all;
  for (const auto& part : {question.front_end, question.configuration, question.content})
    all += fmt::format("{} {}\n", part.size(), part);
  return fmt::format("{}/facts-{}.jsonl.zst", folder_,
                     wire::hex(wire::digest(wire::Algorithm::sha256, all)).substr(0, 32));
}

std::optional<FactsCache::Entry> FactsCache::find(const Question& question) const {
  if (folder_.empty()) return {};
  const auto name = file(question);
  const auto bytes = model::read_file(name);
  if (!bytes) return {};
  auto text = unpacked(*bytes);
  if (!text) return {};
  auto facts = facts_from_text(*text, name);
  if (!facts) return {};
  if (!question.toolchain.empty() && release(facts->toolchain) != release(question.toolchain)) return {};
  std::error_code ignored;
  fs::last_write_time(name, fs::file_time_type::clock::now(), ignored);  // it was used
  return Entry{std::move(*facts), std::move(*text)};
}

void FactsCache::keep(const Question& question, std::string_view text) const {
  if (folder_.empty()) return;
  std::error_code ignored;
  fs::create_directories(folder_, ignored);
  const auto bytes = packed(text);
  if (!bytes.empty() && model::write_file(file(question), bytes)) drop_oldest();
}

void FactsCache::drop_oldest() const {
  std::error_code error;
  std::vector<std::pair<fs::file_time_type, fs::path>> entries;
  for (fs::directory_iterator it(folder_, error), end; !error && it != end; it.increment(error)) {
    std::error_code gone;
    const auto used = fs::last_write_time(it->path(), gone);
    if (!gone && is_entry(it->path())) entries.emplace_back(used, it->path());
  }
  if (entries.size() <= most_entries) return;
  std::sort(entries.rbegin(), entries.rend());
  for (auto entry = entries.begin() + most_entries; entry != entries.end(); ++entry) fs::remove(entry->second, error);
}

}  // namespace blobgauge::analyzer
