// blobgauge-clang-unit: reads one C or C++ file with libclang and writes its unit (docs/formats/units.md). A program of
// its own, so that a crash of libclang ends one file's reading and not the run, and blobgauge does not load libclang.
#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <vector>

#include "analyzer/clang/parse.h"
#include "model/file.h"

namespace {

using blobgauge::model::Category;

int refuse(const std::string& message, int code) {
  fmt::print(stderr, "{}\n", message);
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  constexpr const char* usage =
      "blobgauge-clang-unit [-o FILE] [--root DIR] [--unsaved NAME=FILE] [--parse-only] SOURCE -- FLAGS...";
  blobgauge::analyzer::clang::ParseRequest request;
  std::string output = "-";
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto& argument = arguments[i];
    const bool more = i + 1 < arguments.size();
    if (argument == "--") {
      request.flags.assign(arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1, arguments.end());
      break;
    }
    if (argument == "--version") {
      fmt::print("{}\n", blobgauge::analyzer::clang::libclang_version());
      return 0;
    }
    if (argument == "-o" && more) {
      output = arguments[++i];
    } else if (argument == "--root" && more) {
      request.root = arguments[++i];
    } else if (argument == "--parse-only") {
      request.bodies = false;
    } else if (argument == "--unsaved" && more) {
      const auto& pair = arguments[++i];
      const auto equals = pair.find('=');
      if (equals == std::string::npos) return refuse(usage, 2);
      auto text = blobgauge::model::read_file(pair.substr(equals + 1));
      if (!text) return refuse(describe(text.error()), 3);
      request.unsaved.emplace_back(pair.substr(0, equals), std::move(*text));
    } else if (argument.empty() || argument.front() == '-' || !request.file.empty()) {
      return refuse(usage, 2);
    } else {
      request.file = argument;
    }
  }
  if (request.file.empty()) return refuse(usage, 2);
  const auto unit = blobgauge::analyzer::clang::parse_unit(request);
  if (!unit) return refuse(describe(unit.error()), unit.error().category == Category::input ? 3 : 5);
  const auto written = blobgauge::model::write_file(output, *unit);
  return written ? 0 : refuse(describe(written.error()), 6);
}
