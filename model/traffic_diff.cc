#include "model/traffic_diff.h"

#include <fmt/format.h>

namespace blobgauge::model {
namespace {

std::string retries(const std::map<int, OperationTraffic::Errors>& errors) {
  std::string text;
  for (const auto& [status, each] : errors) {
    const auto share = !each.again ? "never" : each.again == each.count ? "always" : "sometimes";
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", status ? fmt::to_string(status) : "no answer", share);
  }
  return text;
}

class TrafficDiffer {
 public:
  std::vector<SurfaceChange> run(const Surface& before, const Surface& after) {
    for (const auto& [id, now] : after.scenarios) {
      const auto found = before.scenarios.find(id);
      if (found == before.scenarios.end()) continue;
      scenario_ = id;
      const auto& then = found->second;
      static const OperationTraffic none;
      for (const auto& [name, operation] : now.operations) {
        const auto old = then.operations.find(name);
        compare(name, old == then.operations.end() ? none : old->second, operation);
      }
      for (const auto& [name, operation] : then.operations)
        if (!now.operations.count(name)) compare(name, operation, none);
      if (!then.cut && !now.cut) orders(then, now);
    }
    return std::move(changes_);
  }

 private:
  void add(Grade grade, const std::string& operation, std::string_view what, std::string before, std::string after) {
    if (before == after) return;
    changes_.push_back(
        {grade, operation, std::string(what), "in " + scenario_, std::move(before), std::move(after), {}, {}});
  }

  static std::string number(const Range& range) { return range == Range() ? std::string() : text_of(range); }

  void compare(const std::string& name, const OperationTraffic& before, const OperationTraffic& after) {
    add(Grade::evidence, name, "requests", number(before.requests), number(after.requests));
    // What is there in one of them only is told by its number of requests.
    if (before.requests == Range() || after.requests == Range()) return;
    add(Grade::evidence, name, "resources", number(before.resources), number(after.resources));
    add(Grade::evidence, name, "requests per resource", number(before.per_resource), number(after.per_resource));
    add(Grade::evidence, name, "requests per target", number(before.per_target), number(after.per_target));
    const bool larger = !after.sent.each.empty() &&
                        (before.sent.each.empty() || *after.sent.each.rbegin() > *before.sent.each.rbegin());
    add(larger ? Grade::breaking : Grade::evidence, name, "sent bodies", text_of(before.sent), text_of(after.sent));
    add(Grade::evidence, name, "received bodies", text_of(before.received), text_of(after.received));
    add(Grade::evidence, name, "tries again after", retries(before.errors), retries(after.errors));
  }

  // Of pairs that both have; that one of the two is new or gone its requests tell.
  void orders(const ScenarioTraffic& before, const ScenarioTraffic& after) {
    for (const auto& [operations, order] : after.orders)
      if (const auto found = before.orders.find(operations); found != before.orders.end())
        add(Grade::evidence, operations.first, "order", text_of(operations, found->second), text_of(operations, order));
  }

  std::string scenario_;
  std::vector<SurfaceChange> changes_;
};

}  // namespace

std::vector<SurfaceChange> traffic_changes(const Surface& before, const Surface& after) {
  return TrafficDiffer().run(before, after);
}

}  // namespace blobgauge::model
