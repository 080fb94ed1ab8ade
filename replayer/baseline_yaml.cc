// The YAML of a baseline, apart from what it means.
#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "model/date.h"
#include "model/file.h"
#include "model/text.h"
#include "model/yaml.h"
#include "replayer/baseline.h"

namespace blobgauge::replayer {
namespace {

using model::Result;
using model::Verdict;
using model::yaml::Fields;
using model::yaml::Node;

constexpr std::uint64_t baseline_version = 1;
// In the order of the file; xfail and xpass are of a run that had a baseline, and stand here as what they were.
constexpr Verdict listed[] = {Verdict::pass,    Verdict::fail,          Verdict::unsupported, Verdict::skipped,
                              Verdict::blocked, Verdict::indeterminate, Verdict::error};

std::string not_empty(Fields& fields, const Node& node, std::string_view key) {
  auto out = fields.text(key);
  if (model::trim(out).empty()) fields.refuse(fmt::format("'{}' says nothing", key), node.find(key));
  return out;
}

Result<ExpectedFailure> read_entry(const Node& node, const std::string& name) {
  Fields fields(node, name, "an expected failure");
  ExpectedFailure out;
  out.where = fields.at(node);
  fields.required("cases");
  for (const auto& word : fields.list("cases")) {
    auto term = parse_case_term(word);
    if (term)
      out.cases.push_back(std::move(*term));
    else
      fields.refuse(fmt::format("{}; {}", term.error().message, term.error().next), fields.child("cases"));
  }
  if (node.find("cases") && out.cases.empty()) fields.refuse("'cases' names none", node.find("cases"));
  out.reason = not_empty(fields, node, "reason");
  out.ticket = not_empty(fields, node, "ticket");
  out.expires = fields.text("expires");
  if (!model::is_date(out.expires)) fields.refuse("a date is written as 2026-01-31", node.find("expires"));
  out.endpoint_version = fields.text_or("endpoint_version", {});
  BLOBGAUGE_CHECK(fields.finish());
  return out;
}

model::Status read_accepted(Fields& parent, const std::string& name, Baseline& out) {
  const auto* node = parent.required("accepted");
  if (!node) return {};
  Fields fields(*node, name, "the accepted verdicts");
  for (const auto verdict : listed)
    for (const auto& id : fields.list(model::name_of(verdict)))
      if (!out.accepted.emplace(id, verdict).second)
        fields.refuse(fmt::format("the case {} stands here twice", id), fields.child(model::name_of(verdict)));
  BLOBGAUGE_CHECK(fields.finish());
  if (out.accepted.empty())
    parent.refuse("'accepted' has no case; a baseline is made of results: blobgauge baseline init", node);
  return {};
}

}  // namespace

Result<Baseline> baseline_from_yaml(std::string_view text, const std::string& name) {
  BLOBGAUGE_TRY(const auto root, model::yaml::parse(text, name));
  Fields fields(root, name, "a baseline");
  Baseline out;
  const auto* format = fields.required("format");
  if (fields.number_or("format", 0) != baseline_version)
    fields.refuse(fmt::format("this version reads baseline format {} only", baseline_version), format);
  out.endpoint = fields.text_or("endpoint", {});
  out.endpoint_version = fields.text_or("endpoint_version", {});
  out.spec_digest = fields.text_or("spec_digest", {});
  out.made = fields.text_or("made", {});
  if (const auto* entries = fields.child("expected"); entries && entries->kind != Node::Kind::null) {
    if (entries->kind != Node::Kind::sequence) fields.refuse("'expected' must be a list", entries);
    for (const auto& item : entries->items) {
      BLOBGAUGE_TRY(auto entry, read_entry(item, name));
      out.expected.push_back(std::move(entry));
    }
  }
  BLOBGAUGE_CHECK(read_accepted(fields, name, out));
  if (const auto* node = fields.child("differences"); node && node->kind != Node::Kind::null) {
    Fields differences(*node, name, "the accepted differences");
    for (const auto& id : node->keys) out.differences[id] = differences.list(id);
    BLOBGAUGE_CHECK(differences.finish());
  }
  BLOBGAUGE_CHECK(fields.finish());
  return out;
}

Result<Baseline> load_baseline(const std::string& path) {
  BLOBGAUGE_TRY(const auto text, model::read_file(path));
  return baseline_from_yaml(text, path);
}

std::string to_yaml(const Baseline& baseline) {
  std::ostringstream out;
  model::yaml::Writer yaml(out);
  const auto texts = [&](std::string_view key, const std::vector<std::string>& items) {
    yaml.key(key).begin_sequence();
    for (const auto& item : items) yaml.value(item);
    yaml.end_sequence();
  };
  yaml.begin_map();
  yaml.comment(
      "What is known to be wrong with one endpoint. `expected` is for people to edit: give each entry its own");
  yaml.comment("reason, ticket and last day. `accepted` and `differences` are written by `blobgauge baseline update`.");
  yaml.number("format", baseline_version);
  yaml.field("endpoint", baseline.endpoint);
  yaml.field("endpoint_version", baseline.endpoint_version);
  yaml.field("spec_digest", baseline.spec_digest);
  yaml.field("made", baseline.made);
  yaml.key("expected").begin_sequence();
  for (const auto& entry : baseline.expected) {
    yaml.begin_map();
    std::vector<std::string> words;
    for (const auto& term : entry.cases) words.push_back(term.word());
    texts("cases", words);
    yaml.field("reason", entry.reason);
    yaml.field("ticket", entry.ticket);
    yaml.field("expires", entry.expires);
    if (!entry.endpoint_version.empty()) yaml.field("endpoint_version", entry.endpoint_version);
    yaml.end_map();
  }
  yaml.end_sequence();
  yaml.key("accepted").begin_map();
  for (const auto verdict : listed) {
    std::vector<std::string> ids;
    for (const auto& [id, was] : baseline.accepted)
      if (was == verdict) ids.push_back(id);
    if (!ids.empty()) texts(model::name_of(verdict), ids);
  }
  yaml.end_map();
  yaml.key("differences").begin_map();
  for (const auto& [id, names] : baseline.differences) texts(id, names);
  yaml.end_map();
  yaml.end_map();
  return out.str();
}

}  // namespace blobgauge::replayer
