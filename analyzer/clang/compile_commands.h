#pragma once
// How the files of a C or C++ program are compiled: a compilation database (compile_commands.json, as CMake, Meson and
// bear write it), or files that are named with their flags. What libclang needs is kept of a command: no compiler, no
// wrapper around it, no output, none of GCC's own flags.
#include <string>
#include <string_view>
#include <vector>

#include "model/error.h"

namespace blobgauge::analyzer::clang {

struct CompileCommand {
  std::string folder;  // where the compiler ran; absolute
  std::string file;    // as the command names it
  std::vector<std::string> flags;
};

// `path` is the file or its folder. Category::input with the entry's number for one that has no file or command, for a
// response file (@FILE) that is not there, and for what is no compilation database.
model::Result<std::vector<CompileCommand>> load_compile_commands(const std::string& path);
// From memory; `folder` is what relative folders of entries are relative to.
model::Result<std::vector<CompileCommand>> compile_commands_from_text(std::string_view text, const std::string& name,
                                                                      const std::string& folder);

// A command line taken apart as a shell does, without its expansions.
std::vector<std::string> words_of(std::string_view command);

// The flags that libclang takes, of a whole command; `file` is left out.
std::vector<std::string> useful_flags(const std::vector<std::string>& command, std::string_view file);

}  // namespace blobgauge::analyzer::clang
