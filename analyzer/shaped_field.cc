#include "analyzer/shaped_field.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "model/text.h"

namespace blobgauge::analyzer {

using model::Presence;

std::string key_of(const FieldWrite& write, const std::string& name) {
  return write.part == FieldWrite::Part::query ? name : model::lower(name);
}

Domain written(const ShapedField& field) {
  Domain value;
  for (const auto& e : field.emissions)
    if (e.write->act != FieldWrite::Act::remove && e.truth.holds != Chance::no) value.join(e.value);
  return value;
}

void decide(ShapedField& field) {
  bool always = false, conditional = false, removed = false, policy = false;
  std::set<std::string> guards, reasons;
  for (const auto& e : field.emissions) {
    if (e.write->act == FieldWrite::Act::remove) {
      removed = removed || (e.truth.holds != Chance::no && !e.by_policy);
      continue;
    }
    if (e.truth.holds == Chance::no) continue;
    if (e.by_policy) {
      policy = true;
    } else if (e.truth.holds == Chance::doubt) {
      reasons.insert(e.truth.doubt.empty() ? "its guard cannot be decided" : e.truth.doubt);
    } else if (e.truth.fails == Chance::no) {
      always = true;
    } else {
      conditional = true;
    }
    if (!e.guard.empty()) guards.insert(e.guard);
    if (e.write->guard.kind == Guard::Kind::chosen) field.chosen.push_back(e.guard);
  }
  for (const auto& a : field.emissions)
    for (const auto& b : field.emissions)
      always = always || (!a.by_policy && !b.by_policy && !a.opposite.empty() && a.opposite == b.guard &&
                          a.truth.holds == Chance::yes && b.truth.holds == Chance::yes);
  if (policy) reasons.insert(policy_reason(field));
  if (field.name.back() == '*') {
    conditional = conditional || always;
    always = false;
  }
  field.presence = always && !removed      ? Presence::always
                   : always || conditional ? Presence::conditional
                   : !reasons.empty()      ? Presence::undecided
                                           : Presence::never;
  if (field.presence == Presence::undecided) field.reason = fmt::format("{}", fmt::join(reasons, "; "));
  if (field.presence != Presence::always)
    for (const auto& guard : guards)
      if (field.guards.size() < most_guards) field.guards.push_back(guard);
  if (field.presence == Presence::never)
    for (const auto& e : field.emissions)
      if (field.guards.size() < most_guards && !e.guard.empty()) field.guards.push_back(e.guard);
  if (field.presence != Presence::never) field.value = written(field).value();
}

std::string policy_reason(const ShapedField& field) {
  std::set<std::string> places;
  for (const auto& e : field.emissions)
    if (e.by_policy && e.write->act != FieldWrite::Act::remove && e.truth.holds != Chance::no)
      places.insert(e.write->at);
  if (places.empty()) return {};
  return fmt::format("written on the way out at {}; whether this request passes there is not followed",
                     fmt::join(places, ", "));
}

}  // namespace blobgauge::analyzer
