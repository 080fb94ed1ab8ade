// Records, variables and functions of a unit.
#include <fmt/format.h>

#include "analyzer/clang/unit_writer.h"

namespace blobgauge::analyzer::clang {

void UnitWriter::declarations(CXCursor parent) {
  for (const auto& c : children_of(parent)) declaration(c);
}

void UnitWriter::declaration(CXCursor c) {
  const auto location = clang_getCursorLocation(c);
  if (clang_Location_isInSystemHeader(location)) return;
  const auto kind = clang_getCursorKind(c);
  switch (kind) {
    case CXCursor_Namespace:
    case CXCursor_LinkageSpec:
    case CXCursor_UnexposedDecl:
      declarations(c);
      return;
    case CXCursor_ClassDecl:
    case CXCursor_StructDecl:
    case CXCursor_ClassTemplate:
    case CXCursor_ClassTemplatePartialSpecialization:
    case CXCursor_UnionDecl:
      if (clang_isCursorDefinition(c)) record(c);
      return;
    case CXCursor_VarDecl:
      variable(c);
      return;
    default:
      if (is_function(kind) && clang_isCursorDefinition(c)) function(c);
  }
}

void UnitWriter::record(CXCursor c) {
  const auto members = children_of(c);
  std::string bases, methods;
  for (const auto& m : members) {
    const auto kind = clang_getCursorKind(m);
    if (kind == CXCursor_CXXBaseSpecifier) {
      const auto base = clang_getTypeDeclaration(clang_getCanonicalType(clang_getCursorType(m)));
      if (!bases.empty()) bases += ',';
      bases += '[';
      append_json(bases, usr_of(base));
      bases += ',';
      append_json(bases, qualified_name(base));
      bases += ']';
    } else if (kind == CXCursor_CXXMethod || kind == CXCursor_Destructor) {
      if (!methods.empty()) methods += ',';
      methods += '[';
      append_json(methods, usr_of(m));
      methods += ',';
      append_json(methods, text_of(clang_getCursorSpelling(m)));
      methods += fmt::format(",{},[", clang_CXXMethod_isVirtual(m) ? 1 : 0);
      CXCursor* overridden = nullptr;
      unsigned count = 0;
      clang_getOverriddenCursors(m, &overridden, &count);
      for (unsigned i = 0; i < count; ++i) {
        if (i) methods += ',';
        append_json(methods, usr_of(overridden[i]));
      }
      clang_disposeOverriddenCursors(overridden);
      methods += "]]";
    }
  }
  if (!bases.empty() || !methods.empty()) {
    out_ += "{\"k\":\"record\",\"usr\":";
    append_json(out_, usr_of(c));
    out_ += ",\"name\":";
    append_json(out_, qualified_name(c));
    out_ += ",\"bases\":[" + bases + "],\"methods\":[" + methods + "]}\n";
  }
  for (const auto& m : members) declaration(m);
}

void UnitWriter::variable(CXCursor c) {
  const auto init = clang_Cursor_getVarDeclInitializer(c);
  if (clang_Cursor_isNull(init)) return;
  out_ += "{\"k\":\"var\",\"usr\":";
  append_json(out_, usr_of(c));
  out_ += ",\"name\":";
  append_json(out_, qualified_name(c));
  const auto at = place_of(clang_getCursorLocation(c));
  out_ += fmt::format(",\"line\":{},\"file\":{},\"const\":{},\"init\":", at.line, file_number(at.file),
                      clang_isConstQualifiedType(clang_getCursorType(c)) ? "true" : "false");
  expression(init, clang_getCursorType(c));
  out_ += "}\n";
}

const char* UnitWriter::handed_over(CXType type) {
  const auto canonical = clang_getCanonicalType(type);
  const bool reference = canonical.kind == CXType_LValueReference;
  if (!reference && canonical.kind != CXType_Pointer) return "";
  if (clang_isConstQualifiedType(clang_getPointeeType(canonical))) return "";
  return reference ? "&" : "*";
}

void UnitWriter::function(CXCursor c) {
  CXCursor body = clang_getNullCursor();
  locals_.clear();
  parameters_.clear();
  std::vector<std::pair<CXCursor, CXCursor>> initialisers;  // member or base -> value
  CXCursor member = clang_getNullCursor();
  std::string names;
  for (const auto& child : children_of(c)) {
    const auto kind = clang_getCursorKind(child);
    if (kind == CXCursor_ParmDecl) {
      const int number = static_cast<int>(parameters_.size());
      parameters_.emplace(child, number);
      if (number) names += ',';
      append_json(names, text_of(clang_getCursorSpelling(child)) + handed_over(clang_getCursorType(child)));
    } else if (kind == CXCursor_CompoundStmt || kind == CXCursor_CXXTryStmt) {
      body = child;
    } else if (kind == CXCursor_MemberRef || kind == CXCursor_TypeRef) {
      member = child;
    } else if (clang_isExpression(kind) && !clang_Cursor_isNull(member)) {
      if (clang_getCursorKind(c) == CXCursor_Constructor) initialisers.emplace_back(member, child);
      member = clang_getNullCursor();
    }
  }
  if (clang_Cursor_isNull(body)) return;
  const auto owner = clang_getCursorSemanticParent(c);
  const auto owner_kind = clang_getCursorKind(owner);
  const bool method = owner_kind == CXCursor_ClassDecl || owner_kind == CXCursor_StructDecl ||
                      owner_kind == CXCursor_ClassTemplate || owner_kind == CXCursor_ClassTemplatePartialSpecialization;
  out_ += "{\"k\":\"func\",\"usr\":";
  append_json(out_, usr_of(c));
  out_ += ",\"name\":";
  append_json(out_, qualified_name(c));
  if (method) {
    out_ += ",\"class\":";
    append_json(out_, usr_of(owner));
  }
  if (clang_getCursorKind(c) == CXCursor_Constructor) out_ += ",\"constructor\":true";
  const auto at = place_of(clang_getCursorLocation(c));
  const auto last = place_of(clang_getRangeEnd(clang_getCursorExtent(c)));
  out_ += fmt::format(",\"line\":{},\"last\":{},\"file\":{},\"params\":[{}],\"body\":[\"{{\"", at.line, last.line,
                      file_number(at.file), names);
  for (const auto& [to, value] : initialisers) {
    out_ += ",[\"e\",";
    if (clang_getCursorKind(to) == CXCursor_MemberRef) {
      const auto field = clang_getCursorReferenced(to);
      out_ += "[\"b\",\"=\",[\"m\",[\"this\"],";
      append_json(out_, text_of(clang_getCursorSpelling(field)));
      out_ += ',';
      append_json(out_, qualified_name(clang_getCursorSemanticParent(field)));
      out_ += "],";
      expression(value, clang_getCursorType(field));
      out_ += ']';
    } else {
      expression(value, {});
    }
    out_ += ']';
  }
  out_ += ',';
  statement(body);
  out_ += "]}\n";
}

}  // namespace blobgauge::analyzer::clang
