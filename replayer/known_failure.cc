#include "replayer/known_failure.h"

#include <fmt/format.h>

#include <set>

#include "model/text.h"
#include "model/yaml.h"

namespace blobgauge::replayer {
namespace {

using model::Result;
using model::yaml::Fields;
using model::yaml::Node;

Result<Shown> read_shown(const Node& node, const std::string& file) {
  Fields fields(node, file, "what shows a failure");
  Shown out;
  out.fault = fields.text("fault");
  out.cases = fields.list("cases");
  out.differs = fields.list("differs");
  if (out.cases.empty() && out.differs.empty()) fields.refuse("no case is named that notices the fault");
  BLOBGAUGE_CHECK(fields.finish());
  return out;
}

Result<KnownFailure> read_failure(const Node& node, const std::string& file) {
  Fields fields(node, file, "a known failure");
  KnownFailure out;
  out.id = fields.text("id");
  out.what = fields.text("what");
  out.links = fields.list("links");
  out.reason = fields.text_or("reason", {});
  if (const auto* shown = fields.child("shown"))
    for (const auto& item : shown->items) {
      BLOBGAUGE_TRY(auto read, read_shown(item, file));
      out.shown.push_back(std::move(read));
    }
  if (out.shown.empty() == model::trim(out.reason).empty())
    fields.refuse("either 'shown' names a fault and its cases, or 'reason' says why no case can show it");
  BLOBGAUGE_CHECK(fields.finish());
  return out;
}

}  // namespace

Result<std::vector<KnownFailure>> load_known_failures(const std::string& path) {
  BLOBGAUGE_TRY(const auto root, model::yaml::load(path));
  Fields fields(root, path, "the file of known failures");
  const auto* format = fields.required("format");
  if (fields.number_or("format", 0) != 1) fields.refuse("this version reads format 1 of known failures only", format);
  std::vector<KnownFailure> out;
  std::set<std::string> ids;
  if (const auto* failures = fields.required("failures"))
    for (const auto& item : failures->items) {
      BLOBGAUGE_TRY(auto failure, read_failure(item, path));
      if (!ids.insert(failure.id).second) fields.refuse(fmt::format("'{}' stands twice", failure.id), &item);
      out.push_back(std::move(failure));
    }
  BLOBGAUGE_CHECK(fields.finish());
  return out;
}

}  // namespace blobgauge::replayer
