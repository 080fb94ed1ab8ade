#include "model/temporary.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace blobgauge::model {
namespace fs = std::filesystem;

Result<TemporaryFolder> TemporaryFolder::create(std::string base) {
  std::error_code ignored;
  if (base.empty()) base = fs::temp_directory_path(ignored).string();
  fs::create_directories(base, ignored);
  std::string path = base + "/blobgauge-XXXXXX";
  if (!::mkdtemp(path.data()))
    return fail(Category::output, fmt::format("cannot make a folder in {}: {}", base, std::strerror(errno)),
                "set TMPDIR to a folder with room");
  return TemporaryFolder(std::move(path));
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

}  // namespace blobgauge::model
