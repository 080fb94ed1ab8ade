// Conditions and expressions of a unit.
#include <fmt/format.h>

#include <cctype>

#include "analyzer/clang/unit_writer.h"

namespace blobgauge::analyzer::clang {

CXCursor UnitWriter::bare(CXCursor c) {
  while (true) {
    const auto kind = clang_getCursorKind(c);
    if (!is_cast(kind)) return c;
    const auto parts = parts_of(c);
    if (parts.size() != 1) return c;
    c = parts.front();
  }
}

void UnitWriter::condition(CXCursor c) {
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

std::string UnitWriter::binary_operator(CXCursor c, CXCursor left, CXCursor right) {
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

std::string UnitWriter::unary_operator(CXCursor c) {
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

void UnitWriter::list(const std::vector<CXCursor>& parts) {
  for (const auto& part : parts) {
    out_ += ',';
    expression(part, {});
  }
}

void UnitWriter::expression(CXCursor c, CXType wanted) {
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

void UnitWriter::number(CXCursor c, CXCursorKind kind) {
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
  const auto name = kind == CXCursor_IntegerLiteral ? macro_of(c) : std::string_view();
  out_ += fmt::format("[\"i\",{}", value);
  if (!name.empty()) {
    out_ += ',';
    append_json(out_, name);
  }
  out_ += ']';
}

// What the program calls a literal that a macro without parameters stands for: "#define VERB_PUT 2" is VERB_PUT, as an
// enumerator would be.
std::string_view UnitWriter::macro_of(CXCursor c) {
  const auto begin = begin_of(c);
  if (!begin.file) return {};
  const auto& [text, size] = content(begin.file);
  if (!text || begin.offset >= size) return {};
  const auto is_name = [](char ch) { return ch == '_' || std::isalnum(static_cast<unsigned char>(ch)) != 0; };
  const std::string_view rest(text + begin.offset, size - begin.offset);
  if (!is_name(rest[0]) || std::isdigit(static_cast<unsigned char>(rest[0]))) return {};
  std::size_t end = 1;
  while (end < rest.size() && is_name(rest[end])) ++end;
  return end < rest.size() && rest[end] == '(' ? std::string_view() : rest.substr(0, end);
}

void UnitWriter::reference(CXCursor to) {
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

void UnitWriter::object_of(CXCursor member_reference) {
  const auto parts = parts_of(member_reference);
  if (parts.empty())
    out_ += "[\"this\"]";
  else
    expression(parts.front(), {});
}

void UnitWriter::member(CXCursor c) {
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

void UnitWriter::arguments(CXCursor c, int from) {
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

bool UnitWriter::shared_with_callee(CXCursor call, int argument) {
  const auto to = clang_getCursorReferenced(call);
  if (!is_function(clang_getCursorKind(to)) || clang_getCursorKind(to) == CXCursor_FunctionTemplate) return false;
  const int shift = clang_Cursor_getNumArguments(call) - clang_Cursor_getNumArguments(to);
  if (shift != 0) return false;
  const auto parameter = clang_Cursor_getArgument(to, static_cast<unsigned>(argument));
  return !clang_Cursor_isNull(parameter) && std::string_view(handed_over(clang_getCursorType(parameter))) == "&";
}

// The constructor of a class that takes so many arguments; copies and moves are none.
CXCursor UnitWriter::constructor_for(CXCursor record, int arguments) {
  CXCursor nearest = clang_getNullCursor();
  for (const auto& member : children_of(record)) {
    if (clang_getCursorKind(member) != CXCursor_Constructor || clang_CXXConstructor_isCopyConstructor(member) ||
        clang_CXXConstructor_isMoveConstructor(member))
      continue;
    const int takes = clang_Cursor_getNumArguments(member);
    if (takes == arguments) return member;
    // More parameters may have values of their own.
    if (takes > arguments && clang_Cursor_isNull(nearest)) nearest = member;
  }
  return nearest;
}

// std::make_shared<T>(...) and its kind: the construction is in code that is not read.
bool UnitWriter::made_by_template(CXCursor c, CXCursor to, std::string_view name) {
  if (!name.ends_with("::make_shared") && !name.ends_with("::make_unique")) return false;
  const auto type = record_of(clang_Cursor_getTemplateArgumentType(to, 0));
  if (clang_Cursor_isNull(type)) return false;
  const auto constructor = constructor_for(type, clang_Cursor_getNumArguments(c));
  out_ += "[\"new\",";
  append_json(out_, usr_of(type));
  out_ += ',';
  append_json(out_, qualified_name(type));
  place(c);
  out_ += ',';
  construction(c, constructor, type);
  out_ += ']';
  return true;
}

void UnitWriter::construction(CXCursor c, CXCursor constructor, CXCursor type) {
  out_ += "[\"k\",";
  append_json(out_, clang_Cursor_isNull(constructor) ? "" : usr_of(constructor));
  out_ += ',';
  append_json(out_, usr_of(type));
  out_ += ',';
  append_json(out_, qualified_name(type));
  place(c);
  out_ += ',';
  arguments(c);
  out_ += ']';
}

// A copy or a move: what is moved, or need not be made at all, goes on as it is. Those of a library's own classes (a
// pointer, a text) are left to who knows them.
bool UnitWriter::copied(CXCursor c, CXCursor to) {
  if (clang_Cursor_getNumArguments(c) != 1) return false;
  const auto from = clang_Cursor_getArgument(c, 0);
  if (clang_Cursor_isNull(to)) {
    const auto type = clang_getCanonicalType(clang_getCursorType(c));
    if (type.kind != CXType_Record ||
        !clang_equalCursors(clang_getTypeDeclaration(type), record_of(clang_getCursorType(from))))
      return false;
    expression(from, clang_getCursorType(from));
    return true;
  }
  const bool copies = clang_CXXConstructor_isCopyConstructor(to) != 0;
  if (!copies && !clang_CXXConstructor_isMoveConstructor(to)) return false;
  if (clang_Location_isInSystemHeader(clang_getCursorLocation(to))) return false;
  if (copies) out_ += "[\"cy\",";
  expression(from, clang_getCursorType(from));
  if (copies) out_ += ']';
  return true;
}

void UnitWriter::call(CXCursor c) {
  const auto to = clang_getCursorReferenced(c);
  const auto kind = clang_getCursorKind(to);
  if ((kind == CXCursor_Constructor || clang_Cursor_isNull(to)) && copied(c, to)) return;
  if (kind == CXCursor_Constructor) {
    construction(c, to, clang_getCursorSemanticParent(to));
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
  const auto called = qualified_name(to);
  if (made_by_template(c, to, called)) return;
  // A template's instance has the template's code.
  const auto general = clang_getSpecializedCursorTemplate(to);
  out_ += "[\"call\",";
  append_json(out_, usr_of(clang_Cursor_isNull(general) ? to : general));
  out_ += ',';
  append_json(out_, called);
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

void UnitWriter::initialiser(CXCursor c, CXType wanted) {
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

}  // namespace blobgauge::analyzer::clang
