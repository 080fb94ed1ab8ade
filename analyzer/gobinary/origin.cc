#include "analyzer/gobinary/origin.h"

#include <algorithm>
#include <iterator>

namespace blobgauge::analyzer::gobinary {

std::string_view reason_text(Reason reason) {
  switch (reason) {
    case Reason::none:
      break;
    case Reason::computed:
      return "it is computed";
    case Reason::part_of_word:
      return "it is put together of parts";
    case Reason::uninitialised:
      return "nothing was seen to write it";
    case Reason::too_many:
      return "it can come from too many places";
    case Reason::floating:
      return "it is a floating-point argument";
    case Reason::clobbered:
      return "a call leaves it undefined";
    case Reason::not_understood:
      return "the code could not be followed";
    case Reason::global:
      return "it is in a variable of the program";
    case Reason::by_value:
      return "the function is called through a function value";
    case Reason::by_interface:
      return "the function is called through an interface";
    case Reason::runtime_made:
      return "it is in a map, a channel or a slice, or made by the run-time";
    case Reason::handed_on:
      return "its address is handed to a call through an interface or a function value";
    case Reason::handed_runtime:
      return "its address is handed to the run-time";
    case Reason::kept:
      return "its address is kept where other code can find it";
    case Reason::element:
      return "it is at a computed place";
    case Reason::dynamic_result:
      return "it comes from a call through an interface or a function value";
    case Reason::too_deep:
      return "the way there is too long";
    case Reason::too_many_steps:
      return "the search was cut off";
  }
  return "";
}

std::size_t Origins::Hash::operator()(const Origin& origin) const {
  constexpr std::uint64_t spread = 0x9e3779b97f4a7c15;
  std::uint64_t hash =
      static_cast<std::uint64_t>(origin.kind) << 16 | static_cast<std::uint64_t>(origin.reason) << 8 | origin.width;
  for (const std::uint64_t part :
       {std::uint64_t{origin.site} << 32 | origin.base, static_cast<std::uint64_t>(origin.value)})
    hash = (hash ^ part) * spread;
  return static_cast<std::size_t>(hash ^ hash >> 32);
}

Origins::Origins() { intern_set({}); }

OriginId Origins::intern(const Origin& origin) {
  const auto [place, fresh] = numbers_.emplace(origin, static_cast<OriginId>(origins_.size()));
  if (fresh) origins_.push_back(origin);
  return place->second;
}

OriginId Origins::find(const Origin& origin) const {
  const auto place = numbers_.find(origin);
  return place == numbers_.end() ? ~OriginId{0} : place->second;
}

OriginId Origins::add(OriginId id, std::int64_t distance, std::uint32_t site) {
  auto origin = origins_[id];
  if (distance == 0) return id;
  switch (origin.kind) {
    case OriginKind::constant:
    case OriginKind::data:
    case OriginKind::frame:
      origin.value =
          static_cast<std::int64_t>(static_cast<std::uint64_t>(origin.value) + static_cast<std::uint64_t>(distance));
      if (origin.kind == OriginKind::constant) origin.site = site;
      return intern(origin);
    case OriginKind::sum: {
      const auto total =
          static_cast<std::int64_t>(static_cast<std::uint64_t>(origin.value) + static_cast<std::uint64_t>(distance));
      return total == 0 ? origin.base : intern({OriginKind::sum, Reason::none, 8, 0, origin.base, total});
    }
    case OriginKind::element:
    case OriginKind::touched:
    case OriginKind::unknown:
      return id;
    default:
      return intern({OriginKind::sum, Reason::none, 8, 0, id, distance});
  }
}

std::pair<OriginId, std::int64_t> Origins::split(OriginId id) const {
  const auto& origin = origins_[id];
  return origin.kind == OriginKind::sum ? std::pair{origin.base, origin.value} : std::pair{id, std::int64_t{0}};
}

ValueId Origins::intern_set(std::vector<OriginId> members) {
  const auto [place, fresh] = value_numbers_.emplace(members, static_cast<ValueId>(values_.size()));
  if (fresh) values_.push_back(std::move(members));
  return place->second;
}

ValueId Origins::value(const Origin& origin) { return value_of(intern(origin)); }

ValueId Origins::value_of(OriginId origin) { return intern_set({origin}); }

ValueId Origins::unite(ValueId a, ValueId b) {
  if (a == b || b == nothing) return a;
  if (a == nothing) return b;
  if (a > b) std::swap(a, b);
  const auto [place, fresh] = unions_.emplace(std::uint64_t{a} << 32 | b, nothing);
  if (!fresh) return place->second;
  std::vector<OriginId> members;
  std::set_union(values_[a].begin(), values_[a].end(), values_[b].begin(), values_[b].end(),
                 std::back_inserter(members));
  if (members.size() > most_members) {
    dropped_.resize(origins_.size());
    for (const auto id : members) dropped_[id] = true;
    const bool touched = contains(a, OriginKind::touched) || contains(b, OriginKind::touched);
    members = {intern({OriginKind::unknown, Reason::too_many, 8, 0, 0, 0})};
    if (touched) members.push_back(intern({OriginKind::touched, Reason::none, 8, 0, 0, 0}));
    std::sort(members.begin(), members.end());
  }
  const auto united = intern_set(std::move(members));
  return unions_[std::uint64_t{a} << 32 | b] = united;
}

ValueId Origins::shift(ValueId value, std::int64_t distance, std::uint32_t site) {
  if (distance == 0) return value;
  auto sum = nothing;
  for (const auto member : std::vector(values_[value])) sum = unite(sum, value_of(add(member, distance, site)));
  return sum;
}

ValueId Origins::unknown(Reason reason, std::uint32_t site) {
  return value({OriginKind::unknown, reason, 8, site, 0, 0});
}

bool Origins::contains(ValueId value, OriginKind kind) const {
  return std::any_of(values_[value].begin(), values_[value].end(),
                     [&](OriginId id) { return origins_[id].kind == kind; });
}

ValueId Origins::without_marks(ValueId value) {
  if (!contains(value, OriginKind::touched)) return value;
  auto members = values_[value];
  std::erase_if(members, [&](OriginId id) { return origins_[id].kind == OriginKind::touched; });
  return intern_set(std::move(members));
}

const Origin* Origins::single(ValueId value, OriginKind kind) const {
  const auto& members = values_[value];
  return members.size() == 1 && origins_[members[0]].kind == kind ? &origins_[members[0]] : nullptr;
}

}  // namespace blobgauge::analyzer::gobinary
