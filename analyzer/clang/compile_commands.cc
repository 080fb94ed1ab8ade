#include "analyzer/clang/compile_commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "model/file.h"

namespace blobgauge::analyzer::clang {
namespace {

using model::Category;
using model::Result;
namespace fs = std::filesystem;

constexpr int deepest_response = 8;

std::string_view base_name(std::string_view path) {
  return path.substr(path.rfind('/') == std::string_view::npos ? 0 : path.rfind('/') + 1);
}

// "cc", "clang++-16", "x86_64-linux-gnu-gcc-12".
bool is_compiler(std::string_view word) {
  auto name = base_name(word);
  while (!name.empty() && (std::isdigit(static_cast<unsigned char>(name.back())) || name.back() == '.'))
    name.remove_suffix(1);
  if (name.ends_with('-')) name.remove_suffix(1);
  name = name.substr(name.rfind('-') == std::string_view::npos ? 0 : name.rfind('-') + 1);
  static constexpr std::array<std::string_view, 12> known{"cc",  "c++", "gcc",  "g++",  "clang", "clang++",
                                                          "icx", "icc", "icpx", "icpc", "emcc",  "em++"};
  return std::find(known.begin(), known.end(), name) != known.end();
}

// Programs that stand before the compiler.
bool is_wrapper(std::string_view word) {
  const auto name = base_name(word);
  static constexpr std::array<std::string_view, 9> known{"ccache", "distcc", "sccache", "icecc",     "icerun",
                                                         "gomacc", "env",    "nice",    "ccache.exe"};
  return std::find(known.begin(), known.end(), name) != known.end();
}

// Flags of GCC that no Clang knows; what they do changes no program's meaning.
bool is_only_gcc(std::string_view flag) {
  static constexpr std::array<std::string_view, 46> prefixes{"-fconserve-stack",
                                                             "-fno-conserve-stack",
                                                             "-ftree-",
                                                             "-fno-tree-",
                                                             "-fipa-",
                                                             "-fno-ipa-",
                                                             "-fvar-tracking",
                                                             "-fno-var-tracking",
                                                             "-fallow-store-data-races",
                                                             "-fno-allow-store-data-races",
                                                             "-mpreferred-stack-boundary",
                                                             "-mno-fp-ret-in-387",
                                                             "-mskip-rax-setup",
                                                             "-mindirect-branch",
                                                             "-mfunction-return",
                                                             "-mrecord-mcount",
                                                             "-fplugin",
                                                             "-fdump-",
                                                             "-flto-partition",
                                                             "-flto-compression",
                                                             "-ffat-lto-objects",
                                                             "-fno-fat-lto-objects",
                                                             "-fwhole-program",
                                                             "-fanalyzer",
                                                             "-fno-analyzer",
                                                             "-fabi-compat-version",
                                                             "-fabi-version",
                                                             "-specs=",
                                                             "-fmodules-ts",
                                                             "-fcond-mismatch",
                                                             "-fno-stack-limit",
                                                             "-fsched-",
                                                             "-fno-sched-",
                                                             "-fgcse",
                                                             "-fno-gcse",
                                                             "-fira-",
                                                             "-fno-ira-",
                                                             "-freorder-blocks",
                                                             "-fno-reorder-blocks",
                                                             "-fno-partial-inlining",
                                                             "-fpartial-inlining",
                                                             "-frandom-seed",
                                                             "-fno-devirtualize",
                                                             "-fdevirtualize",
                                                             "-fstack-reuse",
                                                             "-fno-semantic-interposition-gcc"};
  return std::any_of(prefixes.begin(), prefixes.end(), [&](std::string_view p) { return flag.starts_with(p); });
}

// "env A=b nice -n 5 ccache gcc", "libtool --mode=compile gcc": a compiler that is known by its name; else what stands
// behind the wrappers that are.
std::size_t place_of_compiler(const std::vector<std::string>& command) {
  const bool wrapped = !command.empty() && is_wrapper(command.front());
  for (std::size_t i = 0; i < command.size(); ++i) {
    if (is_compiler(command[i])) return i;
    if (command[i].starts_with('-') && !command[i].starts_with("--") && !wrapped) break;
  }
  std::size_t first = 0;
  while (first < command.size() && (is_wrapper(command[first]) || command[first].find('=') != std::string::npos))
    ++first;
  return first;
}

// @FILE, which may name others.
model::Status expand(const std::vector<std::string>& words, const std::string& folder, std::vector<std::string>& into,
                     int depth) {
  for (const auto& word : words) {
    if (word.size() < 2 || word.front() != '@') {
      into.push_back(word);
      continue;
    }
    const auto file = (fs::path(folder) / word.substr(1)).string();
    if (depth >= deepest_response)
      return model::fail(Category::input, fmt::format("the response file {} names itself", file));
    const auto text = model::read_file(file);
    if (!text)
      return model::fail(Category::input, fmt::format("the response file {} cannot be read", file),
                         "build once more, so that it is there");
    BLOBGAUGE_CHECK(expand(words_of(*text), folder, into, depth + 1));
  }
  return {};
}

std::string text_of(const nlohmann::json& entry, const char* key) {
  const auto found = entry.find(key);
  return found != entry.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

std::vector<std::string> words_of(std::string_view command) {
  std::vector<std::string> words;
  std::string word;
  bool open = false;
  char quote = 0;
  for (std::size_t i = 0; i < command.size(); ++i) {
    const char c = command[i];
    if (quote) {
      if (c == quote) {
        quote = 0;
      } else if (c == '\\' && quote == '"' && i + 1 < command.size() &&
                 std::string_view("\"\\$`").find(command[i + 1]) != std::string_view::npos) {
        word += command[++i];
      } else {
        word += c;
      }
    } else if (c == '"' || c == '\'') {
      quote = c;
      open = true;
    } else if (c == '\\' && i + 1 < command.size()) {
      word += command[++i];
      open = true;
    } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      if (open) words.push_back(std::move(word));
      word.clear();
      open = false;
    } else {
      word += c;
      open = true;
    }
  }
  if (open) words.push_back(std::move(word));
  return words;
}

std::vector<std::string> useful_flags(const std::vector<std::string>& command, std::string_view file) {
  const auto first = place_of_compiler(command);
  std::string compiler = first < command.size() ? command[first] : "";
  std::vector<std::string> flags;
  for (std::size_t i = first + 1; i < command.size(); ++i) {
    const auto& flag = command[i];
    static constexpr std::array<std::string_view, 7> with_value{"-o",  "-MF",     "-MT",      "-MQ",
                                                                "-MJ", "--param", "-aux-info"};
    if (std::find(with_value.begin(), with_value.end(), flag) != with_value.end()) {
      ++i;
      continue;
    }
    static constexpr std::array<std::string_view, 9> alone{"-c", "-S", "-E", "-M", "-MM", "-MD", "-MMD", "-MP", "-MG"};
    if (std::find(alone.begin(), alone.end(), flag) != alone.end() || flag == file || flag == "--" ||
        is_only_gcc(flag) || flag.starts_with("--param=") ||
        (flag.starts_with("-o") && flag.size() > 2 && flag[2] != '=' && !flag.starts_with("-ob")))
      continue;
    flags.push_back(flag);
  }
  // What a C++ compiler takes for C++ whatever the name of the file is.
  const auto name = base_name(compiler);
  if (name.find("++") != std::string::npos && file.ends_with(".c")) flags.insert(flags.begin(), {"-x", "c++"});
  return flags;
}

Result<std::vector<CompileCommand>> compile_commands_from_text(std::string_view text, const std::string& name,
                                                               const std::string& folder) {
  const auto document = nlohmann::json::parse(text, nullptr, false);
  if (!document.is_array())
    return model::fail(Category::input, name + ": no compilation database, which is a JSON array of commands",
                       "cmake -DCMAKE_EXPORT_COMPILE_COMMANDS=ON writes one, or bear -- make");
  std::vector<CompileCommand> commands;
  std::size_t number = 0;
  for (const auto& entry : document) {
    ++number;
    const auto where = fmt::format("{}: entry {}", name, number);
    CompileCommand c;
    c.file = entry.is_object() ? text_of(entry, "file") : "";
    if (c.file.empty()) return model::fail(Category::input, where + ": \"file\" is missing");
    c.folder = text_of(entry, "directory");
    c.folder = fs::path(folder).append(c.folder).lexically_normal().string();
    if (c.folder.size() > 1 && c.folder.back() == '/') c.folder.pop_back();
    std::vector<std::string> words;
    if (const auto list = entry.find("arguments"); list != entry.end() && list->is_array()) {
      for (const auto& item : *list)
        if (item.is_string()) words.push_back(item.get<std::string>());
    } else {
      words = words_of(text_of(entry, "command"));
    }
    if (words.empty()) return model::fail(Category::input, where + ": neither \"command\" nor \"arguments\" is there");
    std::vector<std::string> expanded;
    if (auto status = expand(words, c.folder, expanded, 0); !status) {
      auto error = std::move(status).error();
      error.message = where + ": " + error.message;
      return tl::make_unexpected(std::move(error));
    }
    c.flags = useful_flags(expanded, c.file);
    commands.push_back(std::move(c));
  }
  return commands;
}

Result<std::vector<CompileCommand>> load_compile_commands(const std::string& path) {
  std::error_code error;
  const auto file = fs::is_directory(path, error) ? (fs::path(path) / "compile_commands.json").string() : path;
  BLOBGAUGE_TRY(const auto text, model::read_file(file));
  return compile_commands_from_text(text, file, fs::absolute(file).parent_path().string());
}

}  // namespace blobgauge::analyzer::clang
