#pragma once
// The part of the analyser that knows libclang: blobgauge-clang-unit, run once a file, several at a time.
#include <string>
#include <utility>
#include <vector>

#include "analyzer/clang/compile_commands.h"
#include "analyzer/clang/unit.h"
#include "model/error.h"

namespace blobgauge::cli {

struct UnitsQuestion {
  std::vector<analyzer::clang::CompileCommand> commands;
  std::string root;                                          // places below it are told relative to it
  std::vector<std::pair<std::string, std::string>> unsaved;  // name -> file with its text
  std::size_t jobs = 0;                                      // processes at a time; 0: one a processor, eight at most
};

struct UnitsRead {
  std::vector<analyzer::clang::Unit> units;  // in the order of the commands
  std::vector<std::string> problems;         // one a line: a file that is missing, has errors, or made libclang crash
  std::size_t cached = 0;                    // units that were read before
};

// A unit is kept in $XDG_CACHE_HOME/blobgauge and taken from there while the file, all that it includes, the flags and
// the front end are what they were. Category::usage where the front end is not there.
model::Result<UnitsRead> read_units(const UnitsQuestion& question);

}  // namespace blobgauge::cli
