#pragma once
// C and C++ code as a tree: what blobgauge-clang-unit writes of a function's body or a variable's initialiser
// (docs/formats/units.md). Casts, parentheses and temporaries are gone; types are kept only where a call needs them.
#include <string>
#include <vector>

namespace blobgauge::analyzer::clang {

struct Code {
  enum class Kind {
    // expressions
    string,       // text
    character,    // text
    integer,      // number; text: the enumerator's name
    null,         //
    self,         // this
    parameter,    // number
    local,        // number, text: its name
    global,       // usr, text: its name
    function,     // usr, text: its name
    member,       // parts[0] is the object; text: the field, usr: its record's name
    subscript,    // parts
    unary,        // text: the operator, empty where a macro hides it; parts[0]
    binary,       // text: the operator, likewise; parts
    choose,       // c ? a : b
    call,         // usr, text: the callee; parts[0] is the object or nothing, then the arguments; type: static class
    call_value,   // parts[0] is what is called; text: its name in a template
    construct,    // usr: the constructor, type: the class, text: its name; parts: arguments
    make_new,     // type, text; parts[0]: the construction, where there is one
    copy,         // parts[0]: an object of which it is another with the same content
    record,       // text: its name; names[i] is set to parts[i], all else is zero
    list,         // parts
    lambda,       // numbers: its parameters; parts[0]: body
    block_value,  // ({ ... })
    test,         // a condition: text as the source has it, parts[0]
    other,        // something else; parts
    nothing,
    // statements
    block,
    declare,      // parts: variables
    variable,     // number, text: name, type: its class; parts[0]: initial value
    branch,       // parts: condition, then, else
    loop,         // parts: condition, body
    loop_once,    // do: parts: condition, body
    choice,       // switch: text, parts: value, body
    choice_case,  // text, parts: value, statement
    choice_other,
    give,     // return
    leave,    // break
    again,    // continue
    jump,     // goto: text
    label,    // text, parts
    handler,  // catch
    evaluate  // parts[0]
  };
  Kind kind = Kind::nothing;
  std::string text, usr, type;
  long long number = 0;
  int line = 0, file = 0;
  bool dynamic = false;  // of a call: which override runs is told by the object
  std::vector<std::string> names;
  std::vector<long long> numbers;
  std::vector<Code> parts;
};

}  // namespace blobgauge::analyzer::clang
