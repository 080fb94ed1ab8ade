#pragma once
// What a language front end found out about a program, read from its JSON lines. docs/formats/facts.md is the
// contract. Facts know no service: they speak of requests, header and query writes, statuses, and where values come
// from. Ids are the front end's; a Facts object has checked that every id that is named exists.
#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.h"

namespace blobgauge::analyzer {

// Version 1 has no words, 2 no pipelines, 3 no guards of requests, 4 no error codes, 5 no joins.
inline constexpr int facts_version = 6;

// Where a value comes from. Pointers are transparent: *p and p carry the same values, only nil tells them apart.
struct Expr {
  enum class Kind {
    nothing,   // absent in the facts
    constant,  // text
    nil,
    zero,      // the zero value of what was never stored
    node,      // id
    address,   // parts[0]: never nil, whatever it points to
    concat,    // parts
    any,       // one of parts
    list,      // a slice's elements: parts
    call,      // text: computed by something that is not followed
    fresh,     // text: allocated here
    request,   // id
    every,     // any request
    sequence,  // lists, one behind the other: parts
    join,      // the texts of the list parts[0] in one
    stage,     // of a pipeline: id is the function that is handed the request; 0: parts[0] says which
    held,      // what the header parts[1] of the request parts[0] holds when the code asks
    none,      // no run comes here
    unknown    // text: why
  };
  Kind kind = Kind::nothing;
  int id = 0;  // of fresh: the function that it is, where one may be a stage
  std::string text;
  std::vector<Expr> parts;
};

// Where a compiled program keeps what a test asks, when the function of the test is entered.
struct Word {
  enum class Means { nothing, set, unset, needs };
  Means means = Means::nothing;    // set: the test holds where the word is not zero; unset: where it is; needs: only
                                   // where it is not
  std::string in;                  // a register of amd64 by its name, or "stack"
  std::int32_t at = 0;             // on the stack: bytes above the first argument there
  std::vector<std::int32_t> path;  // pointers to follow: the word that many bytes behind each
  std::uint8_t width = 8;          // bytes that count
  auto operator<=>(const Word&) const = default;
};

// A condition. `also`, `either` and `chosen` have parts; equal and unequal compare with `constant`. `chosen` holds
// always on the way that its request was taken by: it says why this one has the field and its siblings do not.
struct Guard {
  enum class Kind { always, also, either, nil, nonnil, empty, nonempty, equal, unequal, yes, no, loop, test, chosen };
  Kind kind = Kind::always;
  std::vector<Guard> parts;
  Expr value;
  std::string constant;
  std::string text;  // as the source has it
  Word word = {};    // of a test of its function's arguments
};

struct Function {
  std::string name, package, module, where;
  std::string root;  // what people know this entry point by; empty for other functions
};

struct CallEdge {
  int from = 0, to = 0;
  std::string at;
  std::string how;  // static, interface, value, closure
};

// One way into a node. `site` groups the parameters of one call, so that its arguments stay together.
struct Inflow {
  Expr from;
  int function = 0, site = 0;
  std::string at;
  Guard guard;
  bool dynamic = false;  // the callee was one of several
};

struct FlowNode {
  std::string kind, name;
  int function = 0;     // of a parameter, result, local; 0: none
  bool filled = false;  // a field that every object of its type is made with
  std::vector<Inflow> inflows;
};

struct RequestMade {
  int function = 0;
  std::string at, maker;
  Expr method, endpoint;
  std::vector<std::string> carries = {};  // keys that its context can carry, where context_known
  bool context_known = false;
  Guard guard = {};                         // only where this can hold is it sent
  std::string body = {};                    // none, buffer, xml; empty: the facts do not say
  std::vector<std::string> elements = {};   // of an XML body
  std::vector<std::string> signed_as = {};  // methods that a signer was told
};

struct FieldWrite {
  enum class Part { header, query };
  enum class Act { assign, set, add, remove };
  Part part = Part::header;
  Act act = Act::set;
  Expr owner, key, value;
  Guard guard;
  int function = 0;
  std::string at;
};

// A request that is sent through a list of stages, each of which may write to it.
struct RequestSent {
  Expr request, through;
  int function = 0;
  std::string at;
};

struct StatusUse {
  Expr owner;
  std::vector<std::string> codes;
  bool accepted = false;  // a list that means success; otherwise one comparison
  int function = 0;
  std::string at;
};

struct Place {
  int function = 0;
  std::string at;
};

struct ResponseRead {
  Expr owner, key;
  std::vector<std::string> into;
  bool used = false;
  int function = 0;
  std::string at;
  bool element = false;        // of the XML body, by its path; otherwise a header
  std::vector<Place> by = {};  // where the field that it was put into is loaded: a few places of all
};

// A text that the code of an error is compared with.
struct CodeComparison {
  Expr owner;  // the error: what leads to it is what was asked
  Expr code;
  bool listed = false;  // one of the library's own codes, whatever the error is
  int function = 0;     // where the text is named
  std::string at;
};

struct UnresolvedCall {
  int function = 0;
  std::string what, at;
};

struct Facts {
  std::string language, tool, module, release, platform, toolchain;
  std::vector<std::string> modules;
  // Ids are indices; 0 is unused.
  std::vector<Function> functions;
  std::vector<FlowNode> nodes;
  std::vector<RequestMade> requests;
  std::vector<CallEdge> calls;
  std::vector<FieldWrite> writes;
  std::vector<RequestSent> sends;
  std::vector<StatusUse> statuses;
  std::vector<ResponseRead> reads;
  std::vector<CodeComparison> codes;
  std::vector<UnresolvedCall> unresolved;
};

// Category::input with file:line for a line that is no fact, a higher version, a name of something that does not
// exist, and a stream without its last line. "-" is standard input.
model::Result<Facts> load_facts(const std::string& path);
// The same from memory; `name` stands in messages.
model::Result<Facts> facts_from_text(std::string_view text, const std::string& name);

}  // namespace blobgauge::analyzer
