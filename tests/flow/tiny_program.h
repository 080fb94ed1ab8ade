#pragma once
// Small random Go programs that fill options and send one request, each in two forms: as source, for the analyser, and
// as statements that an interpreter here runs for every input. The interpreter knows pointers, fields and values and
// nothing of flows, so that the two can disagree.
//
// A program has variables o, p, q and a package-level one, all pointers to one struct of four text pointers; helpers
// that take and give such pointers; a format method that moves some fields into another struct and drops the others; an
// interface with two implementations; and a builder that writes headers under tests of what format gave it.
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace blobgauge::flow {

inline constexpr int input_count = 3, field_count = 4, variable_count = 3;

struct Condition {
  enum class Kind { input, variable, field };
  Kind kind = Kind::input;
  int input = 0, variable = 0, field = 0;
  bool negated = false;
};

struct Statement {
  enum class Kind {
    make,     // v = &options{F: "text", ...}
    forget,   // v = nil
    alias,    // v = w
    copy,     // v = a copy of *w, if there is one
    set,      // v.F = "text", if v is there
    clear,    // v.F = nil, if v is there
    move,     // v.F = w.G, if both are there
    choose,   // if / else
    repeat,   // twice
    enclose,  // func() { ... }()
    call,     // v = helper(w)
    apply,    // an implementation of an interface, chosen by an input, sets a field of v
    keep,     // the package's variable = v
    take,     // v = the package's variable
    leave,    // return, if ...
  };
  Kind kind = Kind::forget;
  int v = 0, w = 0, f = 0, g = 0, helper = 0;
  std::string text;
  std::vector<std::pair<int, std::string>> fields;
  Condition condition;
  std::vector<Statement> body, other;
};

// One write of the builder, of a header that is named after the write.
struct HeaderWrite {
  enum class Kind {
    plain,     // always
    there,     // if what format gave is there
    set,       // if the field is set: its text
    filled,    // if the field is set and not empty: its text
    fallback,  // if the field is set: its text, else a text of its own
    replaced,  // a text, and if the field is set its text in that place
    removed,   // a text, deleted again if the field is set
  };
  Kind kind = Kind::plain;
  int field = 0;
  std::string name, text;
};

// What one run sent.
struct Sent {
  bool request = false;
  std::map<std::string, std::string> headers;
};

struct Program {
  std::vector<Statement> main;
  struct Helper {
    std::vector<Statement> body;
    int result = 0;
  };
  std::vector<Helper> helpers;                          // one may call those before it
  std::array<std::optional<int>, field_count> formats;  // the field that each field of the second struct comes from
  std::array<std::pair<int, std::string>, 2> setters;   // what the two implementations set
  std::vector<HeaderWrite> writes;

  static Program random(std::mt19937_64& random);

  // Go, with names that end in `id`; the entry point is Run<id>(b0, b1, b2 bool). `line` counts on from the lines
  // before and `request` is the line that makes the request.
  std::string source(int id, int& line, int& request) const;

  Sent run(std::array<bool, input_count> inputs) const;
};

}  // namespace blobgauge::flow
