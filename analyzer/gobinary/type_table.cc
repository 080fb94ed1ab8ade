#include "analyzer/gobinary/type_table.h"

#include <algorithm>

namespace blobgauge::analyzer::gobinary {

namespace {

constexpr std::size_t common_size = 48, method_size = 16, uncommon_size = 16, field_size = 24, name_limit = 64 << 10;
constexpr std::uint8_t has_uncommon = 1, extra_star = 2;
constexpr std::uint8_t kind_mask = 31;

std::uint8_t kind_of(Bytes bytes) { return bytes[23] & kind_mask; }

bool power_up_to(std::uint8_t value, std::uint8_t most) { return value && value <= most && !(value & (value - 1)); }

// What a kind says about the size of its values; 0: nothing.
std::uint64_t size_of(std::uint8_t kind) {
  static constexpr std::uint8_t sizes[] = {0, 1, 8,  1, 2, 4, 8,  8, 1, 2,  4,  8, 8, 4,
                                           8, 8, 16, 0, 8, 8, 16, 8, 8, 24, 16, 0, 8};
  return sizes[kind];
}

}  // namespace

TypeTable::TypeTable(const Image& image, const ModuleData& data) : image_(image), data_(data) {
  if (data.itabs.to > data.itabs.from) {
    for (auto at = data.itabs.from; at < data.itabs.to;) {
      itabs_.push_back(at);
      const auto entry = itab(at);
      if (!entry || !is_type(entry->interface)) break;
      const auto methods = image_.word(entry->interface + common_size + 16).value_or(0);
      const bool implements = image_.word(at + 24).value_or(0) != 0;
      at += 32 + (implements && methods > 1 ? 8 * std::min<std::uint64_t>(methods - 1, name_limit) : 0);
    }
    // The first word of the types is unused, so that no offset is 0.
    for (auto at = data.linked_types.from + 8; at < data.linked_types.to && is_type(at);
         at += (descriptor_size(at) + 7) & ~7ull)
      link_pointer(at);
    return;
  }
  itabs_.reserve(data.itablinks.count);
  for (std::uint64_t i = 0; i < data.itablinks.count; ++i)
    if (const auto at = image_.word(data.itablinks.address + 8 * i)) itabs_.push_back(*at);
  std::sort(itabs_.begin(), itabs_.end());
  for (std::uint64_t i = 0; i < data.typelinks.count; ++i)
    if (const auto offset = image_.half(data.typelinks.address + 4 * i)) link_pointer(data.types.from + *offset);
}

void TypeTable::link_pointer(std::uint64_t address) {
  if (!is_type(address) || static_cast<Kind>(kind_of(image_.at(address))) != Kind::pointer) return;
  if (const auto element = type_at(address + common_size)) pointers_.emplace(element, address);
}

bool TypeTable::is_itab(std::uint64_t address) const {
  return std::binary_search(itabs_.begin(), itabs_.end(), address);
}

std::optional<Itab> TypeTable::itab(std::uint64_t address) const {
  const auto interface = image_.word(address), type = image_.word(address + 8);
  if (!interface || !type) return std::nullopt;
  return Itab{*interface, *type};
}

TypeTable::Name TypeTable::name_at(std::uint64_t address) const {
  const auto bytes = image_.at(address);
  if (bytes.size() < 3) return {};
  std::size_t size = 0, at = 1;
  if (data_.go_minor < 17) {
    size = static_cast<std::size_t>(bytes[1]) << 8 | bytes[2];
    at = 3;
  } else {
    for (unsigned shift = 0; shift < 21; shift += 7) {
      if (at >= bytes.size()) return {};
      const auto byte = bytes[at++];
      size |= static_cast<std::size_t>(byte & 0x7f) << shift;
      if (!(byte & 0x80)) break;
    }
  }
  if (size == 0 || size > bytes.size() - at || size > name_limit) return {};
  return {{reinterpret_cast<const char*>(bytes.data() + at), size}, (bytes[0] & 1) != 0};
}

bool TypeTable::is_type(std::uint64_t address) const {
  if (!data_.types.contains(address) || address % 8 != 0) return false;
  const auto bytes = image_.at(address, common_size);
  if (bytes.empty()) return false;
  const auto kind = kind_of(bytes);
  if (kind == 0 || kind > 26 || bytes[20] >= 64 || !power_up_to(bytes[21], 64) || !power_up_to(bytes[22], 64))
    return false;
  const auto size = load<std::uint64_t>(bytes.data()), pointers = load<std::uint64_t>(bytes.data() + 8);
  if (pointers > size || (size_of(kind) && size != size_of(kind))) return false;
  const auto in_image = [&](std::uint64_t at) { return at == 0 || (at >= image_.base() && at < image_.end()); };
  if (!in_image(load<std::uint64_t>(bytes.data() + 24)) || !in_image(load<std::uint64_t>(bytes.data() + 32)))
    return false;
  const auto name = load<std::int32_t>(bytes.data() + 40), pointer = load<std::int32_t>(bytes.data() + 44);
  if (name <= 0 || pointer < 0) return false;
  const auto first = image_.at(data_.types.from + static_cast<std::uint32_t>(name), 1);
  return !first.empty() && first[0] < 16 && !name_at(data_.types.from + static_cast<std::uint32_t>(name)).text.empty();
}

std::uint64_t TypeTable::type_at(std::uint64_t address) const {
  const auto type = image_.word(address);
  return type && is_type(*type) ? *type : 0;
}

std::uint64_t TypeTable::uncommon_offset(Kind kind) const {
  switch (kind) {
    case Kind::pointer:
    case Kind::slice:
    case Kind::func:
      return common_size + 8;
    case Kind::chan:
      return common_size + 16;
    case Kind::array:
      return common_size + 24;
    case Kind::interface:
    case Kind::structure:
      return common_size + 32;
    // Buckets; groups from Go 1.24 on, unless switched off, which the descriptor does not tell; more offsets from 1.27.
    case Kind::map:
      return data_.go_minor >= 27 ? 136 : data_.go_minor >= 24 ? 112 : 88;
    case Kind::string:
      break;
  }
  return common_size;
}

Type TypeTable::read(std::uint64_t address) const {
  Type type;
  type.address = address;
  const auto bytes = image_.at(address);
  if (bytes.size() < common_size) return type;
  type.kind = static_cast<Kind>(kind_of(bytes));
  type.equal = load<std::uint64_t>(bytes.data() + 24);
  type.name = name_at(data_.types.from + load<std::uint32_t>(bytes.data() + 40)).text;
  if ((bytes[20] & extra_star) && type.name.starts_with('*')) type.name.remove_prefix(1);
  if (const auto offset = load<std::int32_t>(bytes.data() + 44); offset > 0)
    if (const auto pointer = data_.types.from + static_cast<std::uint32_t>(offset); is_type(pointer))
      type.pointer = pointer;
  if (const auto found = pointers_.find(address); !type.pointer && found != pointers_.end())
    type.pointer = found->second;

  const auto part = [&](std::size_t offset, bool is_inside) {
    const auto element = type_at(address + offset);
    if (!element) return;
    type.parts.push_back(element);
    if (is_inside) type.inside.push_back(element);
  };
  switch (type.kind) {
    case Kind::array:
      part(common_size, true);
      part(common_size + 8, false);
      break;
    case Kind::chan:
    case Kind::pointer:
    case Kind::slice:
      part(common_size, false);
      break;
    case Kind::func:
      read_function(bytes, type);
      break;
    case Kind::interface:
      read_interface(bytes, type);
      break;
    case Kind::map:
      part(common_size, true);
      part(common_size + 8, false);
      type.hasher = image_.word(address + common_size + 24).value_or(0);
      break;
    case Kind::structure:
      read_struct(bytes, type);
      break;
    case Kind::string:
      break;
  }
  if (bytes[20] & has_uncommon) read_methods(bytes, type);
  return type;
}

void TypeTable::read_methods(Bytes bytes, Type& into) const {
  const auto at = uncommon_offset(into.kind);
  if (at + uncommon_size > bytes.size()) return;
  if (const auto package = load<std::uint32_t>(bytes.data() + at))
    into.package = name_at(data_.types.from + package).text;
  const auto count = load<std::uint16_t>(bytes.data() + at + 4);
  const auto start = at + load<std::uint32_t>(bytes.data() + at + 8);
  if (count * method_size > bytes.size() || start > bytes.size() - count * method_size) return;
  into.methods.reserve(count);
  const auto entry = [&](std::int32_t offset) {
    return offset <= 0 ? 0 : data_.text.from + static_cast<std::uint32_t>(offset);
  };
  for (std::size_t i = 0; i < count; ++i) {
    const auto* record = bytes.data() + start + method_size * i;
    const auto name = name_at(data_.types.from + load<std::uint32_t>(record));
    if (name.text.empty()) continue;
    into.methods.push_back({name.text, data_.types.from + load<std::uint32_t>(record + 4),
                            entry(load<std::int32_t>(record + 8)), entry(load<std::int32_t>(record + 12)),
                            name.exported});
  }
}

void TypeTable::read_interface(Bytes bytes, Type& into) const {
  if (bytes.size() < common_size + 32) return;
  const auto start = load<std::uint64_t>(bytes.data() + common_size + 8);
  const auto count = load<std::uint64_t>(bytes.data() + common_size + 16);
  if (count > name_limit) return;
  const auto records = image_.at(start, 8 * count);
  if (records.empty()) return;
  for (std::size_t i = 0; i < count; ++i) {
    const auto name = name_at(data_.types.from + load<std::uint32_t>(records.data() + 8 * i));
    into.methods.push_back(
        {name.text, data_.types.from + load<std::uint32_t>(records.data() + 8 * i + 4), 0, 0, name.exported});
  }
}

void TypeTable::read_struct(Bytes bytes, Type& into) const {
  if (bytes.size() < common_size + 32) return;
  const auto start = load<std::uint64_t>(bytes.data() + common_size + 8);
  const auto count = load<std::uint64_t>(bytes.data() + common_size + 16);
  if (count > bytes.size() || image_.at(start, field_size * count).empty()) return;
  for (std::size_t i = 0; i < count; ++i) {
    const auto field = type_at(start + field_size * i + 8);
    if (!field) continue;
    into.parts.push_back(field);
    into.inside.push_back(field);
  }
}

std::vector<StructField> TypeTable::fields(std::uint64_t address) const {
  std::vector<StructField> out;
  const auto bytes = image_.at(address, common_size + 32);
  if (bytes.empty() || static_cast<Kind>(kind_of(bytes)) != Kind::structure) return out;
  const auto start = load<std::uint64_t>(bytes.data() + common_size + 8);
  const auto count = load<std::uint64_t>(bytes.data() + common_size + 16);
  if (count > name_limit) return out;
  const auto records = image_.at(start, field_size * count);
  for (std::size_t i = 0; i < count && !records.empty(); ++i) {
    const auto* record = records.data() + field_size * i;
    const auto type = load<std::uint64_t>(record + 8);
    // Before Go 1.19 the lowest bit told embedded fields.
    const auto offset = load<std::uint64_t>(record + 16) >> (data_.go_minor < 19 ? 1 : 0);
    if (!is_type(type)) continue;
    out.push_back(
        {name_at(load<std::uint64_t>(record)).text, offset, type, static_cast<Kind>(kind_of(image_.at(type)))});
  }
  return out;
}

// Parameters and results follow the descriptor and, where there is one, its uncommon part.
void TypeTable::read_function(Bytes bytes, Type& into) const {
  if (bytes.size() < common_size + 8) return;
  const std::size_t count =
      load<std::uint16_t>(bytes.data() + common_size) + (load<std::uint16_t>(bytes.data() + common_size + 2) & 0x7fffu);
  const auto start = into.address + common_size + 8 + (bytes[20] & has_uncommon ? uncommon_size : 0);
  for (std::size_t i = 0; i < count; ++i)
    if (const auto type = type_at(start + 8 * i)) into.parts.push_back(type);
}

Kind TypeTable::kind(std::uint64_t type) const {
  const auto bytes = image_.at(type, common_size);
  return bytes.empty() ? Kind{} : static_cast<Kind>(kind_of(bytes));
}

std::uint64_t TypeTable::size(std::uint64_t type) const { return image_.word(type).value_or(0); }

std::uint64_t TypeTable::element(std::uint64_t type) const {
  const auto kind = this->kind(type);
  return kind == Kind::pointer || kind == Kind::array || kind == Kind::slice ? type_at(type + common_size) : 0;
}

// Name, type, offset; until Go 1.18 the offset stands one bit higher.
template <class Each>
bool TypeTable::each_field(std::uint64_t structure, Each&& each) const {
  const auto start = image_.word(structure + common_size + 8).value_or(0);
  const auto count = image_.word(structure + common_size + 16).value_or(0);
  if (count > name_limit || image_.at(start, field_size * count).empty()) return count == 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto at = start + field_size * i;
    const auto offset = image_.word(at + 16).value_or(0) >> (data_.go_minor < 19 ? 1 : 0);
    const auto type = type_at(at + 8);
    if (!type || offset > size(structure)) return false;
    if (!each(type, static_cast<std::int64_t>(offset))) break;
  }
  return true;
}

TypedPlace TypeTable::field(std::uint64_t structure, std::int64_t offset) const {
  TypedPlace found;
  each_field(structure, [&](std::uint64_t type, std::int64_t begin) {
    if (offset >= begin && offset < begin + static_cast<std::int64_t>(size(type))) found = {type, offset - begin};
    return found.type == 0;
  });
  return found;
}

std::string TypeTable::full_name(std::uint64_t type) const {
  const auto bytes = image_.at(type);
  if (bytes.size() < common_size || !(bytes[20] & has_uncommon)) return {};
  const auto path = image_.half(type + uncommon_offset(static_cast<Kind>(kind_of(bytes))));
  if (!path || *path == 0) return {};
  const auto package = name_at(data_.types.from + *path).text;
  auto name = name_at(data_.types.from + load<std::uint32_t>(bytes.data() + 40)).text;
  if ((bytes[20] & extra_star) && name.starts_with('*')) name.remove_prefix(1);
  const auto dot = name.find('.');
  if (package.empty() || dot == name.npos || name.find_first_of("*[( ") != name.npos) return {};
  return std::string(package) + std::string(name.substr(dot));
}

bool TypeTable::register_words(std::uint64_t type, std::vector<TypedPlace>& words, int depth) const {
  constexpr std::size_t most = 32;  // more than there are registers
  constexpr int deepest = 16;
  constexpr std::uint8_t first_float = 13, last_float = 14, last_complex = 16;
  if (words.size() > most || depth > deepest) return false;
  const auto kind = this->kind(type);
  const auto number = static_cast<std::uint8_t>(kind);
  const auto add = [&](int count, std::uint64_t of) {
    for (int i = 0; i < count; ++i) words.push_back({of, 8 * i});
    return true;
  };
  switch (kind) {
    case Kind::structure: {
      bool fits = true;
      const bool whole = each_field(type, [&](std::uint64_t field, std::int64_t) {
        fits = register_words(field, words, depth + 1);
        return fits;
      });
      return whole && fits;
    }
    case Kind::array: {
      const auto count = image_.word(type + common_size + 16).value_or(0);
      return count == 0 || (count == 1 && element(type) && register_words(element(type), words, depth + 1));
    }
    case Kind::slice:
      return add(3, type);
    case Kind::string:
    case Kind::interface:
      return add(2, type);
    default:
      if (number >= first_float && number <= last_complex) return add(number <= last_float ? 1 : 2, 0);
      return add(1, type);
  }
}

bool TypeTable::signature(std::uint64_t function, std::vector<std::uint64_t>& in,
                          std::vector<std::uint64_t>& out) const {
  const auto bytes = image_.at(function);
  if (bytes.size() < common_size + 8 || !is_type(function) || kind(function) != Kind::func) return false;
  const std::size_t ins = load<std::uint16_t>(bytes.data() + common_size),
                    outs = load<std::uint16_t>(bytes.data() + common_size + 2) & 0x7fffu;
  const auto start = function + common_size + 8 + (bytes[20] & has_uncommon ? uncommon_size : 0);
  for (std::size_t i = 0; i < ins + outs; ++i) {
    const auto type = type_at(start + 8 * i);
    if (!type) return false;
    (i < ins ? in : out).push_back(type);
  }
  return true;
}

// Of a form in which everything of one descriptor lies together (from Go 1.27 on).
std::uint64_t TypeTable::descriptor_size(std::uint64_t address) const {
  const auto bytes = image_.at(address);
  const auto kind = static_cast<Kind>(kind_of(bytes));
  auto size = uncommon_offset(kind);
  const auto word = [&](std::size_t offset) {
    return std::min<std::uint64_t>(image_.word(address + offset).value_or(0), 1 << 20);
  };
  if (bytes[20] & has_uncommon)
    size += uncommon_size + method_size * (image_.half(address + size + 4).value_or(0) & 0xffffu);
  if (kind == Kind::func) {
    const auto counts = image_.half(address + common_size).value_or(0);
    size += 8 * ((counts & 0xffffu) + (counts >> 16 & 0x7fffu));
  }
  if (kind == Kind::interface) size += 8 * word(common_size + 16);
  if (kind == Kind::structure) size += field_size * word(common_size + 16);
  return size;
}

}  // namespace blobgauge::analyzer::gobinary
