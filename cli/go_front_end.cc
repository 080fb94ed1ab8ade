#include "cli/go_front_end.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "cli/terminal.h"
#include "model/file.h"
#include "model/process.h"
#include "model/temporary.h"
#include "wire/digest.h"

namespace blobgauge::cli {
namespace {

using model::Category;
using model::Result;
namespace fs = std::filesystem;

// $BLOBGAUGE_GO_FRONTEND, or beside this program.
Result<std::string> front_end() {
  if (const char* named = std::getenv("BLOBGAUGE_GO_FRONTEND"); named && *named) return std::string(named);
  std::error_code error;
  const auto self = fs::read_symlink("/proc/self/exe", error);
  for (const auto& folder : {self.parent_path(), self.parent_path().parent_path()}) {
    const auto path = folder / "blobgauge-go-facts";
    if (fs::exists(path, error)) return path.string();
  }
  return model::fail(Category::usage, "the Go front end blobgauge-go-facts is not beside this program",
                     "eval \"$(tools/setup --print | grep ^export)\" builds it and sets BLOBGAUGE_GO_FRONTEND");
}

std::string cache_folder() {
  if (const char* folder = std::getenv("XDG_CACHE_HOME"); folder && *folder) return std::string(folder) + "/blobgauge";
  if (const char* home = std::getenv("HOME"); home && *home) return std::string(home) + "/.cache/blobgauge";
  return {};
}

// Where the facts of this question would be kept; empty where there is no place for them.
std::string cached(const std::string& configuration, const std::string& content) {
  const auto folder = cache_folder();
  const auto program = front_end();
  struct stat status {};
  if (folder.empty() || !program || stat(program->c_str(), &status) != 0) return {};
  const auto built =
      fmt::format("{} {} {}.{:09}\n", *program, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
  return fmt::format("{}/facts-{}.jsonl", folder,
                     wire::hex(wire::digest(wire::Algorithm::sha256, built + content + configuration)).substr(0, 32));
}

}  // namespace

Result<analyzer::Facts> run_go_front_end(const std::string& configuration, const std::string& keep) {
  BLOBGAUGE_TRY(const auto program, front_end());
  BLOBGAUGE_TRY(const auto scratch, model::TemporaryFolder::create());
  const auto config = scratch.path() + "/config.json";
  const auto facts = keep.empty() ? scratch.path() + "/facts.jsonl" : keep;
  BLOBGAUGE_CHECK(model::write_file(config, configuration));
  const bool terminal = is_terminal(STDERR_FILENO);
  model::ProcessRequest process;
  process.command = {program, "-config", config, "-o", facts};
  if (terminal) process.command.push_back("-progress");
  process.capture = !terminal;  // progress goes straight to the terminal
  BLOBGAUGE_TRY(const auto outcome, model::run_process(process));
  if (outcome.exit_code != 0) {
    auto message = outcome.err.substr(0, outcome.err.find('\n'));
    if (message.empty()) message = fmt::format("{} ended with code {}", program, outcome.exit_code);
    const auto category = outcome.exit_code == 3   ? Category::input
                          : outcome.exit_code == 6 ? Category::output
                          : outcome.exit_code == 2 ? Category::usage
                                                   : Category::internal;
    return model::fail(category, message);
  }
  return analyzer::load_facts(facts);
}

Result<std::string> digest_of_checkout(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> files;
  for (auto it = fs::recursive_directory_iterator(folder, error); it != fs::recursive_directory_iterator();
       it.increment(error)) {
    const auto name = it->path().filename().string();
    if (it->is_directory(error) && (name.front() == '.' || name == "testdata" || name == "node_modules"))
      it.disable_recursion_pending();
    else if (it->is_regular_file(error) &&
             (it->path().extension() == ".go" || name == "go.mod" || name == "go.sum" || name == "modules.txt"))
      files.push_back(it->path().string());
  }
  if (error || files.empty()) return std::string();  // the front end says what is wrong
  std::sort(files.begin(), files.end());
  std::string list;
  for (const auto& file : files) {
    BLOBGAUGE_TRY(const auto text, model::read_file(file));
    if (fs::path(file).filename() == "go.mod" &&
        (text.find("=> .") != std::string::npos || text.find("=> /") != std::string::npos))
      return std::string();
    list += fmt::format("{} {}\n", file.substr(folder.size()), wire::hex(wire::digest(wire::Algorithm::sha256, text)));
  }
  return wire::hex(wire::digest(wire::Algorithm::sha256, list));
}

Result<analyzer::Facts> run_go_front_end_once(const std::string& configuration, const std::string& keep,
                                              const std::string& content) {
  const auto file = cached(configuration, content);
  auto text = model::read_file(file);
  auto facts = text ? analyzer::facts_from_text(*text, file) : analyzer::load_facts(file);
  if (!facts) {
    BLOBGAUGE_TRY(const auto scratch, model::TemporaryFolder::create());
    const auto fresh = scratch.path() + "/facts.jsonl";
    BLOBGAUGE_TRY(facts, run_go_front_end(configuration, fresh));
    BLOBGAUGE_TRY(text, model::read_file(fresh));
    std::error_code ignored;
    fs::create_directories(fs::path(file).parent_path(), ignored);
    if (!file.empty()) (void)model::write_file(file, *text);
  }
  if (!keep.empty()) BLOBGAUGE_CHECK(model::write_file(keep, *text));
  return facts;
}

}  // namespace blobgauge::cli
