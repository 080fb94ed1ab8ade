#pragma once
// Writes what libclang knows of one file as a unit (docs/formats/units.md): its diagnostics, then each record, variable
// and function with its body as nested lists. One file of code a kind of thing: declarations, statements, expressions.
// Not thread-safe; one for each translation unit.
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analyzer/clang/cursor.h"
#include "analyzer/clang/parse.h"

namespace blobgauge::analyzer::clang {

// Quoted, with one escape for each byte that is no printable ASCII.
void append_json(std::string& out, std::string_view text);
bool is_cast(CXCursorKind kind);

class UnitWriter {
 public:
  // Both outlive it.
  UnitWriter(CXTranslationUnit unit, const ParseRequest& request) : unit_(unit), request_(request) {}
  std::string write(const std::string& version);

 private:
  static constexpr int deepest = 300;  // nesting that is written; the reader takes three times as much

  void head(const std::string& version);
  std::string relative(std::string name) const;
  std::string shown(CXFile file);
  int file_number(CXFile file);
  const std::pair<const char*, std::size_t>& content(CXFile file);
  std::string_view source(const Place& from, const Place& to);
  // Source text with white space joined, for conditions.
  std::string condition_text(CXCursor c);
  void place(const CXCursor& c);

  // declarations.cc
  void declarations(CXCursor parent);
  void declaration(CXCursor c);
  void record(CXCursor c);
  void variable(CXCursor c);
  // "&" for what a callee can assign in its caller, "*" for what it can write behind.
  static const char* handed_over(CXType type);
  void function(CXCursor c);

  // statements.cc
  void statement(CXCursor c);
  int local_number(CXCursor declaration);
  void local(CXCursor c);
  void if_statement(CXCursor c);
  void loop(CXCursor c, CXCursorKind kind);
  // How many of a for statement's semicolons stand before a part of it.
  int semicolons_before(CXCursor loop, CXCursor part);

  // expressions.cc
  // Passes what changes no value: parentheses, casts, what the compiler puts around.
  CXCursor bare(CXCursor c);
  void condition(CXCursor c);
  std::string binary_operator(CXCursor c, CXCursor left, CXCursor right);
  std::string unary_operator(CXCursor c);
  void list(const std::vector<CXCursor>& parts);
  void expression(CXCursor c, CXType wanted);
  void number(CXCursor c, CXCursorKind kind);
  std::string_view macro_of(CXCursor c);
  void reference(CXCursor to);
  void object_of(CXCursor member_reference);
  void member(CXCursor c);
  void arguments(CXCursor c, int from = 0);
  static bool shared_with_callee(CXCursor call, int argument);
  static CXCursor constructor_for(CXCursor record, int arguments);
  bool made_by_template(CXCursor c, CXCursor to, std::string_view name);
  void construction(CXCursor c, CXCursor constructor, CXCursor type);
  bool copied(CXCursor c, CXCursor to);
  void call(CXCursor c);
  // {.field = value} by name, and what stands without a name by the order of the fields, after the last one.
  void initialiser(CXCursor c, CXType wanted);

  struct CursorHash {
    std::size_t operator()(const CXCursor& c) const { return clang_hashCursor(c); }
  };
  struct CursorEqual {
    bool operator()(const CXCursor& a, const CXCursor& b) const { return clang_equalCursors(a, b) != 0; }
  };

  CXTranslationUnit unit_;
  const ParseRequest& request_;
  std::string out_;
  int depth_ = 0;
  std::map<CXFile, int> numbers_;
  std::vector<std::string> files_;
  std::map<CXFile, std::pair<const char*, std::size_t>> contents_;
  std::unordered_map<CXCursor, int, CursorHash, CursorEqual> locals_, parameters_;
};

}  // namespace blobgauge::analyzer::clang
