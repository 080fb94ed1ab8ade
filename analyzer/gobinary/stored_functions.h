#pragma once
// Functions that a program keeps in fields of a struct of a library, to be called by it: the handlers of a command
// line's commands, for one. Found in objects that code makes (newobject of the type) and in those that the linker laid
// out.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/gobinary/executable.h"
#include "analyzer/gobinary/reachability.h"

namespace blobgauge::analyzer::gobinary {

struct FunctionFields {
  std::string package, type;        // "github.com/spf13/cobra", "Command"
  std::vector<std::string> fields;  // "Run", "RunE"
  std::string name;                 // field with a text that people know the object by; may be empty
};

struct StoredFunction {
  FunctionId function = 0;
  std::string_view field;
  std::string name;  // empty where it is not constant
  auto operator<=>(const StoredFunction&) const = default;
};

// Of reached functions, in the order of their addresses, each once; empty where the program does not know the type.
std::vector<StoredFunction> find_stored_functions(const Executable& executable, const Reach& reach,
                                                  const FunctionFields& fields);

}  // namespace blobgauge::analyzer::gobinary
