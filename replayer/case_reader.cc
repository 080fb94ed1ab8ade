#include "replayer/case_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/text.h"
#include "replayer/parameters.h"

namespace blobgauge::replayer {
namespace {

using model::Category;
using model::fail;
using model::Result;
using model::Status;
using model::yaml::Fields;
using model::yaml::Node;

Expectation at(Expectation expectation, const Node& node, const std::string& file) {
  expectation.where = {file, node.line, node.column};
  return expectation;
}

}  // namespace

Result<StepTemplate> CaseReader::read_template(const Node& node, const std::string& file) {
  StepTemplate out;
  Fields fields(node, file, "a template");
  out.required = fields.list("required");
  if (const auto* optional = fields.child("optional"); optional && optional->kind == Node::Kind::map)
    for (std::size_t i = 0; i < optional->items.size(); ++i) out.optional[optional->keys[i]] = optional->items[i];
  if (const auto* step = fields.required("step")) out.step = *step;
  out.file = file;
  BLOBGAUGE_CHECK(fields.finish());
  return out;
}

Result<Node> CaseReader::fill(const std::string& name, const Node& given) const {
  const auto found = templates_ ? templates_->find(name) : decltype(templates_->end()){};
  const model::Position where{file_, given.line, given.column};
  if (!templates_ || found == templates_->end()) {
    std::vector<std::string> names;
    if (templates_)
      for (const auto& item : *templates_) names.push_back(item.first);
    const auto near = model::closest(name, names);
    return fail(Category::input, fmt::format("no template '{}'", name),
                near ? fmt::format("did you mean '{}'?", *near) : "write 'request' for a step of its own", where);
  }
  const auto& pattern = found->second;
  Arguments arguments = pattern.optional;
  if (given.kind == Node::Kind::scalar || given.kind == Node::Kind::sequence)
    return fail(Category::input, fmt::format("the arguments of '{}' must be a map", name), {}, where);
  for (std::size_t i = 0; i < given.items.size(); ++i) {
    const auto& key = given.keys[i];
    if (!pattern.optional.count(key) &&
        std::find(pattern.required.begin(), pattern.required.end(), key) == pattern.required.end())
      return fail(Category::input, fmt::format("template '{}' has no parameter '{}'", name, key), {},
                  {file_, given.items[i].line, given.items[i].column});
    arguments[key] = given.items[i];
  }
  for (const auto& key : pattern.required)
    if (!arguments.count(key))
      return fail(Category::input, fmt::format("template '{}' needs '{}'", name, key), {}, where);
  Node step = pattern.step;
  fill_parameters(step, arguments);
  return step;
}

Result<BodyTemplate> CaseReader::read_body(const Node& node) const {
  BodyTemplate out;
  if (node.kind == Node::Kind::scalar || node.kind == Node::Kind::null) {
    out.push_back({node.text, 0, 0, 0});
    return out;
  }
  if (node.kind == Node::Kind::sequence) {
    for (const auto& item : node.items) {
      BLOBGAUGE_TRY(auto part, read_body(item));
      out.insert(out.end(), part.begin(), part.end());
    }
    return out;
  }
  Fields fields(node, file_, "a generated body");
  PieceTemplate piece;
  fields.required("size");
  piece.size = fields.number_or("size", 0);
  piece.seed = fields.number_or("seed", 0);
  piece.offset = fields.number_or("offset", 0);
  BLOBGAUGE_CHECK(fields.finish());
  out.push_back(piece);
  return out;
}

Result<RequestTemplate> CaseReader::read_request(const Node& node) const {
  Fields fields(node, file_, "a request");
  RequestTemplate out;
  out.method = fields.text("method");
  out.target = fields.text("target");
  if (!out.target.starts_with('/')) fields.refuse("a target begins with '/'", fields.child("target"));
  out.headers = fields.pairs("headers");
  for (const auto& extra : fields.pairs("more_headers")) {
    const auto same = std::find_if(out.headers.begin(), out.headers.end(),
                                   [&](const auto& item) { return model::iequals(item.first, extra.first); });
    if (same == out.headers.end())
      out.headers.push_back(extra);
    else
      *same = extra;
  }
  out.omit = fields.list("omit");
  out.auth = fields.text_or("auth", {});
  using At = RequestTemplate::At;
  const auto to = fields.text_or("at", "endpoint");
  if (to != "endpoint" && to != "peer" && to != "second")
    fields.refuse(fmt::format("a request goes to the endpoint, the peer or the second account, not '{}'", to),
                  fields.child("at"));
  out.at = to == "peer" ? At::peer : to == "second" ? At::second : At::endpoint;
  const auto framing = fields.text_or("framing", "length");
  if (framing != "length" && framing != "chunked")
    fields.refuse(fmt::format("a framing is length or chunked, not '{}'", framing), fields.child("framing"));
  out.framing = framing == "chunked" ? RequestTemplate::Framing::chunked : RequestTemplate::Framing::length;
  if (const auto* body = fields.child("body")) {
    out.has_body = true;
    BLOBGAUGE_TRY(out.body, read_body(*body));
  }
  BLOBGAUGE_CHECK(fields.finish());
  return out;
}

Result<Expectation> CaseReader::read_value(const Node& node, Expectation::About about, model::Weight weight) const {
  using Test = Expectation::Test;
  Expectation out = at({}, node, file_);
  out.about = about;
  out.weight = weight;
  if (node.kind == Node::Kind::scalar && about != Expectation::About::header) {
    out.test = Test::one_of;
    out.values = {node.text};
    return out;
  }
  if (node.kind == Node::Kind::scalar) {
    out.name = node.text;
    return out;
  }
  if (node.kind == Node::Kind::sequence) {
    Fields list(node, file_, "an expectation");
    out.test = Test::one_of;
    for (const auto& item : node.items) out.values.push_back(item.text);
    return out;
  }
  Fields fields(node, file_, "an expectation");
  if (about == Expectation::About::header) out.name = fields.text("name");
  if (about == Expectation::About::xml) out.name = fields.text("path");
  static const std::vector<std::pair<std::string, Test>> tests = {
      {"equals", Test::equals},   {"one_of", Test::one_of},         {"differs", Test::differs},
      {"pattern", Test::pattern}, {"not_before", Test::not_before}, {"contains", Test::contains},
      {"count", Test::count}};
  int given = 0;
  for (const auto& [key, test] : tests) {
    if (!fields.has(key)) continue;
    out.test = test;
    out.values = fields.list(key);
    ++given;
  }
  if (fields.has("ascending")) {
    ++given;
    if (!fields.flag_or("ascending", true))
      fields.refuse("'ascending' is true or not there", fields.child("ascending"));
    out.test = Test::ascending;
  }
  if (fields.has("absent")) {
    ++given;
    out.test = fields.flag_or("absent", true) ? Test::absent : Test::present;
  }
  if (given > 1) fields.refuse("an expectation has one test");
  const auto word = fields.text_or("weight", std::string(name_of(weight)));
  const auto parsed = model::parse_weight(word);
  if (!parsed) fields.refuse(fmt::format("a weight is breaks or differs, not '{}'", word), fields.child("weight"));
  out.weight = parsed.value_or(weight);
  out.why = fields.text_or("why", {});
  out.from = fields.text_or("from", {});
  out.at = fields.list("at");
  BLOBGAUGE_CHECK(fields.finish());
  return out;
}

Status CaseReader::read_result(const Node& node, Expectation::About about, model::Weight weight,
                               std::vector<Expectation>& out) const {
  if (node.kind != Node::Kind::sequence)
    return fail(Category::input, "must be a list of expectations", {}, {file_, node.line, node.column});
  for (const auto& item : node.items) {
    BLOBGAUGE_TRY(auto expectation, read_value(item, about, weight));
    out.push_back(std::move(expectation));
  }
  return {};
}

Result<std::vector<Expectation>> CaseReader::read_headers(const Node& node) const {
  std::vector<Expectation> out;
  BLOBGAUGE_CHECK(read_result(node, Expectation::About::header, model::Weight::differs, out));
  return out;
}

Status CaseReader::read_expect(const Node& node, Step& step) const {
  using About = Expectation::About;
  using model::Weight;
  Fields fields(node, file_, "expect");
  auto& out = step.expectations;
  if (const auto* status = fields.required("status")) {
    BLOBGAUGE_TRY(auto expectation, read_value(*status, About::status, Weight::breaks));
    for (const auto& value : expectation.values)
      if (const auto code = model::parse_number(value); !code || *code < 100 || *code > 599)
        fields.refuse(fmt::format("'{}' is no status", value), status);
    out.push_back(std::move(expectation));
  }
  if (const auto* error = fields.child("error")) {
    BLOBGAUGE_TRY(auto expectation, read_value(*error, About::error, Weight::breaks));
    out.push_back(std::move(expectation));
  }
  if (const auto* headers = fields.child("headers"))
    BLOBGAUGE_CHECK(read_result(*headers, About::header, Weight::differs, out));
  if (const auto* xml = fields.child("xml")) BLOBGAUGE_CHECK(read_result(*xml, About::xml, Weight::breaks, out));
  if (const auto* body = fields.child("body")) {
    Expectation expectation = at({}, *body, file_);
    expectation.about = About::body;
    expectation.test = Expectation::Test::content;
    BLOBGAUGE_TRY(auto content, read_body(*body));
    step.contents.push_back(std::move(content));
    out.push_back(std::move(expectation));
  }
  if (const auto* bodies = fields.child("body_one_of"); bodies && bodies->kind == Node::Kind::sequence) {
    if (!step.contents.empty()) fields.refuse("a body is this one, or one of several", bodies);
    Expectation expectation = at({}, *bodies, file_);
    expectation.about = About::body;
    expectation.test = Expectation::Test::content;
    for (const auto& one : bodies->items) {
      BLOBGAUGE_TRY(auto content, read_body(one));
      step.contents.push_back(std::move(content));
    }
    out.push_back(std::move(expectation));
  }
  const auto why = fields.maybe("why");
  for (auto& expectation : out)
    if (why && expectation.why.empty()) expectation.why = *why;
  return fields.finish();
}

Result<Step> CaseReader::read_step(const Node& node, const std::string& operation) const {
  if (node.kind == Node::Kind::scalar) {
    Node none;
    none.line = node.line;
    none.column = node.column;
    BLOBGAUGE_TRY(const auto filled, fill(node.text, none));
    return read_step(filled, operation);
  }
  if (node.kind == Node::Kind::map && node.keys.size() == 1 && node.keys[0] != "request" && node.keys[0] != "at_once") {
    BLOBGAUGE_TRY(const auto filled, fill(node.keys[0], node.items[0]));
    BLOBGAUGE_TRY(auto step, read_step(filled, operation));
    step.where = {file_, node.items[0].line, node.items[0].column};
    return step;
  }
  Fields fields(node, file_, "a step");
  Step step;
  step.where = {file_, node.line, node.column};
  step.name = fields.text_or("name", {});
  step.operation = fields.text_or("operation", operation);
  if (const auto* together = fields.child("at_once")) {
    BLOBGAUGE_TRY(step.at_once, read_steps(together, step.operation));
    step.statuses = fields.list("statuses");
    if (step.at_once.size() < 2) fields.refuse("two requests at least are sent at once", together);
    if (!step.statuses.empty() && step.statuses.size() != step.at_once.size())
      fields.refuse("'statuses' has one for each request", fields.child("statuses"));
    if (std::any_of(step.at_once.begin(), step.at_once.end(),
                    [](const Step& one) { return !one.at_once.empty() || one.repeat.times; }))
      fields.refuse("what is sent at once are plain requests", together);
    if (step.name.empty()) step.name = "at once";
    BLOBGAUGE_CHECK(fields.finish());
    return step;
  }
  if (const auto* repeat = fields.child("repeat")) {
    Fields times(*repeat, file_, "repeat");
    times.required("times");
    step.repeat.times = times.number_or("times", 0);
    step.repeat.at_once = times.number_or("at_once", step.repeat.at_once);
    step.repeat.number = times.text_or("number", step.repeat.number);
    if (!step.repeat.times || step.repeat.times > 1'000'000 || !step.repeat.at_once || step.repeat.at_once > 256)
      times.refuse("'times' is 1 to a million, 'at_once' 1 to 256");
    BLOBGAUGE_CHECK(times.finish());
  }
  if (const auto* request = fields.required("request")) {
    BLOBGAUGE_TRY(step.request, read_request(*request));
  }
  if (const auto* expect = fields.required("expect")) BLOBGAUGE_CHECK(read_expect(*expect, step));
  step.captures = fields.pairs("capture");
  step.reads = fields.flag_or("reads", false);
  if (const auto* owner = fields.child("by_owner")) {
    step.by_owner = true;
    if (owner->kind != Node::Kind::null) {
      BLOBGAUGE_TRY(auto instead, read_step(*owner, {}));
      step.instead.push_back(std::move(instead));
    }
  }
  BLOBGAUGE_CHECK(fields.finish());
  if (step.name.empty()) step.name = step.request.method;
  return step;
}

Result<std::vector<Step>> CaseReader::read_steps(const Node* node, const std::string& operation) const {
  std::vector<Step> steps;
  if (!node) return steps;
  if (node->kind != Node::Kind::sequence)
    return fail(Category::input, "steps must be a list", {}, {file_, node->line, node->column});
  for (const auto& item : node->items) {
    BLOBGAUGE_TRY(auto step, read_step(item, operation));
    steps.push_back(std::move(step));
  }
  return steps;
}

Result<Case> CaseReader::read_case(const Node& node, const std::string& operation) const {
  Fields fields(node, file_, "a case");
  Case out;
  out.where = {file_, node.line, node.column};
  out.operation = fields.text_or("operation", operation);
  if (out.operation.empty()) fields.refuse("neither the case nor its file names an operation");
  out.id = fields.text("id");
  out.title = fields.text("title");
  out.why = fields.text("why");
  if (out.why.empty()) fields.refuse("a case needs a reason: a reference title, evidence or a failure's link");
  out.tier = fields.text_or("tier", "mvp");
  out.needs = fields.text_or("needs", {});
  if (out.tier != "mvp" && out.tier != "extended")
    fields.refuse(fmt::format("a tier is mvp or extended, not '{}'", out.tier), fields.child("tier"));
  if (out.tier == "extended" && out.needs.empty())
    fields.refuse("an extended case names in 'needs' the flag or account feature that it stands for");
  out.tags = fields.list("tags");
  out.names = fields.list("names");
  if (out.names.empty()) out.names = {"c"};
  const auto role = fields.text_or("role", "destination");
  const auto known = parse_role(role);
  if (!known)
    fields.refuse(fmt::format("a role is destination, source or import, not '{}'", role), fields.child("role"));
  out.role = known.value_or(Role::destination);
  out.own_container = fields.flag_or("own_container", false);
  out.over = fields.text_or("over", {});
  if (!out.over.empty() && out.over != "http" && out.over != "https")
    fields.refuse(fmt::format("a case is over http or https, not '{}'", out.over), fields.child("over"));
  BLOBGAUGE_TRY(out.given, read_steps(fields.child("given"), {}));
  const auto* steps = fields.required("steps");
  BLOBGAUGE_TRY(out.steps, read_steps(steps, out.operation));
  if (steps && out.steps.empty()) fields.refuse("a case needs a step", steps);
  BLOBGAUGE_TRY(out.after, read_steps(fields.child("after"), {}));
  BLOBGAUGE_CHECK(fields.finish());
  return out;
}

}  // namespace blobgauge::replayer
