#include "analyzer/gobinary/runtime_calls.h"

#include <string_view>

namespace blobgauge::analyzer::gobinary {

namespace {

struct NamedCall {
  std::string_view name;  // "x*": whatever begins with x
  RuntimeCall call;
};

constexpr NamedCall named_calls[] = {
    {"newobject", RuntimeCall::new_object},
    {"gcWriteBarrier*", RuntimeCall::write_barrier},
    {"wbMove", RuntimeCall::barrier_only},
    {"wbZero", RuntimeCall::barrier_only},
    {"duffzero", RuntimeCall::block_code},
    {"duffcopy", RuntimeCall::block_code},
    {"typedmemmove", RuntimeCall::move_typed},
    {"memmove", RuntimeCall::move_bytes},
    {"memclrNoHeapPointers", RuntimeCall::clear_bytes},
    {"memclrHasPointers", RuntimeCall::clear_bytes},
    {"typedmemclr", RuntimeCall::clear_typed},
    {"convT*", RuntimeCall::reads},
    {"mapassign*", RuntimeCall::reads},
    {"chansend1", RuntimeCall::reads},
    {"growslice", RuntimeCall::reads},
    {"makeslice*", RuntimeCall::reads},
    {"makemap*", RuntimeCall::reads},
    {"makechan*", RuntimeCall::reads},
    {"mapaccess*", RuntimeCall::looks},
    {"mapdelete*", RuntimeCall::looks},
    {"memequal*", RuntimeCall::looks},
    {"efaceeq", RuntimeCall::looks},
    {"ifaceeq", RuntimeCall::looks},
    {"strequal", RuntimeCall::looks},
    {"interequal", RuntimeCall::looks},
    {"nilinterequal", RuntimeCall::looks},
    {"cmpstring", RuntimeCall::looks},
    {"print*", RuntimeCall::looks},
    {"concatstring*", RuntimeCall::looks},
    {"slicebytetostring*", RuntimeCall::looks},
    {"stringtoslicebyte", RuntimeCall::looks},
    {"intstring", RuntimeCall::looks},
    {"assertE2I*", RuntimeCall::looks},
    {"typeAssert", RuntimeCall::looks},
    {"interfaceSwitch", RuntimeCall::looks},
    {"deferreturn", RuntimeCall::looks},
    {"morestack*", RuntimeCall::looks},
    {"closechan", RuntimeCall::looks},
    {"newproc", RuntimeCall::starts},
    {"deferproc", RuntimeCall::starts},
    {"deferprocat", RuntimeCall::starts},
    {"deferprocStack", RuntimeCall::starts},
    {"gopanic", RuntimeCall::never_returns},
    {"panic*", RuntimeCall::never_returns},
    {"goPanic*", RuntimeCall::never_returns},
    {"throw", RuntimeCall::never_returns},
    {"fatalthrow", RuntimeCall::never_returns},
    {"unreachableMethod", RuntimeCall::never_returns},
    {"block", RuntimeCall::never_returns},
};

RuntimeCall runtime_call_of(std::string_view name) {
  constexpr std::string_view runtime = "runtime.";
  if (name.starts_with("internal/runtime/maps.")) return RuntimeCall::unknown;
  if (!name.starts_with(runtime)) return RuntimeCall::none;
  name.remove_prefix(runtime.size());
  for (const auto& rule : named_calls) {
    const auto stem = rule.name.substr(0, rule.name.size() - 1);
    if (rule.name.ends_with('*') ? name.starts_with(stem) : name == rule.name) return rule.call;
  }
  return RuntimeCall::unknown;
}

}  // namespace

RuntimeCalls::RuntimeCalls(const FunctionTable& functions) : calls_(functions.physical_count()) {
  for (FunctionId id = 0; id < functions.physical_count(); ++id) calls_[id] = runtime_call_of(functions.name(id));
}

}  // namespace blobgauge::analyzer::gobinary
