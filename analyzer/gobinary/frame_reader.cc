#include "analyzer/gobinary/frame_reader.h"

#include <algorithm>

namespace blobgauge::analyzer::gobinary {

namespace {

constexpr int first_with_registers = 17;
constexpr std::uint64_t longest_constant = 4096;

enum class Memory : std::uint8_t { none, constant, variable };

Memory memory_at(const Image& image, std::uint64_t address) {
  for (const auto& segment : image.segments())
    if (address >= segment.address && address - segment.address < segment.bytes.size())
      return segment.writable ? Memory::variable : Memory::constant;
  return Memory::none;
}

}  // namespace

FrameTools::FrameTools(const Executable& executable)
    : executable_(executable),
      runtime_(executable.functions()),
      parameters_(executable.image(), executable.functions()),
      context_{executable.image(), executable.functions(), runtime_, parameters_,
               executable.build_info().go_minor < first_with_registers} {}

std::string_view FrameReader::callee(const CallEvent& call) const {
  return call.callee == FunctionTable::none ? std::string_view{} : tools_.executable().name(call.callee);
}

ValueId FrameReader::argument(const CallEvent& call, std::uint32_t word) const {
  if (!tools_.context().stack_arguments)
    return word < FrameFlow::argument_registers.size() ? call.registers[FrameFlow::argument_registers[word]]
                                                       : Origins::nothing;
  for (const auto& [slot, value] : call.stack)
    if (slot == 8 * static_cast<std::int64_t>(word)) return value;
  return Origins::nothing;
}

Origin FrameReader::result(std::uint32_t site, std::uint32_t arguments, std::uint32_t word) const {
  if (!tools_.context().stack_arguments)
    return {OriginKind::result, Reason::none, 8, site, 0, FrameFlow::argument_registers[word]};
  return {OriginKind::stack_result, Reason::none, 8, site, 0, 8 * static_cast<std::int64_t>(arguments + word)};
}

std::vector<OriginId> FrameReader::members(ValueId value, int depth) {
  std::vector<OriginId> out;
  for (const auto id : std::vector(flow_.origins().members(value))) {
    const auto origin = flow_.origins()[id];
    const bool of_slot =
        origin.kind == OriginKind::load && depth > 0 && flow_.origins()[origin.base].kind == OriginKind::frame;
    if (!of_slot) {
      if (origin.kind != OriginKind::touched) out.push_back(id);
      continue;
    }
    auto known = slots_.find(id);
    if (known == slots_.end()) {
      const auto offset = flow_.origins()[origin.base].value + origin.value;
      auto inner = members(flow_.slot_before(origin.site, offset, origin.width), depth - 1);
      known = slots_.emplace(id, std::move(inner)).first;
    }
    out.insert(out.end(), known->second.begin(), known->second.end());
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::optional<std::uint64_t> FrameReader::number(ValueId value, bool at_first) {
  const auto& image = tools_.context().image;
  std::optional<std::uint64_t> found;
  for (const auto id : members(value)) {
    const auto& origin = flow_.origins()[id];
    std::optional<std::uint64_t> here;
    if (origin.kind == OriginKind::constant || origin.kind == OriginKind::data)
      here = static_cast<std::uint64_t>(origin.value);
    if (origin.kind == OriginKind::load && origin.width == 8 && flow_.origins()[origin.base].kind == OriginKind::data) {
      const auto address =
          static_cast<std::uint64_t>(flow_.origins()[origin.base].value) + static_cast<std::uint64_t>(origin.value);
      const auto memory = memory_at(image, address);
      if (memory == Memory::constant || (at_first && memory == Memory::variable)) here = image.word(address);
    }
    if (!here || (found && *found != *here)) return std::nullopt;
    found = here;
  }
  return found;
}

std::optional<std::string_view> FrameReader::text(ValueId address, ValueId length, bool at_first) {
  const auto at = number(address, at_first), size = number(length, at_first);
  if (!size || *size > longest_constant) return std::nullopt;
  if (*size == 0) return std::string_view{};
  const auto& image = tools_.context().image;
  const auto bytes = at && memory_at(image, *at) == Memory::constant ? image.at(*at, *size) : Bytes{};
  if (bytes.empty()) return std::nullopt;
  return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

ValueId FrameReader::stored(const Origin& pointer, std::int64_t distance) {
  find_targets();
  const auto found = targets_.find({flow_.origins().find(pointer), distance});
  return found == targets_.end() ? Origins::nothing : found->second;
}

void FrameReader::find_targets() {
  if (has_targets_) return;
  has_targets_ = true;
  for (const auto& store : flow_.stores()) {
    if (store.width != 8) continue;
    const auto [root, offset] = flow_.origins().split(store.base);
    const auto roots = members(flow_.origins().value_of(root));
    if (roots.size() != 1) continue;
    const auto [found, fresh] = targets_.emplace(std::pair{roots.front(), offset}, store.value);
    if (!fresh && found->second != store.value) found->second = Origins::nothing;
  }
}

}  // namespace blobgauge::analyzer::gobinary
