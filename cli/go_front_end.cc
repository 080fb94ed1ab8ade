#include "cli/go_front_end.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "analyzer/facts_cache.h"
#include "cli/terminal.h"
#include "model/file.h"
#include "model/process.h"
#include "model/temporary.h"
#include "model/text.h"
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

// The release of the Go command that PATH finds, as its own folder says it ("go1.26.8"): starting it takes longer than
// reading kept facts. Empty where there is none, or where a wrapper stands for it.
std::string toolchain() {
  std::string root;
  if (const char* named = std::getenv("GOROOT"); named && *named) root = named;
  const char* path = std::getenv("PATH");
  const std::string folders = path ? path : "";
  for (const auto folder : model::split(folders, ':')) {
    std::error_code error;
    const auto program = fs::canonical(fs::path(folder) / "go", error);
    if (error || !root.empty()) continue;
    root = program.parent_path().parent_path().string();
  }
  const auto text = model::read_file(root + "/VERSION");
  return text && text->rfind("go", 0) == 0 ? text->substr(0, text->find_first_of(" \n")) : std::string();
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

Result<analyzer::Facts> run_go_front_end_once(const std::string& configuration, const std::string& keep,
                                              const KeptBy& kept) {
  const auto program = front_end();
  const auto code = program ? model::read_file(*program) : tl::make_unexpected(program.error());
  if (!code) return run_go_front_end(configuration, keep);  // it says what is missing
  const analyzer::FactsCache cache(cache_folder());
  const analyzer::FactsCache::Question question{wire::hex(wire::digest(wire::Algorithm::sha256, *code)), kept.question,
                                                kept.content, kept.standard_library ? toolchain() : std::string()};
  if (auto entry = cache.find(question)) {
    if (!keep.empty()) BLOBGAUGE_CHECK(model::write_file(keep, entry->text));
    return std::move(entry->facts);
  }
  BLOBGAUGE_TRY(const auto scratch, model::TemporaryFolder::create());
  const auto fresh = scratch.path() + "/facts.jsonl";
  BLOBGAUGE_TRY(auto facts, run_go_front_end(configuration, fresh));
  BLOBGAUGE_TRY(const auto text, model::read_file(fresh));
  cache.keep(question, text);
  if (!keep.empty()) BLOBGAUGE_CHECK(model::write_file(keep, text));
  return facts;
}

}  // namespace blobgauge::cli
