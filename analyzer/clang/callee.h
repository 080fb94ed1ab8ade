#pragma once
// What one call in the code calls: what the client's file says of it, and the functions it can enter. It is found once
// for each place, since code is gone through again on every way and from every caller. Not for several threads.
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analyzer/clang/code.h"
#include "analyzer/clang/program.h"
#include "analyzer/clang/source_rules.h"

namespace blobgauge::analyzer::clang {

struct Callee {
  const CallRule* rule = nullptr;  // null where no rule names it
  const PathRule* path = nullptr;
  std::string_view name;     // without namespaces and classes
  bool of_text = false;      // a method of a string
  bool ruled = false;        // a construction: rules name methods of the class
  std::vector<int> targets;  // functions of the program, whatever the object's class is
  std::map<std::string, std::vector<int>, std::less<>> by_class;  // where it is known and tells
};

class Callees {
 public:
  // Both outlive it, and so does the code that is asked about.
  Callees(const Program& program, const SourceRules& rules) : program_(program), rules_(rules) {}

  // Of a call or a construction.
  const Callee& of(const Code& code) { return entry(code); }
  // What it enters when the object is of this class (USR; empty: not known).
  const std::vector<int>& targets(const Code& code, const std::string& object_class);

 private:
  Callee& entry(const Code& code);

  const Program& program_;
  const SourceRules& rules_;
  std::unordered_map<const Code*, Callee> known_;
};

// "C::C" for the constructor of "N::C", as rules name it.
std::string constructor_name(std::string_view record);

}  // namespace blobgauge::analyzer::clang
