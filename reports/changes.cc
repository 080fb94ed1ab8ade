#include "reports/changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "reports/markdown.h"
#include "reports/overview.h"

namespace blobgauge::reports {
namespace {

using model::Grade;
using model::SurfaceChange;

constexpr Grade grades[] = {Grade::breaking, Grade::harmless, Grade::evidence};

std::string_view meaning(Grade grade) {
  switch (grade) {
    case Grade::breaking:
      return "B asks for what A never asked for: an endpoint must handle it";
    case Grade::harmless:
      return "B asks for less";
    case Grade::evidence:
      return "how often, how sure or with which values, as far as they are known";
  }
  return {};
}

std::size_t count(const Changes& changes, Grade grade) {
  return static_cast<std::size_t>(std::count_if(changes.list.begin(), changes.list.end(),
                                                [&](const SurfaceChange& c) { return c.grade == grade; }));
}

std::string subject(const SurfaceChange& change) {
  return change.name.empty() ? change.what : change.what + " " + change.name;
}

// The change without its operation.
std::string what_changed(const SurfaceChange& change) {
  const auto text = subject(change);
  if (change.before.empty()) return text + fmt::format(", new ({})", change.after);
  if (change.after.empty()) return text + fmt::format(", gone ({})", change.before);
  return text + fmt::format(", {} -> {}", change.before, change.after);
}

// What a policy or a library writes changes on many operations at once: a line for all of them is easier to read.
constexpr std::size_t least_together = 4;

std::string mark(const Changes& changes, std::size_t i) {
  return i < changes.marks.size() ? changes.marks[i] : std::string();
}

std::string title(const model::Surface& surface) {
  return fmt::format("{}{}{} ({})", surface.client, surface.release.empty() ? "" : " ", surface.release, surface.kind);
}

}  // namespace

Changes changes_between(const model::Surface& before, const model::Surface& after) {
  return {title(before), title(after), model::diff(before, after), {}};
}

std::string to_text(const Changes& changes) {
  std::string text;
  for (const auto grade : grades) {
    text += fmt::format("{}: {}\n", model::name_of(grade), count(changes, grade));
    std::map<std::string, std::vector<std::string>> operations;  // by what changed, mark included
    const auto key = [&](std::size_t i) {
      const auto marked = mark(changes, i);
      return what_changed(changes.list[i]) + (marked.empty() ? "" : "; " + marked);
    };
    for (std::size_t i = 0; i < changes.list.size(); ++i)
      if (changes.list[i].grade == grade) operations[key(i)].push_back(changes.list[i].operation);
    for (std::size_t i = 0; i < changes.list.size(); ++i) {
      if (changes.list[i].grade != grade) continue;
      const auto found = operations.find(key(i));
      if (found == operations.end()) continue;  // said with an earlier one
      const auto& names = found->second;
      if (names.size() < least_together) {
        text += fmt::format("  {}: {}\n", changes.list[i].operation, found->first);
        continue;
      }
      text += fmt::format("  {} operations: {}\n    {}\n", names.size(), found->first, fmt::join(names, ", "));
      operations.erase(found);
    }
  }
  return text;
}

std::string to_markdown(const Changes& changes) {
  auto text = fmt::format("# {} to {}\n", markdown_text(changes.before), markdown_text(changes.after));
  if (changes.list.empty()) text += "\nNothing changed.\n";
  const bool marked = !changes.marks.empty();
  for (const auto grade : grades) {
    if (!count(changes, grade)) continue;
    text += fmt::format("\n## {}: {}\n\n{}.\n\n", model::name_of(grade), count(changes, grade), meaning(grade));
    text += fmt::format("| operation | what | before | after |{} where | fingerprint |\n", marked ? " endpoint |" : "");
    text += fmt::format("| --- | --- | --- | --- |{} --- | --- |\n", marked ? " --- |" : "");
    for (std::size_t i = 0; i < changes.list.size(); ++i) {
      const auto& c = changes.list[i];
      if (c.grade != grade) continue;
      const auto cell = [](const std::string& s) { return s.empty() ? "-" : markdown_text(visible(s)); };
      text += fmt::format("| {} | {} | {} | {} |{} {} | {} |\n", cell(c.operation), cell(subject(c)), cell(c.before),
                          cell(c.after), marked ? " " + cell(mark(changes, i)) + " |" : "",
                          c.where.empty() ? "-" : cell(c.where.back()), model::fingerprint(c));
    }
  }
  return text;
}

std::string to_json(const Changes& changes) {
  using Json = nlohmann::ordered_json;
  Json out = {{"blobgauge-diff", 1}, {"before", changes.before}, {"after", changes.after}, {"changes", Json::array()}};
  for (std::size_t i = 0; i < changes.list.size(); ++i) {
    const auto& c = changes.list[i];
    out["changes"].push_back({{"fingerprint", model::fingerprint(c)},
                              {"grade", model::name_of(c.grade)},
                              {"operation", c.operation},
                              {"what", c.what},
                              {"name", c.name},
                              {"before", c.before},
                              {"after", c.after},
                              {"where", c.where}});
    if (const auto marked = mark(changes, i); !marked.empty()) out["changes"].back()["endpoint"] = marked;
  }
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace blobgauge::reports
