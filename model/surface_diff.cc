#include "model/surface_diff.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/traffic_diff.h"
#include "model/value.h"

namespace blobgauge::model {
namespace {

using FieldMap = std::map<std::string, Field>;

std::string value_text(const Value& value) {
  if (value.kind == ValueKind::dynamic) return "dynamic";
  return fmt::format("{}", fmt::join(value.values, ", "));
}

class Differ {
 public:
  std::vector<SurfaceChange> run(const Surface& before, const Surface& after) {
    before_ = &before;
    after_ = &after;
    partial_ = is_partial(after);
    executable_ = is_executable(before) || is_executable(after);
    const bool operations_only = before.operations_only || after.operations_only;
    for (const auto& [name, operation] : after.operations) {
      operation_ = name;
      bound_only_ = false;
      const auto found = before.operations.find(name);
      if (found == before.operations.end()) {
        bound_only_ = operation.level == Level::safe_bound;
        add(Grade::breaking, "operation", "", "", word(operation), lines(after, operation.evidence));
        continue;
      }
      levels(found->second.level, operation.level);
      bound_only_ = operation.level == Level::safe_bound;
      platforms("operation", "", found->second.platforms, operation.platforms);
      if (operations_only) continue;
      fields("query", found->second.query, operation.query);
      fields("request header", found->second.request_headers, operation.request_headers);
      // An answer that a client newly reads is as much a demand as a header that it newly sends; an answer that was
      // merely observed is not.
      if (after.kind != "observed" && !partial_) {
        fields("response header", found->second.response_headers, operation.response_headers);
        fields("response element", found->second.response_body, operation.response_body);
        codes(found->second.compared_codes, operation.compared_codes);
      }
      statuses(found->second, operation);
    }
    bound_only_ = false;
    for (const auto& [name, operation] : before.operations) {
      operation_ = name;
      if (!partial_ && !after.operations.count(name))
        add(Grade::harmless, "operation", "", word(operation), "", lines(before, operation.evidence));
    }
    operation_ = "any operation";
    if (!operations_only && !partial_) codes(before.compared_codes, after.compared_codes);
    for (auto& change : traffic_changes(before, after)) changes_.push_back(std::move(change));
    std::stable_sort(changes_.begin(), changes_.end(),
                     [](const SurfaceChange& a, const SurfaceChange& b) { return a.grade < b.grade; });
    return std::move(changes_);
  }

 private:
  void add(Grade grade, std::string what, std::string name, std::string before, std::string after,
           std::vector<std::string> where = {}) {
    if (bound_only_) grade = Grade::evidence;
    changes_.push_back({grade,
                        operation_,
                        std::move(what),
                        std::move(name),
                        std::move(before),
                        std::move(after),
                        std::move(where),
                        {}});
  }

  static std::vector<std::string> lines(const Surface& surface, const std::vector<std::string>& evidence) {
    if (evidence.empty()) return {};
    const auto found = surface.evidence.find(evidence.front());
    return found == surface.evidence.end() ? std::vector<std::string>{} : found->second.lines;
  }

  static std::string word(const OperationSurface& operation) {
    return operation.level == Level::none ? "sent" : std::string(name_of(operation.level));
  }

  // What could only be suspected before is news where it can be reached now.
  void levels(Level before, Level after) {
    if (before == after || before == Level::none || after == Level::none) return;
    const auto grade = after > before ? Grade::harmless : after == Level::reachable ? Grade::breaking : Grade::evidence;
    add(grade, "level", "", std::string(name_of(before)), std::string(name_of(after)));
  }

  // Only of two surfaces that were read for the same platforms; an empty mark means all of them.
  void platforms(const std::string& what, const std::string& name, const std::set<std::string>& before,
                 const std::set<std::string>& after) {
    if (before == after || before_->platforms != after_->platforms) return;
    const auto text = [](const std::set<std::string>& marked) {
      return marked.empty() ? std::string("all") : fmt::format("{}", fmt::join(marked, ", "));
    };
    add(Grade::evidence, what + " platforms", name, text(before), text(after));
  }

  void fields(const std::string& what, const FieldMap& before, const FieldMap& after) {
    const auto sent = [](const FieldMap& map, const std::string& key) -> const Field* {
      const auto found = map.find(key);
      return found == map.end() || found->second.presence == Presence::never ? nullptr : &found->second;
    };
    for (const auto& [key, field] : after) {
      if (field.presence == Presence::never) continue;
      const auto* old = sent(before, key);
      if (!old) {
        // Nobody knows whether code sends an undecided field at all, and a `never` of the weaker grade may have missed
        // a store.
        const auto known = before.find(key);
        const bool weak = known != before.end() && known->second.proof == Proof::open_ways;
        const bool possible = (executable_ || after_->kind == "static") && field.presence == Presence::undecided;
        add(possible || weak ? Grade::evidence : Grade::breaking, what, field.name,
            known == before.end() || known->second.proof == Proof::none ? "" : stated(known->second),
            fmt::format("{}: {}", stated(field), value_text(field.value)), lines(*after_, field.evidence));
        if (field.value.kind == ValueKind::constant || field.value.kind == ValueKind::one_of)
          changes_.back().asked = field.value.values;
        continue;
      }
      if (old->name != field.name) add(Grade::evidence, what + " spelling", field.name, old->name, field.name);
      if (!partial_ && old->presence != field.presence)
        add(Grade::evidence, what + " presence", field.name, stated(*old), stated(field),
            lines(*after_, field.evidence));
      platforms(what, field.name, old->platforms, field.platforms);
      const auto grade = value_grade(*old, field);
      if (old->value != field.value && !(partial_ && grade == Grade::harmless)) {
        add(grade, what + " value", field.name, value_text(old->value), value_text(field.value),
            lines(*after_, field.evidence));
        for (const auto& text : field.value.values)
          if (is_new(old->value, text) && is_literal(text)) changes_.back().asked.insert(text);
      }
    }
    for (const auto& [key, field] : before)
      if (!partial_ && field.presence != Presence::never && !sent(after, key)) {
        const auto known = after.find(key);
        const auto proof = known == after.end() ? Proof::none : known->second.proof;
        add(proof == Proof::open_ways ? Grade::evidence : Grade::harmless, what, field.name, stated(field),
            proof == Proof::none ? "" : stated(known->second), lines(*before_, field.evidence));
      }
  }

  // A code that the client newly tells apart is a demand on the operation whose error it surely is, and a possibility
  // for all others.
  void codes(const FieldMap& before, const FieldMap& after) {
    const auto word = [](const FieldMap& map, const std::string& code) -> std::string {
      const auto found = map.find(code);
      if (found == map.end() || found->second.presence == Presence::never) return {};
      return found->second.presence == Presence::always ? "compared" : "may be compared";
    };
    for (const auto& [code, field] : after) {
      const auto was = word(before, code), is = word(after, code);
      if (!is.empty() && was != is)
        add(field.presence == Presence::always ? Grade::breaking : Grade::evidence, "error code", code, was, is,
            lines(*after_, field.evidence));
    }
    if (partial_) return;
    for (const auto& [code, field] : before)
      if (word(after, code).empty() && !word(before, code).empty())
        add(Grade::harmless, "error code", code, word(before, code), "", lines(*before_, field.evidence));
  }

  // "never (no store found)": a presence is only as good as what bears it out.
  static std::string stated(const Field& field) {
    const auto grade = name_of(field.presence, field.proof);
    return grade.empty() ? std::string(name_of(field.presence))
                         : fmt::format("{} ({})", name_of(field.presence), grade);
  }

  // A text that the client never sent of its own accord is a demand, also beside texts of which only a part is known: a
  // release that has a version of its own in place of another asks for that one, whatever a user may set it to. A set
  // that became dynamic, or was, shows nothing, and neither does a new template. An executable's texts are its
  // libraries': what these always write is a demand, and what hangs on an option may never be sent.
  Grade value_grade(const Field& old, const Field& field) const {
    const auto &before = old.value, &after = field.value;
    if (before.kind == ValueKind::dynamic || after.kind == ValueKind::dynamic) return Grade::evidence;
    if (executable_ && field.presence != Presence::always) return Grade::evidence;
    auto grade = Grade::harmless;
    for (const auto& text : after.values) {
      if (!is_new(before, text)) continue;
      if (is_literal(text)) return Grade::breaking;
      grade = Grade::evidence;
    }
    return grade;
  }

  static bool is_new(const Value& before, const std::string& text) {
    return !before.values.count(text) && !before.values.count(template_of(text));
  }

  static bool is_literal(std::string_view text) { return text.find('{') == std::string_view::npos; }

  void statuses(const OperationSurface& before, const OperationSurface& after) {
    for (const auto& [status, count] : after.statuses)
      if (!before.statuses.count(status)) add(Grade::evidence, "status", fmt::to_string(status), "", "there");
    for (const auto& [status, count] : before.statuses)
      if (!partial_ && !after.statuses.count(status))
        add(Grade::evidence, "status", fmt::to_string(status), "there", "");
  }

  const Surface* before_ = nullptr;
  const Surface* after_ = nullptr;
  bool partial_ = false;     // what `after` lacks is not gone
  bool executable_ = false;  // values are the library's, and the program may overwrite them
  bool bound_only_ = false;  // whether anything leads to the operation at all is not known
  std::string operation_;
  std::vector<SurfaceChange> changes_;
};

}  // namespace

std::vector<SurfaceChange> diff(const Surface& before, const Surface& after) { return Differ().run(before, after); }

std::string fingerprint(const SurfaceChange& change) {
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a: names a change, protects nothing
  for (const auto* field : {&change.operation, &change.what, &change.name, &change.before, &change.after})
    for (const char c : *field + '\n') hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return fmt::format("{:016x}", hash);
}

std::string_view name_of(Grade grade) {
  switch (grade) {
    case Grade::breaking:
      return "breaking";
    case Grade::harmless:
      return "harmless";
    case Grade::evidence:
      return "evidence";
  }
  return "evidence";
}

}  // namespace blobgauge::model
