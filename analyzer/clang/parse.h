#pragma once
// One C or C++ source file, read by libclang and written as a unit: JSON lines that hold what a program of another
// process needs to follow it (docs/formats/units.md). Only this file's target knows libclang; it is the program
// blobgauge-clang-unit, one process a file, so that a crash of the compiler's library costs one file and not the run.
// Only the C API is used. Not for several threads.
#include <string>
#include <utility>
#include <vector>

#include "model/error.h"

namespace blobgauge::analyzer::clang {

struct ParseRequest {
  std::string file;                                          // as the compiler was given it
  std::vector<std::string> flags;                            // without the compiler, the file, -c and -o
  std::string root;                                          // places below it are written relative to it
  std::vector<std::pair<std::string, std::string>> unsaved;  // path -> text of a file that is not there
  bool bodies = true;                                        // false: parse and write nothing but what went wrong
};

// The unit's text. Category::input where libclang can make nothing of the file at all; errors inside it are part of
// the unit, and whoever reads it decides.
model::Result<std::string> parse_unit(const ParseRequest& request);

// "16.0.6", of the library that is loaded.
std::string libclang_version();

}  // namespace blobgauge::analyzer::clang
