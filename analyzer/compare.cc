#include "analyzer/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "model/classifier.h"
#include "model/value.h"

namespace blobgauge::analyzer {
namespace {

using model::Field;
using model::OperationSurface;
using model::Presence;
using model::Surface;
using model::ValueKind;
using FieldMap = std::map<std::string, Field>;

// Does the predicted template allow this text? Its holes match any text, so what stands between them must be found in
// order, the first piece at the start and the last at the end.
bool fits(std::string_view shape, std::string_view text) {
  bool at_start = true;
  while (true) {
    const auto hole = shape.find('{');
    const auto end = hole == std::string_view::npos ? hole : shape.find('}', hole);
    const bool last = end == std::string_view::npos;
    const auto piece = last ? shape : shape.substr(0, hole);
    if (last && at_start) return text == piece;
    if (last) return text.size() >= piece.size() && text.substr(text.size() - piece.size()) == piece;
    const auto found = text.find(piece);
    if (found == std::string_view::npos || (at_start && found != 0)) return false;
    text.remove_prefix(found + piece.size());
    shape.remove_prefix(end + 1);
    at_start = false;
  }
}

bool allows(const model::Value& predicted, std::string_view text) {
  return std::any_of(predicted.values.begin(), predicted.values.end(), [&](const std::string& shape) {
    return shape == text || (predicted.kind == ValueKind::pattern && fits(shape, text));
  });
}

// Values that were seen and told by their form alone ("{base64}") are held against no template: which texts they were
// is not known any more.
bool decides_nothing(const model::Value& predicted, const model::Value& seen, std::string_view text) {
  return predicted.kind == ValueKind::pattern && seen.kind == ValueKind::pattern && text.size() > 2 &&
         text.front() == '{' && text.find('}') == text.size() - 1;
}

std::string title(const Surface& surface) {
  return fmt::format("{}{}{} ({})", surface.client, surface.release.empty() ? "" : " ", surface.release, surface.kind);
}

class Comparer {
 public:
  Comparer(const Surface& predicted, const Surface& observed, const CompareOptions& options)
      : predicted_(predicted), observed_(observed), options_(options) {
    out_.predicted = title(predicted);
    out_.observed = title(observed);
    out_.partial = model::is_partial(observed);
    out_.executable = model::is_executable(predicted);
    out_.operations_only = predicted.operations_only;
    out_.agreements = {Agreement{"operations"}, Agreement{"query parameters"}, Agreement{"request headers"},
                       Agreement{"values"}};
  }

  Comparison run() {
    auto& operations = out_.agreements[0];
    for (const auto& [name, seen] : observed_.operations) {
      if (name == model::unclassified) {
        out_.unnamed = seen.exchanges;
        continue;
      }
      ++operations.observed;
      const auto found = predicted_.operations.find(name);
      if (found == predicted_.operations.end() || !is_predicted(found->second)) {
        auto detail = out_.partial ? "logged" : fmt::format("{} exchanges", seen.exchanges);
        if (found != predicted_.operations.end()) detail += ", predicted in the safe bound only";
        out_.unpredicted.push_back({name, "operation", "", detail, lines(observed_, seen.evidence)});
        continue;
      }
      ++operations.both;
      if (out_.operations_only) continue;
      slots(found->second, &seen);
      fields(name, "query", out_.agreements[1], found->second.query, seen.query);
      fields(name, "request header", out_.agreements[2], found->second.request_headers, seen.request_headers);
      if (!out_.partial && !out_.executable) answers(found->second, seen);
    }
    for (const auto& [name, operation] : predicted_.operations) {
      if (name == model::unclassified || !is_predicted(operation)) continue;
      ++operations.predicted;
      if (!observed_.operations.count(name)) slots(operation, nullptr);
      if (!out_.partial && !observed_.operations.count(name))
        out_.unseen.push_back({name, "operation", "", std::string(model::name_of(operation.level)),
                               lines(predicted_, operation.evidence)});
    }
    out_.library.assign(library_.begin(), library_.end());
    out_.address.assign(address_.begin(), address_.end());
    return std::move(out_);
  }

 private:
  static bool is_predicted(const OperationSurface& operation) { return operation.level != model::Level::safe_bound; }

  bool is_of_address(std::string_view what, const std::string& key) {
    const auto& names = options_.of_address;
    if (what != "query" || std::find(names.begin(), names.end(), key) == names.end()) return false;
    address_.insert(key);
    return true;
  }

  static std::vector<std::string> lines(const Surface& surface, const std::vector<std::string>& ids) {
    if (ids.empty()) return {};
    const auto found = surface.evidence.find(ids.front());
    return found == surface.evidence.end() ? std::vector<std::string>{} : found->second.lines;
  }

  bool is_library(std::string_view what, const std::string& key) {
    const auto& names = options_.left_to_library;
    if (what == "query" || std::find(names.begin(), names.end(), key) == names.end()) return false;
    library_.insert(key);
    return true;
  }

  void slots(const OperationSurface& predicted, const OperationSurface* seen) {
    if (!out_.executable) return;
    const auto count = [&](std::string_view what, const FieldMap& fields, const FieldMap* shown) {
      for (const auto& [key, field] : fields)
        if (!field.guards.empty() && !is_library(what, key) && !(shown && shown->count(key))) slot(field);
    };
    count("query", predicted.query, seen ? &seen->query : nullptr);
    count("request header", predicted.request_headers, seen ? &seen->request_headers : nullptr);
  }

  void slot(const Field& field) {
    auto& s = out_.slots;
    const auto option = model::option_of(field);
    const bool feasible = option.proof == model::Proof::open_ways;
    ++s.all;
    if (option.presence == Presence::never) ++(feasible ? s.never_feasible : s.never);
    if (option.presence == Presence::always) ++(feasible ? s.always_feasible : s.always);
    if (option.presence == Presence::conditional) ++s.conditional;
    if (field.option) ++s.written_elsewhere;
  }

  // A code that may be another operation's is no reason to look for it here.
  void answers(const OperationSurface& predicted, const OperationSurface& seen) {
    const auto lacks = [&](std::string_view what, const FieldMap& read, const auto& answered) {
      for (const auto& [key, field] : read)
        if (field.presence == Presence::always && !answered.count(key))
          out_.unanswered.push_back(
              {predicted.operation, std::string(what), field.name, {}, lines(predicted_, field.evidence)});
    };
    lacks("response header", predicted.response_headers, seen.response_headers);
    lacks("response element", predicted.response_body, seen.response_body);
    lacks("error code", predicted.compared_codes, seen.error_codes);
  }

  void fields(const std::string& operation, const std::string& what, Agreement& agreement, const FieldMap& predicted,
              const FieldMap& observed) {
    for (const auto& [key, seen] : observed) {
      const auto found = predicted.find(key);
      const bool not_predicted = found == predicted.end() || found->second.presence == Presence::never;
      if (is_library(what, key) || (not_predicted && is_of_address(what, key))) continue;
      ++agreement.observed;
      const auto how_often = out_.partial ? "a log" : fmt::format("{} of {}", seen.seen, seen.of);
      if (found == predicted.end() && predicted.count("*")) {  // a name that the source leaves open
        ++agreement.both;
        out_.open_names.insert(operation + ": " + seen.name);
        continue;
      }
      if (not_predicted) {
        auto& list = found == predicted.end() ? out_.unpredicted : out_.contradicted;
        list.push_back({operation, what, seen.name,
                        (found == predicted.end() ? "" : predicted_as(found->second) + ", seen in ") + how_often,
                        lines(observed_, seen.evidence)});
        continue;
      }
      ++agreement.both;
      if (found->second.presence == Presence::always && seen.seen < seen.of)
        out_.contradicted.push_back({operation, what, seen.name, predicted_as(found->second) + ", seen in " + how_often,
                                     lines(predicted_, found->second.evidence)});
      values(operation, what, found->second, seen);
    }
    for (const auto& [key, field] : predicted) {
      if (is_library(what, key)) continue;
      if (field.presence == Presence::never) continue;
      if (field.presence == Presence::undecided) ++out_.undecided;
      ++agreement.predicted;
      if (out_.partial || observed.count(key)) continue;
      const auto of_operation = out_.open_names.lower_bound(operation + ": ");
      if (key == "*" && of_operation != out_.open_names.end() && of_operation->rfind(operation + ": ", 0) == 0)
        continue;
      if (out_.executable && field.presence == Presence::undecided) continue;
      std::string detail(model::name_of(field.presence));
      if (!field.guards.empty()) detail += fmt::format(" if {}", fmt::join(field.guards, " and "));
      if (!field.reason.empty()) detail += ": " + field.reason;
      auto& list = field.presence == Presence::always ? out_.contradicted : out_.unseen;
      list.push_back({operation, what, field.name,
                      field.presence == Presence::always ? predicted_as(field) + ", never seen" : detail,
                      lines(predicted_, field.evidence)});
    }
  }

  static std::string predicted_as(const Field& field) {
    const auto grade = model::name_of(field.presence, field.proof);
    return fmt::format("predicted {}{}{}", model::name_of(field.presence), grade.empty() ? "" : ", ", grade);
  }

  // Only where the prediction says something; each value that was seen counts once.
  void values(const std::string& operation, const std::string& what, const Field& predicted, const Field& seen) {
    if (out_.executable || predicted.value.kind == ValueKind::dynamic || seen.value.kind == ValueKind::dynamic) return;
    auto& agreement = out_.agreements[3];
    for (const auto& text : seen.value.values) {
      if (!allows(predicted.value, text) && decides_nothing(predicted.value, seen.value, text)) continue;
      ++agreement.observed;
      if (allows(predicted.value, text)) {
        ++agreement.both;
        continue;
      }
      out_.unpredicted.push_back(
          {operation, "value", seen.name,
           fmt::format("{} '{}' is none of: {}", what, text, fmt::join(predicted.value.values, ", ")),
           lines(observed_, seen.evidence)});
    }
  }

  const Surface& predicted_;
  const Surface& observed_;
  const CompareOptions& options_;
  std::set<std::string> library_, address_;
  Comparison out_;
};

void write_list(std::string& text, std::string_view heading, const std::vector<Difference>& list) {
  if (list.empty()) return;
  text += fmt::format("\n{} ({})\n", heading, list.size());
  std::string operation;
  for (const auto& item : list) {
    if (item.operation != operation) text += fmt::format("  {}\n", operation = item.operation);
    if (!item.name.empty() || !item.detail.empty())
      text += fmt::format("    {} {}{}{}\n", item.what, item.name, item.detail.empty() ? "" : ": ", item.detail);
    for (const auto& line : item.evidence) text += fmt::format("      {}\n", line);
  }
}

}  // namespace

Comparison compare(const Surface& predicted, const Surface& observed, const CompareOptions& options) {
  return Comparer(predicted, observed, options).run();
}

std::string to_text(const Comparison& comparison) {
  std::string text = fmt::format("predicted: {}\nobserved:  {}\n\n", comparison.predicted, comparison.observed);
  text +=
      fmt::format("{:<18}{:>9}{:>10}{:>6}{:>9}{:>11}\n", "", "observed", "predicted", "both", "recall", "precision");
  for (const auto& row : comparison.agreements) {
    if (comparison.executable && row.what == "values") continue;
    if (comparison.operations_only && row.what != "operations") continue;
    // A prediction may allow more values than can be counted, so values have no precision.
    const bool uncounted = comparison.partial || row.what == "values";
    text += fmt::format("{:<18}{:>9}{:>10}{:>6}{:>9.3f}{:>11}\n", row.what, row.observed,
                        uncounted ? "-" : fmt::to_string(row.predicted), row.both, row.recall(),
                        uncounted ? "-" : fmt::format("{:.3f}", row.precision()));
  }
  if (comparison.partial) text += "\nthe observed side is partial evidence: what it lacks shows nothing\n";
  if (comparison.executable)
    text +=
        "\npredicted from an executable: no value is judged, and undecided options that were not seen are not listed\n";
  if (comparison.operations_only) {
    text += "predicted without the libraries' source: operations alone, no header or parameter is compared\n";
  } else {
    text += fmt::format("\nundecided predictions: {}\n", comparison.undecided);
  }
  if (const auto& s = comparison.slots; comparison.executable && !comparison.operations_only) {
    text += fmt::format(
        "options never seen: {}, decided {} ({:.1f} %): never {} (no store found) and {} (none on a feasible path), "
        "always {} and {} (feasible paths), conditional {}\n",
        s.all, s.decided(), s.all ? 100.0 * static_cast<double>(s.decided()) / static_cast<double>(s.all) : 100.0,
        s.never, s.never_feasible, s.always, s.always_feasible, s.conditional);
    if (s.written_elsewhere)
      text +=
          fmt::format("of these, options of fields that a policy may write all the same: {}\n", s.written_elsewhere);
  }
  if (!comparison.library.empty())
    text += fmt::format("left to the HTTP library, not counted: {}\n", fmt::join(comparison.library, ", "));
  if (comparison.unnamed)
    text += fmt::format("exchanges that are no operation of the service, not compared: {}\n", comparison.unnamed);
  if (!comparison.address.empty())
    text += fmt::format("part of the address, not counted: {}\n", fmt::join(comparison.address, ", "));
  if (!comparison.open_names.empty())
    text += fmt::format("covered by a name that the source leaves open: {}\n", fmt::join(comparison.open_names, ", "));
  write_list(text, "Observed and not predicted", comparison.unpredicted);
  write_list(text, "Contradicted predictions", comparison.contradicted);
  write_list(text, "Predicted and not observed, with the call path", comparison.unseen);
  write_list(text, "Read of answers, and in none that was recorded", comparison.unanswered);
  return text;
}

}  // namespace blobgauge::analyzer
