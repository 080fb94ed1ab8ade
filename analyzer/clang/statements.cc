// Statements of a unit.
#include <fmt/format.h>

#include "analyzer/clang/unit_writer.h"

namespace blobgauge::analyzer::clang {

void UnitWriter::statement(CXCursor c) {
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

int UnitWriter::local_number(CXCursor declaration) {
  return locals_.try_emplace(declaration, static_cast<int>(locals_.size())).first->second;
}

void UnitWriter::local(CXCursor c) {
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

void UnitWriter::if_statement(CXCursor c) {
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
  if (parts.size() < first + 2) out_ += ",[\"{\"]";  // of a source that did not parse
  out_ += "]]";
}

void UnitWriter::loop(CXCursor c, CXCursorKind kind) {
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

int UnitWriter::semicolons_before(CXCursor loop, CXCursor part) {
  const auto text = source(begin_of(loop), begin_of(part));
  int count = 0, parentheses = 0;
  for (const char ch : text) {
    if (ch == '(') ++parentheses;
    if (ch == ')') --parentheses;
    if (ch == ';' && parentheses == 1) ++count;
  }
  return count;
}

}  // namespace blobgauge::analyzer::clang
