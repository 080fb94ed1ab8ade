#include "analyzer/executable_requests.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "analyzer/executable_ways.h"
#include "analyzer/gobinary/request_code.h"

namespace blobgauge::analyzer {
namespace {

Expr constant(std::string_view text) {
  Expr e;
  e.kind = Expr::Kind::constant;
  e.text = text;
  return e;
}

Expr made_at_run_time() {
  Expr e;
  e.kind = Expr::Kind::call;
  e.text = "made at run time";
  return e;
}

Expr numbered(Expr::Kind kind, int id) {
  Expr e;
  e.kind = kind;
  e.id = id;
  return e;
}

// A closure's symbol continues that of the function around it: "F.func1", "F.func1.2", "F.gowrap1", "F.deferwrap1".
std::string_view without_closures(std::string_view rest) {
  for (const std::string_view mark : {".func", ".gowrap", ".deferwrap"})
    for (auto at = rest.find(mark); at != rest.npos; at = rest.find(mark, at + 1))
      if (at > 0 && at + mark.size() < rest.size() && std::isdigit(static_cast<unsigned char>(rest[at + mark.size()])))
        rest = rest.substr(0, at);
  return rest;
}

// "(*pkg.Client).get" -> "pkg.Client"; empty for what is no method.
std::string receiver_of(const std::string& function) {
  const auto end = function.find(')');
  if (function.empty() || function.front() != '(' || end == std::string::npos) return {};
  const std::size_t from = function[1] == '*' ? 2 : 1;
  return function.substr(from, end - from);
}

class FactsOfCode {
 public:
  FactsOfCode(const gobinary::Executable& executable, const ClientRules& rules)
      : executable_(executable), rules_(rules) {
    facts_.language = "go";
    facts_.module = executable.build_info().main.path;
    facts_.toolchain = executable.build_info().go_version;
    facts_.platform = executable.platform();
    facts_.functions.emplace_back();
    facts_.nodes.emplace_back();
    facts_.requests.emplace_back();
  }

  Facts run(const gobinary::Reach& reach) {
    std::vector<gobinary::CodeMaker> makers;
    for (const auto& maker : rules_.requests)
      if (maker.method_word)
        makers.push_back({linker_symbol({maker.function, package_of_symbol(maker.function), {}, {}, {}}),
                          static_cast<std::uint32_t>(*maker.method_word)});
    const auto is_builder = [this](std::string_view symbol) {
      const auto package = package_of_symbol(symbol);
      return std::any_of(rules_.builders.begin(), rules_.builders.end(),
                         [&](const auto& builder) { return builder.package == package; });
    };
    for (const auto& request : gobinary::find_requests(executable_, reach, makers, is_builder)) add(request);
    return std::move(facts_);
  }

 private:
  void add(const gobinary::CodeRequest& code) {
    RequestMade made;
    made.function = function(code);
    made.at = place(code, code.address);
    made.maker = code.maker;
    made.method = code.method ? constant(*code.method) : Expr{};
    made.endpoint = endpoint(facts_.functions[made.function].name);
    const auto request = numbered(Expr::Kind::request, static_cast<int>(facts_.requests.size()));
    for (const auto& written : code.writes) {
      FieldWrite write;
      write.part =
          written.part == gobinary::CodeWrite::Part::header ? FieldWrite::Part::header : FieldWrite::Part::query;
      write.owner = request;
      write.key = written.name ? constant(*written.name) : made_at_run_time();
      write.value = written.value ? constant(*written.value) : made_at_run_time();
      if (!written.always) write.guard.kind = Guard::Kind::test;
      write.function = made.function;
      write.at = place(code, written.address);
      facts_.writes.push_back(std::move(write));
    }
    facts_.requests.push_back(std::move(made));
  }

  int function(const gobinary::CodeRequest& code) {
    auto function = function_of_symbol(code.builder);
    const auto [found, fresh] = numbers_.emplace(function.name, static_cast<int>(facts_.functions.size()));
    if (!fresh) return found->second;
    const auto ids = executable_.named(code.builder);
    if (!ids.empty()) function.where = portable(executable_.position(ids.front()), code.builder);
    facts_.functions.push_back(std::move(function));
    return found->second;
  }

  std::string place(const gobinary::CodeRequest& code, std::uint64_t address) const {
    const auto frames = executable_.frames_at(code.function, address);
    const auto found =
        std::find_if(frames.begin(), frames.end(), [&](const auto& frame) { return frame.function == code.builder; });
    return found == frames.end() ? std::string() : portable(found->at, code.builder);
  }

  // Which of its type's fields holds the address is not read; the rules know of one, or of the type itself.
  Expr endpoint(const std::string& name) {
    const auto type = receiver_of(name);
    const auto field = rules_.paths.lower_bound(type + ".");
    if (type.empty() || field == rules_.paths.end() || !field->first.starts_with(type + ".")) return {};
    FlowNode node;
    node.kind = "field";
    node.name = field->first;
    facts_.nodes.push_back(std::move(node));
    return numbered(Expr::Kind::node, static_cast<int>(facts_.nodes.size()) - 1);
  }

  const gobinary::Executable& executable_;
  const ClientRules& rules_;
  Facts facts_;
  std::map<std::string, int> numbers_;
};

}  // namespace

Function function_of_symbol(std::string_view symbol) {
  Function function;
  function.package = package_of_symbol(symbol);
  const auto slash = symbol.substr(0, symbol.find('[')).rfind('/');
  const auto dot = symbol.find('.', slash == symbol.npos ? 0 : slash);
  if (dot == symbol.npos) {
    function.name = symbol;
    return function;
  }
  const auto rest = without_closures(symbol.substr(dot + 1));
  const auto split = rest.rfind('.');
  auto type = rest.substr(0, split == rest.npos ? 0 : split);
  if (type.empty()) {
    function.name = fmt::format("{}.{}", function.package, rest);
    return function;
  }
  const bool pointer = type.starts_with("(*") && type.ends_with(')');
  if (pointer) type = type.substr(2, type.size() - 3);
  function.name = fmt::format("({}{}.{}).{}", pointer ? "*" : "", function.package, type, rest.substr(split + 1));
  return function;
}

Facts facts_of_machine_code(const gobinary::Executable& executable, const gobinary::Reach& reach,
                            const ClientRules& rules) {
  return FactsOfCode(executable, rules).run(reach);
}

}  // namespace blobgauge::analyzer
