// executed_functions LOG PROGRAM [ARGUMENT...]: runs a Go program as if alone and appends to the file LOG the entry of
// each function that runs, a hexadecimal number a line. Its exit code is the program's.
#include <fmt/format.h>

#include <fstream>

#include "analyzer/gobinary/executable.h"
#include "tests/reach/breakpoints.h"

int main(int count, char** arguments) {
  using namespace blobgauge;
  namespace gobinary = analyzer::gobinary;
  if (count < 3) return 125;
  const auto program = gobinary::Executable::open(arguments[2]);
  if (!program) {
    fmt::print(stderr, "{}\n", describe(program.error()));
    return 125;
  }
  std::vector<std::uint64_t> entries;
  for (gobinary::FunctionId id = 0; id < program->physical_count(); ++id) entries.push_back(program->entry(id));
  const auto watched = reach::watch({arguments + 2, arguments + count}, entries);
  if (!watched) {
    fmt::print(stderr, "{}\n", describe(watched.error()));
    return 125;
  }
  std::string lines;
  for (const auto entry : watched->met) lines += fmt::format("{:x}\n", entry);
  std::ofstream(arguments[1], std::ios::app) << lines;
  return watched->exit_code < 0 ? 126 : watched->exit_code;
}
