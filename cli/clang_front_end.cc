#include "cli/clang_front_end.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "model/file.h"
#include "model/process.h"
#include "model/temporary.h"
#include "model/text.h"
#include "wire/digest.h"

namespace blobgauge::cli {
namespace {

using analyzer::clang::CompileCommand;
using analyzer::clang::Unit;
using model::Category;
using model::Result;
namespace fs = std::filesystem;

constexpr std::chrono::minutes longest_parse{5};
constexpr int most_retries = 8;

// $BLOBGAUGE_CLANG_FRONTEND, or beside this program.
Result<std::string> clang_front_end() {
  if (const char* named = std::getenv("BLOBGAUGE_CLANG_FRONTEND"); named && *named) return std::string(named);
  std::error_code error;
  const auto self = fs::read_symlink("/proc/self/exe", error);
  for (const auto& folder : {self.parent_path(), self.parent_path().parent_path() / "cli"}) {
    const auto path = folder / "blobgauge-clang-unit";
    if (fs::exists(path, error)) return path.string();
  }
  return model::fail(
      Category::usage, "the front end blobgauge-clang-unit is not beside this program",
      "build it (cmake --build BUILD --target blobgauge-clang-unit) or name it in BLOBGAUGE_CLANG_FRONTEND");
}

std::string cache_of_units() {
  if (const char* folder = std::getenv("XDG_CACHE_HOME"); folder && *folder)
    return std::string(folder) + "/blobgauge/units";
  if (const char* home = std::getenv("HOME"); home && *home) return std::string(home) + "/.cache/blobgauge/units";
  return {};
}

// What tells two contents of a file apart, as make does.
std::string stamp(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return "none";
  return fmt::format("{} {}.{:09}", status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
}

std::string stamps(const std::vector<std::string>& includes, const std::string& folder) {
  std::string list;
  for (const auto& name : includes) list += name + " " + stamp((fs::path(folder) / name).string()) + "\n";
  return list;
}

class UnitReader {
 public:
  UnitReader(const UnitsQuestion& question, std::string program, std::string scratch)
      : question_(question), program_(std::move(program)), scratch_(std::move(scratch)), cache_(cache_of_units()) {
    for (const auto& [name, file] : question.unsaved)
      unsaved_ += name + "\n" + model::read_file(file).value_or("") + "\n";
  }

  struct Answer {
    Unit unit;
    bool there = false, cached = false;
    std::string problem;
  };

  Answer read(const CompileCommand& command, std::size_t number) const {
    Answer answer;
    const auto key =
        wire::hex(wire::digest(wire::Algorithm::sha256,
                               fmt::format("{} {}\n{}\n{}\n{}\n{}\n{}", program_, stamp(program_), question_.root,
                                           command.folder, command.file, fmt::join(command.flags, "\n"), unsaved_)))
            .substr(0, 32);
    const auto kept = cache_.empty() ? std::string() : fmt::format("{}/{}", cache_, key);
    if (!kept.empty())
      if (const auto known = model::read_file(kept + ".stamps"))
        if (const auto text = model::read_file(kept + ".jsonl"))
          if (auto unit = analyzer::clang::unit_from_text(*text, command.file))
            if (stamps(unit->includes, command.folder) == *known) {
              answer.unit = std::move(*unit);
              answer.there = answer.cached = true;
              return answer;
            }
    answer.problem = missing(command);
    if (!answer.problem.empty()) return answer;
    auto flags = command.flags;
    const auto output = fmt::format("{}/{}.jsonl", scratch_, number);
    for (int retry = 0;; ++retry) {
      model::ProcessRequest process;
      process.folder = command.folder;
      process.time_limit = longest_parse;
      process.command = {program_, "-o", output, "--root", question_.root};
      for (const auto& [name, file] : question_.unsaved) {
        process.command.emplace_back("--unsaved");
        process.command.push_back(name + "=" + file);
      }
      process.command.push_back(command.file);
      process.command.emplace_back("--");
      process.command.insert(process.command.end(), flags.begin(), flags.end());
      const auto outcome = model::run_process(process);
      if (!outcome) {
        answer.problem = command.file + ": " + describe(outcome.error());
        return answer;
      }
      if (outcome->timed_out || outcome->exit_code >= 128 || outcome->exit_code == 5) {
        answer.problem = fmt::format("{}: {}", command.file,
                                     outcome->timed_out ? "libclang did not end" : "libclang crashed on this file");
        return answer;
      }
      if (outcome->exit_code != 0) {
        answer.problem = outcome->err.substr(0, outcome->err.find('\n'));
        if (answer.problem.empty()) answer.problem = command.file + ": cannot be read";
        return answer;
      }
      const auto text = model::read_file(output);
      auto unit = text ? analyzer::clang::unit_from_text(*text, command.file) : tl::make_unexpected(text.error());
      if (!unit) {
        answer.problem = describe(unit.error());
        return answer;
      }
      // A flag that Clang does not know is some other compiler's.
      bool dropped = false;
      for (const auto& error : unit->errors)
        if (error.text.find("unknown argument") != std::string::npos)
          if (const auto from = error.text.find('\''), to = error.text.find('\'', from + 1); to != std::string::npos)
            dropped = std::erase(flags, error.text.substr(from + 1, to - from - 1)) > 0 || dropped;
      if (dropped && retry < most_retries) continue;
      if (!unit->errors.empty()) {
        const auto& e = unit->errors.front();
        answer.problem =
            fmt::format("{}:{}:{}: {}{}", e.file, e.line, e.column, e.text,
                        unit->errors.size() > 1 ? fmt::format(" (and {} more)", unit->errors.size() - 1) : "");
      } else if (!kept.empty()) {
        std::error_code ignored;
        fs::create_directories(cache_, ignored);
        (void)model::write_file(kept + ".stamps", stamps(unit->includes, command.folder));
        (void)model::write_file(kept + ".jsonl", *text);
      }
      answer.unit = std::move(*unit);
      answer.there = true;
      return answer;
    }
  }

 private:
  // What is not there, in words; libclang says of both that it can make nothing of the file.
  static std::string missing(const CompileCommand& command) {
    std::error_code ignored;
    if (!fs::is_directory(command.folder, ignored))
      return fmt::format("{}: its folder {} is not there: was the program built elsewhere?", command.file,
                         command.folder);
    if (!fs::exists(fs::path(command.folder) / command.file, ignored))
      return fmt::format("{}: no such file in {}", command.file, command.folder);
    return {};
  }

  const UnitsQuestion& question_;
  const std::string program_, scratch_, cache_;
  std::string unsaved_;
};

}  // namespace

Result<UnitsRead> read_units(const UnitsQuestion& question) {
  BLOBGAUGE_TRY(const auto program, clang_front_end());
  BLOBGAUGE_TRY(const auto scratch, model::TemporaryFolder::create());
  const UnitReader reader(question, program, scratch.path());
  std::vector<UnitReader::Answer> answers(question.commands.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < answers.size(); i = next++) answers[i] = reader.read(question.commands[i], i);
  };
  std::size_t jobs = question.jobs;
  if (jobs == 0) jobs = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 8);
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < std::min(jobs, answers.size()); ++i) threads.emplace_back(work);
  work();
  for (auto& thread : threads) thread.join();
  UnitsRead read;
  for (auto& answer : answers) {
    if (!answer.problem.empty()) read.problems.push_back(std::move(answer.problem));
    if (answer.there) read.units.push_back(std::move(answer.unit));
    read.cached += answer.cached;
  }
  return read;
}

}  // namespace blobgauge::cli
