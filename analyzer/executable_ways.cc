#include "analyzer/executable_ways.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <set>
#include <thread>

#include "analyzer/gobinary/call_sites.h"
#include "analyzer/gobinary/stored_functions.h"
#include "model/url.h"

namespace blobgauge::analyzer {
namespace {

using gobinary::Edge;
using gobinary::FunctionId;

std::string without_type_arguments(std::string_view name) {
  std::string out;
  int depth = 0;
  for (const char c : name) {
    if (c == '[' && depth++ == 0) out += "[...]";
    if (depth == 0) out += c;
    if (c == ']' && depth > 0) --depth;
  }
  return out;
}

// As the linker writes an import path: what would end it too early is escaped.
std::string escaped(const std::string& package) {
  const auto slash = package.rfind('/');
  const std::size_t last = slash == std::string::npos ? 0 : slash + 1;
  std::string out;
  for (std::size_t i = 0; i < package.size(); ++i) {
    const auto c = static_cast<unsigned char>(package[i]);
    if (c <= ' ' || c == '%' || c == '"' || c >= 0x7f || (c == '.' && i >= last))
      out += fmt::format("%{:02x}", c);
    else
      out += package[i];
  }
  return out;
}

// An interface without a name is written out with all of its methods, which nobody reads.
std::string shortened(const std::string& via) {
  std::string out;
  int depth = 0;
  for (const char c : via) {
    if (c == '}' && depth > 0 && --depth == 0) out += "...";
    if (depth == 0) out += c;
    if (c == '{') ++depth;
  }
  return out;
}

}  // namespace

std::string linker_symbol(const Function& function) {
  auto name = function.name.substr(0, function.name.find('$'));
  const auto at = name.find(function.package);
  if (at == std::string::npos || function.package.empty()) return without_type_arguments(name);
  const auto package = escaped(function.package);
  auto rest = name.substr(at + function.package.size());  // ".F", ".T).M"
  if (at == 0) return package + without_type_arguments(rest);
  const bool pointer = name[at - 1] == '*';
  const auto end = rest.rfind(')');
  if (end == std::string::npos || rest.empty()) return without_type_arguments(name);
  const auto type = rest.substr(1, end - 1), method = rest.substr(end + 1);
  return without_type_arguments(
      fmt::format("{}.{}{}{}{}", package, pointer ? "(*" : "", type, pointer ? ")" : "", method));
}

std::string frame(const gobinary::Frame& step, const std::string& at) {
  auto where = at;
  if (where.empty()) where = portable(step.at, step.function);
  auto line = frame(Function{std::string(step.function), {}, {}, {}, {}}, where);
  if (step.edge == Edge::call) return line;
  line += fmt::format(" ({}{}{})", step.edge == Edge::root ? "" : "by ", gobinary::to_string(step.edge),
                      step.via.empty() ? "" : ": " + shortened(step.via));
  return line;
}

std::string portable(const gobinary::Position& at, std::string_view symbol) {
  if (at.file.empty()) return {};
  const auto slash = at.file.rfind('/');
  return fmt::format("{}/{}:{}", package_of_symbol(symbol),
                     slash == std::string_view::npos ? at.file : at.file.substr(slash + 1), at.line);
}

std::string package_of_symbol(std::string_view symbol) {
  // Type arguments hold import paths of their own.
  const auto name = symbol.substr(0, symbol.find('['));
  const auto slash = name.rfind('/');
  const auto dot = name.find('.', slash == std::string_view::npos ? 0 : slash);
  return model::percent_decode(name.substr(0, dot));
}

std::vector<EntryPoint> entry_points(const gobinary::Executable& executable, const gobinary::Reach& reach,
                                     const std::vector<HandlerRule>& handlers) {
  std::vector<EntryPoint> out;
  std::set<FunctionId> known;
  for (const auto id : executable.named("main.main"))
    if (id < executable.physical_count() && known.insert(id).second) out.push_back({"main.main", id});
  for (const auto& rule : handlers) {
    const auto dot = rule.type.rfind('.');
    if (dot == std::string::npos) continue;
    const gobinary::FunctionFields fields{rule.type.substr(0, dot), rule.type.substr(dot + 1), rule.fields, rule.name};
    for (const auto& found : find_stored_functions(executable, reach, fields)) {
      if (!known.insert(found.function).second) continue;
      const auto symbol = frame(Function{std::string(executable.name(found.function)), {}, {}, {}, {}}, {});
      out.push_back({found.name.empty() ? fmt::format("handler {}", symbol)
                                        : fmt::format("handler of \"{}\", {}", found.name, symbol),
                     found.function});
    }
  }
  return out;
}

ExecutableWays::ExecutableWays(const Facts& facts, const gobinary::Executable& executable, const gobinary::Reach& reach,
                               const std::vector<EntryPoint>& entries)
    : facts_(facts),
      reach_(reach),
      levels_(facts.functions.size(), model::Level::none),
      symbols_(facts.functions.size()) {
  for (std::size_t i = 1; i < facts.functions.size(); ++i)
    for (const FunctionId id : executable.named(linker_symbol(facts.functions[i]))) {
      const auto level = reach.level(id);
      if (level == model::Level::none || level > levels_[i]) continue;
      if (level != levels_[i]) symbols_[i].clear();
      levels_[i] = level;
      symbols_[i].push_back(id);
    }
  std::vector<std::optional<gobinary::Reach>> reached(entries.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (auto i = next++; i < entries.size(); i = next++) reached[i].emplace(reach.from(entries[i].function));
  };
  std::vector<std::thread> threads;
  const auto most = std::min<std::size_t>(entries.size(), std::max(1U, std::thread::hardware_concurrency()));
  for (std::size_t i = 1; i < most; ++i) threads.emplace_back(work);
  work();
  for (auto& thread : threads) thread.join();
  for (std::size_t i = 0; i < entries.size(); ++i) entries_.emplace_back(entries[i].name, std::move(*reached[i]));
}

std::vector<std::string> ExecutableWays::lines(const gobinary::Reach& reach, FunctionId id,
                                               const std::string& at) const {
  std::vector<std::string> lines;
  const auto chain = reach.chain(id);
  for (const auto& step : chain) lines.push_back(frame(step, &step == &chain.back() ? at : std::string()));
  return lines;
}

std::string ExecutableWays::led_from(FunctionId id) const {
  if (entries_.empty()) return {};
  constexpr std::size_t most_handlers = 3;
  std::vector<std::string> names;
  std::size_t more = 0;
  for (const auto& [name, reach] : entries_) {
    if (reach.level(id) == model::Level::none) continue;
    if (names.size() < most_handlers)
      names.push_back(name);
    else
      ++more;
  }
  if (names.empty()) return "from no entry point's own code";
  return fmt::format("from {}{}", fmt::join(names, "; "), more ? fmt::format("; and {} more", more) : "");
}

std::vector<EntryWay> ExecutableWays::from_entries(int function, const std::string& at) const {
  std::vector<EntryWay> ways;
  for (const auto& [name, reach] : entries_) {
    EntryWay way{name, {}};
    for (const auto id : symbols_[function]) {
      auto found = lines(reach, id, at);
      if (!found.empty() && (way.frames.empty() || found.size() < way.frames.size())) way.frames = std::move(found);
    }
    ways.push_back(std::move(way));
  }
  return ways;
}

std::vector<std::vector<std::string>> ExecutableWays::to(int function, const std::string& at, std::size_t most) const {
  std::vector<std::vector<std::string>> ways;
  for (const auto id : symbols_[function]) {
    if (ways.size() >= most) break;
    auto found = lines(reach_, id, at);
    if (!found.empty()) ways.push_back(std::move(found));
  }
  std::stable_sort(ways.begin(), ways.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
  return ways;
}

std::vector<std::string> reflection_callers(const gobinary::Executable& executable, const gobinary::Reach& reach) {
  const gobinary::CallSites sites(executable, reach);
  std::set<std::string> lines;
  for (const std::string_view name : {"reflect.Value.Method", "reflect.Value.MethodByName", "reflect.(*rtype).Method",
                                      "reflect.(*rtype).MethodByName"})
    for (const FunctionId id : executable.named(name)) {
      if (id >= executable.physical_count()) continue;
      for (const auto& site : sites.calls(id)) {
        if (reach.level(site.function) == model::Level::none) continue;
        const auto at = executable.frames_at(site.function, site.address).back();
        lines.insert(fmt::format("{} calls {}", frame({at.function, at.at, Edge::call, {}}), name));
      }
    }
  return {lines.begin(), lines.end()};
}

}  // namespace blobgauge::analyzer
