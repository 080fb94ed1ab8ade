#include "model/surface.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "model/surface_platforms.h"
#include "model/text.h"
#include "model/value.h"

namespace blobgauge::model {
namespace {

constexpr std::size_t most_exchanges = 3;

// Digits compare as numbers, so that exchange 9 stands before exchange 10.
bool natural_less(std::string_view a, std::string_view b) {
  std::size_t i = 0, j = 0;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  while (i < a.size() && j < b.size()) {
    if (digit(a[i]) && digit(b[j])) {
      const std::size_t i0 = i, j0 = j;
      while (i < a.size() && digit(a[i])) ++i;
      while (j < b.size() && digit(b[j])) ++j;
      auto x = a.substr(i0, i - i0), y = b.substr(j0, j - j0);
      x.remove_prefix(std::min(x.find_first_not_of('0'), x.size()));
      y.remove_prefix(std::min(y.find_first_not_of('0'), y.size()));
      if (x.size() != y.size()) return x.size() < y.size();
      if (x != y) return x < y;
      continue;
    }
    if (a[i] != b[j]) return a[i] < b[j];
    ++i;
    ++j;
  }
  if (i < a.size() || j < b.size()) return i == a.size();
  return a < b;  // equal but for leading zeros
}

bool evidence_less(const Evidence& a, const Evidence& b) {
  if (a.kind != b.kind) return a.kind < b.kind;
  return std::lexicographical_compare(a.lines.begin(), a.lines.end(), b.lines.begin(), b.lines.end(), natural_less);
}

char letter_of(std::string_view kind) { return kind == "path" ? 'p' : kind == "exchange" ? 'x' : 'n'; }

template <class Visit>
void each_evidence_list(Surface& surface, Visit visit) {
  for (auto& [name, operation] : surface.operations) {
    visit(operation.evidence);
    for (auto* fields : {&operation.query, &operation.request_headers, &operation.response_headers,
                         &operation.response_body, &operation.compared_codes})
      for (auto& [key, field] : *fields) visit(field.evidence);
  }
  for (auto& [code, field] : surface.compared_codes) visit(field.evidence);
}

template <class T>
void unite(std::vector<T>& into, const std::vector<T>& from) {
  into.insert(into.end(), from.begin(), from.end());
  std::sort(into.begin(), into.end());
  into.erase(std::unique(into.begin(), into.end()), into.end());
}

template <class Map>
void add_counts(Map& into, const Map& from) {
  for (const auto& [key, count] : from) into[key] += count;
}

// Joins texts that may themselves be joined, each once, in order.
std::string join(const std::string& a, const std::string& b, std::string_view separator) {
  std::set<std::string> parts;
  for (const auto& text : {a, b})
    for (std::size_t at = 0; at < text.size();) {
      const auto end = std::min(text.find(separator, at), text.size());
      parts.insert(text.substr(at, end - at));
      at = end + separator.size();
    }
  return fmt::format("{}", fmt::join(parts, separator));
}

// never and always below conditional, undecided on top: a join of a semilattice, hence associative.
Presence join(Presence a, Presence b) {
  if (a == b) return a;
  if (a == Presence::undecided || b == Presence::undecided) return Presence::undecided;
  return Presence::conditional;
}

OwnOption join(const OwnOption& a, const OwnOption& b) {
  return {join(a.presence, b.presence), a.presence == b.presence ? std::max(a.proof, b.proof) : Proof::none};
}

// What a recording never saw says nothing of values, and neither does what a source never sends.
Value join_of_values(const Field& a, const Field& b) {
  if (a.of || b.of) return merge_values(a.value, b.value);
  const bool without_a = a.presence == Presence::never, without_b = b.presence == Presence::never;
  if (without_a != without_b) return without_a ? b.value : a.value;
  return unite_values(a.value, b.value);
}

Field merge_fields(const Field& a, const Field& b) {
  Field out;
  out.name = std::min(a.name, b.name);
  out.presence = join(a.presence, b.presence);
  if (a.presence == b.presence) out.proof = std::max(a.proof, b.proof);
  keep_option(out, join(option_of(a), option_of(b)));
  out.seen = a.seen + b.seen;
  out.of = a.of + b.of;
  out.value = join_of_values(a, b);
  out.guards = a.guards;
  unite(out.guards, b.guards);
  out.reason = join(a.reason, b.reason, "; ");
  out.evidence = a.evidence;
  unite(out.evidence, b.evidence);
  return out;
}

using FieldMap = std::map<std::string, Field>;

// `known_a`: of how many exchanges of `a` it is known whether they had a field that `a` does not list.
FieldMap merge_field_maps(const FieldMap& a, std::uint64_t known_a, const FieldMap& b, std::uint64_t known_b) {
  FieldMap out = a;
  for (const auto& [key, field] : b) {
    const auto found = out.find(key);
    if (found != out.end()) {
      const bool counted = found->second.of && field.of;
      found->second = merge_fields(found->second, field);
      if (counted) found->second.presence = presence_of(found->second.seen, found->second.of, known_a + known_b);
    } else {
      out.emplace(key, field);
    }
  }
  for (auto& [key, field] : out) {
    const bool in_a = a.count(key), in_b = b.count(key);
    if (in_a && in_b) continue;
    const std::uint64_t known = in_a ? known_b : known_a;
    const auto option = option_of(field);
    field.of += known;
    field.presence =
        field.seen ? presence_of(field.seen, field.of, known_a + known_b) : join(field.presence, Presence::never);
    if (field.presence != Presence::never) field.proof = Proof::none;
    if (field.option) keep_option(field, join(option, {Presence::never, option.proof}));
  }
  return out;
}

std::uint64_t answered(const OperationSurface& operation) {
  std::uint64_t sum = 0;
  for (const auto& [status, count] : operation.statuses) sum += status ? count : 0;  // 0: no answer came
  return sum;
}

std::uint64_t bodies(const OperationSurface& operation) {
  std::uint64_t sum = 0;
  for (const auto& [key, answers] : operation.answers) sum += answers.bodies;
  return sum;
}

OperationSurface merge_operations(const OperationSurface& a, const OperationSurface& b) {
  OperationSurface out;
  out.operation = a.operation;
  out.exchanges = a.exchanges + b.exchanges;
  out.complete = a.complete + b.complete;
  out.query = merge_field_maps(a.query, a.exchanges, b.query, b.exchanges);
  out.request_headers = merge_field_maps(a.request_headers, a.complete, b.request_headers, b.complete);
  out.response_headers = merge_field_maps(a.response_headers, answered(a), b.response_headers, answered(b));
  out.response_body = merge_field_maps(a.response_body, bodies(a), b.response_body, bodies(b));
  out.compared_codes = merge_field_maps(a.compared_codes, 0, b.compared_codes, 0);
  out.statuses = a.statuses;
  add_counts(out.statuses, b.statuses);
  out.answers = a.answers;
  for (const auto& [key, from] : b.answers) {
    auto& into = out.answers[key];
    into.count += from.count;
    into.bodies += from.bodies;
    add_counts(into.headers, from.headers);
    add_counts(into.elements, from.elements);
    add_counts(into.error_codes, from.error_codes);
    into.recorders.insert(from.recorders.begin(), from.recorders.end());
    into.accounts.insert(from.accounts.begin(), from.accounts.end());
    into.years.insert(from.years.begin(), from.years.end());
  }
  out.error_codes = a.error_codes;
  out.error_codes.insert(b.error_codes.begin(), b.error_codes.end());
  out.scenarios = a.scenarios;
  out.scenarios.insert(b.scenarios.begin(), b.scenarios.end());
  out.level = std::min(a.level, b.level);
  out.evidence = a.evidence;
  unite(out.evidence, b.evidence);
  return out;
}

// Both surfaces count from p1; a prefix keeps their ids apart until they are numbered anew.
Surface prefixed(const Surface& surface, std::string_view prefix) {
  Surface out = surface;
  each_evidence_list(out, [&](std::vector<std::string>& ids) {
    for (auto& id : ids) id.insert(0, prefix);
  });
  out.evidence.clear();
  for (const auto& [id, evidence] : surface.evidence) out.evidence.emplace(std::string(prefix) + id, evidence);
  return out;
}

Status same(std::string_view what, const std::string& a, const std::string& b, bool mix) {
  if (mix || a == b) return {};
  return fail(Category::usage, fmt::format("these surfaces have different {}s, '{}' and '{}'", what, a, b),
              "merge them with --mix if that is meant");
}

}  // namespace

Presence presence_of(std::uint64_t seen, std::uint64_t of, std::uint64_t known) {
  if (seen < of) return seen ? Presence::conditional : Presence::never;
  return known && of ? Presence::always : Presence::undecided;
}

void renumber_evidence(Surface& surface) {
  std::set<std::string> used;
  each_evidence_list(surface, [&](const std::vector<std::string>& ids) { used.insert(ids.begin(), ids.end()); });
  std::vector<const Evidence*> ordered;
  std::map<std::string, const Evidence*> by_id;
  for (const auto& id : used) {
    const auto found = surface.evidence.find(id);
    if (found == surface.evidence.end()) continue;
    ordered.push_back(&found->second);
    by_id.emplace(id, &found->second);
  }
  const auto less = [](const Evidence* a, const Evidence* b) { return evidence_less(*a, *b); };
  std::map<const Evidence*, std::size_t, decltype(less)> rank(less);
  std::sort(ordered.begin(), ordered.end(), less);
  for (const auto* evidence : ordered) rank.emplace(evidence, rank.size());

  std::set<std::size_t> kept;
  std::map<std::string, std::size_t> ranks_by_id;  // comparing evidence takes long
  for (const auto& [id, item] : by_id) ranks_by_id.emplace(id, rank.at(item));
  std::vector<const Evidence*> ranked(rank.size());
  for (const auto& [evidence, number] : rank) ranked[number] = evidence;
  const auto trimmed = [&](const std::vector<std::string>& ids) {
    std::set<std::size_t> ranks;
    std::size_t exchanges = 0;
    for (const auto& id : ids)
      if (const auto found = ranks_by_id.find(id); found != ranks_by_id.end()) ranks.insert(found->second);
    std::vector<std::size_t> out;
    for (const auto number : ranks)
      if (ranked[number]->kind != "exchange" || exchanges++ < most_exchanges) out.push_back(number);
    return out;
  };
  each_evidence_list(surface, [&](const std::vector<std::string>& ids) {
    const auto ranks = trimmed(ids);
    kept.insert(ranks.begin(), ranks.end());
  });
  std::map<std::size_t, std::string> ids_by_rank;
  std::map<std::string, Evidence> evidence;
  std::map<char, std::size_t> next;
  for (const auto number : kept) {
    const char letter = letter_of(ranked[number]->kind);
    const auto id = fmt::format("{}{}", letter, ++next[letter]);
    ids_by_rank.emplace(number, id);
    evidence.emplace(id, *ranked[number]);
  }
  each_evidence_list(surface, [&](std::vector<std::string>& ids) {
    const auto ranks = trimmed(ids);
    ids.clear();
    for (const auto number : ranks) ids.push_back(ids_by_rank.at(number));
  });
  surface.evidence = std::move(evidence);
}

Result<Surface> merge(const Surface& a, const Surface& b, bool mix) {
  BLOBGAUGE_CHECK(same("kind", a.kind, b.kind, mix));
  BLOBGAUGE_CHECK(same("client", a.client, b.client, mix));
  BLOBGAUGE_CHECK(same("release", a.release, b.release, mix));
  Surface out = prefixed(a, "a:");
  const Surface other = prefixed(b, "b:");
  out.kind = join(a.kind, b.kind, "+");
  out.client = join(a.client, b.client, "+");
  out.release = join(a.release, b.release, "+");
  out.sources.insert(b.sources.begin(), b.sources.end());
  out.evidence.insert(other.evidence.begin(), other.evidence.end());
  unite(out.unresolved, other.unresolved);
  for (const auto& [id, traffic] : b.scenarios) {
    const auto [at, fresh] = out.scenarios.emplace(id, traffic);
    if (!fresh) at->second = merge(at->second, traffic);
  }
  out.compared_codes = merge_field_maps(out.compared_codes, 0, other.compared_codes, 0);
  for (const auto& [service, lines] : b.other_services) out.other_services[service].insert(lines.begin(), lines.end());
  for (const auto& [name, operation] : other.operations) {
    const auto found = out.operations.find(name);
    if (found == out.operations.end())
      out.operations.emplace(name, operation);
    else
      found->second = merge_operations(found->second, operation);
  }
  out.operations_only = a.operations_only || b.operations_only;
  if (out.operations_only)
    for (auto& [name, operation] : out.operations)
      for (auto* fields : {&operation.query, &operation.request_headers, &operation.response_headers,
                           &operation.response_body, &operation.compared_codes})
        fields->clear();
  mark_platforms(out, a, b);
  renumber_evidence(out);
  return out;
}

bool is_partial(const Surface& surface) { return surface.kind.find("partial") != std::string::npos; }

bool is_executable(const Surface& surface) { return surface.kind == "executable"; }

std::string_view name_of(Presence presence) {
  switch (presence) {
    case Presence::always:
      return "always";
    case Presence::conditional:
      return "conditional";
    case Presence::never:
      return "never";
    case Presence::undecided:
      return "undecided";
  }
  return "undecided";
}

OwnOption option_of(const Field& field) { return field.option.value_or(OwnOption{field.presence, field.proof}); }

void keep_option(Field& field, const OwnOption& option) {
  field.option.reset();
  if (field.presence == Presence::undecided && option.presence != Presence::undecided) field.option = option;
}

std::string_view name_of(Presence presence, Proof proof) {
  if (proof == Proof::none) return {};
  const bool open = proof == Proof::open_ways;
  if (presence == Presence::never) return open ? "none on a feasible path" : "no store found";
  if (presence == Presence::always) return open ? "set on every feasible path" : "set on every path";
  return {};
}

std::string_view name_of(ValueKind kind) {
  switch (kind) {
    case ValueKind::constant:
      return "constant";
    case ValueKind::one_of:
      return "one_of";
    case ValueKind::pattern:
      return "pattern";
    case ValueKind::dynamic:
      return "dynamic";
  }
  return "dynamic";
}

}  // namespace blobgauge::model
