#include "analyzer/clang/parse.h"

#include <fmt/format.h>

#include <cctype>
#include <map>
#include <set>
#include <unordered_map>

#include "analyzer/clang/cursor.h"

namespace blobgauge::analyzer::clang {
namespace {

using model::Category;
using model::Result;

constexpr std::size_t longest_text = 160;  // of a condition, for people
constexpr int deepest = 300;               // nesting that is written; the reader takes three times as much

void append_json(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte >= 0x7F) {
      out += fmt::format("\\u{:04x}", byte);  // bytes, one by one: nobody needs to know the encoding
    } else {
      out += c;
    }
  }
  out += '"';
}

struct CursorHash {
  std::size_t operator()(const CXCursor& c) const { return clang_hashCursor(c); }
};
struct CursorEqual {
  bool operator()(const CXCursor& a, const CXCursor& b) const { return clang_equalCursors(a, b) != 0; }
};

bool is_cast(CXCursorKind kind) {
  return kind == CXCursor_UnexposedExpr || kind == CXCursor_ParenExpr || kind == CXCursor_CStyleCastExpr ||
         kind == CXCursor_CXXStaticCastExpr || kind == CXCursor_CXXReinterpretCastExpr ||
         kind == CXCursor_CXXConstCastExpr || kind == CXCursor_CXXDynamicCastExpr ||
         kind == CXCursor_CXXFunctionalCastExpr;
}

class Writer {
 public:
  Writer(CXTranslationUnit unit, const ParseRequest& request) : unit_(unit), request_(request) {}

  std::string write(const std::string& version) {
    head(version);
    if (request_.bodies) declarations(clang_getTranslationUnitCursor(unit_));
    out_ += "{\"k\":\"files\",\"names\":[";
    for (std::size_t i = 0; i < files_.size(); ++i) {
      if (i) out_ += ',';
      append_json(out_, files_[i]);
    }
    out_ += "]}\n{\"k\":\"end\"}\n";
    return std::move(out_);
  }

 private:
  void head(const std::string& version) {
    std::size_t errors = 0, warnings = 0;
    std::string diagnostics;
    for (unsigned i = 0; i < clang_getNumDiagnostics(unit_); ++i) {
      auto* diagnostic = clang_getDiagnostic(unit_, i);
      const auto severity = clang_getDiagnosticSeverity(diagnostic);
      if (severity == CXDiagnostic_Warning) ++warnings;
      if (severity >= CXDiagnostic_Error) {
        ++errors;
        const auto place = place_of(clang_getDiagnosticLocation(diagnostic));
        diagnostics += "{\"k\":\"error\",\"file\":";
        append_json(diagnostics, place.file ? shown(place.file) : request_.file);
        diagnostics += fmt::format(",\"line\":{},\"column\":{},\"text\":", place.line, place.column);
        append_json(diagnostics, text_of(clang_getDiagnosticSpelling(diagnostic)));
        diagnostics += "}\n";
      }
      clang_disposeDiagnostic(diagnostic);
    }
    out_ = "{\"k\":\"unit\",\"version\":1,\"file\":";
    append_json(out_, relative(request_.file));
    out_ += ",\"libclang\":";
    append_json(out_, version);
    out_ += fmt::format(",\"errors\":{},\"warnings\":{}", errors, warnings);
    std::vector<std::string> included;
    clang_getInclusions(
        unit_,
        [](CXFile file, CXSourceLocation*, unsigned, CXClientData data) {
          static_cast<std::vector<std::string>*>(data)->push_back(text_of(clang_getFileName(file)));
        },
        &included);
    out_ += ",\"includes\":[";
    for (std::size_t i = 0; i < included.size(); ++i) {
      if (i) out_ += ',';
      append_json(out_, included[i]);
    }
    out_ += "]}\n" + diagnostics;
  }

  std::string relative(std::string name) const {
    if (name.rfind("./", 0) == 0) name = name.substr(2);
    if (!request_.root.empty() && name.rfind(request_.root + "/", 0) == 0) name = name.substr(request_.root.size() + 1);
    return name;
  }

  std::string shown(CXFile file) {
    const auto name = relative(text_of(clang_getFileName(file)));
    if (name.empty() || name.front() == '/') return name;
    // A file that was named relative to the folder of the compilation stands below the root all the same.
    const auto real = relative(text_of(clang_File_tryGetRealPathName(file)));
    return real.empty() || real.front() == '/' ? name : real;
  }

  int file_number(CXFile file) {
    if (!file) return 0;
    const auto [found, fresh] = numbers_.emplace(file, static_cast<int>(files_.size()));
    if (fresh) files_.push_back(shown(file));
    return found->second;
  }

  const std::pair<const char*, std::size_t>& content(CXFile file) {
    auto [found, fresh] = contents_.try_emplace(file, nullptr, 0);
    if (fresh) {
      std::size_t size = 0;
      const char* text = clang_getFileContents(unit_, file, &size);
      found->second = {text, text ? size : 0};
    }
    return found->second;
  }

  std::string_view source(const Place& from, const Place& to) {
    if (!from.file || from.file != to.file || to.offset < from.offset) return {};
    const auto& [text, size] = content(from.file);
    if (!text || to.offset > size) return {};
    return {text + from.offset, to.offset - from.offset};
  }

  // Source text with white space joined, for conditions.
  std::string condition_text(CXCursor c) {
    const auto raw = source(begin_of(c), end_of(c));
    std::string text;
    for (const char ch : raw) {
      const bool space = std::isspace(static_cast<unsigned char>(ch)) != 0;
      if (!space)
        text += ch;
      else if (!text.empty() && text.back() != ' ')
        text += ' ';
    }
    if (text.size() > longest_text) text.resize(longest_text);
    return text;
  }

  void place(const CXCursor& c) {
    const auto at = place_of(clang_getCursorLocation(c));
    out_ += fmt::format(",{},{}", at.line, file_number(at.file));
  }

  // --- declarations

  void declarations(CXCursor parent) {
    for (const auto& c : children_of(parent)) declaration(c);
  }

  void declaration(CXCursor c) {
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

  void record(CXCursor c) {
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

  void variable(CXCursor c) {
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

  // "&" for what a callee can assign in its caller, "*" for what it can write behind.
  static const char* handed_over(CXType type) {
    const auto canonical = clang_getCanonicalType(type);
    const bool reference = canonical.kind == CXType_LValueReference;
    if (!reference && canonical.kind != CXType_Pointer) return "";
    if (clang_isConstQualifiedType(clang_getPointeeType(canonical))) return "";
    return reference ? "&" : "*";
  }

  void function(CXCursor c) {
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
                        owner_kind == CXCursor_ClassTemplate ||
                        owner_kind == CXCursor_ClassTemplatePartialSpecialization;
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

  // --- statements

  void statement(CXCursor c) {
    const auto kind = clang_getCursorKind(c);
    if (++depth_ > deepest) {
      out_ += "[\"{\"]";
      --depth_;
      return;
    }
    switch (kind) {
      case CXCursor_CompoundStmt:
        out_ += "[\"{\"";
        for (const auto& s : children_of(c)) {
          out_ += ',';
          statement(s);
        }
        out_ += ']';
        break;
      case CXCursor_DeclStmt:
        out_ += "[\"{}\"";
        for (const auto& d : children_of(c))
          if (clang_getCursorKind(d) == CXCursor_VarDecl) {
            out_ += ',';
            local(d);
          }
        out_ += ']';
        break;
      case CXCursor_IfStmt:
        if_statement(c);
        break;
      case CXCursor_WhileStmt:
      case CXCursor_DoStmt:
      case CXCursor_ForStmt:
      case CXCursor_CXXForRangeStmt:
        loop(c, kind);
        break;
      case CXCursor_SwitchStmt: {
        const auto parts = parts_of(c);
        out_ += "[\"sw\",";
        append_json(out_, parts.size() > 1 ? condition_text(parts[parts.size() - 2]) : "");
        out_ += ',';
        if (parts.size() > 1)
          expression(parts[parts.size() - 2], {});
        else
          out_ += "[\"o\"]";
        out_ += ',';
        if (!parts.empty())
          statement(parts.back());
        else
          out_ += "[\"{\"]";
        out_ += ']';
        break;
      }
      case CXCursor_CaseStmt: {
        const auto parts = parts_of(c);
        out_ += "[\"case\",";
        append_json(out_, parts.empty() ? "" : condition_text(parts.front()));
        out_ += ',';
        if (!parts.empty())
          expression(parts.front(), {});
        else
          out_ += "[\"o\"]";
        if (parts.size() > 1) {
          out_ += ',';
          statement(parts.back());
        }
        out_ += ']';
        break;
      }
      case CXCursor_DefaultStmt: {
        const auto parts = parts_of(c);
        out_ += "[\"default\"";
        if (!parts.empty()) {
          out_ += ',';
          statement(parts.back());
        }
        out_ += ']';
        break;
      }
      case CXCursor_ReturnStmt: {
        const auto parts = parts_of(c);
        out_ += "[\"ret\"";
        if (!parts.empty()) {
          out_ += ',';
          expression(parts.front(), clang_getCursorType(parts.front()));
        }
        out_ += ']';
        break;
      }
      case CXCursor_BreakStmt:
        out_ += "[\"brk\"]";
        break;
      case CXCursor_ContinueStmt:
        out_ += "[\"cont\"]";
        break;
      case CXCursor_GotoStmt: {
        std::string label;
        for (const auto& child : children_of(c))
          if (clang_getCursorKind(child) == CXCursor_LabelRef) label = text_of(clang_getCursorSpelling(child));
        out_ += "[\"goto\",";
        append_json(out_, label);
        out_ += ']';
        break;
      }
      case CXCursor_LabelStmt: {
        out_ += "[\"label\",";
        append_json(out_, text_of(clang_getCursorSpelling(c)));
        for (const auto& s : children_of(c)) {
          out_ += ',';
          statement(s);
        }
        out_ += ']';
        break;
      }
      case CXCursor_CXXTryStmt:
      case CXCursor_CXXCatchStmt:
      case CXCursor_UnexposedStmt:
        out_ += kind == CXCursor_CXXCatchStmt ? "[\"catch\"" : "[\"{\"";
        for (const auto& s : children_of(c)) {
          if (clang_isDeclaration(clang_getCursorKind(s)) || is_reference(clang_getCursorKind(s))) continue;
          out_ += ',';
          statement(s);
        }
        out_ += ']';
        break;
      default:
        if (clang_isExpression(kind)) {
          out_ += "[\"e\",";
          expression(c, {});
          out_ += ']';
        } else {
          out_ += "[\"{\"]";
        }
    }
    --depth_;
  }

  int local_number(CXCursor declaration) {
    return locals_.try_emplace(declaration, static_cast<int>(locals_.size())).first->second;
  }

  void local(CXCursor c) {
    out_ += fmt::format("[\"v\",{},", local_number(c));
    append_json(out_, text_of(clang_getCursorSpelling(c)));
    out_ += ',';
    append_json(out_, usr_of(record_of(clang_getCursorType(c))));
    place(c);
    if (const auto init = clang_Cursor_getVarDeclInitializer(c); !clang_Cursor_isNull(init)) {
      out_ += ',';
      expression(init, clang_getCursorType(c));
    }
    out_ += ']';
  }

  void if_statement(CXCursor c) {
    auto parts = parts_of(c);
    // What is declared in the parentheses is done before.
    std::size_t first = 0;
    out_ += "[\"{\"";
    while (first < parts.size() && (clang_getCursorKind(parts[first]) == CXCursor_DeclStmt ||
                                    clang_getCursorKind(parts[first]) == CXCursor_VarDecl)) {
      out_ += ',';
      if (clang_getCursorKind(parts[first]) == CXCursor_VarDecl) {
        out_ += "[\"{}\",";
        local(parts[first]);
        out_ += ']';
      } else {
        statement(parts[first]);
      }
      ++first;
    }
    out_ += ",[\"if\",";
    if (first < parts.size())
      condition(parts[first]);
    else
      out_ += "[\"t\",\"\",[\"o\"]]";
    for (std::size_t i = first + 1; i < parts.size() && i < first + 3; ++i) {
      out_ += ',';
      statement(parts[i]);
    }
    out_ += "]]";
  }

  void loop(CXCursor c, CXCursorKind kind) {
    auto parts = children_of(c);
    if (parts.empty()) {
      out_ += "[\"{\"]";
      return;
    }
    if (kind == CXCursor_DoStmt) {
      out_ += "[\"do\",";
      condition(parts.back());
      out_ += ',';
      statement(parts.front());
      out_ += ']';
      return;
    }
    out_ += "[\"{\"";
    const auto body = parts.back();
    parts.pop_back();
    CXCursor test = clang_getNullCursor();
    std::vector<CXCursor> after;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const auto k = clang_getCursorKind(parts[i]);
      if (is_reference(k)) continue;
      if (k == CXCursor_DeclStmt) {
        out_ += ',';
        statement(parts[i]);
      } else if (k == CXCursor_VarDecl) {
        out_ += ",[\"{}\",";
        local(parts[i]);
        out_ += ']';
      } else if (kind == CXCursor_WhileStmt || kind == CXCursor_CXXForRangeStmt) {
        test = parts[i];
      } else if (semicolons_before(c, parts[i]) == 1) {
        test = parts[i];
      } else if (semicolons_before(c, parts[i]) == 0) {
        out_ += ",[\"e\",";
        expression(parts[i], {});
        out_ += ']';
      } else {
        after.push_back(parts[i]);
      }
    }
    out_ += ",[\"loop\",";
    if (clang_Cursor_isNull(test) || kind == CXCursor_CXXForRangeStmt) {
      out_ += "[\"t\",";
      append_json(out_, kind == CXCursor_CXXForRangeStmt && !clang_Cursor_isNull(test) ? condition_text(test) : "");
      out_ += ",[\"o\"]]";
    } else {
      condition(test);
    }
    out_ += ",[\"{\",";
    statement(body);
    for (const auto& step : after) {
      out_ += ",[\"e\",";
      expression(step, {});
      out_ += ']';
    }
    out_ += "]]]";
  }

  // How many of a for statement's semicolons stand before a part of it.
  int semicolons_before(CXCursor loop, CXCursor part) {
    const auto text = source(begin_of(loop), begin_of(part));
    int count = 0, parentheses = 0;
    for (const char ch : text) {
      if (ch == '(') ++parentheses;
      if (ch == ')') --parentheses;
      if (ch == ';' && parentheses == 1) ++count;
    }
    return count;
  }

  // --- expressions

  // Passes what changes no value: parentheses, casts, what the compiler puts around.
  CXCursor bare(CXCursor c) {
    while (true) {
      const auto kind = clang_getCursorKind(c);
      if (!is_cast(kind)) return c;
      const auto parts = parts_of(c);
      if (parts.size() != 1) return c;
      c = parts.front();
    }
  }

  void condition(CXCursor c) {
    const auto inner = bare(c);
    const auto kind = clang_getCursorKind(inner);
    if (kind == CXCursor_BinaryOperator) {
      const auto parts = parts_of(inner);
      const auto op = parts.size() == 2 ? binary_operator(inner, parts[0], parts[1]) : std::string();
      if (op == "&&" || op == "||") {
        out_ += "[\"b\",\"" + op + "\",";
        condition(parts[0]);
        out_ += ',';
        condition(parts[1]);
        out_ += ']';
        return;
      }
    }
    if (kind == CXCursor_UnaryOperator && unary_operator(inner) == "!") {
      const auto parts = parts_of(inner);
      if (parts.size() == 1) {
        out_ += "[\"u\",\"!\",";
        condition(parts[0]);
        out_ += ']';
        return;
      }
    }
    out_ += "[\"t\",";
    append_json(out_, condition_text(inner));
    out_ += ',';
    expression(inner, {});
    out_ += ']';
  }

  std::string binary_operator(CXCursor c, CXCursor left, CXCursor right) {
#if CINDEX_VERSION_MINOR >= 64
    (void)left, (void)right;
    return text_of(clang_getBinaryOperatorKindSpelling(clang_getCursorBinaryOperatorKind(c)));
#else
    // The C API of these versions does not say: it stands between the two operands, unless a macro makes it.
    (void)c;
    const auto gap = source(end_of(left), begin_of(right));
    std::string op;
    for (std::size_t i = 0; i < gap.size(); ++i) {
      if (gap.compare(i, 2, "//") == 0) {
        while (i < gap.size() && gap[i] != '\n') ++i;
      } else if (gap.compare(i, 2, "/*") == 0) {
        const auto end = gap.find("*/", i + 2);
        i = end == std::string_view::npos ? gap.size() : end + 1;
      } else if (std::string_view("=!<>&|+-*/%^,").find(gap[i]) != std::string_view::npos) {
        op += gap[i];
      } else if (!std::isspace(static_cast<unsigned char>(gap[i])) && gap[i] != '(' && gap[i] != ')') {
        return {};
      }
    }
    return op;
#endif
  }

  std::string unary_operator(CXCursor c) {
#if CINDEX_VERSION_MINOR >= 64
    return text_of(clang_getUnaryOperatorKindSpelling(clang_getCursorUnaryOperatorKind(c)));
#else
    const auto from = begin_of(c), to = end_of(c);
    const auto text = source(from, to);
    if (text.size() < 2) return {};
    if (text.compare(0, 2, "++") == 0 || text.compare(0, 2, "--") == 0) return std::string(text.substr(0, 2));
    if (const auto last = text.substr(text.size() - 2); last == "++" || last == "--") return std::string(last);
    if (std::string_view("&*!-~+").find(text[0]) != std::string_view::npos) return std::string(1, text[0]);
    return {};
#endif
  }

  void list(const std::vector<CXCursor>& parts) {
    for (const auto& part : parts) {
      out_ += ',';
      expression(part, {});
    }
  }

  void expression(CXCursor c, CXType wanted) {
    if (++depth_ > deepest) {
      out_ += "[\"o\"]";
      --depth_;
      return;
    }
    c = bare(c);
    const auto kind = clang_getCursorKind(c);
    switch (kind) {
      case CXCursor_StringLiteral:
        out_ += "[\"s\",";
        append_json(out_, unescaped(text_of(clang_getCursorSpelling(c))));
        out_ += ']';
        break;
      case CXCursor_CharacterLiteral:
      case CXCursor_IntegerLiteral:
      case CXCursor_CXXBoolLiteralExpr:
        number(c, kind);
        break;
      case CXCursor_CXXNullPtrLiteralExpr:
      case CXCursor_GNUNullExpr:
        out_ += "[\"n\"]";
        break;
      case CXCursor_CXXThisExpr:
        out_ += "[\"this\"]";
        break;
      case CXCursor_DeclRefExpr:
        reference(clang_getCursorReferenced(c));
        break;
      case CXCursor_MemberRefExpr:
        member(c);
        break;
      case CXCursor_ArraySubscriptExpr: {
        out_ += "[\"x\"";
        list(parts_of(c));
        out_ += ']';
        break;
      }
      case CXCursor_UnaryOperator:
        out_ += "[\"u\",";
        append_json(out_, unary_operator(c));
        list(parts_of(c));
        out_ += ']';
        break;
      case CXCursor_BinaryOperator:
      case CXCursor_CompoundAssignOperator: {
        const auto parts = parts_of(c);
        if (parts.size() != 2) {
          out_ += "[\"o\"";
          list(parts);
          out_ += ']';
          break;
        }
        const auto op = binary_operator(c, parts[0], parts[1]);
        if (op == "&&" || op == "||") {
          condition(c);
          break;
        }
        out_ += "[\"b\",";
        append_json(out_, op.empty() && kind == CXCursor_CompoundAssignOperator ? "+=" : op);
        list(parts);
        out_ += ']';
        break;
      }
      case CXCursor_ConditionalOperator: {
        const auto parts = parts_of(c);
        if (parts.size() != 3) {
          out_ += "[\"o\"";
          list(parts);
          out_ += ']';
          break;
        }
        out_ += "[\"?\",";
        condition(parts[0]);
        out_ += ',';
        expression(parts[1], wanted);
        out_ += ',';
        expression(parts[2], wanted);
        out_ += ']';
        break;
      }
      case CXCursor_CallExpr:
        call(c);
        break;
      case CXCursor_CXXNewExpr: {
        const auto type = record_of(clang_getCursorType(c));
        out_ += "[\"new\",";
        append_json(out_, usr_of(type));
        out_ += ',';
        append_json(out_, clang_Cursor_isNull(type) ? "" : qualified_name(type));
        place(c);
        for (const auto& part : parts_of(c))
          if (clang_getCursorKind(part) == CXCursor_CallExpr) {
            out_ += ',';
            expression(part, {});
            break;
          }
        out_ += ']';
        break;
      }
      case CXCursor_CompoundLiteralExpr: {
        const auto parts = parts_of(c);
        if (parts.empty())
          out_ += "[\"o\"]";
        else
          expression(parts.back(), clang_getCursorType(c));
        break;
      }
      case CXCursor_InitListExpr:
        initialiser(c, wanted);
        break;
      case CXCursor_LambdaExpr: {
        out_ += "[\"la\",[";
        bool first = true;
        CXCursor body = clang_getNullCursor();
        for (const auto& part : children_of(c)) {
          if (clang_getCursorKind(part) == CXCursor_ParmDecl) {
            if (!first) out_ += ',';
            first = false;
            out_ += fmt::format("{}", local_number(part));
          }
          if (clang_getCursorKind(part) == CXCursor_CompoundStmt) body = part;
        }
        out_ += "],";
        if (clang_Cursor_isNull(body))
          out_ += "[\"{\"]";
        else
          statement(body);
        out_ += ']';
        break;
      }
      case CXCursor_StmtExpr: {
        const auto parts = parts_of(c);
        out_ += "[\"se\",";
        if (parts.empty())
          out_ += "[\"{\"]";
        else
          statement(parts.front());
        out_ += ']';
        break;
      }
      default:
        out_ += "[\"o\"";
        for (const auto& part : parts_of(c))
          if (clang_isExpression(clang_getCursorKind(part))) {
            out_ += ',';
            expression(part, {});
          }
        out_ += ']';
    }
    --depth_;
  }

  void number(CXCursor c, CXCursorKind kind) {
    long long value = 0;
    if (auto* result = clang_Cursor_Evaluate(c)) {
      value = clang_EvalResult_getAsLongLong(result);
      clang_EvalResult_dispose(result);
    }
    if (kind == CXCursor_CharacterLiteral && value > 0 && value < 256) {
      out_ += "[\"c\",";
      append_json(out_, std::string(1, static_cast<char>(value)));
      out_ += ']';
      return;
    }
    out_ += fmt::format("[\"i\",{}]", value);
  }

  void reference(CXCursor to) {
    const auto kind = clang_getCursorKind(to);
    if (kind == CXCursor_EnumConstantDecl) {
      out_ += fmt::format("[\"i\",{},", clang_getEnumConstantDeclValue(to));
      append_json(out_, text_of(clang_getCursorSpelling(to)));
      out_ += ']';
      return;
    }
    if (is_function(kind)) {
      out_ += "[\"f\",";
      append_json(out_, usr_of(to));
      out_ += ',';
      append_json(out_, qualified_name(to));
      out_ += ']';
      return;
    }
    if (kind == CXCursor_ParmDecl)
      if (const auto known = parameters_.find(to); known != parameters_.end()) {
        out_ += fmt::format("[\"p\",{}]", known->second);
        return;
      }
    if (kind != CXCursor_VarDecl && kind != CXCursor_ParmDecl) {
      out_ += "[\"o\"]";
      return;
    }
    if (clang_getCursorLinkage(to) == CXLinkage_NoLinkage) {
      out_ += fmt::format("[\"l\",{},", local_number(to));
      append_json(out_, text_of(clang_getCursorSpelling(to)));
      out_ += ']';
      return;
    }
    out_ += "[\"g\",";
    append_json(out_, usr_of(to));
    out_ += ',';
    append_json(out_, qualified_name(to));
    out_ += ']';
  }

  void object_of(CXCursor member_reference) {
    const auto parts = parts_of(member_reference);
    if (parts.empty())
      out_ += "[\"this\"]";
    else
      expression(parts.front(), {});
  }

  void member(CXCursor c) {
    const auto to = clang_getCursorReferenced(c);
    const auto kind = clang_getCursorKind(to);
    if (kind != CXCursor_FieldDecl) {
      if (clang_Cursor_isNull(to)) {  // a template's: only the name is known
        out_ += "[\"m\",";
        object_of(c);
        out_ += ',';
        append_json(out_, text_of(clang_getCursorSpelling(c)));
        out_ += ",\"\"]";
        return;
      }
      reference(to);
      return;
    }
    out_ += "[\"m\",";
    object_of(c);
    out_ += ',';
    append_json(out_, text_of(clang_getCursorSpelling(to)));
    out_ += ',';
    append_json(out_, qualified_name(clang_getCursorSemanticParent(to)));
    out_ += ']';
  }

  void arguments(CXCursor c, int from = 0) {
    out_ += '[';
    const int count = clang_Cursor_getNumArguments(c);
    for (int i = from; i < count; ++i) {
      if (i > from) out_ += ',';
      auto argument = clang_Cursor_getArgument(c, static_cast<unsigned>(i));
      // A default argument is an expression without a place; the declaration has it.
      if (!clang_Cursor_isNull(argument) && clang_getCursorKind(argument) == CXCursor_UnexposedExpr &&
          parts_of(argument).empty())
        for (const auto& part :
             parts_of(clang_Cursor_getArgument(clang_getCursorReferenced(c), static_cast<unsigned>(i))))
          if (clang_isExpression(clang_getCursorKind(part))) argument = part;
      if (clang_Cursor_isNull(argument)) {
        out_ += "[\"o\"]";
        continue;
      }
      // What is handed over by a reference that can be assigned, as if by its address.
      const bool by_reference = shared_with_callee(c, i);
      if (by_reference) out_ += "[\"u\",\"&\",";
      expression(argument, clang_getCursorType(argument));
      if (by_reference) out_ += ']';
    }
    out_ += ']';
  }

  static bool shared_with_callee(CXCursor call, int argument) {
    const auto to = clang_getCursorReferenced(call);
    if (!is_function(clang_getCursorKind(to)) || clang_getCursorKind(to) == CXCursor_FunctionTemplate) return false;
    const int shift = clang_Cursor_getNumArguments(call) - clang_Cursor_getNumArguments(to);
    if (shift != 0) return false;
    const auto parameter = clang_Cursor_getArgument(to, static_cast<unsigned>(argument));
    return !clang_Cursor_isNull(parameter) && std::string_view(handed_over(clang_getCursorType(parameter))) == "&";
  }

  void call(CXCursor c) {
    const auto to = clang_getCursorReferenced(c);
    const auto kind = clang_getCursorKind(to);
    if (kind == CXCursor_Constructor) {
      const auto type = clang_getCursorSemanticParent(to);
      out_ += "[\"k\",";
      append_json(out_, usr_of(to));
      out_ += ',';
      append_json(out_, usr_of(type));
      out_ += ',';
      append_json(out_, qualified_name(type));
      place(c);
      out_ += ',';
      arguments(c);
      out_ += ']';
      return;
    }
    const auto parts = parts_of(c);
    if (!is_function(kind)) {
      // Through a pointer, or a template's that is not known yet.
      const auto name = clang_Cursor_isNull(to) || kind == CXCursor_OverloadedDeclRef
                            ? text_of(clang_getCursorSpelling(c))
                            : std::string();
      out_ += "[\"cp\",";
      append_json(out_, name);
      place(c);
      out_ += ',';
      if (parts.empty() || !clang_isExpression(clang_getCursorKind(parts.front())))
        out_ += "[\"o\"]";
      else
        expression(parts.front(), {});
      out_ += ',';
      arguments(c);
      out_ += ']';
      return;
    }
    // A template's instance has the template's code.
    const auto general = clang_getSpecializedCursorTemplate(to);
    out_ += "[\"call\",";
    append_json(out_, usr_of(clang_Cursor_isNull(general) ? to : general));
    out_ += ',';
    append_json(out_, qualified_name(to));
    place(c);
    out_ += fmt::format(",{},", clang_Cursor_isDynamicCall(c) ? 1 : 0);
    // An operator's object is its first operand.
    const int given = clang_Cursor_getNumArguments(c);
    const bool is_operator = kind == CXCursor_CXXMethod && given == clang_Cursor_getNumArguments(to) + 1 &&
                             text_of(clang_getCursorSpelling(to)).starts_with("operator");
    const auto callee = parts.empty() ? clang_getNullCursor() : bare(parts.front());
    const bool method = !is_operator && clang_getCursorKind(callee) == CXCursor_MemberRefExpr;
    if (is_operator) {
      const auto object = clang_Cursor_getArgument(c, 0);
      expression(object, {});
      out_ += ',';
      const auto type = record_of(clang_getCursorType(object));
      append_json(out_, usr_of(clang_Cursor_isNull(type) ? clang_getCursorSemanticParent(to) : type));
    } else if (method) {
      object_of(callee);
      out_ += ',';
      const auto objects = parts_of(callee);
      const auto type =
          objects.empty() ? clang_getCursorSemanticParent(to) : record_of(clang_getCursorType(objects.front()));
      append_json(out_, usr_of(clang_Cursor_isNull(type) ? clang_getCursorSemanticParent(to) : type));
    } else {
      out_ += "null,\"\"";
    }
    out_ += ',';
    arguments(c, is_operator ? 1 : 0);
    out_ += ']';
  }

  // {.field = value} by name, and what stands without a name by the order of the fields, after the last one.
  void initialiser(CXCursor c, CXType wanted) {
    const auto fields = wanted.kind == CXType_Invalid ? std::vector<CXCursor>() : fields_of(wanted);
    const bool record = wanted.kind != CXType_Invalid && clang_getCanonicalType(wanted).kind == CXType_Record;
    out_ += record ? "[\"il\"," : "[\"li\"";
    if (record) append_json(out_, qualified_name(clang_getTypeDeclaration(clang_getCanonicalType(wanted))));
    std::size_t next = 0;
    for (const auto& part : children_of(c)) {
      if (is_reference(clang_getCursorKind(part))) continue;
      const auto inside = children_of(part);
      std::vector<CXCursor> designators;
      CXCursor value = part;
      if (clang_getCursorKind(part) == CXCursor_UnexposedExpr && !inside.empty() &&
          clang_getCursorKind(inside.front()) == CXCursor_MemberRef) {
        for (const auto& d : inside)
          if (clang_getCursorKind(d) == CXCursor_MemberRef)
            designators.push_back(d);
          else
            value = d;
      }
      std::string name;
      CXType type{};
      type.kind = CXType_Invalid;
      if (!designators.empty()) {
        for (const auto& d : designators) {
          if (!name.empty()) name += '.';
          name += text_of(clang_getCursorSpelling(d));
        }
        type = clang_getCursorType(clang_getCursorReferenced(designators.back()));
        const auto first = text_of(clang_getCursorSpelling(designators.front()));
        for (std::size_t i = 0; i < fields.size(); ++i)
          if (text_of(clang_getCursorSpelling(fields[i])) == first) next = i + 1;
      } else if (next < fields.size()) {
        name = text_of(clang_getCursorSpelling(fields[next]));
        type = clang_getCursorType(fields[next]);
        ++next;
      } else if (record) {
        continue;
      }
      out_ += ',';
      if (record) {
        out_ += '[';
        append_json(out_, name);
        out_ += ',';
      }
      expression(value, type);
      if (record) out_ += ']';
    }
    out_ += ']';
  }

  CXTranslationUnit unit_;
  const ParseRequest& request_;
  std::string out_;
  int depth_ = 0;
  std::map<CXFile, int> numbers_;
  std::vector<std::string> files_;
  std::map<CXFile, std::pair<const char*, std::size_t>> contents_;
  std::unordered_map<CXCursor, int, CursorHash, CursorEqual> locals_, parameters_;
};

std::string_view reason(CXErrorCode code) {
  switch (code) {
    case CXError_Crashed:
      return "libclang crashed";
    case CXError_InvalidArguments:
      return "libclang does not take these flags";
    case CXError_ASTReadError:
      return "libclang cannot read its syntax tree";
    default:
      return "libclang can make nothing of it";
  }
}

}  // namespace

std::string libclang_version() {
  auto text = text_of(clang_getClangVersion());
  const auto digit = text.find_first_of("0123456789");
  if (digit == std::string::npos) return text;
  return text.substr(digit, text.find_first_not_of("0123456789.", digit) - digit);
}

Result<std::string> parse_unit(const ParseRequest& request) {
  auto* index = clang_createIndex(0, 0);
  std::vector<const char*> flags;
  for (const auto& flag : request.flags) flags.push_back(flag.c_str());
  // libclang knows a file that is not there by the very path that it looks for, so each folder of headers gets one.
  std::vector<std::pair<std::string, const std::string*>> named;
  for (const auto& [name, text] : request.unsaved) {
    named.emplace_back(name, &text);
    if (name.front() == '/') continue;
    for (std::size_t i = 0; i < request.flags.size(); ++i) {
      const auto& flag = request.flags[i];
      if (flag.rfind("-I", 0) != 0) continue;
      if (flag.size() > 2)
        named.emplace_back(flag.substr(2) + "/" + name, &text);
      else if (i + 1 < request.flags.size())
        named.emplace_back(request.flags[i + 1] + "/" + name, &text);
    }
  }
  std::vector<CXUnsavedFile> unsaved;
  for (const auto& [name, text] : named)
    unsaved.push_back({name.c_str(), text->c_str(), static_cast<unsigned long>(text->size())});
  CXTranslationUnit unit = nullptr;
  const auto code = clang_parseTranslationUnit2(
      index, request.file.c_str(), flags.data(), static_cast<int>(flags.size()), unsaved.data(),
      static_cast<unsigned>(unsaved.size()), CXTranslationUnit_KeepGoing, &unit);
  if (code != CXError_Success || !unit) {
    clang_disposeIndex(index);
    return model::fail(code == CXError_Crashed ? Category::internal : Category::input,
                       fmt::format("{}: {}", request.file, reason(code)), "is it there, and do its flags fit?");
  }
  auto text = Writer(unit, request).write(libclang_version());
  clang_disposeTranslationUnit(unit);
  clang_disposeIndex(index);
  return text;
}

}  // namespace blobgauge::analyzer::clang
