#include "model/answer_rule.h"

#include <fmt/format.h>

#include <array>

namespace blobgauge::model {
namespace {

using Subject = AnswerRule::Subject;
using Test = AnswerRule::Test;
using Names = std::vector<std::string>;

// How a test is written: its key, and what stands behind it.
struct Word {
  Test test;
  std::string_view key;
  enum class Takes { flag, list, table } takes;
};
constexpr std::array<Word, 18> words = {{{Test::present, "present", Word::Takes::flag},
                                         {Test::absent, "absent", Word::Takes::flag},
                                         {Test::form, "form", Word::Takes::list},
                                         {Test::one_of, "one_of", Word::Takes::list},
                                         {Test::request, "as_request", Word::Takes::list},
                                         {Test::query, "as_query", Word::Takes::list},
                                         {Test::container, "as_container", Word::Takes::flag},
                                         {Test::header, "as_header", Word::Takes::list},
                                         {Test::status, "as_status", Word::Takes::flag},
                                         {Test::status_for, "status_for", Word::Takes::table},
                                         {Test::md5, "md5", Word::Takes::list},
                                         {Test::crc64, "crc64", Word::Takes::list},
                                         {Test::size, "size", Word::Takes::flag},
                                         {Test::range, "range", Word::Takes::list},
                                         {Test::children, "children", Word::Takes::list},
                                         {Test::at_most, "at_most", Word::Takes::list},
                                         {Test::sorted, "sorted", Word::Takes::flag},
                                         {Test::xml, "xml", Word::Takes::list}}};

Result<std::vector<std::pair<std::string, Names>>> read_table(yaml::Fields& parent, std::string_view key) {
  std::vector<std::pair<std::string, Names>> out;
  const auto* node = parent.child(key);
  if (!node) return out;
  if (node->kind != yaml::Node::Kind::map)
    return fail(Category::input, fmt::format("'{}' must be a map of lists", key), {}, parent.at(*node));
  yaml::Fields fields(*node, parent.file(), fmt::format("'{}'", key));
  for (const auto& name : node->keys) out.emplace_back(name, fields.list(name));
  BLOBGAUGE_CHECK(fields.finish());
  return out;
}

Weight read_weight(yaml::Fields& fields, Weight fallback) {
  const auto word = fields.maybe("weight");
  if (!word) return fallback;
  const auto weight = parse_weight(*word);
  if (!weight) fields.refuse(fmt::format("a weight is breaks or differs, not '{}'", *word), fields.child("weight"));
  return weight.value_or(fallback);
}

void read_subject(yaml::Fields& fields, AnswerRule& rule) {
  const auto header = fields.maybe("header"), element = fields.maybe("element");
  const bool body = fields.flag_or("body", false), status = fields.flag_or("status", false);
  if (int{header.has_value()} + int{element.has_value()} + int{body} + int{status} != 1)
    fields.refuse("a rule looks at one thing: header, element, body or status");
  rule.subject = header ? Subject::header : element ? Subject::element : body ? Subject::body : Subject::status;
  rule.name = header.value_or(element.value_or(std::string{}));
}

Status read_test(yaml::Fields& fields, AnswerRule& rule) {
  int tests = 0;
  for (const auto& word : words) {
    if (!fields.has(word.key)) continue;
    ++tests;
    rule.test = word.test;
    if (word.takes == Word::Takes::list) rule.values = fields.list(word.key);
    if (word.takes == Word::Takes::table) {
      BLOBGAUGE_TRY(rule.table, read_table(fields, word.key));
    }
    if (word.takes == Word::Takes::flag && !fields.flag_or(word.key, false))
      fields.refuse(fmt::format("'{}' is true or is left out", word.key));
    if (word.takes == Word::Takes::list && rule.values.empty())
      fields.refuse(fmt::format("'{}' needs a value", word.key));
  }
  if (tests != 1) fields.refuse("a rule has one test");
  return {};
}

Result<AnswerRule> read_rule(yaml::Fields& fields) {
  AnswerRule rule;
  rule.id = fields.text("id");
  rule.reason = fields.text("reason");
  rule.weight = read_weight(fields, Weight::differs);
  rule.operations = fields.list("operations");
  rule.methods = fields.list("methods");
  rule.statuses = fields.list("statuses");
  rule.from = fields.text_or("from", {});
  rule.until = fields.text_or("until", {});
  rule.requests = fields.list("requests");
  rule.queries = fields.list("queries");
  rule.answers = fields.list("answers");
  rule.whole = fields.flag_or("whole", false);
  rule.given = fields.text_or("given", {});
  read_subject(fields, rule);
  BLOBGAUGE_CHECK(read_test(fields, rule));
  return rule;
}

Result<AnswerHistory::Write> read_write(yaml::Fields& fields) {
  AnswerHistory::Write out;
  out.operations = fields.list("operations");
  out.content = fields.flag_or("content", false);
  out.open = fields.flag_or("open", false);
  BLOBGAUGE_TRY(out.sets, read_table(fields, "sets"));
  return out;
}

Result<AnswerHistory> read_history(yaml::Fields& fields) {
  AnswerHistory out;
  out.state = fields.text("state");
  out.reads = fields.list("reads");
  out.unless_query = fields.list("unless_query");
  out.unless_request = fields.list("unless_request");
  out.unless_answer = fields.list("unless_answer");
  out.same = fields.list("same");
  out.same_in_writes = fields.list("same_in_writes");
  out.open = fields.text_or("open", {});
  out.md5 = fields.text_or("md5", {});
  out.range = fields.text_or("range", {});
  out.reason = fields.text("reason");
  out.weight = read_weight(fields, Weight::breaks);
  BLOBGAUGE_TRY(out.writes, yaml::read_all<AnswerHistory::Write>(fields, "writes", "a write", read_write));
  return out;
}

void write_names(yaml::Writer& out, std::string_view key, const Names& names) {
  if (!names.empty()) out.key(key).flow(names);
}

void write_text(yaml::Writer& out, std::string_view key, const std::string& text) {
  if (!text.empty()) out.field(key, text);
}

void write_table(yaml::Writer& out, std::string_view key, const std::vector<std::pair<std::string, Names>>& table) {
  out.key(key).begin_map();
  for (const auto& [name, values] : table) out.key(name).flow(values);
  out.end_map();
}

void write_rule(yaml::Writer& out, const AnswerRule& rule) {
  out.begin_map();
  out.field("id", rule.id);
  out.field("reason", rule.reason);
  out.field("weight", name_of(rule.weight));
  write_names(out, "operations", rule.operations);
  write_names(out, "methods", rule.methods);
  write_names(out, "statuses", rule.statuses);
  write_text(out, "from", rule.from);
  write_text(out, "until", rule.until);
  write_names(out, "requests", rule.requests);
  write_names(out, "queries", rule.queries);
  write_names(out, "answers", rule.answers);
  if (rule.whole) out.flag("whole", true);
  if (rule.subject == Subject::header) out.field("header", rule.name);
  if (rule.subject == Subject::element) out.field("element", rule.name);
  if (rule.subject == Subject::body) out.flag("body", true);
  if (rule.subject == Subject::status) out.flag("status", true);
  write_text(out, "given", rule.given);
  for (const auto& word : words) {
    if (word.test != rule.test) continue;
    if (word.takes == Word::Takes::flag) out.flag(word.key, true);
    if (word.takes == Word::Takes::list) write_names(out, word.key, rule.values);
    if (word.takes == Word::Takes::table) write_table(out, word.key, rule.table);
    break;
  }
  out.end_map();
}

void write_history(yaml::Writer& out, const AnswerHistory& history) {
  out.key("history").begin_map();
  out.field("reason", history.reason);
  out.field("weight", name_of(history.weight));
  out.field("state", history.state);
  write_names(out, "reads", history.reads);
  write_names(out, "unless_query", history.unless_query);
  write_names(out, "unless_request", history.unless_request);
  write_names(out, "unless_answer", history.unless_answer);
  write_names(out, "same", history.same);
  write_names(out, "same_in_writes", history.same_in_writes);
  write_text(out, "open", history.open);
  write_text(out, "md5", history.md5);
  write_text(out, "range", history.range);
  out.key("writes").begin_sequence();
  for (const auto& item : history.writes) {
    out.begin_map();
    write_names(out, "operations", item.operations);
    if (item.content) out.flag("content", true);
    if (item.open) out.flag("open", true);
    if (!item.sets.empty()) write_table(out, "sets", item.sets);
    out.end_map();
  }
  out.end_sequence();
  out.end_map();
}

}  // namespace

Result<AnswerRules> read_answer_rules(yaml::Fields& fields) {
  AnswerRules out;
  out.masks = fields.list("masks");
  out.left_out = fields.pairs("left_out");
  BLOBGAUGE_TRY(out.rules, yaml::read_all<AnswerRule>(fields, "rules", "a rule", read_rule));
  if (const auto* node = fields.child("history")) {
    yaml::Fields history(*node, fields.file(), "'history'");
    BLOBGAUGE_TRY(out.history, read_history(history));
    BLOBGAUGE_CHECK(history.finish());
  }
  return out;
}

void write(yaml::Writer& out, const AnswerRules& rules) {
  write_names(out, "masks", rules.masks);
  if (!rules.rules.empty()) {
    out.key("rules").begin_sequence();
    for (const auto& rule : rules.rules) write_rule(out, rule);
    out.end_sequence();
  }
  if (!rules.history.empty()) write_history(out, rules.history);
  if (rules.left_out.empty()) return;
  out.key("left_out").begin_map();
  for (const auto& [field, reason] : rules.left_out) out.field(field, reason);
  out.end_map();
}

}  // namespace blobgauge::model
