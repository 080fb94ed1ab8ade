#include "recorder/zip_folder.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <cstdio>

namespace blobgauge::recorder {

using model::Category;
using model::fail;
using model::Result;

struct ZipFolder::Archive {
  explicit Archive(std::string path_) : path(std::move(path_)) {}
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;
  ~Archive() { archive_read_free(handle); }

  tl::unexpected<model::Error> refuse(std::string_view what) const {
    const char* why = archive_error_string(handle);
    return fail(Category::input, fmt::format("{}: {}", what, why ? why : "not a zip"),
                "unpack it and import its logs one by one", {path, 0, 0});
  }

  ::archive* handle = archive_read_new();
  std::string path;
};

namespace {

constexpr std::size_t zip_chunk = std::size_t{1} << 16;

}  // namespace

bool is_zip(const std::string& path) {
  if (path == "-") return false;
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (!file) return false;
  char head[4] = {};
  const auto count = std::fread(head, 1, sizeof head, file);
  std::fclose(file);
  return std::string_view(head, count) == std::string_view("PK\3\4", 4);
}

ZipFolder::ZipFolder(std::string path, std::unique_ptr<Archive> archive)
    : path_(std::move(path)), archive_(std::move(archive)) {}
ZipFolder::~ZipFolder() = default;

Result<std::unique_ptr<ZipFolder>> ZipFolder::open(const std::string& path) {
  auto archive = std::make_unique<Archive>(path);
  archive_read_support_format_zip(archive->handle);
  if (archive_read_open_filename(archive->handle, path.c_str(), zip_chunk) != ARCHIVE_OK)
    return archive->refuse("the zip cannot be read");
  return std::unique_ptr<ZipFolder>(new ZipFolder(path, std::move(archive)));
}

Result<std::optional<ZipFolder::File>> ZipFolder::next(const std::function<bool(std::string_view)>& wanted) {
  // Reads the file at hand.
  class Source final : public ByteSource {
   public:
    explicit Source(Archive& archive) : archive_(archive) {}
    Result<bool> append_to(std::string& out) override {
      const auto old = out.size();
      out.resize(old + zip_chunk);
      const auto count = archive_read_data(archive_.handle, out.data() + old, zip_chunk);
      out.resize(old + static_cast<std::size_t>(count > 0 ? count : 0));
      if (count < 0) return archive_.refuse("the zip is damaged");
      return count > 0;
    }

   private:
    Archive& archive_;
  };

  for (;;) {
    archive_entry* entry = nullptr;
    const int code = archive_read_next_header(archive_->handle, &entry);
    if (code == ARCHIVE_EOF) return std::optional<File>();
    if (code < ARCHIVE_WARN) return archive_->refuse("the zip is damaged");
    const char* name = archive_entry_pathname(entry);
    if (!name || archive_entry_filetype(entry) != AE_IFREG || !wanted(name)) continue;
    if (archive_entry_is_encrypted(entry) != 0)
      return fail(Category::input, fmt::format("'{}' is encrypted", name), "unpack it and import its logs one by one",
                  {path_, 0, 0});
    return std::optional<File>(File{name, std::make_unique<Source>(*archive_)});
  }
}

}  // namespace blobgauge::recorder
