// What is asked of an answer, and of which request's.
#include "analyzer/clang/follower.h"

namespace blobgauge::analyzer::clang {

void Consumption::join(const Consumption& other) {
  statuses.insert(other.statuses.begin(), other.statuses.end());
  headers.insert(other.headers.begin(), other.headers.end());
  elements.insert(other.elements.begin(), other.elements.end());
}

// The requests that a value stands for: itself, what was sent with it, or what it is a part of the answer to.
std::set<int> Follower::requests_of(const Value& value, const State& state) const {
  std::set<int> found;
  for (int id : value.objects)
    for (int steps = 0; id && steps < 8; ++steps) {
      const auto& o = state.object(id);
      if (o.is_request) {
        found.insert(id);
        break;
      }
      if (!o.last_request.objects.empty()) {
        found.insert(o.last_request.objects.begin(), o.last_request.objects.end());
        break;
      }
      id = o.parent;
    }
  return found;
}

std::set<std::string> Follower::fields_of(const Value& value, const State& state) const {
  std::set<std::string> fields;
  for (int id : value.objects)
    for (int steps = 0; id && steps < 8; ++steps) {
      const auto& o = state.object(id);
      if (!o.field.empty()) fields.insert(o.field);
      id = o.parent;
    }
  return fields;
}

void Follower::ask(const Value& of, const State& state, const Consumption& what) {
  const auto requests = requests_of(of, state);
  for (const int id : requests) asked_of_requests[key_of(id)].join(what);
  if (!requests.empty()) return;
  for (const int id : of.objects) changes_caller_ = changes_caller_ || state.object(id).of_caller;
  for (const auto& field : fields_of(of, state)) asked_of_fields[field].join(what);
}

}  // namespace blobgauge::analyzer::clang
