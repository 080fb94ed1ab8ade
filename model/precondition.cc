#include "model/precondition.h"

#include <fmt/format.h>

#include <array>

namespace blobgauge::model {
namespace {

constexpr std::array<std::string_view, 7> kinds = {"credential", "host", "suffix", "scheme", "tls", "version", "clock"};

void write_texts(yaml::Writer& out, std::string_view key, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  out.key(key).begin_sequence();
  for (const auto& text : texts) out.value(text);
  out.end_sequence();
}

}  // namespace

std::string_view name_of(Precondition::Kind kind) { return kinds[static_cast<std::size_t>(kind)]; }

std::optional<Precondition::Kind> parse_precondition_kind(std::string_view name) {
  for (std::size_t i = 0; i < kinds.size(); ++i)
    if (kinds[i] == name) return static_cast<Precondition::Kind>(i);
  return std::nullopt;
}

Result<Precondition> read_precondition(yaml::Fields& fields) {
  Precondition out;
  out.id = fields.text("id");
  const auto kind = fields.text("kind");
  const auto known = parse_precondition_kind(kind);
  if (!known) fields.refuse(fmt::format("'{}' is no kind of precondition", kind), fields.child("kind"));
  out.kind = known.value_or(out.kind);
  out.client = fields.text("client");
  out.releases = fields.list("releases");
  out.tier = fields.text_or("tier", {});
  out.needs = fields.text_or("needs", {});
  out.way_out = fields.text_or("way_out", {});
  const auto word = fields.text_or("weight", "breaks");
  const auto weight = parse_weight(word);
  if (!weight) fields.refuse(fmt::format("a weight is breaks or differs, not '{}'", word), fields.child("weight"));
  out.weight = weight.value_or(Weight::breaks);
  out.title = fields.text("title");
  out.reason = fields.text("reason");
  out.values = fields.list("values");
  if (out.values.empty() && out.kind != Precondition::Kind::tls) fields.refuse("a precondition has 'values'");
  out.evidence = fields.list("evidence");
  return out;
}

void write(yaml::Writer& out, const Precondition& precondition) {
  out.begin_map();
  out.field("id", precondition.id);
  out.field("kind", name_of(precondition.kind));
  out.field("client", precondition.client);
  if (!precondition.releases.empty()) out.key("releases").flow(precondition.releases);
  if (!precondition.tier.empty()) out.field("tier", precondition.tier);
  if (!precondition.needs.empty()) out.field("needs", precondition.needs);
  if (!precondition.way_out.empty()) out.field("way_out", precondition.way_out);
  out.field("weight", name_of(precondition.weight));
  out.field("title", precondition.title);
  out.field("reason", precondition.reason);
  if (!precondition.values.empty()) out.key("values").flow(precondition.values);
  write_texts(out, "evidence", precondition.evidence);
  out.end_map();
}

}  // namespace blobgauge::model
