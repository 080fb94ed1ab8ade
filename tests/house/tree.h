#pragma once
// The project's own C++ files, for the rules that are kept by tests. Walks folders, so a tree without .git serves.
#include <string>
#include <string_view>
#include <vector>

namespace blobgauge::house {

struct Source {
  std::string path;  // from the root: "wire/head.h"
  std::string part;  // "wire"
  std::string text;
  bool is_test() const;  // *_test.cc, *_fuzz.cc
  bool is_header() const { return path.ends_with(".h"); }
};

// Every .h and .cc of the parts and of tests/, by path.
std::vector<Source> sources();

struct Token {
  std::size_t line;
  std::string text;
};
// The string literals of a file without their quotes, raw ones included; comments and characters are passed over.
std::vector<Token> string_literals(std::string_view code);
// The paths of #include "...".
std::vector<Token> quoted_includes(std::string_view code);

// What a shell command printed, and its exit code.
struct Ran {
  std::string output;
  int code;
};
Ran run(const std::string& command);

}  // namespace blobgauge::house
