#include "replayer/judge.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <optional>
#include <pugixml.hpp>
#include <regex>

#include "model/date.h"
#include "model/text.h"
#include "replayer/content.h"

namespace blobgauge::replayer {
namespace {

using model::Category;
using model::fail;
using model::Finding;
using model::Result;
using About = Expectation::About;
using Test = Expectation::Test;

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

void collect(const pugi::xml_node& node, const std::vector<std::string_view>& path, std::size_t depth,
             std::vector<std::string>& out) {
  if (depth == path.size()) {
    out.emplace_back(node.text().get());
    return;
  }
  const std::string name(path[depth]);
  if (name.starts_with('@')) {
    if (const auto attribute = node.attribute(name.c_str() + 1)) out.emplace_back(attribute.value());
    return;
  }
  if (name == "*") {
    for (const auto& child : node.children())
      if (child.type() == pugi::node_element) collect(child, path, depth + 1, out);
    return;
  }
  for (const auto& child : node.children(name.c_str())) collect(child, path, depth + 1, out);
}

std::string shown(std::string_view text) {
  constexpr std::size_t most = 200;
  return text.size() <= most ? std::string(text) : fmt::format("{}... ({} bytes)", text.substr(0, most), text.size());
}

std::string test_name(Test test) {
  static constexpr std::array<std::string_view, 11> names = {
      "present", "absent", "", "one of", "not", "like", "not before", "contains", "count", "ascending", ""};
  return std::string(names[static_cast<std::size_t>(test)]);
}

std::string expected_text(Test test, const std::vector<std::string>& values) {
  const auto name = values.size() == 1 && test == Test::one_of ? std::string{} : test_name(test);
  const auto list = fmt::format("{}", fmt::join(values, ", "));
  return name.empty() ? list : list.empty() ? name : name + " " + list;
}

// `actual` holds every value that is there: of a header that came several times, of all elements at a path.
Result<bool> holds(Test test, const std::vector<std::string>& values, const std::vector<std::string>& actual) {
  const auto is = [&](const std::string& value) {
    return std::find(values.begin(), values.end(), value) != values.end();
  };
  switch (test) {
    case Test::present:
      return !actual.empty();
    case Test::absent:
      return actual.empty();
    case Test::equals:
      return actual == values;
    case Test::one_of:
      return !actual.empty() && std::all_of(actual.begin(), actual.end(), is);
    case Test::differs:
      return !actual.empty() && std::none_of(actual.begin(), actual.end(), is);
    case Test::contains:
      return std::all_of(values.begin(), values.end(), [&](const std::string& value) {
        return std::find(actual.begin(), actual.end(), value) != actual.end();
      });
    case Test::count:
      return !values.empty() && std::to_string(actual.size()) == values.front();
    case Test::ascending:
      return std::adjacent_find(actual.begin(), actual.end(), std::greater_equal<>()) == actual.end();
    case Test::pattern:
      try {
        const std::regex pattern(values.empty() ? std::string{} : values.front(), std::regex::extended);
        return !actual.empty() && std::all_of(actual.begin(), actual.end(),
                                              [&](const std::string& text) { return std::regex_match(text, pattern); });
      } catch (const std::regex_error&) {
        return fail(Category::input, fmt::format("'{}' is no pattern", fmt::join(values, " ")));
      }
    case Test::not_before: {
      const auto limit = values.empty() ? std::nullopt : model::http_time(values.front());
      const auto value = actual.size() == 1 ? model::http_time(actual.front()) : std::nullopt;
      return limit && value && *value >= *limit;
    }
    case Test::content:
      return true;
  }
  return false;
}

bool is_meant(const Expectation& expectation, int status) {
  const auto& at = expectation.at;
  return at.empty() || std::find(at.begin(), at.end(), std::to_string(status)) != at.end();
}

class Judge {
 public:
  Judge(const Suite& suite, const Step& step, const Answered& answer, const Scope& scope)
      : suite_(suite), step_(step), answer_(answer), scope_(scope) {}

  model::Status look(const Expectation& expectation) {
    expectation_ = &expectation;
    BLOBGAUGE_TRY(const auto values, filled(expectation));
    switch (expectation.about) {
      case About::status:
        return compare("status", values, {std::to_string(answer_.status)});
      case About::header:
        return compare("header " + expectation.name, values, header_values(expectation.name));
      case About::error:
        return error(values);
      case About::xml:
        return xml(values);
      case About::body:
        return body();
    }
    return {};
  }

  std::vector<Finding> findings;

 private:
  Result<std::vector<std::string>> filled(const Expectation& expectation) const {
    if (expectation.test == Test::pattern) return expectation.values;
    std::vector<std::string> out;
    for (const auto& value : expectation.values) {
      BLOBGAUGE_TRY(auto text, expand(value, scope_));
      out.push_back(std::move(text));
    }
    return out;
  }

  std::vector<std::string> header_values(std::string_view name) const {
    std::vector<std::string> out;
    for (const auto& field : answer_.headers)
      if (model::iequals(field.name, name)) out.push_back(field.value);
    return out;
  }

  void note(std::string what, std::string expected, std::string actual) {
    Finding finding;
    finding.weight = expectation_->weight;
    finding.step = step_.name;
    finding.expectation = std::move(what);
    finding.expected = std::move(expected);
    finding.actual = std::move(actual);
    finding.reason = expectation_->why;
    findings.push_back(std::move(finding));
  }

  model::Status compare(std::string what, const std::vector<std::string>& values,
                        const std::vector<std::string>& actual) {
    BLOBGAUGE_TRY(const bool fine, holds(expectation_->test, values, actual));
    if (fine) return {};
    const auto text = expectation_->test == Test::count ? std::to_string(actual.size())
                      : actual.empty()                  ? std::string("absent")
                                                        : shown(fmt::format("{}", fmt::join(actual, ", ")));
    note(std::move(what), expected_text(expectation_->test, values), text);
    return {};
  }

  // Whoever refuses says so in a form that clients understand, whatever the code is.
  void any_error() {
    if (answer_.status < 400) return;
    const auto code = error_code(suite_, answer_);
    if (code.empty()) note("error code", "any", "absent");
    if (answer_.method == "HEAD") return;
    const auto texts = xml_texts(answer_.kept, suite_.error_element);
    if (!texts || texts->size() != 1 || texts->front() != code)
      note("error body", fmt::format("{} with the code", suite_.error_element),
           !texts           ? texts.error().message
           : texts->empty() ? "absent"
                            : shown(texts->front()));
  }

  model::Status error(const std::vector<std::string>& values) {
    if (values.size() == 1 && values.front() == "any") {
      any_error();
      return {};
    }
    const auto code = error_code(suite_, answer_);
    if (std::find(values.begin(), values.end(), code) == values.end())
      note("error code", expected_text(Test::one_of, values), code.empty() ? "absent" : code);
    if (answer_.method == "HEAD" || answer_.size == 0) return {};
    // Clients read the header first and the body where there is none, so one of them missing is a difference only.
    const auto header = answer_.headers.get(suite_.error_header);
    const auto texts = xml_texts(answer_.kept, suite_.error_element);
    const auto body = texts && !texts->empty() ? texts->front() : std::string("absent");
    if (body == header) return {};
    note("error code in the body", fmt::format("as {}: {}", suite_.error_header, header), shown(body));
    findings.back().weight = model::Weight::differs;
    return {};
  }

  model::Status xml(const std::vector<std::string>& values) {
    auto texts = xml_texts(answer_.kept, expectation_->name);
    if (texts) return compare("xml " + expectation_->name, values, *texts);
    note("xml " + expectation_->name, expected_text(expectation_->test, values), texts.error().message);
    return {};
  }

  model::Status body() {
    for (const auto& one : step_.contents) {
      BLOBGAUGE_TRY(const auto known, fill(one, scope_));
      if (answer_.size == known.size() && answer_.sha256 == sha256_hex(known)) return {};
    }
    if (step_.contents.size() != 1) {
      note("body", fmt::format("one of {} that were sent, whole", step_.contents.size()),
           fmt::format("{} other bytes", answer_.size));
      return {};
    }
    BLOBGAUGE_TRY(const auto content, fill(step_.contents.front(), scope_));
    if (answer_.size != content.size()) {
      note("body", fmt::format("{} bytes", content.size()), fmt::format("{} bytes", answer_.size));
    } else {
      const auto expected = content.bytes().substr(0, answer_.kept.size());
      const auto place = std::mismatch(expected.begin(), expected.end(), answer_.kept.begin()).first - expected.begin();
      note("body", fmt::format("the {} bytes that were sent", content.size()),
           fmt::format("other bytes from {} on", place));
    }
    return {};
  }

  const Suite& suite_;
  const Step& step_;
  const Answered& answer_;
  const Scope& scope_;
  const Expectation* expectation_ = nullptr;
};

}  // namespace

Result<std::vector<std::string>> xml_texts(std::string_view body, std::string_view path) {
  if (body.starts_with(byte_order_mark)) body.remove_prefix(byte_order_mark.size());
  pugi::xml_document document;
  const auto parsed = document.load_buffer(body.data(), body.size(), pugi::parse_default, pugi::encoding_utf8);
  if (!parsed) return fail(Category::input, body.empty() ? "no body" : fmt::format("no XML: {}", parsed.description()));
  std::vector<std::string> out;
  collect(document, model::split(path, '/'), 0, out);
  return out;
}

std::string error_code(const Suite& suite, const Answered& answer) {
  if (const auto header = answer.headers.find(suite.error_header)) return std::string(*header);
  const auto texts = xml_texts(answer.kept, suite.error_element);
  return texts && !texts->empty() ? texts->front() : std::string{};
}

Result<Content> fill(const BodyTemplate& body, const Scope& scope) {
  Content out;
  for (const auto& piece : body) {
    BLOBGAUGE_TRY(auto text, expand(piece.text, scope));
    out.add_text(std::move(text));
    out.add_generated(piece.seed, piece.offset, piece.size);
  }
  return out;
}

Result<std::vector<Finding>> judge(const Suite& suite, const Step& step, const std::vector<Expectation>& expectations,
                                   const Answered& answer, const Scope& scope, std::string_view version) {
  Judge judge(suite, step, answer, scope);
  for (const auto& expectation : expectations)
    // Versions are dates, so their order is the order of their text.
    if ((expectation.from.empty() || version >= expectation.from) && is_meant(expectation, answer.status))
      BLOBGAUGE_CHECK(judge.look(expectation));
  return std::move(judge.findings);
}

}  // namespace blobgauge::replayer
