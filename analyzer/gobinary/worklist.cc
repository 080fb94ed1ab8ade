#include "analyzer/gobinary/worklist.h"

#include <algorithm>
#include <array>

namespace blobgauge::analyzer::gobinary {

// The rules, and why they lose nothing that can run:
//
// A function runs because it is a root, because code that runs calls it, or through a value. A value that leads to code
// is a pointer to its entry (a function value points at such a pointer), an itab's slot, or a method table's entry that
// reflection or a type assertion looks up. All of these start from an address that code takes (LEA) or from a word in
// memory that the linker filled. So: what a reached function names is reached; of reached memory every word that points
// at memory is followed. Memory that the program fills itself was filled by code that was reached on the same grounds.
//
// Numbers can look like addresses: 8 MiB lies inside the text, and the tables of Unicode hit entries of functions. A
// word is a pointer to code only where the linker puts such: in the place that a function value points at, in a run of
// pointers from a variable's beginning (the dictionaries of generic functions, tables of hand-written code), in an
// itab, in the record of a package's initialisation. Variables of types without pointers, which the linker keeps apart,
// hold none but tables of nothing but code, and before Go 1.21 those records.
//
// An itab is one type's methods for one interface. The linker makes those that the compiler saw; the run-time makes
// others where an assertion, or reflection, asks whether a value's type has an interface's methods. Both the type and
// the interface must then be named by something reached. A type whose address is taken only to allocate or compare
// (weak) does not name it: the value gets its place in an interface elsewhere, by that place's own reference.
//
// Reflection can call a method by its name or number without any interface. Nobody can see the name in the code; so the
// levels after the first assume more and more: names that stand behind a dot in some constant (templates do so) and
// methods `func() T` of T (packages of enumerations enumerate them); then all exported methods of all types.
//
// The tables that list everything that was linked (typelinks, itablinks, pclntab, the module's record) are not memory
// in this sense: only the runtime and reflection read them, to find types that are named by other means.
//
// Breadth first over functions, so the first cause that a function gets is one of a shortest chain.

namespace {

bool begins_with_any(std::string_view name, std::initializer_list<std::string_view> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(), [&](std::string_view p) { return name.starts_with(p); });
}

// The run-time itself, which the system, C and the compiler's code enter in ways that are not followed. Only symbols of
// hand-written code have no package; with cgo the C library enters the program through one of them.
bool is_runtime(std::string_view name) {
  return begins_with_any(name, {"runtime.", "runtime/internal/", "internal/runtime/", "runtime/cgo.", "_cgoexp_"}) ||
         name.find('.') == name.npos;
}

bool is_identifier(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

Worklist::Worklist(const Executable& executable, const TypeTable& types, const References& references,
                   const DataMap& data)
    : executable_(executable),
      image_(executable.image()),
      functions_(executable.functions()),
      types_(types),
      references_(references),
      data_(data),
      levels_(functions_.physical_count(), Level::none),
      by_value_(functions_.physical_count(), Level::none),
      by_address_(functions_.physical_count(), Level::none),
      by_assertion_(functions_.physical_count(), Level::none),
      causes_(functions_.physical_count()) {
  for (const auto& segment : image_.segments()) budget_ += segment.bytes.size() / 8;
}

std::vector<std::uint64_t> Worklist::types() const {
  std::vector<std::uint64_t> types;
  for (const auto& each : reached_) types.push_back(each.type.address);
  return types;
}

model::Status Worklist::run() {
  add_roots();
  drain();
  for (const auto level : {Level::by_reflection, Level::safe_bound}) {
    start_level(level);
    // A method that reflection may call reaches types and strings, which let it
    // call more.
    for (std::size_t before = reached_.size() + 1, names = 0;
         before != reached_.size() || names != named_in_strings_.size();) {
      before = reached_.size();
      names = named_in_strings_.size();
      for (std::size_t i = 0; i < reached_.size(); ++i) reflect_on(reached_[i]);
      drain();
    }
  }
  if (contradicts_)
    return model::fail(model::Category::input, "has type descriptors that overlap without end", "the file is damaged",
                       {image_.name(), 0, 0});
  return {};
}

void Worklist::run_from(FunctionId root) {
  add_function(root, Cause{});
  drain();
}

void Worklist::add_roots() {
  // main.main first: of two chains of one length its own is the better answer.
  for (FunctionId id = 0; id < functions_.physical_count(); ++id)
    if (functions_.name(id) == "main.main") add_function(id, Cause{});
  const auto& tasks = executable_.module_data().inittasks;
  for (std::uint64_t i = 0; i < tasks.count; ++i) {
    const auto task = image_.word(tasks.address + 8 * i).value_or(0);
    const std::uint64_t count = image_.half(task + 4).value_or(0);
    if (image_.at(task + 8, 8 * count).empty()) continue;
    for (std::uint64_t k = 0; k < count; ++k) add_function(image_.word(task + 8 + 8 * k).value_or(0), Cause{});
  }
  for (FunctionId id = 0; id < functions_.physical_count(); ++id)
    if (is_runtime(functions_.name(id))) add_function(id, Cause{});
}

void Worklist::drain() {
  for (;;) {
    while (!pending_.empty()) {
      const auto item = pending_.back();
      pending_.pop_back();
      follow(item.address, item.cause);
    }
    if (queue_.empty()) return;
    const auto id = queue_.front();
    queue_.pop_front();
    expand(id);
  }
}

void Worklist::add_function(std::uint64_t address, const Cause& cause) {
  const auto id = functions_.starting_at(address);
  if (id != FunctionTable::none) add_function(id, cause);
}

void Worklist::add_function(FunctionId id, const Cause& cause) {
  if (cause.edge != Edge::call) by_value_[id] = std::min(by_value_[id], current_);
  if (cause.edge == Edge::root || cause.edge == Edge::closure) by_address_[id] = std::min(by_address_[id], current_);
  if (cause.edge == Edge::dynamic_itab) by_assertion_[id] = std::min(by_assertion_[id], current_);
  if (levels_[id] != Level::none) return;
  levels_[id] = current_;
  causes_[id] = cause;
  // Before Go 1.21 the run-time's main finds the packages' initialisation
  // through memory.
  if (cause.from != FunctionTable::none && cause.edge == Edge::closure && functions_.name(cause.from) == "runtime.main")
    causes_[id] = Cause{};
  queue_.push_back(id);
}

void Worklist::expand(FunctionId id) {
  for (const auto& reference : references_.of(id)) {
    Cause cause{id, reference.at, Edge::call, 0, 0};
    const auto target = image_.base() + reference.target;
    switch (reference.kind) {
      case Reference::Kind::call: {
        // Block copies are entered in the middle.
        const auto callee = functions_.at(target);
        if (callee != FunctionTable::none) add_function(callee, cause);
        break;
      }
      case Reference::Kind::address:
        cause.edge = Edge::closure;
        follow(target, cause);
        break;
      case Reference::Kind::weak:
        cause.edge = Edge::closure;
        if (current_ != Level::reachable)
          follow(target, cause);
        else if (types_.is_type(target))
          reach_comparison(target, cause);
        break;
      case Reference::Kind::load:
        cause.edge = Edge::closure;
        read_loaded(target, reference.width, cause);
        break;
    }
  }
}

// A variable's value that code takes: a pointer, or code's address where it is
// one word.
void Worklist::read_loaded(std::uint64_t address, std::uint8_t width, const Cause& cause) {
  if (data_.is_table(address)) return;
  if (width == 8 || !executable_.module_data().pointer_free.contains(address))
    read_words(address & ~std::uint64_t{7}, address + width, cause, width == 8);
}

void Worklist::follow(std::uint64_t address, const Cause& cause) {
  if (executable_.module_data().text.contains(address)) {
    add_function(address, cause);
  } else if (types_.is_itab(address)) {
    reach_itab(address, cause);
  } else if (types_.is_type(address)) {
    reach_type(address, cause);
  } else {
    const auto piece = data_.at(address);
    if (piece.from >= piece.to) return;
    read_initialisation(address, cause);
    // A function value: what points at it says that code's address stands here.
    if (const auto code = image_.word(address); code && address % 8 == 0) add_function(*code, cause);
    if (!seen_pieces_.insert(piece.from).second) return;
    read_piece(piece, cause);
    if (piece.constant) read_names(piece.from, piece.to);
  }
}

void Worklist::read_piece(const DataMap::Piece& piece, const Cause& cause) {
  const auto& text = executable_.module_data().text;
  const bool pointer_free = executable_.module_data().pointer_free.contains(piece.from);
  const auto from = (piece.from + 7) & ~std::uint64_t{7};
  auto last = from;
  for (; last + 8 <= piece.to; last += 8) {
    const auto value = image_.word(last).value_or(0);
    const bool is_code = text.contains(value) && functions_.starting_at(value) != FunctionTable::none;
    const bool is_data = value >= image_.base() && value < image_.end() && !text.contains(value);
    if (value != 0 && !is_code && (pointer_free || !is_data)) break;
  }
  if (pointer_free) {
    if (last + 8 > piece.to) read_words(from, piece.to, cause, true);
    return;
  }
  read_words(from, last, cause, true);
  read_words(last, piece.to, cause, false);
}

// Before Go 1.21 a package's record says what is to run first: a word of state, the numbers of packages and of
// functions, their addresses. It is known by what it holds and not by its bounds: records stand in memory that the
// garbage collector does not look into, where only a symbol table tells one variable from the next.
void Worklist::read_initialisation(std::uint64_t address, const Cause& cause) {
  const auto& data = executable_.module_data();
  constexpr std::uint64_t header = 24;
  if (executable_.build_info().go_minor >= 21 || address % 8 != 0 || !data.pointer_free.contains(address)) return;
  const auto state = image_.word(address).value_or(1), packages = image_.word(address + 8).value_or(0),
             functions = image_.word(address + 16).value_or(0);
  const auto room = (data.pointer_free.to - address) / 8;
  if (state != 0 || packages > room || functions > room || packages + functions == 0) return;
  const auto words = image_.at(address + header, 8 * (packages + functions));
  if (words.empty()) return;
  for (std::uint64_t i = 0; i < packages + functions; ++i) {
    const auto value = load<std::uint64_t>(words.data() + 8 * i);
    if (i < packages ? !data.pointer_free.contains(value) : functions_.starting_at(value) == FunctionTable::none)
      return;
  }
  if (seen_initialisations_.insert(address).second)
    read_words(address + header, address + header + 8 * (packages + functions), cause, true);
}

void Worklist::read_words(std::uint64_t from, std::uint64_t to, const Cause& cause, bool may_be_code) {
  auto bytes = image_.at(from);
  bytes = bytes.first(std::min<std::uint64_t>(bytes.size(), to > from ? to - from : 0));
  const auto& text = executable_.module_data().text;
  for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
    const auto value = load<std::uint64_t>(bytes.data() + at);
    if (value < image_.base() || value >= image_.end() || (text.contains(value) && !may_be_code)) continue;
    pending_.push_back({value, cause});
  }
}

// Exported identifiers behind a dot.
void Worklist::read_names(std::uint64_t from, std::uint64_t to) {
  const auto bytes = image_.at(from, to - from);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (auto dot = text.find('.'); dot != text.npos; dot = text.find('.', dot + 1)) {
    auto end = dot + 1;
    while (end < text.size() && is_identifier(text[end])) ++end;
    if (end > dot + 1 && text[dot + 1] >= 'A' && text[dot + 1] <= 'Z')
      named_in_strings_.insert(text.substr(dot + 1, end - dot - 1));
  }
}

void Worklist::reach_itab(std::uint64_t address, const Cause& cause) {
  const auto itab = types_.itab(address);
  if (!itab || !seen_pieces_.insert(address).second) return;
  if (types_.is_type(itab->interface)) {
    auto by_itab = cause;
    by_itab.edge = Edge::itab;
    by_itab.type = itab->type;
    by_itab.interface = itab->interface;
    const auto count = types_.read(itab->interface).methods.size();
    for (std::size_t i = 0; i < count; ++i) add_function(image_.word(address + 24 + 8 * i).value_or(0), by_itab);
  }
  reach_type(itab->type, cause);
}

void Worklist::reach_comparison(std::uint64_t address, const Cause& cause) {
  std::vector<std::uint64_t> wanted{address};
  while (!wanted.empty()) {
    const auto next = wanted.back();
    wanted.pop_back();
    if (!types_.is_type(next) || !seen_compared_.insert(next).second) continue;
    const auto type = types_.read(next);
    for (const auto function : {type.equal, type.hasher})
      if (const auto code = image_.word(function)) add_function(*code, cause);
    wanted.insert(wanted.end(), type.inside.begin(), type.inside.end());
  }
}

void Worklist::reach_type(std::uint64_t address, const Cause& cause) {
  std::vector<std::uint64_t> wanted{address};
  while (!wanted.empty() && !contradicts_) {
    const auto next = wanted.back();
    wanted.pop_back();
    if (!types_.is_type(next) || !seen_types_.insert(next).second) continue;
    reach_comparison(next, cause);
    auto type = types_.read(next);
    // Descriptors share nothing, so what they hold together fits into the file.
    const auto cost = 1 + type.parts.size() + type.methods.size();
    contradicts_ = cost > budget_;
    budget_ -= std::min(budget_, cost);
    wanted.insert(wanted.end(), type.parts.begin(), type.parts.end());
    if (type.pointer) wanted.push_back(type.pointer);
    if (type.methods.empty()) continue;
    reached_.push_back({std::move(type), cause, {}});
    auto& reached = reached_.back();
    for (std::uint32_t i = 0; i < reached.type.methods.size(); ++i)
      reached.methods.emplace_back(key_of(reached.type.methods[i]), i);
    std::sort(reached.methods.begin(), reached.methods.end());
    const auto index = static_cast<TypeIndex>(reached_.size() - 1);
    reached.type.kind == Kind::interface ? add_interface(index) : add_concrete(index);
  }
}

// Methods agree by name and by the type of their function; the linker keeps one
// descriptor of each type.
std::uint64_t Worklist::key_of(const Method& method) {
  const auto number =
      name_numbers_.emplace(method.name, static_cast<std::uint32_t>(name_numbers_.size())).first->second;
  return std::uint64_t{number} << 32 | ((method.type - image_.base()) & 0xffffffff);
}

void Worklist::add_concrete(TypeIndex index) {
  const auto& type = reached_[index];
  for (const auto& [key, method] : type.methods) {
    concrete_by_key_[key].push_back(index);
    if (const auto found = interfaces_by_key_.find(key); found != interfaces_by_key_.end())
      for (const auto interface : found->second) convert(type, reached_[interface], type.cause);
  }
}

void Worklist::add_interface(TypeIndex index) {
  const auto& interface = reached_[index];
  // Listed by the one of its methods that the fewest types have.
  const auto types_with = [&](std::uint64_t key) {
    const auto found = concrete_by_key_.find(key);
    return found == concrete_by_key_.end() ? std::size_t{0} : found->second.size();
  };
  auto rarest = interface.methods.front().first;
  for (const auto& [key, method] : interface.methods)
    if (types_with(key) < types_with(rarest)) rarest = key;
  interfaces_by_key_[rarest].push_back(index);
  if (const auto found = concrete_by_key_.find(rarest); found != concrete_by_key_.end())
    for (const auto type : found->second) convert(reached_[type], interface, interface.cause);
}

void Worklist::convert(const ReachedType& type, const ReachedType& interface, const Cause& reason) {
  auto at = type.methods.begin();
  std::vector<std::uint64_t> code;
  for (const auto& [key, unused] : interface.methods) {
    at = std::lower_bound(at, type.methods.end(), std::pair{key, std::uint32_t{0}});
    if (at == type.methods.end() || at->first != key) return;
    code.push_back(type.type.methods[at->second].interface_code);
  }
  auto cause = reason;
  cause.edge = Edge::dynamic_itab;
  cause.type = type.type.address;
  cause.interface = interface.type.address;
  for (const auto address : code) add_function(address, cause);
}

void Worklist::start_level(Level level) {
  const bool weak_counts = current_ == Level::reachable;
  current_ = level;
  if (!weak_counts) return;
  for (FunctionId id = 0; id < functions_.physical_count(); ++id) {
    if (levels_[id] == Level::none) continue;
    for (const auto& reference : references_.of(id))
      if (reference.kind == Reference::Kind::weak)
        follow(image_.base() + reference.target, {id, reference.at, Edge::closure, 0, 0});
  }
}

bool Worklist::may_reflect(const Type& type, const Method& method) const {
  if (!method.exported) return false;
  if (current_ == Level::safe_bound || named_in_strings_.contains(method.name)) return true;
  if (!types_.is_type(method.type)) return false;
  const auto signature = types_.read(method.type);
  return signature.kind == Kind::func && signature.parts.size() == 1 && signature.parts[0] == type.address;
}

void Worklist::reflect_on(const ReachedType& reached) {
  if (reached.type.kind == Kind::interface) return;
  for (const auto& method : reached.type.methods) {
    if (!method.code || !may_reflect(reached.type, method)) continue;
    auto cause = reached.cause;
    cause.edge = Edge::reflection;
    cause.type = reached.type.address;
    add_function(method.interface_code, cause);
    add_function(method.code, cause);
    reach_type(method.type, cause);
  }
}

}  // namespace blobgauge::analyzer::gobinary
