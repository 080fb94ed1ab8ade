#include "analyzer/executable_coverage.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "model/text.h"

namespace blobgauge::analyzer {

model::Result<std::set<std::uint64_t>> executed_entries(std::string_view text, const std::string& name) {
  std::set<std::uint64_t> ran;
  std::size_t number = 0;
  for (const auto whole : model::split(text, '\n')) {
    ++number;
    auto line = model::trim(whole);
    if (line.empty()) continue;
    if (line.starts_with("0x")) line.remove_prefix(2);
    std::uint64_t entry = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), entry, 16);
    if (error != std::errc{} || end != line.data() + line.size())
      return model::fail(model::Category::input, fmt::format("'{}' is no address of a function", line),
                         "a hexadecimal number a line, as docs/analyzer.md says", {name, number, 0});
    ran.insert(entry);
  }
  return ran;
}

std::string coverage_text(const StaticResult& result, const ExecutableWays& ways,
                          const gobinary::Executable& executable, const std::set<std::uint64_t>& ran) {
  std::map<int, std::set<std::string>> operations;  // by builder
  for (const auto& made : result.builders)
    if (ways.level(made.function) <= model::Level::by_reflection) operations[made.function].insert(made.operation);
  std::size_t executed = 0;
  std::map<std::string, std::string> missing;
  for (const auto& [builder, names] : operations) {
    const auto& ids = ways.symbols(builder);
    const auto has_code = [&](auto id) { return id < executable.physical_count(); };
    if (std::any_of(ids.begin(), ids.end(), [&](auto id) { return has_code(id) && ran.count(executable.entry(id)); })) {
      ++executed;
      continue;
    }
    auto text =
        fmt::format("  {}{}\n", fmt::join(names, ", "),
                    std::any_of(ids.begin(), ids.end(), has_code) ? "" : ": inside its callers, not told apart");
    const auto chains = ways.to(builder, {}, 1);
    if (!chains.empty())
      for (const auto& line : chains.front()) text += "    " + line + "\n";
    missing.emplace(fmt::format("{} {}", fmt::join(names, ", "), builder), std::move(text));
  }
  auto out = fmt::format("{} of {} request builders that can be reached ran\n", executed, operations.size());
  if (!missing.empty()) out += "did not run, with the shortest chain\n";
  for (const auto& [key, text] : missing) out += text;
  return out;
}

}  // namespace blobgauge::analyzer
