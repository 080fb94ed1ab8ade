#include <cstddef>
#include <cstdint>
#include <string_view>

#include "analyzer/clang/request_reader.h"
#include "analyzer/clang/source_facts.h"
#include "analyzer/clang/unit.h"

namespace clang = blobgauge::analyzer::clang;

namespace {

// A rule of each kind that takes part in sending, so that units with requests in them are followed to the end.
clang::SourceRules small_rules() {
  clang::SourceRules rules;
  rules.common.client = "fuzz";
  rules.common.language = "c++";
  rules.common.module = "fuzz";
  rules.roots.functions = {"run"};
  rules.roots.classes = {"Root"};
  rules.roots.called_outside = {"Handler"};
  rules.path = "/{container}/{blob}";
  const auto argument = [](int number) {
    clang::Operand o;
    o.what = clang::Operand::What::argument;
    o.argument = number;
    return o;
  };
  const auto rule = [&](const char* function, clang::CallRule::Does does) -> clang::CallRule& {
    auto& made = rules.calls.emplace_back();
    made.function = function;
    made.does = does;
    return made;
  };
  auto& send = rule("send", clang::CallRule::Does::send);
  send.verb = argument(0);
  send.headers = argument(1);
  auto& add = rule("add", clang::CallRule::Does::add_header);
  add.to = argument(0);
  add.name = argument(1);
  add.value = argument(2);
  auto& format = rule("text", clang::CallRule::Does::format);
  format.format = argument(0);
  rule("status", clang::CallRule::Does::status).from = argument(0);
  return rules;
}

}  // namespace

// A unit comes from another program or from a cache, and may be cut or changed: whatever it says, reading it and
// following its code ends.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto rules = small_rules();
  auto unit = clang::unit_from_text({reinterpret_cast<const char*>(data), size}, "fuzz");
  if (!unit) return 0;
  const std::vector<clang::Unit> units{std::move(*unit)};
  const clang::Program program(units, rules.roots);
  const auto read = clang::read_requests(units, program, rules);
  clang::source_facts(units, program, rules, read, {"fuzz", "", ""});
  return 0;
}
