#pragma once
// A folder that is gone, with everything in it, when the object is.
#include <string>
#include <utility>

#include "model/error.h"

namespace blobgauge::model {

class TemporaryFolder {
 public:
  // In `base`, which is made if needed; empty: the system's folder for temporary files. Readable by its owner only.
  static Result<TemporaryFolder> create(std::string base = {});
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder();
  const std::string& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace blobgauge::model
