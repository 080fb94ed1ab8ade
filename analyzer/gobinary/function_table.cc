#include "analyzer/gobinary/function_table.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace blobgauge::analyzer::gobinary {

namespace {

// Offsets in the record of a function. Before 1.18 it begins with an address of 8 bytes, and each later one is 4 more
// than its neighbour's.
struct RecordLayout {
  std::size_t name, arguments, file, line, tables, unit, start_line, counts, size;
};
constexpr std::size_t absent = 0;

constexpr RecordLayout layout_of(TableForm form) {
  switch (form) {
    case TableForm::go12:
      return {8, 12, 24, 28, 32, absent, absent, 36, 40};
    case TableForm::go116:
      return {8, 12, 24, 28, 32, 36, absent, 40, 44};
    case TableForm::go118:
      return {4, 8, 20, 24, 28, 32, absent, 36, 40};
    case TableForm::go120:
      break;
  }
  return {4, 8, 20, 24, 28, 32, 36, 40, 44};
}

constexpr std::size_t inline_index_table = 2;

// Go 1.15 still had a number for register maps, which it did not write.
constexpr std::size_t inline_tree_data(TableForm form) { return form == TableForm::go12 ? 4 : 3; }

// An unsigned number in groups of seven bits; moves `at`. False past the end.
bool take_number(Bytes bytes, std::size_t& at, std::uint32_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    if (at >= bytes.size()) return false;
    const std::uint8_t byte = bytes[at++];
    value |= static_cast<std::uint32_t>(byte & 0x7f) << shift;
    if (!(byte & 0x80)) return true;
  }
  return false;
}

// A table is pairs (change of the value, zigzag; length of the run in bytes), from -1 at the entry to a change of 0
// that is not the first. A run of no length would let a few bytes cost any time.
template <class Each>
void each_run(Bytes tables, std::uint32_t table, std::uint32_t code_size, Each each) {
  std::size_t at = table;
  std::uint32_t from = 0;
  std::uint32_t value = 0xffffffff;
  for (bool first = true; from < code_size; first = false) {
    std::uint32_t change = 0, length = 0;
    if (!take_number(tables, at, change) || (change == 0 && !first) || !take_number(tables, at, length) || length == 0)
      return;
    value += (change & 1) ? ~(change >> 1) : change >> 1;
    const auto to = length < code_size - from ? from + length : code_size;
    if (!each(from, to, static_cast<std::int32_t>(value))) return;
    from = to;
  }
}

std::string_view text_from(Bytes bytes, std::uint64_t offset) {
  if (offset >= bytes.size()) return {};
  const auto* start = reinterpret_cast<const char*>(bytes.data() + offset);
  const auto* end = static_cast<const char*>(std::memchr(start, 0, bytes.size() - offset));
  return end ? std::string_view(start, end) : std::string_view();
}

Bytes from(Bytes bytes, std::uint64_t offset) { return offset < bytes.size() ? bytes.subspan(offset) : Bytes{}; }

}  // namespace

model::Result<FunctionTable> FunctionTable::read(const Image& image, const ModuleData& data) {
  const auto refuse = [&](const char* message) {
    return model::fail(model::Category::input, message, "the file is damaged", {image.name(), 0, 0});
  };
  FunctionTable table;
  table.form_ = data.form;
  table.image_ = &image;
  table.gofunc_ = data.gofunc;
  table.base_ = data.text.from;
  auto all = image.at(data.pclntab.from);
  all = all.first(std::min<std::uint64_t>(all.size(), data.pclntab.to - data.pclntab.from));
  if (all.size() < 80) return refuse("has a table of functions that ends within its header");
  const auto word = [&](std::size_t i) { return load<std::uint64_t>(all.data() + 8 * i); };
  if (data.form == TableForm::go12) {
    table.names_ = table.tables_ = table.records_ = all;
    const auto functions = data.functions.count - 1;
    const auto files = 8 + 8 + 16 * functions + 8;  // header, number, pairs, end
    if (functions > all.size() / 16 || files + 4 > all.size())
      return refuse("has a table of functions that ends within its entries");
    table.files_ = from(all, load<std::uint32_t>(all.data() + files));
  } else {
    // Behind the header: number of functions, number of files, from 1.18 on the start of the text, then five offsets.
    const std::size_t names = data.form == TableForm::go116 ? 3 : 4;
    table.names_ = from(all, word(names));
    table.units_ = from(all, word(names + 1));
    table.files_ = from(all, word(names + 2));
    table.tables_ = from(all, word(names + 3));
    table.records_ = from(all, word(names + 4));
  }
  const auto layout = layout_of(data.form);
  const bool offsets = data.form >= TableForm::go118;
  const auto count = data.functions.count - 1;
  const auto pairs = image.at(data.functions.address, data.functions.count * (offsets ? 8 : 16));
  table.physical_.reserve(count);
  std::uint64_t last = 0;
  for (std::uint64_t i = 0; i <= count; ++i) {
    std::uint64_t entry = 0, record = 0;
    // The last entry of an old table has no second half that means anything.
    if (offsets) {
      entry = load<std::uint32_t>(pairs.data() + 8 * i);
      record = load<std::uint32_t>(pairs.data() + 8 * i + 4);
    } else {
      entry = load<std::uint64_t>(pairs.data() + 16 * i) - table.base_;
      record = load<std::uint64_t>(pairs.data() + 16 * i + 8);
    }
    if (entry < last || entry > data.text.to - data.text.from)
      return refuse("has a table of functions whose addresses are not in order");
    last = entry;
    if (i == count) {
      table.end_ = static_cast<std::uint32_t>(entry);
      break;
    }
    if (record > table.records_.size() || layout.size > table.records_.size() - record)
      return refuse("has a table of functions that points outside of itself");
    Physical function{static_cast<std::uint32_t>(entry), static_cast<std::uint32_t>(record), 0};
    function.name = static_cast<std::int32_t>(table.field(function, layout.name));
    table.physical_.push_back(function);
  }
  table.find_inlined();
  return table;
}

std::uint32_t FunctionTable::field(const Physical& function, std::size_t offset) const {
  const auto bytes = from(records_, function.record);
  return offset + 4 <= bytes.size() ? load<std::uint32_t>(bytes.data() + offset) : 0;
}

std::string_view FunctionTable::name_at(std::int32_t offset) const {
  return offset < 0 ? std::string_view() : text_from(names_, static_cast<std::uint32_t>(offset));
}

std::string_view FunctionTable::file_at(const Physical& function, std::int32_t number) const {
  if (number < 0) return {};
  const auto at = static_cast<std::uint64_t>(number) * 4;
  if (form_ == TableForm::go12)
    return at + 4 <= files_.size() ? text_from(names_, load<std::uint32_t>(files_.data() + at)) : std::string_view();
  const auto unit = std::uint64_t{field(function, layout_of(form_).unit)} * 4 + at;
  if (unit + 4 > units_.size()) return {};
  const auto offset = load<std::uint32_t>(units_.data() + unit);
  return offset == 0xffffffff ? std::string_view() : text_from(files_, offset);
}

void FunctionTable::runs(FunctionId id, std::uint32_t table, std::vector<Run>& into) const {
  into.clear();
  each_run(tables_, table, static_cast<std::uint32_t>(end(id) - entry(id)),
           [&](std::uint32_t from, std::uint32_t to, std::int32_t value) {
             into.push_back({from, to, value});
             return true;
           });
}

std::int32_t FunctionTable::value_at(FunctionId id, std::uint32_t table, std::uint32_t offset) const {
  std::int32_t found = -1;
  each_run(tables_, table, static_cast<std::uint32_t>(end(id) - entry(id)),
           [&](std::uint32_t, std::uint32_t to, std::int32_t value) {
             found = value;
             return offset >= to;
           });
  return found;
}

Position FunctionTable::line_at(FunctionId id, std::uint32_t offset) const {
  const auto& function = physical_[id];
  const auto layout = layout_of(form_);
  const auto line = value_at(id, field(function, layout.line), offset);
  return {file_at(function, value_at(id, field(function, layout.file), offset)),
          line > 0 ? static_cast<std::uint32_t>(line) : 0};
}

// The record is followed by the offsets of its numbered tables and the places of its numbered data.
std::uint32_t FunctionTable::inline_table(const Physical& function) const {
  const auto layout = layout_of(form_);
  if (field(function, layout.tables) <= inline_index_table) return 0;
  return field(function, layout.size + 4 * inline_index_table);
}

Bytes FunctionTable::inline_tree(const Physical& function) const {
  return function_data(function, inline_tree_data(form_));
}

Bytes FunctionTable::function_data(const Physical& function, std::uint32_t number) const {
  const auto layout = layout_of(form_);
  if (field(function, layout.counts) >> 24 <= number) return {};
  auto at = layout.size + 4 * std::size_t{field(function, layout.tables)};
  if (form_ >= TableForm::go118) {
    const auto offset = field(function, at + 4 * number);
    return offset == 0xffffffff ? Bytes{} : image_->at(gofunc_ + offset);
  }
  // Pointers, aligned in memory, where records are aligned as well.
  at = (at + 7) & ~std::size_t{7};
  const auto bytes = from(records_, function.record);
  at += 8 * number;
  return at + 8 <= bytes.size() ? image_->at(load<std::uint64_t>(bytes.data() + at)) : Bytes{};
}

std::vector<StackObject> FunctionTable::stack_objects(FunctionId id) const {
  constexpr std::uint32_t stack_objects_data = 2, record_size = 16;
  const auto bytes = function_data(physical_[id], stack_objects_data);
  std::vector<StackObject> objects;
  if (bytes.size() < 8) return objects;
  const auto count = load<std::uint64_t>(bytes.data());
  constexpr std::uint64_t most = 4096;
  if (count > std::min<std::uint64_t>(most, (bytes.size() - 8) / record_size)) return objects;
  for (std::size_t i = 0; i < count; ++i) {
    const auto* record = bytes.data() + 8 + i * record_size;
    const auto offset = load<std::int32_t>(record);
    // Locals count from below the return address and the frame pointer, arguments from above the return address.
    const auto size = load<std::int32_t>(record + 4);
    if (size > 0 && offset > -(1 << 30) && offset < 1 << 30 && size < 1 << 30)
      objects.push_back({offset + (offset < 0 ? -8 : 8), size});
  }
  return objects;
}

bool FunctionTable::inline_record(Bytes tree, std::int32_t index, InlineRecord& into) const {
  if (index < 0) return false;
  const bool lines = form_ == TableForm::go120;
  const std::size_t size = lines ? 16 : 20;
  const auto at = static_cast<std::size_t>(index) * size;
  if (at + size > tree.size()) return false;
  const auto* record = tree.data() + at;
  into.name = load<std::int32_t>(record + (lines ? 4 : 12));
  into.parent_offset = load<std::uint32_t>(record + (lines ? 8 : 16));
  into.line = lines ? load<std::int32_t>(record + 12) : 0;
  return true;
}

void FunctionTable::find_inlined() {
  // A name belongs to a function with code where it is the only one of that name.
  std::unordered_map<std::int32_t, FunctionId> of_name;
  of_name.reserve(physical_.size() * 2);
  for (FunctionId id = 0; id < physical_.size(); ++id)
    if (const auto [place, fresh] = of_name.emplace(physical_[id].name, id); !fresh) place->second = none;
  std::erase_if(of_name, [](const auto& entry) { return entry.second == none; });

  std::vector<std::pair<FunctionId, FunctionId>> hosts;
  std::vector<Run> indices;
  std::vector<std::int32_t> seen;  // of one function; trees are small
  for (FunctionId id = 0; id < physical_.size(); ++id) {
    const auto table = inline_table(physical_[id]);
    const auto tree = table ? inline_tree(physical_[id]) : Bytes{};
    if (tree.empty()) continue;
    runs(id, table, indices);
    seen.clear();
    for (const auto& run : indices) {
      if (run.value >= 0) seen.push_back(run.value);
    }
    std::sort(seen.begin(), seen.end());
    seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
    const auto add = [&](std::int32_t index, std::uint32_t offset) {
      InlineRecord record;
      if (!inline_record(tree, index, record)) return none;
      const auto fresh = static_cast<FunctionId>(count());
      const auto [place, is_fresh] = of_name.emplace(record.name, fresh);
      if (is_fresh)
        inlined_.push_back({record.name, record.line > 0 ? static_cast<std::uint32_t>(record.line) : 0, id, offset});
      hosts.emplace_back(place->second, id);
      return place->second;
    };
    // An inlined call whose body consists of inlined calls only has no address of its own; they name it.
    std::vector<std::pair<std::int32_t, std::uint32_t>> wanted;
    for (const auto& run : indices)
      if (const auto place = std::lower_bound(seen.begin(), seen.end(), run.value);
          place != seen.end() && *place == run.value)
        wanted.emplace_back(run.value, run.from);
    std::sort(wanted.begin(), wanted.end());
    wanted.erase(
        std::unique(wanted.begin(), wanted.end(), [](const auto& a, const auto& b) { return a.first == b.first; }),
        wanted.end());
    const auto value_in = [&](std::uint32_t offset) {
      const auto after = std::upper_bound(indices.begin(), indices.end(), offset,
                                          [](std::uint32_t o, const Run& run) { return o < run.from; });
      return after == indices.begin() || offset >= std::prev(after)->to ? -1 : std::prev(after)->value;
    };
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const auto [index, offset] = wanted[i];
      add(index, offset);
      InlineRecord record;
      if (!inline_record(tree, index, record)) continue;
      const auto parent = value_in(record.parent_offset);
      if (parent < 0 || std::binary_search(seen.begin(), seen.end(), parent)) continue;
      seen.insert(std::lower_bound(seen.begin(), seen.end(), parent), parent);
      wanted.emplace_back(parent, record.parent_offset);
    }
  }
  std::sort(hosts.begin(), hosts.end());
  hosts.erase(std::unique(hosts.begin(), hosts.end()), hosts.end());
  first_host_.assign(count() + 1, 0);
  hosts_.reserve(hosts.size());
  for (const auto& [id, host] : hosts) {
    ++first_host_[id + 1];
    hosts_.push_back(host);
  }
  for (std::size_t i = 1; i < first_host_.size(); ++i) first_host_[i] += first_host_[i - 1];
}

std::string_view FunctionTable::name(FunctionId id) const {
  return name_at(id < physical_.size() ? physical_[id].name : inlined_[id - physical_.size()].name);
}

Position FunctionTable::position(FunctionId id) const {
  if (id >= physical_.size()) {
    const auto& inlined = inlined_[id - physical_.size()];
    auto at = line_at(inlined.host, inlined.offset);
    if (inlined.line) at.line = inlined.line;
    return at;
  }
  auto at = line_at(id, 0);
  if (const auto start = layout_of(form_).start_line; start != absent)
    if (const auto line = static_cast<std::int32_t>(field(physical_[id], start)); line > 0)
      at.line = static_cast<std::uint32_t>(line);
  return at;
}

FunctionId FunctionTable::at(std::uint64_t address) const {
  if (address < base_ || address - base_ >= end_) return none;
  const auto offset = static_cast<std::uint32_t>(address - base_);
  const auto after = std::upper_bound(physical_.begin(), physical_.end(), offset,
                                      [](std::uint32_t o, const Physical& f) { return o < f.entry; });
  return after == physical_.begin() ? none : static_cast<FunctionId>(after - physical_.begin() - 1);
}

FunctionId FunctionTable::starting_at(std::uint64_t address) const {
  const auto id = at(address);
  return id != none && entry(id) == address ? id : none;
}

std::uint64_t FunctionTable::place_of(FunctionId id, FunctionId host) const {
  const auto wanted = id < physical_.size() ? physical_[id].name : inlined_[id - physical_.size()].name;
  const auto table = inline_table(physical_[host]);
  const auto tree = table ? inline_tree(physical_[host]) : Bytes{};
  if (tree.empty()) return 0;
  std::vector<Run> indices;
  runs(host, table, indices);
  constexpr int deepest = 128;
  for (const auto& run : indices) {
    auto index = run.value;
    InlineRecord record;
    for (int depth = 0; depth < deepest && inline_record(tree, index, record); ++depth) {
      if (record.name == wanted) return entry(host) + run.from;
      index = value_at(host, table, record.parent_offset);
    }
  }
  return 0;
}

std::int32_t FunctionTable::arguments_size(FunctionId id) const {
  return static_cast<std::int32_t>(field(physical_[id], layout_of(form_).arguments));
}

std::vector<InlinedFrame> FunctionTable::frames(FunctionId id, std::uint64_t address) const {
  constexpr std::size_t deepest = 128;
  std::vector<InlinedFrame> frames;
  auto offset = static_cast<std::uint32_t>(address - entry(id));
  const auto table = inline_table(physical_[id]);
  const auto tree = table ? inline_tree(physical_[id]) : Bytes{};
  auto index = tree.empty() ? -1 : value_at(id, table, offset);
  InlineRecord record;
  while (frames.size() < deepest && inline_record(tree, index, record)) {
    frames.push_back({name_at(record.name), line_at(id, offset)});
    offset = record.parent_offset;
    index = value_at(id, table, offset);
  }
  frames.push_back({name(id), line_at(id, offset)});
  std::reverse(frames.begin(), frames.end());
  return frames;
}

}  // namespace blobgauge::analyzer::gobinary
