#pragma once
// The units of one client put together: functions and variables by their USR (the name that libclang gives a
// declaration in all files), classes with what overrides what, and which functions the client's roots can come to.
//
// A virtual call enters the overrides of classes that reachable code constructs (rapid type analysis). A function whose
// address is taken counts as called by who takes it. Classes that outside code calls into by an interface (a file
// system's handler, say) are entered by every virtual method of that interface, as the class that is constructed has
// it.
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/clang/unit.h"

namespace blobgauge::analyzer::clang {

struct Roots {
  std::vector<std::string> functions;       // by name, "cpl::Handler::Open"
  std::vector<std::string> classes;         // every method, the inherited ones as well
  std::vector<std::string> called_outside;  // interfaces
};

struct CallMade {
  int from = 0, to = 0;  // functions of Program
  std::string at;        // file:line
  std::string how;       // static, virtual, address
};

struct Function {
  const FunctionBody* body = nullptr;
  std::string name;                // with namespaces and classes
  std::vector<std::string> names;  // the same of all methods that it overrides
  const std::vector<std::string>* files = nullptr;
  std::string root;      // what people call it by, where it is one
  std::size_t size = 0;  // nodes of its body
  bool reachable = false;
};

// Keeps references to the units; immutable after construction.
class Program {
 public:
  Program(const std::vector<Unit>& units, const Roots& roots);

  const std::vector<Function>& functions() const { return functions_; }  // 0 is unused
  const std::vector<CallMade>& calls() const { return calls_; }          // of reachable functions
  int find(std::string_view usr) const;                                  // 0: not there
  // What a call can enter: the function itself, or the overrides that `object_class` (empty: any class that can be
  // constructed and fits `static_class`) leaves.
  std::vector<int> targets(std::string_view usr, bool dynamic, std::string_view static_class,
                           std::string_view object_class) const;
  const Variable* variable(std::string_view usr) const;
  bool is_assigned(std::string_view usr) const;  // is there code that assigns the variable?
  // The names by which rules may know what is called: its own, and those of the methods that it overrides.
  std::vector<std::string> names_of(std::string_view usr, std::string_view name) const;
  bool is_text(std::string_view record) const;  // derives from a standard string
  bool derives(std::string_view record, std::string_view base) const;
  std::string name_of_record(std::string_view usr) const;
  std::vector<std::string> missing_roots() const { return missing_; }

 private:
  struct MethodInfo {
    std::string record, name;
    bool is_virtual = false;
    std::vector<std::string> overrides;
  };
  void reach(const Roots& roots);
  std::string implementation(std::string_view method, std::string_view record) const;
  // A class and all its bases, nearest first, the left ones before the right ones; each once, even if a unit that is
  // wrong has them in a circle.
  std::vector<std::string_view> with_bases(std::string_view record) const;
  void all_overridden(std::string_view usr, std::set<std::string, std::less<>>& into) const;

  std::vector<Function> functions_;
  std::map<std::string, int, std::less<>> by_usr_;
  std::map<std::string, const Variable*, std::less<>> variables_;
  std::set<std::string, std::less<>> assigned_;
  std::map<std::string, const Record*, std::less<>> records_;
  std::map<std::string, MethodInfo, std::less<>> methods_;
  std::map<std::string, std::string, std::less<>> record_names_;
  std::set<std::string, std::less<>> constructed_;
  std::vector<CallMade> calls_;
  std::vector<std::string> missing_;
};

// Visits every node of a tree, parents first.
template <class Visit>
void each(const Code& code, Visit&& visit) {
  visit(code);
  for (const auto& part : code.parts) each(part, visit);
}

// Is it the name, or does it end in "::" and the name?
bool is_called(std::string_view full_name, std::string_view name);

}  // namespace blobgauge::analyzer::clang
