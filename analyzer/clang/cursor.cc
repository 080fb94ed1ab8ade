#include "analyzer/clang/cursor.h"

#include <algorithm>

namespace blobgauge::analyzer::clang {
namespace {

CXChildVisitResult collect(CXCursor child, CXCursor, CXClientData data) {
  static_cast<std::vector<CXCursor>*>(data)->push_back(child);
  return CXChildVisit_Continue;
}

CXVisitorResult collect_field(CXCursor field, CXClientData data) {
  static_cast<std::vector<CXCursor>*>(data)->push_back(field);
  return CXVisit_Continue;
}

void append_utf8(std::string& out, unsigned long code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xE0 | ((code >> 12) & 0x0F));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

}  // namespace

std::string text_of(CXString text) {
  const char* characters = clang_getCString(text);
  std::string copy = characters ? characters : "";
  clang_disposeString(text);
  return copy;
}

std::vector<CXCursor> children_of(CXCursor cursor) {
  std::vector<CXCursor> list;
  clang_visitChildren(cursor, collect, &list);
  return list;
}

bool is_reference(CXCursorKind kind) {
  return kind == CXCursor_TypeRef || kind == CXCursor_NamespaceRef || kind == CXCursor_TemplateRef ||
         kind == CXCursor_OverloadedDeclRef || kind == CXCursor_LabelRef;
}

std::vector<CXCursor> parts_of(CXCursor cursor) {
  auto list = children_of(cursor);
  list.erase(std::remove_if(list.begin(), list.end(), [](CXCursor c) { return is_reference(clang_getCursorKind(c)); }),
             list.end());
  return list;
}

Place place_of(CXSourceLocation location) {
  Place place;
  clang_getExpansionLocation(location, &place.file, &place.line, &place.column, &place.offset);
  return place;
}

Place begin_of(CXCursor cursor) {
  Place place;
  clang_getFileLocation(clang_getRangeStart(clang_getCursorExtent(cursor)), &place.file, &place.line, &place.column,
                        &place.offset);
  return place;
}

Place end_of(CXCursor cursor) {
  Place place;
  clang_getFileLocation(clang_getRangeEnd(clang_getCursorExtent(cursor)), &place.file, &place.line, &place.column,
                        &place.offset);
  return place;
}

std::string qualified_name(CXCursor cursor) {
  std::string name = text_of(clang_getCursorSpelling(cursor));
  for (auto parent = clang_getCursorSemanticParent(cursor); !clang_Cursor_isNull(parent);
       parent = clang_getCursorSemanticParent(parent)) {
    const auto kind = clang_getCursorKind(parent);
    if (kind == CXCursor_TranslationUnit) break;
    if (clang_Cursor_isAnonymous(parent)) continue;
    const auto outer = text_of(clang_getCursorSpelling(parent));
    if (!outer.empty()) name.insert(0, outer + "::");
  }
  return name;
}

// A definition may spell its parameters otherwise than the first declaration (`const int` for `int`), and libclang's
// name follows the spelling; so the first declaration's stands for all.
std::string usr_of(CXCursor cursor) { return text_of(clang_getCursorUSR(clang_getCanonicalCursor(cursor))); }

CXCursor record_of(CXType type) {
  for (int depth = 0; depth < 4; ++depth) {
    const auto canonical = clang_getCanonicalType(type);
    if (canonical.kind != CXType_Pointer && canonical.kind != CXType_LValueReference &&
        canonical.kind != CXType_RValueReference) {
      if (canonical.kind != CXType_Record) return clang_getNullCursor();
      return clang_getTypeDeclaration(canonical);
    }
    type = clang_getPointeeType(canonical);
  }
  return clang_getNullCursor();
}

std::vector<CXCursor> fields_of(CXType type) {
  std::vector<CXCursor> list;
  clang_Type_visitFields(clang_getCanonicalType(type), collect_field, &list);
  return list;
}

bool is_function(CXCursorKind kind) {
  return kind == CXCursor_FunctionDecl || kind == CXCursor_CXXMethod || kind == CXCursor_Constructor ||
         kind == CXCursor_Destructor || kind == CXCursor_ConversionFunction || kind == CXCursor_FunctionTemplate;
}

std::string unescaped(std::string_view literal) {
  const auto quote = literal.find_first_of("\"'");
  if (quote == std::string_view::npos || literal.size() < quote + 2) return std::string(literal);
  literal = literal.substr(quote + 1, literal.size() - quote - 2);
  std::string out;
  for (std::size_t i = 0; i < literal.size(); ++i) {
    if (literal[i] != '\\' || i + 1 == literal.size()) {
      out += literal[i];
      continue;
    }
    const char c = literal[++i];
    static constexpr std::string_view names = "abfnrtv", values = "\a\b\f\n\r\t\v";
    if (const auto at = names.find(c); at != std::string_view::npos) {
      out += values[at];
    } else if (c == 'x' || c == 'u' || c == 'U') {
      unsigned long code = 0;
      const std::size_t most = c == 'x' ? 2 : c == 'u' ? 4 : 8;
      std::size_t digits = 0;
      while (digits < most && i + 1 < literal.size() && std::isxdigit(static_cast<unsigned char>(literal[i + 1]))) {
        code = code * 16 + std::stoul(std::string(1, literal[++i]), nullptr, 16);
        ++digits;
      }
      if (c == 'x')
        out += static_cast<char>(code);
      else
        append_utf8(out, code);
    } else if (c >= '0' && c <= '7') {
      unsigned code = static_cast<unsigned>(c - '0');
      for (int digits = 1; digits < 3 && i + 1 < literal.size() && literal[i + 1] >= '0' && literal[i + 1] <= '7';
           ++digits)
        code = code * 8 + static_cast<unsigned>(literal[++i] - '0');
      out += static_cast<char>(code);
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace blobgauge::analyzer::clang
