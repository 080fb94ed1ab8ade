#include "model/rationale.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "model/date.h"
#include "model/text.h"
#include "model/yaml.h"

namespace blobgauge::model {
namespace {

using yaml::Fields;
using yaml::Node;

constexpr std::array decisions{Decision::in, Decision::profile, Decision::declined, Decision::outside};

class RowReader {
 public:
  RowReader(const Node& node, const std::string& file) : node_(node), fields_(node, file, "a decision") {}

  Result<RationaleRow> read() {
    RationaleRow out;
    out.topic = text("topic");
    out.title = text("title");
    const auto decision = text("decision");
    const auto known =
        std::find_if(decisions.begin(), decisions.end(), [&](Decision each) { return name_of(each) == decision; });
    if (known != decisions.end())
      out.decision = *known;
    else
      fields_.refuse(fmt::format("decision '{}' is none of in, profile, declined, outside", decision),
                     node_.find("decision"));
    out.reason = text("reason");
    out.breaks = text("breaks");
    out.met_by = list("met_by");
    out.reopen = text("reopen");
    out.owner = text("owner");
    out.date = text("date");
    if (!is_date(out.date)) fields_.refuse("a date is written as 2026-01-31", node_.find("date"));
    out.evidence = list("evidence");
    out.operations = fields_.list("operations");
    BLOBGAUGE_CHECK(fields_.finish());
    return out;
  }

 private:
  std::string text(std::string_view key) {
    auto out = fields_.text(key);
    if (trim(out).empty()) fields_.refuse(fmt::format("'{}' says nothing", key), node_.find(key));
    return out;
  }
  std::vector<std::string> list(std::string_view key) {
    fields_.required(key);
    auto out = fields_.list(key);
    const auto empty = [](const std::string& item) { return trim(item).empty(); };
    if (out.empty() || std::any_of(out.begin(), out.end(), empty))
      fields_.refuse(fmt::format("'{}' says nothing", key), node_.find(key));
    return out;
  }

  const Node& node_;
  Fields fields_;
};

Result<std::vector<RationaleRow>> read_rows(const Node& root, const std::string& file) {
  Fields fields(root, file, "the rationale");
  const auto* format = fields.required("format");
  if (fields.number_or("format", 0) != 1) fields.refuse("this version reads rationale format 1 only", format);
  const auto* rows = fields.required("decisions");
  BLOBGAUGE_CHECK(fields.finish());
  std::vector<RationaleRow> out;
  std::set<std::string> topics;
  for (const auto& node : rows->items) {
    BLOBGAUGE_TRY(auto row, RowReader(node, file).read());
    if (!topics.insert(row.topic).second)
      return fail(Category::input, fmt::format("topic '{}' is decided twice", row.topic), "join the two rows",
                  {file, node.line, node.column});
    out.push_back(std::move(row));
  }
  return out;
}

}  // namespace

std::string_view name_of(Decision decision) {
  switch (decision) {
    case Decision::in:
      return "in";
    case Decision::profile:
      return "profile";
    case Decision::declined:
      return "declined";
    case Decision::outside:
      return "outside";
  }
  return "";
}

Result<std::vector<RationaleRow>> load_rationale(const std::string& path) {
  BLOBGAUGE_TRY(const auto root, yaml::load(path));
  return read_rows(root, path);
}

Result<std::vector<RationaleRow>> rationale_from_text(std::string_view text, const std::string& name) {
  BLOBGAUGE_TRY(const auto root, yaml::parse(text, name));
  return read_rows(root, name);
}

}  // namespace blobgauge::model
