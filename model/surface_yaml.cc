// The YAML of a surface; docs/formats/surface.md is its contract.
#include <fmt/format.h>

#include <functional>
#include <limits>
#include <optional>
#include <sstream>

#include "model/file.h"
#include "model/surface.h"
#include "model/text.h"
#include "model/yaml.h"

namespace blobgauge::model {
namespace {

constexpr std::uint64_t format_version = 1;
using Counts = std::map<std::string, std::uint64_t>;

// ---- writing

void write_flow(yaml::Writer& out, std::string_view key, const std::vector<std::string>& items) {
  if (!items.empty()) out.key(key).flow(items);
}

template <class Items>
void write_lines(yaml::Writer& out, std::string_view key, const Items& items) {
  if (items.empty()) return;
  out.key(key).begin_sequence();
  for (const auto& item : items) out.value(item);
  out.end_sequence();
}

void write_counts(yaml::Writer& out, std::string_view key, const Counts& counts) {
  if (counts.empty()) return;
  out.key(key).begin_map();
  for (const auto& [name, count] : counts) out.number(name, count);
  out.end_map();
}

void write_field(yaml::Writer& out, const Field& field) {
  out.key(field.name).begin_map();
  out.field("presence", name_of(field.presence));
  if (const auto grade = name_of(field.presence, field.proof); !grade.empty()) out.field("grade", grade);
  if (field.option) {
    out.field("option", name_of(field.option->presence));
    if (const auto grade = name_of(field.option->presence, field.option->proof); !grade.empty())
      out.field("option_grade", grade);
  }
  if (field.of) out.field("seen", fmt::format("{} of {}", field.seen, field.of));
  if (field.value.kind != ValueKind::dynamic)
    out.key(name_of(field.value.kind)).flow({field.value.values.begin(), field.value.values.end()});
  write_lines(out, "guards", field.guards);
  if (!field.reason.empty()) out.field("reason", field.reason);
  write_flow(out, "platforms", {field.platforms.begin(), field.platforms.end()});
  write_flow(out, "evidence", field.evidence);
  out.end_map();
}

void write_fields(yaml::Writer& out, std::string_view key, const std::map<std::string, Field>& fields) {
  if (fields.empty()) return;
  out.key(key).begin_map();
  for (const auto& [name, field] : fields) write_field(out, field);
  out.end_map();
}

// Most names stand in every answer: those need no number of their own.
void write_shares(yaml::Writer& out, const std::string& what, const Counts& counts, std::uint64_t of) {
  std::vector<std::string> always;
  Counts sometimes;
  for (const auto& [name, count] : counts) {
    if (count == of)
      always.push_back(name);
    else
      sometimes.emplace(name, count);
  }
  write_flow(out, "every_" + what, always);
  write_counts(out, "some_" + what, sometimes);
}

void write_operation(yaml::Writer& out, const OperationSurface& operation) {
  out.key(operation.operation).begin_map();
  if (operation.level != Level::none) out.field("level", name_of(operation.level));
  if (operation.exchanges) out.number("exchanges", operation.exchanges);
  if (operation.complete) out.number("complete", operation.complete);
  write_flow(out, "platforms", {operation.platforms.begin(), operation.platforms.end()});
  write_flow(out, "scenarios", {operation.scenarios.begin(), operation.scenarios.end()});
  write_flow(out, "evidence", operation.evidence);
  write_fields(out, "query", operation.query);
  write_fields(out, "request_headers", operation.request_headers);
  write_fields(out, "response_headers", operation.response_headers);
  write_fields(out, "response_body", operation.response_body);
  Counts statuses;
  for (const auto& [status, count] : operation.statuses) statuses.emplace(fmt::format("{:03}", status), count);
  write_counts(out, "statuses", statuses);
  write_flow(out, "error_codes", {operation.error_codes.begin(), operation.error_codes.end()});
  write_fields(out, "compared_codes", operation.compared_codes);
  if (!operation.answers.empty()) {
    out.key("answers").begin_sequence();
    for (const auto& [key, answers] : operation.answers) {
      out.begin_map();
      out.field("status", fmt::format("{:03}", key.first));
      if (!key.second.empty()) out.field("version", key.second);
      out.number("count", answers.count);
      write_shares(out, "header", answers.headers, answers.count);
      if (answers.bodies) out.number("bodies", answers.bodies);
      write_shares(out, "element", answers.elements, answers.bodies);
      write_counts(out, "error_codes", answers.error_codes);
      write_flow(out, "recorders", {answers.recorders.begin(), answers.recorders.end()});
      write_flow(out, "accounts", {answers.accounts.begin(), answers.accounts.end()});
      write_flow(out, "years", {answers.years.begin(), answers.years.end()});
      out.end_map();
    }
    out.end_sequence();
  }
  out.end_map();
}

// ---- reading

class Reader {
 public:
  explicit Reader(std::string name) : name_(std::move(name)) {}

  Result<Surface> read(const yaml::Node& root) {
    yaml::Fields fields(root, name_, "a surface");
    const auto version = fields.number_or("blobgauge-surface", 0);
    if (version == 0) fields.refuse("not a surface: the first key must be blobgauge-surface");
    if (version > format_version)
      fields.refuse(
          fmt::format("surface format {} is newer than this program, which reads up to {}", version, format_version));
    Surface out;
    out.kind = fields.text("kind");
    out.client = fields.text_or("client", "");
    out.release = fields.text_or("release", "");
    const auto extent = fields.text_or("extent", "");
    if (!extent.empty() && extent != "operations") fields.refuse("'extent' is 'operations' or left out");
    out.operations_only = !extent.empty();
    out.platforms = as_set(fields.list("platforms"));
    out.sources = as_set(fields.list("sources"));
    out.unresolved = fields.list("unresolved");
    const auto* evidence = fields.child("evidence");
    const auto* operations = fields.child("operations");
    const auto* others = fields.child("other_services");
    const auto* scenarios = fields.child("scenarios");
    const auto* compared = fields.child("compared_codes");
    BLOBGAUGE_CHECK(fields.finish());
    if (scenarios)
      BLOBGAUGE_CHECK(each(*scenarios, "scenarios", [&](const std::string& id, const yaml::Node& node) -> Status {
        BLOBGAUGE_TRY(auto traffic, read_traffic(node, name_));
        out.scenarios.emplace(id, std::move(traffic));
        return {};
      }));
    if (others) BLOBGAUGE_CHECK(read_others(*others, out));
    if (evidence) BLOBGAUGE_CHECK(read_evidence(*evidence, out));
    BLOBGAUGE_CHECK(read_fields(compared, "compared_codes", false, out, out.compared_codes));
    if (operations) {
      BLOBGAUGE_CHECK(each(*operations, "operations", [&](const std::string& key, const yaml::Node& node) -> Status {
        BLOBGAUGE_TRY(auto operation, read_operation(key, node, out));
        out.operations.emplace(key, std::move(operation));
        return {};
      }));
    }
    return out;
  }

 private:
  static std::set<std::string> as_set(std::vector<std::string> list) {
    return {std::make_move_iterator(list.begin()), std::make_move_iterator(list.end())};
  }

  tl::unexpected<Error> refuse(const yaml::Node& node, std::string message) const {
    return fail(Category::input, std::move(message), {}, {name_, node.line, node.column});
  }

  Status each(const yaml::Node& map, std::string_view what,
              const std::function<Status(const std::string&, const yaml::Node&)>& visit) const {
    if (map.kind == yaml::Node::Kind::null) return {};
    if (map.kind != yaml::Node::Kind::map) return refuse(map, fmt::format("'{}' must be a map", what));
    for (std::size_t i = 0; i < map.items.size(); ++i) BLOBGAUGE_CHECK(visit(map.keys[i], map.items[i]));
    return {};
  }

  Status read_evidence(const yaml::Node& map, Surface& out) const {
    return each(map, "evidence", [&](const std::string& id, const yaml::Node& node) -> Status {
      Evidence evidence;
      const char letter = id.empty() ? ' ' : id.front();
      if (letter != 'p' && letter != 'x' && letter != 'n')
        return refuse(node, fmt::format("evidence '{}' is neither a path (p), an exchange (x) nor a count (n)", id));
      evidence.kind = letter == 'p' ? "path" : letter == 'x' ? "exchange" : "count";
      if (node.kind != yaml::Node::Kind::sequence) return refuse(node, fmt::format("'{}' must be a list", id));
      for (const auto& item : node.items) {
        if (item.kind != yaml::Node::Kind::scalar) return refuse(item, "a line of evidence must be one value");
        evidence.lines.push_back(item.text);
      }
      out.evidence.emplace(id, std::move(evidence));
      return {};
    });
  }

  Status read_others(const yaml::Node& map, Surface& out) const {
    yaml::Fields fields(map, name_, "'other_services'");
    for (const auto& service : map.keys) out.other_services[service] = as_set(fields.list(service));
    return fields.finish();
  }

  Status check_evidence(const std::vector<std::string>& ids, const yaml::Node& node, const Surface& surface) const {
    for (const auto& id : ids)
      if (!surface.evidence.count(id))
        return refuse(node, fmt::format("evidence '{}' stands nowhere in this file", id));
    return {};
  }

  Result<Field> read_field(const std::string& key, const yaml::Node& node, const Surface& surface) const {
    yaml::Fields fields(node, name_, fmt::format("'{}'", key));
    Field out;
    out.name = key;
    const auto presence_in = [&](std::string_view where) {
      const auto presence = fields.text(where);
      for (const auto each : {Presence::always, Presence::conditional, Presence::never, Presence::undecided})
        if (presence == name_of(each)) return each;
      fields.refuse(fmt::format("{} '{}' is none of always, conditional, never, undecided", where, presence));
      return Presence::undecided;
    };
    const auto grade_in = [&](std::string_view where, Presence presence) {
      const auto grade = fields.maybe(where);
      if (!grade) return Proof::none;
      for (const auto each : {Proof::all_ways, Proof::open_ways})
        if (!grade->empty() && *grade == name_of(presence, each)) return each;
      fields.refuse(fmt::format("{} '{}' is none of a field that is {}", where, *grade, name_of(presence)));
      return Proof::none;
    };
    out.presence = presence_in("presence");
    out.proof = grade_in("grade", out.presence);
    if (fields.has("option")) {
      out.option = OwnOption{presence_in("option"), Proof::none};
      out.option->proof = grade_in("option_grade", out.option->presence);
    }
    if (const auto seen = fields.maybe("seen")) {
      const auto cut = seen->find(" of ");
      const auto n = parse_number(std::string_view(*seen).substr(0, cut));
      const auto of = cut == std::string::npos ? std::nullopt : parse_number(std::string_view(*seen).substr(cut + 4));
      if (!n || !of || *n > *of) fields.refuse(fmt::format("'seen: {}' must be like '3 of 5'", *seen));
      out.seen = n.value_or(0);
      out.of = of.value_or(0);
    }
    std::size_t values = 0;
    for (const auto kind : {ValueKind::constant, ValueKind::one_of, ValueKind::pattern}) {
      if (!fields.has(name_of(kind))) continue;
      ++values;
      out.value = {kind, as_set(fields.list(name_of(kind)))};
    }
    if (values > 1) fields.refuse("a value is one of constant, one_of, pattern");
    out.guards = fields.list("guards");
    out.reason = fields.text_or("reason", "");
    out.platforms = as_set(fields.list("platforms"));
    out.evidence = fields.list("evidence");
    BLOBGAUGE_CHECK(fields.finish());
    BLOBGAUGE_CHECK(check_evidence(out.evidence, node, surface));
    return out;
  }

  Status read_fields(const yaml::Node* map, std::string_view what, bool headers, const Surface& surface,
                     std::map<std::string, Field>& out) const {
    if (!map) return {};
    return each(*map, what, [&](const std::string& key, const yaml::Node& node) -> Status {
      BLOBGAUGE_TRY(auto field, read_field(key, node, surface));
      if (!out.emplace(headers ? lower(key) : key, std::move(field)).second)
        return refuse(node, fmt::format("'{}' stands twice in another spelling", key));
      return {};
    });
  }

  static void read_counts(yaml::Fields& fields, std::string_view key, Counts& out) {
    for (const auto& [name, text] : fields.pairs(key)) {
      const auto count = parse_number(text);
      if (!count) fields.refuse(fmt::format("'{}' must be a whole number, not '{}'", name, text));
      out[name] += count.value_or(0);
    }
  }

  static int read_status(yaml::Fields& fields, const std::string& text) {
    const auto status = parse_number(text);
    if (!status || *status > 999) fields.refuse(fmt::format("'{}' is no HTTP status", text));
    return static_cast<int>(status.value_or(0) % 1000);
  }

  Status read_answers(const yaml::Node& node, OperationSurface& out) const {
    yaml::Fields fields(node, name_, "an answer");
    const int status = read_status(fields, fields.text("status"));
    auto& answers = out.answers[{status, fields.text_or("version", "")}];
    answers.count += fields.number_or("count", 0);
    answers.bodies += fields.number_or("bodies", 0);
    for (const auto& name : fields.list("every_header")) answers.headers[name] = answers.count;
    read_counts(fields, "some_header", answers.headers);
    for (const auto& name : fields.list("every_element")) answers.elements[name] = answers.bodies;
    read_counts(fields, "some_element", answers.elements);
    read_counts(fields, "error_codes", answers.error_codes);
    for (auto [name, into] :
         {std::pair{"recorders", &answers.recorders}, {"accounts", &answers.accounts}, {"years", &answers.years}})
      for (auto& text : fields.list(name)) into->insert(std::move(text));
    return fields.finish();
  }

  Result<OperationSurface> read_operation(const std::string& key, const yaml::Node& node,
                                          const Surface& surface) const {
    yaml::Fields fields(node, name_, fmt::format("operation '{}'", key));
    OperationSurface out;
    out.operation = key;
    out.exchanges = fields.number_or("exchanges", 0);
    out.complete = fields.number_or("complete", 0);
    if (out.complete > out.exchanges) fields.refuse("'complete' is more than 'exchanges'");
    out.scenarios = as_set(fields.list("scenarios"));
    out.platforms = as_set(fields.list("platforms"));
    if (const auto level = fields.maybe("level")) {
      for (const auto each : {Level::reachable, Level::by_reflection, Level::safe_bound})
        if (*level == name_of(each)) out.level = each;
      if (out.level == Level::none)
        fields.refuse(fmt::format("level '{}' is none of reachable, by reflection, safe bound", *level));
    }
    out.evidence = fields.list("evidence");
    out.error_codes = as_set(fields.list("error_codes"));
    Counts statuses;
    read_counts(fields, "statuses", statuses);
    for (const auto& [status, count] : statuses) out.statuses[read_status(fields, status)] += count;
    const auto* query = fields.child("query");
    const auto* request = fields.child("request_headers");
    const auto* response = fields.child("response_headers");
    const auto* body = fields.child("response_body");
    const auto* compared = fields.child("compared_codes");
    const auto* answers = fields.child("answers");
    if (answers && answers->kind != yaml::Node::Kind::sequence) fields.refuse("'answers' must be a list", answers);
    BLOBGAUGE_CHECK(fields.finish());
    BLOBGAUGE_CHECK(check_evidence(out.evidence, node, surface));
    BLOBGAUGE_CHECK(read_fields(query, "query", false, surface, out.query));
    BLOBGAUGE_CHECK(read_fields(request, "request_headers", true, surface, out.request_headers));
    BLOBGAUGE_CHECK(read_fields(response, "response_headers", true, surface, out.response_headers));
    BLOBGAUGE_CHECK(read_fields(body, "response_body", false, surface, out.response_body));
    BLOBGAUGE_CHECK(read_fields(compared, "compared_codes", false, surface, out.compared_codes));
    if (answers)
      for (const auto& item : answers->items) BLOBGAUGE_CHECK(read_answers(item, out));
    return out;
  }

  std::string name_;
};

}  // namespace

std::string to_yaml(const Surface& surface) {
  std::ostringstream stream;
  yaml::Writer out(stream);
  out.begin_map();
  out.number("blobgauge-surface", format_version);
  out.field("kind", surface.kind);
  if (!surface.client.empty()) out.field("client", surface.client);
  if (!surface.release.empty()) out.field("release", surface.release);
  if (surface.operations_only) out.field("extent", "operations");
  if (surface.platforms.size() > 1)  // of one alone `sources` tells
    write_flow(out, "platforms", {surface.platforms.begin(), surface.platforms.end()});
  write_lines(out, "sources", surface.sources);
  out.key("operations").begin_map();
  for (const auto& [name, operation] : surface.operations) write_operation(out, operation);
  out.end_map();
  if (!surface.scenarios.empty()) {
    out.key("scenarios").begin_map();
    for (const auto& [id, traffic] : surface.scenarios) {
      out.key(id);
      write_traffic(out, traffic);
    }
    out.end_map();
  }
  if (!surface.other_services.empty()) {
    out.key("other_services").begin_map();
    for (const auto& [service, lines] : surface.other_services) write_lines(out, service, lines);
    out.end_map();
  }
  write_fields(out, "compared_codes", surface.compared_codes);
  write_lines(out, "unresolved", surface.unresolved);
  if (!surface.evidence.empty()) {
    out.key("evidence").begin_map();
    for (const auto& [id, evidence] : surface.evidence) {
      out.key(id).begin_sequence();
      for (const auto& line : evidence.lines) out.value(line);
      out.end_sequence();
    }
    out.end_map();
  }
  out.end_map();
  return stream.str();
}

Result<Surface> surface_from_yaml(std::string_view text, std::string name) {
  BLOBGAUGE_TRY(const auto root, yaml::parse(text, name));
  return Reader(std::move(name)).read(root);
}

Result<Surface> load_surface(const std::string& path) {
  BLOBGAUGE_TRY(const auto text, read_file(path));
  return surface_from_yaml(text, path == "-" ? "standard input" : path);
}

Status save_surface(const Surface& surface, const std::string& path) { return write_file(path, to_yaml(surface)); }

}  // namespace blobgauge::model
