#pragma once
// A C or C++ client as data: which functions send a request, which add to one, which read an answer, and where a run
// begins. specs/clients/*.yaml, a client's file with the styles that it uses; docs/clients.md teaches how to write one.
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/clang/program.h"
#include "analyzer/client_rules.h"
#include "model/error.h"

namespace blobgauge::analyzer::clang {

// What of a call is meant: an argument (from 0), the object of a method, the result; and a field of it.
struct Operand {
  enum class What { none, argument, self, result };
  What what = What::none;
  int argument = 0;
  std::vector<std::string> fields;
  std::string text;  // a fixed text instead: "=Range" in the file
  explicit operator bool() const { return what != What::none || !text.empty(); }
};

// What a function does to requests. Functions are named as C++ writes them, with or without their namespaces.
struct CallRule {
  enum class Does {
    add_query,    // to, name, value
    add_header,   // to, name, value; or line: "Name: value"
    reset,        // to: forgets what was added
    copy,         // the result has what `from` has
    merge,        // to gets what `from` has; so does the result
    same,         // the result stands for `from`
    format,       // a text from a printf format: `format`; into the result or `to`
    create,       // the result is new and empty
    ignore,       // looks at a request and changes nothing
    option,       // of object `to`: `option` and `value`
    set,          // of object `to`: what `sets` says
    send,         // verb, path, query, headers, body, object
    sign,         // verb: given a second time
    status,       // the result (or `into`) is the status of the answer in `from`
    success,      // asks whether the answer in `from` is a success
    read,         // a header of the answer in `from`: name
    element,      // an XML element of `from`: name; the result is it
    make_element  // the same, written
  };
  Does does = Does::same;
  std::string function;
  Operand to, from, name, value, line, format, option, into;
  Operand verb, path, query, headers, body, object;
  std::map<std::string, Operand> sets;  // "url", "headers", "verb"
  std::string guard;                    // of an addition that the function itself makes conditional
  std::string default_verb = "GET";
  bool answers_status = false;       // the result of `send` is the status
  bool appends = false;              // of a format: to what is there
  std::optional<std::string> gives;  // of a format: this text, whatever the arguments are
  std::vector<std::string> values;   // of `option`: which options this rule is about; empty: all
  std::string file;                  // where it stands, for people
  std::size_t line_number = 0;
};

// What an option of a request object means: "verb", "verb PUT", "headers", "url", "body", "header Range bytes={}".
struct OptionMeaning {
  std::string does, text, value;
};

struct PathRule {
  std::string function, path;  // function: a class with all its methods where `of_class` is true
  bool of_class = false;
  Operand argument;           // tells by being given or not
  std::string given, absent;  // its paths
  std::string with_query;     // a parameter that tells
  std::string with_path;      // the path where it is there
};

struct SourceRules {
  ClientRules common;                // client, language, module, scope, implicit
  std::vector<std::string> sources;  // globs of the files of a compilation database that matter; empty: all
  Roots roots;
  std::vector<CallRule> calls;
  std::map<std::string, OptionMeaning> options;
  std::map<std::string, std::string, std::less<>> constants;  // enumerator or variable -> the text that it stands for
  std::vector<PathRule> paths;
  std::string path;            // where no rule says another
  bool whole_program = false;  // all of its code is read: what no code stores was never stored

  // The rule for what is called by these names; null where there is none.
  const CallRule* find(const std::vector<std::string>& names) const;
  const PathRule* find_path(const std::vector<std::string>& names) const;
  // The text that a constant of this name stands for; an enumerator may come without its type.
  const std::string* find_constant(std::string_view name) const;
};

// Category::input with line, column and the nearest known word for a key or a word that is not known.
model::Result<SourceRules> load_source_rules(const std::string& path);

// "c" or "c++": a file of this language.
model::Result<std::string> language_of_client(const std::string& path);

}  // namespace blobgauge::analyzer::clang
