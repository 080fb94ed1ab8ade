#include "replayer/placement.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "model/text.h"
#include "replayer/template.h"

namespace blobgauge::replayer {
namespace {

bool has(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// A target template, taken apart: "/${c}/a?comp=block".
struct Target {
  std::string_view name;   // of the container: "c"; empty where the target does not begin with one of the case's names
  std::string_view inner;  // "/a", empty for the container as a whole
  std::string_view query;  // "comp=block"
};

Target take_apart(const Case& item, std::string_view target) {
  Target out;
  if (!target.starts_with("/${")) return out;
  const auto close = target.find('}');
  if (close == std::string_view::npos || !has(item.names, target.substr(3, close - 3))) return out;
  out.name = target.substr(3, close - 3);
  const auto rest = target.substr(close + 1);
  // A hole of the path may hold a '?' of its own; one of the query never holds a '/' of the path.
  std::size_t depth = 0, mark = 0;
  for (; mark < rest.size() && (depth || rest[mark] != '?'); ++mark) {
    if (rest[mark] == '{') ++depth;
    if (rest[mark] == '}' && depth) --depth;
  }
  out.inner = rest.substr(0, mark);
  if (mark < rest.size()) out.query = rest.substr(mark + 1);
  return out;
}

bool reads(const Step& step) { return step.reads || step.request.method == "GET" || step.request.method == "HEAD"; }

bool makes_container(const Case& item, const Step& step) {
  const auto target = take_apart(item, step.request.target);
  return step.by_owner && !target.name.empty() && target.inner.empty();
}

std::set<std::string, std::less<>> containers_given(const Case& item) {
  std::set<std::string, std::less<>> out;
  for (const auto& step : item.given)
    if (makes_container(item, step)) out.insert(std::string(take_apart(item, step.request.target).name));
  return out;
}

// Names in its holes, in patterns too.
std::set<std::string, std::less<>> names_used(const Step& step) {
  std::set<std::string, std::less<>> out;
  for (const auto text : template_texts(step))
    if (const auto names = holes(text)) out.insert(names->begin(), names->end());
  return out;
}

// All that it needs is known before the run, and no other fixture writes to the same address.
bool loadable(const Case& item, const Step& step) {
  if (!step.by_owner) return false;
  const auto same = std::count_if(item.given.begin(), item.given.end(), [&](const Step& other) {
    return other.request.method == step.request.method && other.request.target == step.request.target;
  });
  std::set<std::string> captured;
  for (const auto& other : item.given)
    for (const auto& [name, source] : other.captures) captured.insert(name);
  const auto used = names_used(step);
  return same == 1 && std::none_of(used.begin(), used.end(), [&](const auto& name) { return captured.count(name); });
}

bool lists(const Inside& inside, std::string_view query) {
  const auto parts = model::split(query, '&');
  return std::any_of(parts.begin(), parts.end(), [&](auto part) { return model::iequals(part, inside.list); });
}

std::string narrowed(const Inside& inside, std::string_view query, const std::string& prefix) {
  std::string out;
  bool found = false;
  for (const auto part : model::split(query, '&')) {
    if (!out.empty()) out += '&';
    out += part;
    const auto equals = part.find('=');
    if (equals == std::string_view::npos || !model::iequals(part.substr(0, equals), inside.prefix)) continue;
    found = true;
    out.insert(out.size() - (part.size() - equals - 1), prefix);
  }
  return found ? out : fmt::format("{}{}{}={}", out, out.empty() ? "" : "&", inside.prefix, prefix);
}

// The container as a whole becomes the one that is there; a list of it shows the case's own names, as if they were all.
void move_inside(const Suite& suite, const Case& item, const Place& place, const std::string& prefix, Step& step) {
  const auto target = take_apart(item, step.request.target);
  if (target.name.empty() || !target.inner.empty()) return;
  const auto own = prefix + model::lower(std::string(target.name)) + "/";
  auto query = std::string(target.query);
  if (lists(suite.inside, query)) {
    query = narrowed(suite.inside, query, own);
    step.unseen = own;
  }
  const auto whole = fmt::format("${{{}}}", target.name);
  for (auto& expectation : step.expectations)
    for (auto& value : expectation.values)
      if (value == whole) value = place.container;
  step.request.target = fmt::format("/{}{}{}", place.container, query.empty() ? "" : "?", query);
}

}  // namespace

std::string obstacle(const Suite& suite, const Case& item, const Place& place) {
  if (place.container.empty()) return {};
  if (item.own_container || needs_peer(item) || needs_of(item, {}).second)
    return "holds in a container of its own only";
  if (suite.inside.prefix.empty()) return "the suite does not say how a case lives in another's container";
  const auto given = containers_given(item);
  for (const auto* steps : {&item.given, &item.steps, &item.after})
    for (const auto* each : requests_of(*steps)) {
      const auto& step = *each;
      if (steps == &item.given && makes_container(item, step)) continue;
      for (const auto& name : names_used(step))
        if (has(item.names, name) && !given.count(name)) return "needs a container that is not there";
      const auto& target = step.request.target;
      const auto parts = take_apart(item, target);
      if (!parts.name.empty()) {
        if (parts.inner.empty() && !reads(step))
          return fmt::format("step '{}' makes or changes a container as a whole", step.name);
        continue;
      }
      if (target != "/" && !target.starts_with("/?"))
        return fmt::format("step '{}' goes to a container that is not its own", step.name);
      if (!reads(step)) return fmt::format("step '{}' changes or asks the account as a whole", step.name);
      if (lists(suite.inside, std::string_view(target).substr(target.find('?') + 1)) ||
          target.find("${") != std::string::npos)
        return fmt::format("step '{}' asks the account about its containers", step.name);
    }
  return {};
}

PlacedCase placed(const Suite& suite, const Case& item, const Place& place, const std::string& prefix) {
  PlacedCase out{item, {}, {}};
  for (const auto& name : item.names) {
    const auto own = prefix + model::lower(name);
    out.names[name] = place.container.empty() ? own : place.container + "/" + own;
  }
  // A blob can be loaded only where its container is.
  const auto boxes = containers_given(item);
  auto& given = out.item.given;
  given.clear();
  for (const auto& step : item.given) {
    const bool container = makes_container(item, step);
    if (container && !place.container.empty()) continue;
    const auto box = take_apart(item, step.request.target).name;
    const bool has_box = !place.container.empty() || boxes.count(box);
    if (place.owner_loads && has_box && loadable(item, step)) {
      out.loaded.push_back(step);
      given.insert(given.end(), step.instead.begin(), step.instead.end());
      continue;
    }
    given.push_back(step);
  }
  if (!place.container.empty())
    for (auto* steps : {&given, &out.item.steps, &out.item.after})
      for (auto& step : *steps) {
        if (step.at_once.empty()) move_inside(suite, item, place, prefix, step);
        for (auto& one : step.at_once) move_inside(suite, item, place, prefix, one);
      }
  return out;
}

}  // namespace blobgauge::replayer
