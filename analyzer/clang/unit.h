#pragma once
// What one C or C++ file holds, read from the lines that blobgauge-clang-unit writes. docs/formats/units.md.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analyzer/clang/code.h"
#include "model/error.h"

namespace blobgauge::analyzer::clang {

struct Method {
  std::string usr, name;
  bool is_virtual = false;
  std::vector<std::string> overrides;  // of the bases, directly
};

struct Record {
  std::string usr, name;
  std::vector<std::pair<std::string, std::string>> bases;  // usr, name
  std::vector<Method> methods;
};

struct Variable {
  std::string usr, name, file;
  int line = 0;
  bool is_const = false;
  Code value;
};

struct FunctionBody {
  std::string usr, name, record, file;  // record: usr of its class
  int line = 0, last = 0;
  bool constructor = false;
  std::vector<std::string> parameters;
  Code body;
};

struct ParseError {
  std::string file, text;
  std::size_t line = 0, column = 0;
};

struct Unit {
  std::string file, libclang;
  std::size_t warnings = 0;
  std::vector<ParseError> errors;
  std::vector<std::string> includes, files;  // `files` names what Code::file counts
  std::vector<Record> records;
  std::vector<Variable> variables;
  std::vector<FunctionBody> functions;
};

inline constexpr int unit_version = 2;

// Category::input with line for what is no unit, a higher version, and a unit that was cut short.
model::Result<Unit> unit_from_text(std::string_view text, const std::string& name);

}  // namespace blobgauge::analyzer::clang
