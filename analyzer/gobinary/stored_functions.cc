#include "analyzer/gobinary/stored_functions.h"

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "analyzer/gobinary/frame_reader.h"
#include "analyzer/gobinary/module_data.h"
#include "analyzer/gobinary/references.h"
#include "analyzer/gobinary/type_table.h"

namespace blobgauge::analyzer::gobinary {

namespace {

constexpr std::uint64_t longest_field = 1 << 16;
constexpr auto truth_value = static_cast<Kind>(1);  // reflect.Bool
constexpr std::string_view object_maker = "runtime.newobject";

// An object in data has no mark of its type. Taken for one is what has a name and a function and fits in every field:
// texts, function values, slices, pointers, truth values.
class Finder {
 public:
  Finder(const Executable& executable, const Reach& reach, const FunctionFields& wanted)
      : executable_(executable),
        image_(executable.image()),
        reach_(reach),
        types_(reach.type_table()),
        wanted_(wanted) {}

  std::vector<StoredFunction> run() {
    type_ = find_type();
    if (!type_) return {};
    for (auto& field : types_.fields(type_)) {
      const bool is_wanted =
          std::find(wanted_.fields.begin(), wanted_.fields.end(), field.name) != wanted_.fields.end();
      if (is_wanted && field.kind == Kind::func) wanted_fields_.push_back(field);
      if (!wanted_.name.empty() && field.name == wanted_.name && field.kind == Kind::string) name_ = field;
      fields_.push_back(std::move(field));
    }
    if (wanted_fields_.empty()) return {};
    read_data();
    read_code();
    std::sort(found_.begin(), found_.end());
    found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
    return std::move(found_);
  }

 private:
  // Code that makes or hands on such objects takes the address of its type, or of one that leads there.
  std::uint64_t find_type() const {
    std::vector<std::uint64_t> work;
    std::unordered_set<std::uint64_t> seen;
    for (const auto offset : reach_.references().data_addresses())
      if (const auto address = image_.base() + offset; types_.is_type(address)) work.push_back(address);
    while (!work.empty()) {
      const auto address = work.back();
      work.pop_back();
      if (!seen.insert(address).second) continue;
      const auto type = types_.read(address);
      const auto dot = type.name.rfind('.');
      if (type.kind == Kind::structure && type.package == wanted_.package && dot != type.name.npos &&
          type.name.substr(dot + 1) == wanted_.type)
        return address;
      for (const auto part : type.parts) work.push_back(part);
    }
    return 0;
  }

  // The function of a function value that stands at an address.
  FunctionId function_at(std::uint64_t address) const {
    const auto code = address ? image_.word(address) : std::nullopt;
    return code ? executable_.functions().starting_at(*code) : FunctionTable::none;
  }

  std::optional<std::string_view> text_at(std::uint64_t address) const {
    const auto at = image_.word(address), size = image_.word(address + 8);
    if (!at || !size || *size > longest_field) return std::nullopt;
    if (*size == 0) return *at == 0 ? std::optional(std::string_view{}) : std::nullopt;
    const auto bytes = image_.at(*at, *size);
    if (bytes.empty()) return std::nullopt;
    return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }

  bool fits(std::uint64_t address, const StructField& field) const {
    const auto at = address + field.offset;
    const auto first = image_.word(at);
    if (!first) return false;
    const auto is_pointer = [&](std::uint64_t value) {
      return value == 0 || (value >= image_.base() && value < image_.end());
    };
    if (field.kind == truth_value) return (*first & 0xff) <= 1;
    switch (field.kind) {
      case Kind::func:
        return *first == 0 || function_at(*first) != FunctionTable::none;
      case Kind::string:
        return text_at(at).has_value();
      case Kind::slice: {
        const auto size = image_.word(at + 8), room = image_.word(at + 16);
        return size && room && *size <= *room && *room <= longest_field && is_pointer(*first) && (*first || *room == 0);
      }
      case Kind::interface: {
        const auto value = image_.word(at + 8);
        return value && is_pointer(*first) && is_pointer(*value) && (*first || *value == 0);
      }
      case Kind::map:
      case Kind::pointer:
      case Kind::chan:
        return is_pointer(*first);
      default:
        return true;
    }
  }

  void read_data() {
    const auto consider = [this](std::uint64_t address) {
      const bool some = std::any_of(wanted_fields_.begin(), wanted_fields_.end(), [&](const auto& field) {
        const auto value = image_.word(address + field.offset);
        return value && *value && function_at(*value) != FunctionTable::none;
      });
      if (!some || !std::all_of(fields_.begin(), fields_.end(), [&](const auto& f) { return fits(address, f); }))
        return;
      const auto name = name_ ? text_at(address + name_->offset) : std::nullopt;
      if (name_ && name->empty()) return;
      for (const auto& field : wanted_fields_)
        add(function_at(image_.word(address + field.offset).value_or(0)), field, name);
    };
    std::unordered_set<std::uint64_t> seen;
    for (const auto& segment : image_.segments()) {
      if (!segment.writable || segment.executable) continue;
      const auto end = segment.address + segment.bytes.size();
      for (std::size_t at = 0; at + 8 <= segment.bytes.size(); at += 8) {
        const auto value = load<std::uint64_t>(segment.bytes.data() + at);
        if (value >= segment.address && value < end && value % 8 == 0 && seen.insert(value).second) consider(value);
      }
      for (const auto offset : reach_.references().data_addresses())
        if (const auto address = image_.base() + offset;
            address >= segment.address && address < end && address % 8 == 0 && seen.insert(address).second)
          consider(address);
    }
  }

  void read_code() {
    std::optional<FrameTools> tools;
    for (FunctionId id = 0; id < executable_.physical_count(); ++id) {
      if (reach_.level(id) == Level::none) continue;
      const auto references = reach_.references().of(id);
      if (std::none_of(references.begin(), references.end(),
                       [&](const auto& r) { return image_.base() + r.target == type_; }))
        continue;
      if (!tools) tools.emplace(executable_);
      FrameReader frame(*tools, id);
      if (frame.understood()) read_frame(frame);
    }
  }

  void read_frame(FrameReader& frame) {
    auto& flow = frame.flow();
    for (OriginId id = 0, count = static_cast<OriginId>(flow.origins().size()); id < count; ++id) {
      const auto origin = flow.origins()[id];
      if (!is_made(frame, origin)) continue;
      std::optional<std::string_view> name;
      if (name_)
        name = frame.text(frame.stored(origin, signed_offset(*name_)), frame.stored(origin, signed_offset(*name_) + 8),
                          true);
      for (const auto& field : wanted_fields_)
        add(function_of(frame, frame.stored(origin, signed_offset(field))), field, name);
    }
  }

  static std::int64_t signed_offset(const StructField& field) { return static_cast<std::int64_t>(field.offset); }

  // A new object of the type.
  bool is_made(FrameReader& frame, const Origin& origin) const {
    if (origin.kind == OriginKind::stack_result) {
      const auto* call = frame.flow().call_at(origin.site);
      return call && frame.callee(*call) == object_maker && frame.number(frame.argument(*call, 0)) == type_;
    }
    if (origin.kind != OriginKind::fresh) return false;
    // What newobject was handed is not kept; its argument is loaded right before.
    const auto& steps = frame.flow().graph().steps();
    constexpr std::uint32_t near = 12;
    for (auto at = origin.site; at-- > 0 && origin.site - at <= near;) {
      if (steps[at].op == Op::call || steps[at].op == Op::call_indirect) return false;
      if (steps[at].op == Op::lea && steps[at].operation.to.number == 0) return steps[at].target == type_;
    }
    return false;
  }

  // Of a function value: a constant, or a closure that was made here.
  FunctionId function_of(FrameReader& frame, ValueId value) const {
    if (const auto address = frame.number(value, true)) return function_at(*address);
    const auto members = frame.members(value);
    if (members.size() != 1) return FunctionTable::none;
    const auto code = frame.number(frame.stored(Origin(frame.flow().origins()[members.front()]), 0));
    return code ? executable_.functions().starting_at(*code) : FunctionTable::none;
  }

  void add(FunctionId function, const StructField& field, std::optional<std::string_view> name) {
    if (function == FunctionTable::none || reach_.level(function) == Level::none) return;
    found_.push_back({function, field.name, std::string(name.value_or(""))});
  }

  const Executable& executable_;
  const Image& image_;
  const Reach& reach_;
  const TypeTable& types_;
  const FunctionFields& wanted_;
  std::uint64_t type_ = 0;
  std::vector<StructField> fields_, wanted_fields_;
  std::optional<StructField> name_;
  std::vector<StoredFunction> found_;
};

}  // namespace

std::vector<StoredFunction> find_stored_functions(const Executable& executable, const Reach& reach,
                                                  const FunctionFields& fields) {
  return Finder(executable, reach, fields).run();
}

}  // namespace blobgauge::analyzer::gobinary
