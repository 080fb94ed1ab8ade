#pragma once
// What libclang says of one cursor, as values. Locations are those of expansion: a declaration that a macro expands to
// is where the macro is used, never in the macro's own file.
#include <clang-c/Index.h>

#include <string>
#include <string_view>
#include <vector>

namespace blobgauge::analyzer::clang {

std::string text_of(CXString text);  // disposes of it

// Expressions and statements below it, in order; references to types, namespaces and templates are left out.
std::vector<CXCursor> parts_of(CXCursor cursor);
// All children.
std::vector<CXCursor> children_of(CXCursor cursor);

struct Place {
  CXFile file = nullptr;
  unsigned line = 0, column = 0, offset = 0;
};
Place place_of(CXSourceLocation location);
Place begin_of(CXCursor cursor);
Place end_of(CXCursor cursor);

// Namespaces and classes around it: "cpl::Handler::Open". Anonymous ones are left out.
std::string qualified_name(CXCursor cursor);
std::string usr_of(CXCursor cursor);

// The class, struct or union that a type is, points to or refers to; a null cursor for others.
CXCursor record_of(CXType type);
// Names of the fields of a record in the order of its declaration, with their types.
std::vector<CXCursor> fields_of(CXType type);

bool is_function(CXCursorKind kind);
bool is_reference(CXCursorKind kind);

// The text of a string or character literal as the program has it, from its spelling.
std::string unescaped(std::string_view literal);

}  // namespace blobgauge::analyzer::clang
