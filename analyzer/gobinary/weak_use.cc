#include "analyzer/gobinary/weak_use.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace blobgauge::analyzer::gobinary {

namespace {

// The order in which Go passes words: AX BX CX DI SI R8 R9 R10 R11.
constexpr std::array<std::uint8_t, 9> argument_registers = {0, 3, 1, 7, 6, 8, 9, 10, 11};

struct Rule {
  std::string_view name;  // after "runtime."; with a final * any that begins so
  TypeConsumer consumer;
};

constexpr Rule rules[] = {
    {"newobject", {1, 1}},
    {"newarray", {2, 1}},
    {"mallocgc*", {3, 2}},
    {"makeslice", {3, 1}},
    {"makeslice64", {3, 1}},
    {"makeslicecopy", {4, 1}},
    {"makechan", {2, 1}},
    {"makechan64", {2, 1}},
    {"makemap", {3, 1}},
    {"makemap64", {3, 1}},
    {"mapaccess*", {4, 1}},
    {"mapassign*", {4, 1}},
    {"mapdelete*", {4, 1}},
    {"mapiterinit", {3, 1}},
    {"mapIterStart", {3, 1}},
    {"mapclear", {2, 1}},
    {"typedmemmove", {3, 1}},
    {"typedmemclr", {2, 1}},
    {"typedslicecopy", {5, 1}},
    {"wbZero", {2, 1}},
    {"wbMove", {3, 1}},
    {"panicdottypeE", {3, 7}},
    {"panicdottypeI", {3, 7}},
    {"panicnildottype", {1, 1}},
    {"convT", {2, 1}},
    {"convTnoptr", {2, 1}},
    {"unsafeslice", {3, 1}},
    {"unsafeslice64", {3, 1}},
    {"unsafeslicecheckptr", {3, 1}},
};

TypeConsumer consumer_of(std::string_view name, int go_minor) {
  constexpr std::string_view runtime = "runtime.";
  if (!name.starts_with(runtime)) return {};
  name.remove_prefix(runtime.size());
  // The element's type came first and comes last from Go 1.20 on.
  if (name == "growslice") return {5, static_cast<std::uint16_t>(go_minor >= 20 ? 1 << 4 : 1)};
  for (const auto& rule : rules) {
    if (rule.name.ends_with('*') ? name.starts_with(rule.name.substr(0, rule.name.size() - 1)) : name == rule.name)
      return rule.consumer;
  }
  return {};
}

bool keeps(std::string_view name) {
  return name.starts_with("runtime.gcWriteBarrier") || name == "runtime.duffzero" || name == "runtime.duffcopy";
}

std::uint32_t bit(std::uint8_t reg) { return reg < 32 ? 1u << reg : 0; }

}  // namespace

WeakUse::WeakUse(const Image& image, const FunctionTable& functions, int go_minor)
    : image_(image),
      functions_(functions),
      register_arguments_(go_minor >= 17),
      consumers_(functions.physical_count()),
      keeps_registers_(functions.physical_count()) {
  for (FunctionId id = 0; id < functions.physical_count(); ++id) {
    const auto name = functions.name(id);
    consumers_[id] = consumer_of(name, go_minor);
    keeps_registers_[id] = keeps(name);
  }
}

// `slots`: which of the lowest 64 words of the frame hold the type.
bool WeakUse::call_consumes(FunctionId callee, std::uint32_t registers, std::uint64_t slots,
                            bool& keeps_registers) const {
  keeps_registers = callee != FunctionTable::none && keeps_registers_[callee];
  if (keeps_registers) return true;
  if (callee == FunctionTable::none) return false;
  const auto consumer = consumers_[callee];
  if (!register_arguments_) {
    // A frame's lowest words are the next call's arguments, and all of them are written before it.
    return consumer.arguments != 0 && (slots & ~std::uint64_t{consumer.types}) == 0;
  }
  if (consumer.arguments == 0) return false;
  for (std::size_t i = 0; i < consumer.arguments; ++i)
    if ((registers & bit(argument_registers[i])) && !(consumer.types >> i & 1)) return false;
  return true;
}

bool WeakUse::only_weak(Decoder& decoder, FunctionId id, std::uint64_t address, std::uint8_t reg) const {
  struct Path {
    std::uint64_t address = 0;
    std::uint32_t registers = 0;
    std::uint64_t slots = 0;
    bool operator==(const Path&) const = default;
  };
  constexpr std::size_t most_paths = 16, most_steps = 160;
  std::array<Path, most_paths> paths;
  std::size_t count = 0, next = 0, steps = 0;
  const auto end = functions_.end(id);
  const auto follow = [&](const Path& path) {
    if (path.registers == 0 && path.slots == 0) return true;
    if (std::find(paths.begin(), paths.begin() + static_cast<std::ptrdiff_t>(count), path) !=
        paths.begin() + static_cast<std::ptrdiff_t>(count))
      return true;
    if (count == most_paths) return false;
    paths[count++] = path;
    return true;
  };
  if (!follow({address, bit(reg), 0})) return false;
  constexpr std::uint32_t passing = [] {
    std::uint32_t bits = 0;
    for (const auto r : argument_registers) bits |= 1u << r;
    return bits;
  }();
  Instruction instruction;
  Effects effects;
  while (next < count) {
    auto path = paths[next++];
    while (path.registers != 0 || path.slots != 0) {
      if (++steps > most_steps || path.address >= end) return false;
      if (!decoder.decode(image_.at(path.address, end - path.address), path.address, instruction)) return false;
      path.address += instruction.length;
      if (instruction.op == Op::trap) break;
      if (instruction.op == Op::ret) {
        // A leftover in a register that could be a result counts as one.
        if (path.slots != 0 || (path.registers & passing)) return false;
        break;
      }
      if (instruction.op == Op::call) {
        bool keeps_registers = false;
        const auto callee = functions_.at(instruction.target);
        if (!call_consumes(callee, path.registers, path.slots, keeps_registers)) {
          // Without an argument register in use, nothing is handed over.
          if (path.slots != 0 || (register_arguments_ && (path.registers & passing))) return false;
        }
        if (!keeps_registers) path.registers = path.slots = 0;
        continue;
      }
      if (instruction.op == Op::jump || instruction.op == Op::branch) {
        if (instruction.target < functions_.entry(id) || instruction.target >= end) return false;
        auto other = path;
        other.address = instruction.target;
        if (instruction.op == Op::jump) {
          path = other;
        } else if (!follow(other)) {
          return false;
        }
        continue;
      }
      if (instruction.op == Op::jump_indirect || !decoder.effects(effects)) return false;
      if (instruction.op == Op::call_indirect) {
        if (path.slots != 0 || (register_arguments_ && (path.registers & passing))) return false;
        path.registers = 0;
        continue;
      }
      const auto slot = [&]() -> int {
        if (effects.base != stack_pointer || effects.index != Effects::no_register || effects.displacement < 0 ||
            effects.displacement % 8 != 0 || effects.displacement >= 8 * 64)
          return -1;
        return static_cast<int>(effects.displacement / 8);
      };
      if (instruction.op == Op::compare) {
        if (effects.addresses & path.registers) return false;
        continue;
      }
      if (effects.is_copy && effects.from != Effects::no_register && (bit(effects.from) & path.registers) &&
          !(effects.addresses & path.registers)) {
        if (effects.to != Effects::no_register) {
          path.registers |= bit(effects.to);
          continue;
        }
        // Into memory: harmless only as the argument of a call, where those are on the stack.
        if (register_arguments_ || slot() < 0) return false;
        path.slots |= std::uint64_t{1} << slot();
        continue;
      }
      if (effects.reads & path.registers) return false;
      if (effects.writes & bit(stack_pointer)) {
        if (path.slots != 0) return false;
      }
      path.registers &= ~effects.writes;
      if (effects.has_memory && slot() >= 0) {
        const auto place = std::uint64_t{1} << slot();
        if (effects.memory_is_written) {
          path.slots &= ~place;
        } else if ((path.slots & place) || instruction.op == Op::lea) {
          if (path.slots != 0) return false;
        }
      }
    }
  }
  return true;
}

}  // namespace blobgauge::analyzer::gobinary
