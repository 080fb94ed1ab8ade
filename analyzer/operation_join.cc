#include "analyzer/operation_join.h"

#include <algorithm>

#include "model/value.h"

namespace blobgauge::analyzer {
namespace {

using model::Field;
using model::OperationSurface;
using model::Presence;

// What is never sent says nothing of values.
model::Value either_value(const Field& a, const Field& b) {
  const bool without_a = a.presence == Presence::never, without_b = b.presence == Presence::never;
  if (without_a != without_b) return without_a ? b.value : a.value;
  return model::unite_values(a.value, b.value);
}

model::OwnOption either_option(const model::OwnOption& a, const model::OwnOption& b) {
  if (a.presence == b.presence) return {a.presence, std::max(a.proof, b.proof)};
  const auto strength = [](Presence p) { return p == Presence::never ? 0 : p == Presence::undecided ? 1 : 2; };
  // What one builder surely does sometimes is done sometimes, whatever is not known of the other.
  const bool both = strength(a.presence) == 2 && strength(b.presence) == 2;
  const auto stronger = strength(b.presence) > strength(a.presence) ? b.presence : a.presence;
  return {both || stronger == Presence::always ? Presence::conditional : stronger, model::Proof::none};
}

}  // namespace

void join(Field& into, const Field& from) {
  const auto option = either_option(model::option_of(into), model::option_of(from));
  into.value = either_value(into, from);
  const auto joined = either_option(model::OwnOption{into.presence, into.proof}, {from.presence, from.proof});
  into.presence = joined.presence;
  into.proof = joined.proof;
  model::keep_option(into, option);
  if (into.presence != Presence::undecided)
    into.reason.clear();
  else if (into.reason.empty())
    into.reason = from.reason;
  for (const auto& guard : from.guards)
    if (std::find(into.guards.begin(), into.guards.end(), guard) == into.guards.end()) into.guards.push_back(guard);
  into.evidence.insert(into.evidence.end(), from.evidence.begin(), from.evidence.end());
}

namespace {

// Two builders of one operation: what only one of them sends is not always sent.
void join_fields(std::map<std::string, Field>& into, const std::map<std::string, Field>& from) {
  const auto not_always = [](Field& field) {
    if (field.option && field.option->presence == Presence::always)
      field.option = model::OwnOption{Presence::conditional, model::Proof::none};
    if (field.presence != Presence::always) return;
    field.presence = Presence::conditional;
    field.proof = model::Proof::none;
  };
  for (auto& [key, field] : into)
    if (!from.count(key)) not_always(field);
  for (const auto& [key, field] : from) {
    auto [found, fresh] = into.emplace(key, field);
    if (!fresh)
      join(found->second, field);
    else
      not_always(found->second);
  }
}

}  // namespace

void join(OperationSurface& into, const OperationSurface& from) {
  join_fields(into.query, from.query);
  join_fields(into.request_headers, from.request_headers);
  for (const auto& [key, field] : from.response_headers) into.response_headers.emplace(key, field);
  for (const auto& [key, field] : from.response_body) into.response_body.emplace(key, field);
  into.statuses.insert(from.statuses.begin(), from.statuses.end());
  into.evidence.insert(into.evidence.end(), from.evidence.begin(), from.evidence.end());
}

}  // namespace blobgauge::analyzer
