#include "tests/house/tree.h"

#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "model/file.h"

namespace blobgauge::house {

namespace fs = std::filesystem;

bool Source::is_test() const { return path.ends_with("_test.cc") || path.ends_with("_fuzz.cc") || part == "tests"; }

std::vector<Source> sources() {
  std::vector<Source> out;
  const fs::path root = BLOBGAUGE_SOURCE_DIR;
  for (const auto* part :
       {"model", "wire", "analyzer", "recorder", "replayer", "clients", "endpoint", "reports", "cli", "tests"})
    for (const auto& entry : fs::recursive_directory_iterator(root / part)) {
      const auto extension = entry.path().extension();
      if (extension != ".h" && extension != ".cc") continue;
      out.push_back(
          {fs::relative(entry.path(), root).string(), part, model::read_file(entry.path().string()).value_or("")});
    }
  std::sort(out.begin(), out.end(), [](const Source& a, const Source& b) { return a.path < b.path; });
  return out;
}

std::vector<Token> string_literals(std::string_view code) {
  std::vector<Token> out;
  std::size_t line = 1;
  for (std::size_t i = 0; i < code.size(); ++i) {
    const auto rest = code.substr(i);
    const auto skip_past = [&](std::string_view end) {
      const auto stop = std::min(code.find(end, i), code.size());
      line += static_cast<std::size_t>(std::count(code.begin() + static_cast<std::ptrdiff_t>(i),
                                                  code.begin() + static_cast<std::ptrdiff_t>(stop), '\n'));
      i = stop + end.size() - 1;
    };
    if (code[i] == '\n') {
      ++line;
    } else if (rest.starts_with("//")) {
      i = std::min(code.find('\n', i), code.size()) - 1;
    } else if (rest.starts_with("/*")) {
      i += 2;
      skip_past("*/");
    } else if (rest.starts_with("R\"")) {
      const auto open = code.find('(', i);
      if (open == std::string_view::npos) break;
      const auto end = ")" + std::string(code.substr(i + 2, open - i - 2)) + "\"";
      const std::size_t first = line;
      i = open + 1;
      out.push_back({first, std::string(code.substr(i, code.find(end, i) - i))});
      skip_past(end);
    } else if (code[i] == '\'') {
      // A digit separator (1'000) is no character.
      const bool separator = i > 0 && std::isalnum(static_cast<unsigned char>(code[i - 1]));
      if (separator) continue;
      for (++i; i < code.size() && code[i] != '\''; ++i) i += code[i] == '\\';
    } else if (code[i] == '"') {
      std::string text;
      for (++i; i < code.size() && code[i] != '"'; ++i) {
        if (code[i] == '\\') text += code[i++];
        if (i < code.size()) text += code[i];
      }
      out.push_back({line, std::move(text)});
    }
  }
  return out;
}

std::vector<Token> quoted_includes(std::string_view code) {
  static constexpr std::string_view start = "#include \"";
  std::vector<Token> out;
  std::size_t line = 1;
  for (std::size_t at = 0; at < code.size(); ++line) {
    const auto end = std::min(code.find('\n', at), code.size());
    const auto text = code.substr(at, end - at);
    if (text.starts_with(start)) {
      const auto name = text.substr(start.size());
      out.push_back({line, std::string(name.substr(0, name.find('"')))});
    }
    at = end + 1;
  }
  return out;
}

Ran run(const std::string& command) {
  Ran out{"", -1};
  std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (!pipe) return out;
  char buffer[4096];
  while (const auto n = std::fread(buffer, 1, sizeof buffer, pipe)) out.output.append(buffer, n);
  const int status = ::pclose(pipe);
  out.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return out;
}

}  // namespace blobgauge::house
