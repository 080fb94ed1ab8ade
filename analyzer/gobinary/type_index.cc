#include "analyzer/gobinary/type_index.h"

#include <algorithm>
#include <array>

#include "analyzer/gobinary/frame_flow.h"
#include "analyzer/gobinary/function_table.h"

namespace blobgauge::analyzer::gobinary {

namespace {

constexpr std::size_t deepest_value = 32;

// "gopkg.in/yaml%2ev3" -> "gopkg.in/yaml.v3".
std::string unescaped(std::string_view path) {
  const auto digit = [](char c) { return c >= 'a' ? c - 'a' + 10 : c - '0'; };
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '%' && i + 2 < path.size() && is_digit(path[i + 1]) && is_digit(path[i + 2])) {
      out += static_cast<char>(digit(path[i + 1]) * 16 + digit(path[i + 2]));
      i += 2;
    } else {
      out += path[i];
    }
  }
  return out;
}

// "path/pkg.(*T).M" -> "path/pkg.T"; empty for what is no method of a pointer.
std::string receiver_name(std::string_view symbol) {
  const auto star = symbol.find(".(*");
  if (star == symbol.npos || symbol.find('[') != symbol.npos) return {};
  const auto end = symbol.find(").", star);
  if (end == symbol.npos || symbol.find('.', end + 2) != symbol.npos || symbol.ends_with("-fm")) return {};
  return unescaped(symbol.substr(0, star)) + "." + std::string(symbol.substr(star + 3, end - star - 3));
}

}  // namespace

std::size_t TypeIndex::Hash::operator()(const Key& key) const {
  return std::hash<std::string_view>()(key.first) ^ std::hash<std::uint64_t>()(key.second);
}

TypeIndex::TypeIndex(const Executable& executable, const TypeTable& table, const std::vector<std::uint64_t>& types)
    : executable_(executable), table_(table) {
  const auto& functions = executable.functions();
  // Code that several types share is nobody's.
  const auto add = [&](FunctionId code, std::uint64_t receiver, std::uint64_t type) {
    const auto [place, fresh] = methods_.try_emplace(code, Signature{receiver, type});
    if (!fresh && place->second.receiver != receiver) place->second = {};
  };
  for (const auto address : types) {
    const auto type = table.read(address);
    if (type.kind == Kind::interface) continue;
    const auto element = type.kind == Kind::pointer ? pointed_at(address) : 0;
    for (const auto& method : type.methods) {
      const auto code = method.interface_code ? functions.starting_at(method.interface_code) : FunctionTable::none;
      if (code != FunctionTable::none) {
        by_method_[{method.name, method.type}].push_back({address, code});
        // What an interface holds is a pointer to the value, or a pointer that is the value.
        if (element) add(code, element, method.type);
      }
      const auto direct = method.code ? functions.starting_at(method.code) : FunctionTable::none;
      if (direct != FunctionTable::none && element) add(direct, element, method.type);
    }
  }
  // The linker leaves methods out of a type's table that no interface asks for; their symbols name the type still.
  for (const auto& [element, pointer] : table.pointers()) {
    const auto name = table.full_name(element);
    if (name.empty()) continue;
    // Types of functions have the names that their package's may have too.
    const auto [place, fresh] = named_.emplace(name, element);
    if (!fresh && place->second != element) place->second = 0;
  }
  for (FunctionId id = 0; id < functions.physical_count(); ++id) {
    if (methods_.contains(id)) continue;
    const auto name = receiver_name(functions.name(id));
    if (name.empty()) continue;
    if (const auto found = named_.find(name); found != named_.end() && found->second) methods_[id] = {found->second, 0};
  }
}

TypedPlace TypeIndex::leaf(TypedPlace place) const {
  for (std::size_t depth = 0; depth < deepest_value && place.type && place.offset >= 0; ++depth) {
    const auto kind = table_.kind(place.type);
    if (kind == Kind::structure) {
      place = table_.field(place.type, place.offset);
    } else if (kind == Kind::array) {
      const auto element = table_.element(place.type);
      const auto size = static_cast<std::int64_t>(element ? table_.size(element) : 0);
      if (size == 0 || place.offset >= static_cast<std::int64_t>(table_.size(place.type))) return {};
      place = {element, place.offset % size};
    } else {
      return place.offset < static_cast<std::int64_t>(table_.size(place.type)) ? place : TypedPlace{};
    }
  }
  return {};
}

std::uint64_t TypeIndex::pointed_at(std::uint64_t pointer) const {
  return pointer && table_.kind(pointer) == Kind::pointer ? table_.element(pointer) : 0;
}

TypedPlace TypeIndex::pointer_to(std::uint64_t type) const {
  const auto found = table_.pointers().find(type);
  return type && found != table_.pointers().end() ? TypedPlace{found->second, 0} : TypedPlace{};
}

const TypeIndex::Signature& TypeIndex::signature(FunctionId method) const {
  static const Signature none;
  const auto found = methods_.find(method);
  return found == methods_.end() ? none : found->second;
}

std::uint64_t TypeIndex::receiver(FunctionId method) const { return signature(method).receiver; }

// Values go to registers in order, each whole or not at all; floating-point words have registers of their own.
TypedPlace TypeIndex::word(const std::vector<std::uint64_t>& values, std::size_t first, std::uint8_t reg) const {
  const auto& registers = FrameFlow::argument_registers;
  const auto wanted = static_cast<std::size_t>(std::find(registers.begin(), registers.end(), reg) - registers.begin());
  constexpr std::size_t float_registers = 15;
  auto next = first;
  std::size_t next_float = 0;
  for (const auto value : values) {
    std::vector<TypedPlace> words;
    if (!table_.register_words(value, words)) continue;  // on the stack
    std::size_t general = 0;
    for (const auto& each : words) general += each.type != 0;
    const auto floats = words.size() - general;
    if (next + general > registers.size() || next_float + floats > float_registers) continue;
    next_float += floats;
    for (const auto& each : words) {
      if (each.type == 0) continue;
      if (next++ == wanted) return each;
    }
  }
  return {};
}

TypedPlace TypeIndex::parameter(FunctionId method, std::uint8_t reg) const {
  const auto& known = signature(method);
  if (!known.type) return {};
  std::vector<std::uint64_t> in, out;
  return table_.signature(known.type, in, out) ? word(in, 1, reg) : TypedPlace{};
}

TypedPlace TypeIndex::result(FunctionId method, std::uint8_t reg) const {
  const auto& known = signature(method);
  if (!known.type) return {};
  std::vector<std::uint64_t> in, out;
  return table_.signature(known.type, in, out) ? word(out, 0, reg) : TypedPlace{};
}

TypedPlace TypeIndex::result(std::uint64_t interface, std::size_t slot, std::uint8_t reg) const {
  std::vector<std::uint64_t> in, out;
  const auto methods = table_.read(interface).methods;
  return slot < methods.size() && table_.signature(methods[slot].type, in, out) ? word(out, 0, reg) : TypedPlace{};
}

bool TypeIndex::is_interface(std::uint64_t type, std::size_t slot) const {
  return type && table_.kind(type) == Kind::interface && slot < table_.read(type).methods.size();
}

std::vector<FunctionId> TypeIndex::implementations(std::uint64_t interface, std::size_t slot) const {
  std::vector<FunctionId> found;
  const auto methods = table_.read(interface).methods;
  if (slot >= methods.size()) return found;
  const auto of = [&](const Method& method) -> const std::vector<Implementation>* {
    const auto at = by_method_.find({method.name, method.type});
    return at == by_method_.end() ? nullptr : &at->second;
  };
  const auto* candidates = of(methods[slot]);
  if (!candidates) return found;
  for (const auto& candidate : *candidates) {
    const bool fits = std::all_of(methods.begin(), methods.end(), [&](const Method& method) {
      const auto* types = of(method);
      return types && std::any_of(types->begin(), types->end(),
                                  [&](const Implementation& each) { return each.type == candidate.type; });
    });
    if (fits) found.push_back(candidate.code);
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace blobgauge::analyzer::gobinary
