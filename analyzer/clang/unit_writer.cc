#include "analyzer/clang/unit_writer.h"

#include <fmt/format.h>

#include <cctype>

namespace blobgauge::analyzer::clang {

namespace {

constexpr std::size_t longest_text = 160;  // of a condition, for people

}  // namespace

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

bool is_cast(CXCursorKind kind) {
  return kind == CXCursor_UnexposedExpr || kind == CXCursor_ParenExpr || kind == CXCursor_CStyleCastExpr ||
         kind == CXCursor_CXXStaticCastExpr || kind == CXCursor_CXXReinterpretCastExpr ||
         kind == CXCursor_CXXConstCastExpr || kind == CXCursor_CXXDynamicCastExpr ||
         kind == CXCursor_CXXFunctionalCastExpr;
}

std::string UnitWriter::write(const std::string& version) {
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

void UnitWriter::head(const std::string& version) {
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
  out_ = "{\"k\":\"unit\",\"version\":2,\"file\":";
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

std::string UnitWriter::relative(std::string name) const {
  if (name.rfind("./", 0) == 0) name = name.substr(2);
  if (!request_.root.empty() && name.rfind(request_.root + "/", 0) == 0) name = name.substr(request_.root.size() + 1);
  return name;
}

std::string UnitWriter::shown(CXFile file) {
  const auto name = relative(text_of(clang_getFileName(file)));
  if (name.empty() || name.front() == '/') return name;
  // A file that was named relative to the folder of the compilation stands below the root all the same.
  const auto real = relative(text_of(clang_File_tryGetRealPathName(file)));
  return real.empty() || real.front() == '/' ? name : real;
}

int UnitWriter::file_number(CXFile file) {
  if (!file) return 0;
  const auto [found, fresh] = numbers_.emplace(file, static_cast<int>(files_.size()));
  if (fresh) files_.push_back(shown(file));
  return found->second;
}

const std::pair<const char*, std::size_t>& UnitWriter::content(CXFile file) {
  auto [found, fresh] = contents_.try_emplace(file, nullptr, 0);
  if (fresh) {
    std::size_t size = 0;
    const char* text = clang_getFileContents(unit_, file, &size);
    found->second = {text, text ? size : 0};
  }
  return found->second;
}

std::string_view UnitWriter::source(const Place& from, const Place& to) {
  if (!from.file || from.file != to.file || to.offset < from.offset) return {};
  const auto& [text, size] = content(from.file);
  if (!text || to.offset > size) return {};
  return {text + from.offset, to.offset - from.offset};
}

std::string UnitWriter::condition_text(CXCursor c) {
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

void UnitWriter::place(const CXCursor& c) {
  const auto at = place_of(clang_getCursorLocation(c));
  out_ += fmt::format(",{},{}", at.line, file_number(at.file));
}

}  // namespace blobgauge::analyzer::clang
