#include "analyzer/checkout.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "model/file.h"
#include "model/text.h"
#include "wire/digest.h"

namespace blobgauge::analyzer {
namespace {

using model::Result;
namespace fs = std::filesystem;

bool is_passed_over(const std::string& name) {
  return name.front() == '.' || name == "testdata" || name == "node_modules";
}

bool is_read(const fs::path& file) {
  const auto name = file.filename().string();
  return file.extension() == ".go" || name == "go.mod" || name == "go.sum" || name == "modules.txt";
}

// "../azfile", "/src/azfile", "./testdata/azfile": a folder that the walk below does not come to.
bool leads_away(std::string_view target) {
  if (target.empty() || (target.front() != '.' && target.front() != '/')) return false;  // another module
  if (target.front() == '/') return true;
  bool first = true;
  for (const auto part : model::split(target, '/')) {
    if (!(first && part == ".") && !part.empty() && is_passed_over(std::string(part))) return true;
    first = false;
  }
  return false;
}

bool replaces_by_what_is_elsewhere(std::string_view go_mod) {
  for (const auto line : model::split(go_mod, '\n')) {
    const auto code = line.substr(0, line.find("//"));
    const auto arrow = code.find("=>");
    if (arrow == std::string_view::npos) continue;
    auto target = code.substr(arrow + 2);
    const auto from = target.find_first_not_of(" \t\"`");
    if (from == std::string_view::npos) continue;
    target.remove_prefix(from);
    if (leads_away(target.substr(0, target.find_first_of(" \t\"`\r")))) return true;
  }
  return false;
}

}  // namespace

Result<std::string> digest_of_checkout(const std::string& folder) {
  std::error_code error;
  const auto go_mod = (fs::path(folder) / "go.mod").string();
  if (!fs::is_regular_file(go_mod, error)) return std::string();
  BLOBGAUGE_TRY(const auto requirements, model::read_file(go_mod));
  if (replaces_by_what_is_elsewhere(requirements)) return std::string();
  std::vector<std::string> files;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code gone;
    if (it->is_directory(gone) && is_passed_over(it->path().filename().string()))
      it.disable_recursion_pending();
    else if (it->is_regular_file(gone) && is_read(it->path()))
      files.push_back(it->path().lexically_relative(folder).generic_string());
  }
  if (error) return std::string();  // the front end says what is wrong
  std::sort(files.begin(), files.end());
  std::string list;
  for (const auto& file : files) {
    BLOBGAUGE_TRY(const auto text, model::read_file((fs::path(folder) / file).string()));
    list += fmt::format("{} {}\n", wire::hex(wire::digest(wire::Algorithm::sha256, text)), file);
  }
  return wire::hex(wire::digest(wire::Algorithm::sha256, list));
}

}  // namespace blobgauge::analyzer
