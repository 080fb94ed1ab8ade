#include "analyzer/answer_fields.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "analyzer/compared_codes.h"
#include "model/text.h"

namespace blobgauge::analyzer {
namespace {

using model::Field;
using model::Presence;

constexpr std::size_t most_places = 3;
constexpr std::size_t most_named = 6;  // of more candidates their number says enough

std::string candidates(const std::set<std::string>& operations) {
  if (operations.size() > most_named) return fmt::format("an error of one of {} operations", operations.size());
  return fmt::format("an error of: {}", fmt::join(operations, ", "));
}

}  // namespace

// The shortest way from an entry point; the place alone where no way is known.
std::string AnswerFields::path(int function, const std::string& at) {
  auto& id = paths_[{function, at}];
  if (!id.empty()) return id;
  auto ways = ways_.to(function, at, 1);
  return id =
             note_(ways.empty() ? std::vector<std::string>{frame(facts_.functions[function], at)} : std::move(ways[0]));
}

Field AnswerFields::field(std::string name, const Reads& reads) {
  Field f;
  f.name = std::move(name);
  f.presence = Presence::always;
  std::vector<std::string> lines;
  for (const auto* read : reads) {
    if (f.evidence.size() < most_places && read->by.empty()) f.evidence.push_back(path(read->function, read->at));
    for (const auto& by : read->by)
      if (f.evidence.size() < most_places) f.evidence.push_back(path(by.function, by.at));
    if (read->by.empty() && read->into.empty()) continue;
    lines.push_back(frame(facts_.functions[read->function], read->at));
    for (const auto& into : read->into) lines.push_back("into " + frame({into, {}, {}, {}, {}}, {}));
    if (lines.size() >= most_places) break;
  }
  if (!lines.empty()) f.evidence.push_back(note_(std::move(lines)));
  std::sort(f.evidence.begin(), f.evidence.end());
  f.evidence.erase(std::unique(f.evidence.begin(), f.evidence.end()), f.evidence.end());
  return f;
}

void AnswerFields::read(const RequestShape& shape, model::OperationSurface& operation) {
  for (const auto& [key, reads] : shape.reads) {
    std::string spelling;
    for (const auto& name : flow_.domain(reads.front()->key).constants)
      if (model::lower(name) == key) spelling = name;  // one read may try several names
    operation.response_headers[key] = field(spelling, reads);
  }
  for (const auto& [path, reads] : shape.elements) operation.response_body[path] = field(path, reads);
}

void AnswerFields::add(std::map<std::string, Field>& codes, const std::string& code, const Field& field) {
  auto [known, fresh] = codes.emplace(code, field);
  if (fresh) return;
  auto& f = known->second;
  // One comparison that is surely of this operation decides.
  if (field.presence == Presence::always) f.presence = Presence::always;
  if (f.presence == Presence::always)
    f.reason.clear();
  else if (f.reason.find(field.reason) == std::string::npos)
    f.reason += "; " + field.reason;
  for (const auto& id : field.evidence)
    if (f.evidence.size() < most_places && std::find(f.evidence.begin(), f.evidence.end(), id) == f.evidence.end())
      f.evidence.push_back(id);
}

void AnswerFields::compare(const std::function<std::set<std::string>(int)>& operations_of, model::Surface& surface) {
  for (const auto& compared : compared_codes(facts_, flow_, operations_of)) {
    if (!ways_.reachable(compared.function)) continue;
    Field f;
    f.name = compared.code;
    f.evidence = {path(compared.function, compared.at)};
    if (compared.operations.empty()) {
      f.presence = Presence::undecided;
      f.reason = compared.open;
      add(surface.compared_codes, compared.code, f);
      continue;
    }
    const bool alone = compared.operations.size() == 1 && compared.open.empty();
    f.presence = alone ? Presence::always : Presence::conditional;
    if (!alone)
      f.reason = candidates(compared.operations) +
                 (compared.open.empty() ? std::string() : ", or of another (" + compared.open + ")");
    for (const auto& operation : compared.operations)
      add(surface.operations.at(operation).compared_codes, compared.code, f);
  }
}

}  // namespace blobgauge::analyzer
