#include "model/traffic.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "model/text.h"
#include "model/yaml.h"

namespace blobgauge::model {
namespace {

constexpr std::string_view range_sign = " to ";
constexpr const char *before_sign = " -> ", *beside_sign = " <-> ";

bool read_order(std::string_view text, ScenarioTraffic& out) {
  const bool open = text.find(beside_sign) != std::string_view::npos;
  const std::string_view sign = open ? beside_sign : before_sign;
  const auto cut = text.find(sign);
  if (cut == std::string_view::npos || cut == 0 || cut + sign.size() == text.size()) return false;
  std::string a(text.substr(0, cut)), b(text.substr(cut + sign.size()));
  const auto order = open ? ScenarioTraffic::either : a < b ? ScenarioTraffic::forwards : ScenarioTraffic::backwards;
  if (b < a) std::swap(a, b);
  out.orders[{std::move(a), std::move(b)}] |= order;
  return true;
}

Range widest(const Range& a, const Range& b) { return {std::min(a.least, b.least), std::max(a.most, b.most)}; }

OperationTraffic widest(const OperationTraffic& a, const OperationTraffic& b) {
  auto out = a;
  out.requests = widest(a.requests, b.requests);
  out.resources = widest(a.resources, b.resources);
  out.per_resource = widest(a.per_resource, b.per_resource);
  out.per_target = widest(a.per_target, b.per_target);
  out.sent.merge(b.sent);
  out.received.merge(b.received);
  for (const auto& [status, errors] : b.errors) {
    out.errors[status].count += errors.count;
    out.errors[status].again += errors.again;
  }
  return out;
}

void write_range(yaml::Writer& out, std::string_view key, const Range& range) {
  if (range.least == range.most)
    out.number(key, range.most);
  else
    out.field(key, text_of(range));
}

void write_sizes(yaml::Writer& out, std::string_view key, const Sizes& sizes) {
  if (sizes.each.empty()) return;
  std::vector<std::string> items;
  if (sizes.many)
    items.push_back(text_of(Range{*sizes.each.begin(), *sizes.each.rbegin()}));
  else
    for (const auto size : sizes.each) items.push_back(fmt::to_string(size));
  out.key(key).flow(items);
}

class TrafficReader {
 public:
  explicit TrafficReader(yaml::Fields& fields) : fields_(fields) {}

  Range range(std::string_view key) {
    const auto text = fields_.text(key);
    const auto read = parse(text);
    if (!read) fields_.refuse(fmt::format("'{}: {}' must be like '3' or '2 to 3'", key, text));
    return read.value_or(Range());
  }

  Sizes sizes(std::string_view key) {
    Sizes out;
    for (const auto& text : fields_.list(key)) {
      const auto read = parse(text);
      if (!read) fields_.refuse(fmt::format("'{}' has '{}', which is no number of bytes", key, text));
      out.many = out.many || text.find(range_sign) != std::string::npos;
      out.each.insert(read.value_or(Range()).least);
      out.each.insert(read.value_or(Range()).most);
    }
    return out;
  }

  std::map<int, OperationTraffic::Errors> errors(std::string_view key) {
    std::map<int, OperationTraffic::Errors> out;
    for (const auto& [name, text] : fields_.pairs(key)) {
      const auto status = parse_number(name);
      const auto cut = text.find(" of ");
      const auto again = parse_number(std::string_view(text).substr(0, cut));
      const auto count = cut == std::string::npos ? std::nullopt : parse_number(std::string_view(text).substr(cut + 4));
      if (!status || *status > 999 || !again || !count || *again > *count) {
        fields_.refuse(fmt::format("'{}: {}' must be like '503: 2 of 3'", name, text));
        continue;
      }
      out[static_cast<int>(*status)] = {*count, *again};
    }
    return out;
  }

 private:
  static std::optional<Range> parse(std::string_view text) {
    const auto cut = text.find(range_sign);
    const auto least = parse_number(text.substr(0, cut));
    const auto most = cut == std::string_view::npos ? least : parse_number(text.substr(cut + range_sign.size()));
    if (!least || !most || *least > *most) return {};
    return Range{*least, *most};
  }

  yaml::Fields& fields_;
};

}  // namespace

void Sizes::add(std::uint64_t size) {
  each.insert(size);
  many = many || each.size() > most_sizes;
  if (many && each.size() > 2) each = {*each.begin(), *each.rbegin()};
}

void Sizes::merge(const Sizes& other) {
  many = many || other.many;
  for (const auto size : other.each) add(size);
}

ScenarioTraffic merge(const ScenarioTraffic& a, const ScenarioTraffic& b) {
  ScenarioTraffic out;
  out.runs = a.runs + b.runs;
  out.cut = a.cut || b.cut;
  out.orders = a.orders;
  for (const auto& [operations, order] : b.orders) out.orders[operations] |= order;
  out.operations = a.operations;
  for (const auto& [name, operation] : b.operations) {
    const auto [at, fresh] = out.operations.emplace(name, operation);
    if (!fresh) at->second = widest(at->second, operation);
  }
  for (auto& [name, operation] : out.operations)
    if (!a.operations.count(name) || !b.operations.count(name))
      operation.requests.least = operation.resources.least = 0;  // there is a run without it
  return out;
}

std::string text_of(const Range& range) {
  return range.least == range.most ? fmt::to_string(range.most)
                                   : fmt::format("{}{}{}", range.least, range_sign, range.most);
}

std::string text_of(const std::pair<std::string, std::string>& operations, std::uint8_t order) {
  const auto& [a, b] = operations;
  if (order == ScenarioTraffic::backwards) return b + before_sign + a;
  return a + (order == ScenarioTraffic::either ? beside_sign : before_sign) + b;
}

std::string text_of(const Sizes& sizes) {
  if (sizes.each.empty()) return {};
  if (sizes.many) return text_of(Range{*sizes.each.begin(), *sizes.each.rbegin()}) + ", many";
  return fmt::format("{}", fmt::join(sizes.each, ", "));
}

void write_traffic(yaml::Writer& out, const ScenarioTraffic& traffic) {
  out.begin_map();
  out.number("runs", traffic.runs);
  if (traffic.cut) out.flag("cut", true);
  out.key("operations").begin_map();
  for (const auto& [name, operation] : traffic.operations) {
    out.key(name).begin_map();
    write_range(out, "requests", operation.requests);
    write_range(out, "resources", operation.resources);
    write_range(out, "per_resource", operation.per_resource);
    write_range(out, "per_target", operation.per_target);
    write_sizes(out, "sent", operation.sent);
    write_sizes(out, "received", operation.received);
    if (!operation.errors.empty()) {
      out.key("tried_again").begin_map();
      for (const auto& [status, errors] : operation.errors)
        out.field(fmt::format("{:03}", status), fmt::format("{} of {}", errors.again, errors.count));
      out.end_map();
    }
    out.end_map();
  }
  out.end_map();
  if (!traffic.orders.empty()) {
    out.key("orders").begin_sequence();
    for (const auto& [operations, order] : traffic.orders) out.value(text_of(operations, order));
    out.end_sequence();
  }
  out.end_map();
}

Result<ScenarioTraffic> read_traffic(const yaml::Node& node, const std::string& file) {
  ScenarioTraffic out;
  yaml::Fields fields(node, file, "a scenario");
  out.runs = fields.number_or("runs", 0);
  out.cut = fields.flag_or("cut", false);
  for (const auto& text : fields.list("orders"))
    if (!read_order(text, out)) fields.refuse(fmt::format("the order '{}' is not like 'A -> B' or 'A <-> B'", text));
  const auto* operations = fields.child("operations");
  BLOBGAUGE_CHECK(fields.finish());
  if (!operations) return out;
  if (operations->kind != yaml::Node::Kind::map)
    return fail(Category::input, "'operations' must be a map", {}, {file, operations->line, operations->column});
  for (std::size_t i = 0; i < operations->items.size(); ++i) {
    yaml::Fields inner(operations->items[i], file, fmt::format("operation '{}'", operations->keys[i]));
    TrafficReader reader(inner);
    OperationTraffic operation;
    operation.requests = reader.range("requests");
    operation.resources = reader.range("resources");
    operation.per_resource = reader.range("per_resource");
    operation.per_target = reader.range("per_target");
    operation.sent = reader.sizes("sent");
    operation.received = reader.sizes("received");
    operation.errors = reader.errors("tried_again");
    BLOBGAUGE_CHECK(inner.finish());
    out.operations.emplace(operations->keys[i], std::move(operation));
  }
  return out;
}

}  // namespace blobgauge::model
