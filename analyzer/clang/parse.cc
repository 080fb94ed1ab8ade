#include "analyzer/clang/parse.h"

#include <fmt/format.h>

#include "analyzer/clang/unit_writer.h"

namespace blobgauge::analyzer::clang {
namespace {

using model::Category;
using model::Result;

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
  auto text = UnitWriter(unit, request).write(libclang_version());
  clang_disposeTranslationUnit(unit);
  clang_disposeIndex(index);
  return text;
}

}  // namespace blobgauge::analyzer::clang
