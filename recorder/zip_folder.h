#pragma once
// The files of a zip, one after the other, as they stand in it. Streams: no file of it is ever whole in memory or on
// disk.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "model/error.h"
#include "recorder/byte_source.h"

namespace blobgauge::recorder {

// Does the file begin like a zip? False for standard input, which cannot be looked at beforehand.
bool is_zip(const std::string& path);

// Not thread-safe.
class ZipFolder {
 public:
  struct File {
    std::string name;                   // within the zip, as stored
    std::unique_ptr<ByteSource> bytes;  // to be read before the next file is asked for; the folder must outlive it
  };

  // Category::input where it cannot be read.
  static model::Result<std::unique_ptr<ZipFolder>> open(const std::string& path);
  ~ZipFolder();
  // The next regular file whose name is wanted; nothing at the end. One that is encrypted is an error.
  model::Result<std::optional<File>> next(const std::function<bool(std::string_view)>& wanted);
  const std::string& path() const { return path_; }

 private:
  struct Archive;
  ZipFolder(std::string path, std::unique_ptr<Archive> archive);
  std::string path_;
  std::unique_ptr<Archive> archive_;
};

}  // namespace blobgauge::recorder
