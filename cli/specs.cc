#include "cli/specs.h"

#include <cstdlib>
#include <filesystem>

namespace blobgauge::cli {

namespace fs = std::filesystem;

std::string specs_path(std::string_view name) {
  std::error_code ignored;
  if (const char* chosen = std::getenv("BLOBGAUGE_SPECS"); chosen && *chosen) return (fs::path(chosen) / name).string();
  const auto here = fs::path("specs") / name;
  if (fs::exists(here, ignored)) return here.string();
  auto folder = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  for (int level = 0; level < 4 && folder.has_relative_path(); ++level, folder = folder.parent_path())
    if (const auto path = folder / "specs" / name; fs::exists(path, ignored)) return path.string();
  return here.string();
}

void catalogue_option(CLI::App& app, std::string& folder) {
  folder = specs_path("catalogue");
  // The default depends on where the program runs, so it is said in words.
  app.add_option("--catalogue", folder, "folder of the API's data (default: specs/catalogue)");
}

}  // namespace blobgauge::cli
