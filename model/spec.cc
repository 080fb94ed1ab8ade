#include "model/spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "model/date.h"
#include "model/file.h"
#include "model/text.h"
#include "model/yaml.h"

namespace blobgauge::model {
namespace {

void write_list(yaml::Writer& out, std::string_view key, const std::vector<std::string>& items) {
  if (items.empty()) return;
  out.key(key).begin_sequence();
  for (const auto& item : items) out.value(item);
  out.end_sequence();
}

void write(yaml::Writer& out, const Emitter& emitter) {
  out.begin_map();
  out.field("client", emitter.client);
  out.field("release", emitter.release);
  if (emitter.exchanges) out.number("exchanges", emitter.exchanges);
  write_list(out, "scenarios", emitter.scenarios);
  write_list(out, "evidence", emitter.evidence);
  out.end_map();
}

void write(yaml::Writer& out, const Dialect& dialect) {
  out.begin_map();
  out.field("id", dialect.id);
  if (!dialect.query.empty()) out.key("query").flow(dialect.query);
  out.key("headers").begin_map();
  for (const auto& [name, presence] : dialect.headers) out.field(name, presence);
  out.end_map();
  if (!dialect.constants.empty()) {
    out.key("constants").begin_map();
    for (const auto& [name, value] : dialect.constants) out.field(name, value);
    out.end_map();
  }
  out.end_map();
}

void write_lines(yaml::Writer& out, std::string_view key, const std::vector<ContractLine>& lines) {
  if (lines.empty()) return;
  out.key(key).begin_sequence();
  for (const auto& line : lines) {
    out.begin_map();
    out.field("name", line.name);
    out.field("weight", name_of(line.weight));
    if (!line.always) out.flag("always", false);
    if (!line.from.empty()) out.field("from", line.from);
    out.field("reason", line.reason);
    if (!line.basis.empty()) out.field("basis", line.basis);
    if (!line.doubt.empty()) out.field("doubt", line.doubt);
    write_list(out, "evidence", line.evidence);
    out.end_map();
  }
  out.end_sequence();
}

void write(yaml::Writer& out, const SpecOperation& operation) {
  out.begin_map();
  out.field("operation", operation.operation);
  out.field("tier", operation.tier);
  out.field("rationale", operation.rationale);
  out.key("emitters").begin_sequence();
  for (const auto& emitter : operation.emitters) write(out, emitter);
  out.end_sequence();
  if (!operation.dialects.empty()) {
    out.key("dialects").begin_sequence();
    for (const auto& dialect : operation.dialects) write(out, dialect);
    out.end_sequence();
  }
  write_lines(out, "statuses", operation.statuses);
  write_lines(out, "headers", operation.headers);
  write_lines(out, "body", operation.body);
  write_lines(out, "errors", operation.errors);
  write_list(out, "cases", operation.cases);
  out.end_map();
}

Result<Emitter> read_emitter(yaml::Fields& fields) {
  Emitter emitter;
  emitter.client = fields.text("client");
  emitter.release = fields.text("release");
  emitter.exchanges = fields.number_or("exchanges", 0);
  emitter.scenarios = fields.list("scenarios");
  emitter.evidence = fields.list("evidence");
  return emitter;
}

Result<Dialect> read_dialect(yaml::Fields& fields) {
  Dialect dialect;
  dialect.id = fields.text("id");
  dialect.query = fields.list("query");
  dialect.headers = fields.pairs("headers");
  dialect.constants = fields.pairs("constants");
  return dialect;
}

Result<ContractLine> read_line(yaml::Fields& fields) {
  ContractLine line;
  line.name = fields.text("name");
  const auto word = fields.text("weight");
  const auto weight = parse_weight(word);
  if (!weight) fields.refuse(fmt::format("a weight is breaks or differs, not '{}'", word), fields.child("weight"));
  line.weight = weight.value_or(Weight::differs);
  line.always = fields.flag_or("always", true);
  line.from = fields.text_or("from", {});
  line.reason = fields.text("reason");
  line.basis = fields.text_or("basis", {});
  line.doubt = fields.text_or("doubt", {});
  line.evidence = fields.list("evidence");
  return line;
}

Result<SpecOperation> read_operation(yaml::Fields& fields) {
  SpecOperation operation;
  operation.operation = fields.text("operation");
  operation.tier = fields.text("tier");
  operation.rationale = fields.text("rationale");
  BLOBGAUGE_TRY(operation.emitters, yaml::read_all<Emitter>(fields, "emitters", "an emitter", read_emitter));
  BLOBGAUGE_TRY(operation.dialects, yaml::read_all<Dialect>(fields, "dialects", "a dialect", read_dialect));
  BLOBGAUGE_TRY(operation.statuses, yaml::read_all<ContractLine>(fields, "statuses", "a contract line", read_line));
  BLOBGAUGE_TRY(operation.headers, yaml::read_all<ContractLine>(fields, "headers", "a contract line", read_line));
  BLOBGAUGE_TRY(operation.body, yaml::read_all<ContractLine>(fields, "body", "a contract line", read_line));
  BLOBGAUGE_TRY(operation.errors, yaml::read_all<ContractLine>(fields, "errors", "a contract line", read_line));
  operation.cases = fields.list("cases");
  return operation;
}

Result<SpecScenario> read_scenario(yaml::Fields& fields) {
  SpecScenario scenario;
  scenario.id = fields.text("id");
  scenario.client = fields.text("client");
  scenario.release = fields.text("release");
  scenario.title = fields.text("title");
  scenario.operations = fields.list("operations");
  return scenario;
}

}  // namespace

const SpecOperation* Spec::find(std::string_view operation) const {
  const auto found = std::find_if(operations.begin(), operations.end(),
                                  [&](const SpecOperation& item) { return item.operation == operation; });
  return found == operations.end() ? nullptr : &*found;
}

Result<PolicyOverride> read_override(yaml::Fields& fields) {
  PolicyOverride out;
  out.operation = fields.text("operation");
  out.line = fields.text("line");
  out.was = fields.text_or("was", {});
  out.value = fields.text("value");
  for (auto [key, text] : {std::pair{"reason", &out.reason}, {"owner", &out.owner}, {"date", &out.date}}) {
    *text = fields.text(key);
    if (fields.has(key) && trim(*text).empty()) fields.refuse(fmt::format("'{}' says nothing", key), fields.child(key));
  }
  if (!out.date.empty() && !is_date(out.date)) fields.refuse("a date is written as 2026-01-31", fields.child("date"));
  if (const auto* node = fields.child("operation")) out.where = fields.at(*node);
  return out;
}

std::string text_of(const PolicyOverride& item) {
  return fmt::format("{}, {}: {} -> {} by policy: {} ({}, {})", item.operation, item.line, item.was, item.value,
                     item.reason, item.owner, item.date);
}

std::string to_yaml(const Spec& spec) {
  std::ostringstream text;
  yaml::Writer out(text);
  out.begin_map();
  out.comment("Generated by `blobgauge spec build`; docs/formats/spec.md. Edit the surfaces, cases or policy instead.");
  out.number("format", spec_version);
  out.field("service", spec.service);
  out.field("generated_from", spec.generated_from);
  if (!spec.before.empty()) {
    out.key("before").begin_sequence();
    for (const auto& precondition : spec.before) write(out, precondition);
    out.end_sequence();
  }
  out.key("operations").begin_sequence();
  for (const auto& operation : spec.operations) write(out, operation);
  out.end_sequence();
  out.key("scenarios").begin_sequence();
  for (const auto& scenario : spec.scenarios) {
    out.begin_map();
    out.field("id", scenario.id);
    out.field("client", scenario.client);
    out.field("release", scenario.release);
    out.field("title", scenario.title);
    write_list(out, "operations", scenario.operations);
    out.end_map();
  }
  out.end_sequence();
  if (!spec.overrides.empty()) {
    out.key("overrides").begin_sequence();
    for (const auto& item : spec.overrides) {
      out.begin_map();
      out.field("operation", item.operation);
      out.field("line", item.line);
      out.field("was", item.was);
      out.field("value", item.value);
      out.field("reason", item.reason);
      out.field("owner", item.owner);
      out.field("date", item.date);
      out.end_map();
    }
    out.end_sequence();
  }
  out.key("answers").begin_map();
  write(out, spec.answers);
  out.end_map();
  out.end_map();
  return text.str();
}

Result<Spec> spec_from_yaml(std::string_view text, std::string name) {
  BLOBGAUGE_TRY(const auto root, yaml::parse(text, name));
  yaml::Fields fields(root, std::move(name), "a spec");
  const auto* format = fields.required("format");
  if (fields.number_or("format", 0) != spec_version)
    fields.refuse(fmt::format("this version reads spec format {} only", spec_version), format);
  Spec spec;
  spec.service = fields.text("service");
  spec.generated_from = fields.text_or("generated_from", {});
  BLOBGAUGE_TRY(spec.before, yaml::read_all<Precondition>(fields, "before", "a precondition", read_precondition));
  BLOBGAUGE_TRY(spec.operations, yaml::read_all<SpecOperation>(fields, "operations", "an operation", read_operation));
  BLOBGAUGE_TRY(spec.scenarios, yaml::read_all<SpecScenario>(fields, "scenarios", "a scenario", read_scenario));
  BLOBGAUGE_TRY(spec.overrides, yaml::read_all<PolicyOverride>(fields, "overrides", "an override", read_override));
  if (const auto* node = fields.child("answers")) {
    yaml::Fields answers(*node, fields.file(), "'answers'");
    BLOBGAUGE_TRY(spec.answers, read_answer_rules(answers));
    BLOBGAUGE_CHECK(answers.finish());
  }
  BLOBGAUGE_CHECK(fields.finish());
  return spec;
}

Result<Spec> load_spec(const std::string& path) {
  BLOBGAUGE_TRY(const auto text, read_file(path));
  return spec_from_yaml(text, path);
}

Status save_spec(const Spec& spec, const std::string& path) { return write_file(path, to_yaml(spec)); }

}  // namespace blobgauge::model
