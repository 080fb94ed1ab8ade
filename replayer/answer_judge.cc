#include "replayer/answer_judge.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <pugixml.hpp>
#include <unordered_map>

#include "model/text.h"
#include "model/text_memory.h"
#include "model/url.h"
#include "model/word_hash.h"
#include "replayer/answer_form.h"
#include "replayer/compiled_rules.h"
#include "replayer/xml_document.h"
#include "wire/digest.h"

namespace blobgauge::replayer {
namespace {

using model::AnswerRule;
using model::Result;
using RuleSubject = AnswerRule::Subject;
using RuleTest = AnswerRule::Test;

constexpr std::size_t longest_shown_text = 160;

bool plain_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

std::string short_text(std::string_view text) {
  return text.size() <= longest_shown_text
             ? std::string(text)
             : fmt::format("{}... ({} bytes)", text.substr(0, longest_shown_text), text.size());
}

std::string raw_query(const model::Request& request) {
  const auto mark = request.target.find('?');
  return mark == std::string::npos ? std::string{} : request.target.substr(mark + 1);
}

// The value of a parameter, whatever the letters of its name.
std::optional<std::string> query_parameter(const model::Request& request, std::string_view name) {
  for (const auto& item : model::parse_query(raw_query(request)))
    if (model::iequals(item.name, name)) return item.value;
  return std::nullopt;
}

}  // namespace

Fidelity fidelity_of(const model::Exchange& exchange, bool partial) {
  if (partial) return Fidelity::partial;
  return exchange.source.empty() && exchange.request.headers_complete ? Fidelity::whole : Fidelity::brought;
}

struct AnswerJudge::Judging {
  using Rule = CompiledRule;
  struct Seen {
    std::vector<HeaderText> request, answer;
    std::vector<std::optional<bool>> masks;  // which of `answer` are masks, where that was asked
    std::string version;
    bool queries_read = false;
    std::vector<model::QueryParameter> queries;
    XmlDocument document;
  };
  // A rule and the header without which it has nothing to say, side by side: most are passed over for that.
  struct Candidate {
    static constexpr std::size_t any = ~std::size_t{0};
    std::size_t rule = 0, needs = any;
  };
  // The rules that may speak of answers with this status to this method, of the rules of an operation, for one version
  // of the API and as much as a recording shows.
  struct Chosen {
    const std::vector<std::size_t>* of = nullptr;
    int status = 0;
    Fidelity fidelity = Fidelity::whole;
    std::string method, version;
    std::vector<Candidate> rules;
  };
  static constexpr std::size_t most_chosen = 4096;  // kept; a made-up trace may have any number

  std::unique_ptr<CompiledRules> compiled;
  mutable Seen seen;
  mutable std::unordered_map<std::uint64_t, Chosen> chosen;
  mutable Chosen unkept;
  mutable model::TextMemory unmasked;  // values of headers that are no masks

  const std::vector<Candidate>& choose(const std::vector<std::size_t>& of, const model::Exchange& exchange,
                                       Fidelity fidelity) const {
    const auto& method = exchange.request.method;
    const int status = exchange.response.status;
    auto key = reinterpret_cast<std::uintptr_t>(&of) * 31 + static_cast<unsigned>(status);
    key = (key * 31 + static_cast<unsigned>(fidelity)) ^ model::word_hash(method) ^ model::word_hash(seen.version) * 3;
    const auto found = chosen.find(key);
    if (found != chosen.end() && found->second.of == &of && found->second.status == status &&
        found->second.fidelity == fidelity && found->second.method == method && found->second.version == seen.version)
      return found->second.rules;
    Chosen fresh{&of, status, fidelity, method, seen.version, {}};
    for (const auto i : of) {
      const auto& rule = compiled->rules[i];
      if (fits_status(rule, status) && fits_version(*rule.rule) && (!rule.rule->whole || fidelity == Fidelity::whole) &&
          (rule.methods.empty() || std::find(rule.methods.begin(), rule.methods.end(), method) != rule.methods.end()))
        fresh.rules.push_back({i, needed_header(rule)});
    }
    if (found == chosen.end() && chosen.size() < most_chosen) return (chosen[key] = std::move(fresh)).rules;
    return (unkept = std::move(fresh)).rules;
  }

  // Versions are dates, so their order is the order of their text; without a version a window says nothing.
  bool fits_version(const AnswerRule& wants) const {
    if (!wants.from.empty() && seen.version < wants.from) return false;
    return wants.until.empty() || (!seen.version.empty() && seen.version < wants.until);
  }

  static std::size_t needed_header(const Rule& rule) {
    const bool looks_at_value = rule.rule->subject == RuleSubject::header && rule.rule->test != RuleTest::present &&
                                rule.rule->test != RuleTest::absent;
    return looks_at_value ? rule.slot : Candidate::any;
  }

  bool is_mask(std::string_view value) const {
    if (unmasked.has(value)) return false;
    if (compiled->masks.contains(value)) return true;
    unmasked.add(value);
    return false;
  }

  bool is_masked_answer(std::size_t slot) const {
    auto& known = seen.masks[slot];
    if (!known) known = is_mask(*seen.answer[slot]);
    return *known;
  }

  bool fits_status(const Rule& rule, int status) const {
    if (rule.any_status) return true;
    const auto kind = static_cast<std::size_t>(status / 100);
    return (kind < rule.classes.size() && rule.classes[kind]) ||
           std::find(rule.statuses.begin(), rule.statuses.end(), status) != rule.statuses.end();
  }

  // Nothing where it is not known.
  static std::optional<bool> holds(const AnswerCondition& selector, const HeaderText& value, bool absence_is_known) {
    if (!value && !absence_is_known) return std::nullopt;
    const bool is = value && (selector.values.empty() ||
                              std::any_of(selector.values.begin(), selector.values.end(),
                                          [&](const std::string& one) { return model::iequals(one, *value); }));
    return is == selector.wanted;
  }

  HeaderText query(const model::Exchange& exchange, std::string_view name) const {
    if (!seen.queries_read) {
      seen.queries = model::parse_query(raw_query(exchange.request));
      seen.queries_read = true;
    }
    for (const auto& item : seen.queries)
      if (model::iequals(item.name, name)) return item.value;
    return std::nullopt;
  }

  bool applies(const Rule& rule, const model::Exchange& exchange, Fidelity fidelity) const {
    const auto all = [](const std::vector<AnswerCondition>& selectors, auto value, bool known) {
      return std::all_of(selectors.begin(), selectors.end(), [&](const AnswerCondition& selector) {
        return holds(selector, value(selector.slot), known).value_or(false);
      });
    };
    return all(
               rule.requests, [&](std::size_t slot) { return seen.request[slot]; },
               exchange.request.headers_complete) &&
           all(
               rule.answers, [&](std::size_t slot) { return seen.answer[slot]; }, fidelity != Fidelity::partial) &&
           all(
               rule.queries, [&](std::size_t slot) { return query(exchange, compiled->query_names[slot]); }, true);
  }

  std::optional<bool> look(const Rule& rule, const model::Exchange& exchange, const model::Address& address,
                           Fidelity fidelity) const {
    switch (rule.rule->subject) {
      case RuleSubject::status:
        return std::find(rule.rule->values.begin(), rule.rule->values.end(),
                         std::to_string(exchange.response.status)) != rule.rule->values.end();
      case RuleSubject::header:
        return look_at_header(rule, exchange, fidelity);
      case RuleSubject::element:
        return look_at_elements(rule, exchange, address);
      case RuleSubject::body:
        return look_at_body(rule, exchange);
    }
    return std::nullopt;
  }

  std::optional<bool> look_at_header(const Rule& rule, const model::Exchange& exchange, Fidelity fidelity) const {
    const auto& value = seen.answer[rule.slot];
    if (rule.rule->test == RuleTest::present) {
      if (fidelity == Fidelity::partial) return std::nullopt;
      return value.has_value();
    }
    if (rule.rule->test == RuleTest::absent) return !value;
    if (!value || is_masked_answer(rule.slot)) return std::nullopt;
    return look_at_value(rule, exchange, *value);
  }

  std::optional<bool> look_at_value(const Rule& rule, const model::Exchange& exchange, std::string_view value) const {
    const auto& wants = *rule.rule;
    const auto& response = exchange.response;
    switch (wants.test) {
      case RuleTest::form:
        return std::any_of(rule.forms.begin(), rule.forms.end(), [&](AnswerForm form) { return form(value); });
      case RuleTest::one_of:
        return std::find(wants.values.begin(), wants.values.end(), value) != wants.values.end();
      case RuleTest::request:
      case RuleTest::header: {
        const auto& other = wants.test == RuleTest::request ? seen.request[rule.other] : seen.answer[rule.other];
        if (!other || is_mask(*other)) return std::nullopt;
        static const auto is_guid = answer_form("guid");  // whose letters have no case (RFC 4122 section 3)
        return is_guid(value) ? model::iequals(value, *other) : value == *other;
      }
      case RuleTest::status:
        return value == std::to_string(response.status);
      case RuleTest::status_for: {
        for (const auto& [name, statuses] : wants.table)
          if (name == value)
            return std::find(statuses.begin(), statuses.end(), std::to_string(response.status)) != statuses.end();
        return std::nullopt;
      }
      case RuleTest::md5:
      case RuleTest::crc64:
        return digest(wants, exchange, value);
      case RuleTest::size:
        if (!response.body.bytes || !response.body.complete) return std::nullopt;
        return value == std::to_string(response.body.bytes->size());
      case RuleTest::range:
        return range(rule, exchange, value);
      default:
        return std::nullopt;
    }
  }

  static std::optional<bool> digest(const AnswerRule& wants, const model::Exchange& exchange, std::string_view value) {
    const auto& body = wants.values.front() == "answer" ? exchange.response.body : exchange.request.body;
    const bool is_md5 = wants.test == RuleTest::md5;
    const auto& known = is_md5 ? body.md5 : body.crc64;
    if (!known.empty() && body.complete) {
      const auto sent = model::from_base64(value);
      return sent && wire::hex(*sent) == model::lower(known);
    }
    if (!body.bytes || !body.complete) return std::nullopt;
    return value == model::base64(wire::digest(is_md5 ? wire::Algorithm::md5 : wire::Algorithm::crc64, *body.bytes));
  }

  std::optional<bool> range(const Rule& rule, const model::Exchange& exchange, std::string_view value) const {
    ContentRange got;
    if (!parse_content_range(value, got) || got.first > got.last) return std::nullopt;
    const auto& body = exchange.response.body;
    if (body.bytes && body.complete && body.bytes->size() != got.last - got.first + 1) return false;
    for (const auto slot : rule.ranges) {
      if (!seen.request[slot]) continue;
      auto asked = *seen.request[slot];
      constexpr std::string_view unit = "bytes=";
      if (!asked.starts_with(unit)) return std::nullopt;
      asked.remove_prefix(unit.size());
      const auto dash = asked.find('-');
      if (dash == std::string_view::npos || asked.find(',') != std::string_view::npos) return std::nullopt;
      const auto first = model::parse_number(asked.substr(0, dash)), last = model::parse_number(asked.substr(dash + 1));
      if (!first) return std::nullopt;
      if (dash + 1 < asked.size() && !last) return std::nullopt;
      return got.first == *first && got.last == std::min(last.value_or(got.size - 1), got.size - 1);
    }
    return body.bytes ? std::optional<bool>(true) : std::nullopt;
  }

  std::optional<bool> look_at_body(const Rule& rule, const model::Exchange& exchange) const {
    const auto& body = exchange.response.body;
    if (rule.rule->test == RuleTest::absent) return body.size == 0 && (!body.bytes || body.bytes->empty());
    if (rule.rule->test == RuleTest::xml) {
      if (!body.bytes || !body.complete) return std::nullopt;
      const auto* document = seen.document.of(body);
      const auto& roots = rule.rule->values;
      return document && std::find(roots.begin(), roots.end(), document->document_element().name()) != roots.end();
    }
    return std::nullopt;
  }

  std::optional<bool> look_at_elements(const Rule& rule, const model::Exchange& exchange,
                                       const model::Address& address) const {
    const auto* document = seen.document.of(exchange.response.body);
    if (!document) return std::nullopt;
    const auto& wants = *rule.rule;
    std::size_t count = 0;
    bool fine = true;
    switch (wants.test) {
      case RuleTest::present:
      case RuleTest::absent:
        rule.path.each_text(*document, [&](std::string_view) { ++count; });
        return (count > 0) == (wants.test == RuleTest::present);
      case RuleTest::children:
        rule.path.each(*document, [&](const pugi::xml_node& node) {
          if (!wants.given.empty() && !node.child(wants.given.c_str())) return;
          ++count;
          for (const auto& name : wants.values) fine = fine && node.child(name.c_str());
        });
        return count ? std::optional<bool>(fine) : std::nullopt;
      case RuleTest::at_most: {
        const auto most = query(exchange, wants.values.front());
        const auto number = most ? model::parse_number(*most) : std::nullopt;
        if (!number) return std::nullopt;
        rule.path.each(*document, [&](const pugi::xml_node&) { ++count; });
        return count <= *number;
      }
      case RuleTest::sorted:
        return sorted(rule, *document);
      case RuleTest::query:
        return as_query(rule, exchange, *document);
      case RuleTest::container:
        rule.path.each_text(*document, [&](std::string_view text) {
          ++count;
          fine = fine && text == address.container;
        });
        return count && plain_ascii(address.container) ? std::optional<bool>(fine) : std::nullopt;
      default:
        rule.path.each_text(*document, [&](std::string_view text) {
          if (is_mask(text)) return;
          const auto one = look_at_value(rule, exchange, text);
          count += one.has_value();
          fine = fine && one.value_or(true);
        });
        return count ? std::optional<bool>(fine) : std::nullopt;
    }
  }

  // Of all elements below, in their order; the texts are those of their child `given`.
  static std::optional<bool> sorted(const Rule& rule, const pugi::xml_node& document) {
    std::string last;
    bool fine = true, comparable = true;
    std::size_t count = 0;
    rule.path.each(document, [&](const pugi::xml_node& node) {
      for (const auto& child : node.children()) {
        const std::string_view text = child.child(rule.rule->given.c_str()).text().get();
        comparable = comparable && plain_ascii(text) && text.find('/') == std::string_view::npos &&
                     !child.child(rule.rule->given.c_str()).first_attribute();
        if (count++) fine = fine && last <= text;
        last = text;
      }
    });
    return comparable && count > 1 ? std::optional<bool>(fine) : std::nullopt;
  }

  std::optional<bool> as_query(const Rule& rule, const model::Exchange& exchange,
                               const pugi::xml_node& document) const {
    const auto wanted = query(exchange, rule.rule->values.front());
    std::size_t count = 0;
    bool fine = true;
    rule.path.each_text(document, [&](std::string_view text) {
      ++count;
      fine = fine && wanted && text == *wanted;
    });
    if (!wanted || wanted->empty()) return count == 0;
    // What an XML reader or a recorder may have changed is not compared.
    if (!plain_ascii(*wanted) || wanted->find('+') != std::string_view::npos) return std::nullopt;
    if (rule.rule->values.size() > 1) {  // the greatest number of which it is known that it comes back as it is
      const auto number = model::parse_number(*wanted), most = model::parse_number(rule.rule->values[1]);
      if (!number || !most || *number > *most) return std::nullopt;
    }
    return count == 1 && fine;
  }
};

AnswerJudge::AnswerJudge(std::unique_ptr<Judging> judging) : judging_(std::move(judging)) {}
AnswerJudge::AnswerJudge(AnswerJudge&&) noexcept = default;
AnswerJudge::~AnswerJudge() = default;

Result<AnswerJudge> AnswerJudge::create(const model::AnswerRules& rules, const model::Catalogue& catalogue) {
  auto judging = std::make_unique<Judging>();
  BLOBGAUGE_TRY(judging->compiled, CompiledRules::create(rules, catalogue));
  return AnswerJudge(std::move(judging));
}

void AnswerJudge::judge(const model::Exchange& exchange, const model::Classification& classification, Fidelity fidelity,
                        std::vector<Look>& out) const {
  out.clear();
  if (exchange.response.status == 0) return;
  const auto& judging = *judging_;
  const auto& own = *judging.compiled;
  const auto& of_operation = own.rules_of(classification.name);
  if (of_operation.empty()) return;
  auto& seen = judging.seen;
  own.request_slots.fill(exchange.request.headers, seen.request);
  own.answer_slots.fill(exchange.response.headers, seen.answer);
  seen.masks.assign(seen.answer.size(), std::nullopt);
  seen.queries_read = false;
  seen.document.forget();
  seen.version.clear();
  static const auto is_version = answer_form("day");
  for (const auto& version : {seen.request[own.request_version], seen.answer[own.answer_version]})
    if (seen.version.empty() && version && is_version(*version)) seen.version = *version;
  for (const auto& [i, needs] : judging.choose(of_operation, exchange, fidelity)) {
    if (needs != Judging::Candidate::any && !seen.answer[needs]) continue;
    const auto& rule = own.rules[i];
    if (!judging.applies(rule, exchange, fidelity)) continue;
    if (const auto holds = judging.look(rule, exchange, classification.address, fidelity)) out.push_back({i, *holds});
  }
}

bool AnswerJudge::concerns(std::size_t rule, std::string_view operation) const {
  return CompiledRules::concerns(*judging_->compiled->rules[rule].rule, operation);
}

std::string AnswerJudge::subject(const AnswerRule& rule) {
  switch (rule.subject) {
    case RuleSubject::status:
      return "status";
    case RuleSubject::header:
      return "header " + rule.name;
    case RuleSubject::element:
      return "element " + rule.name;
    case RuleSubject::body:
      return "body";
  }
  return {};
}

std::string AnswerJudge::actual(std::size_t index, const model::Exchange& exchange) const {
  const auto& rule = judging_->compiled->rules[index];
  const auto& response = exchange.response;
  if (rule.rule->subject == RuleSubject::status || rule.rule->test == RuleTest::status_for)
    return fmt::format("{}{}",
                       rule.rule->subject == RuleSubject::header
                           ? std::string(response.headers.get(rule.rule->name)) + " with "
                           : std::string{},
                       response.status);
  if (rule.rule->subject == RuleSubject::header) {
    const auto value = response.headers.find(rule.rule->name);
    return value ? short_text(*value) : "absent";
  }
  if (rule.rule->subject == RuleSubject::body) return fmt::format("{} bytes", response.body.size);
  XmlDocument document;
  const auto* root = document.of(response.body);
  if (!root) return "no XML";
  std::vector<std::string> texts;
  rule.path.each_text(*root, [&](std::string_view text) {
    if (texts.size() < 4) texts.push_back(short_text(text));
  });
  return texts.empty() ? "absent" : fmt::format("{}", fmt::join(texts, ", "));
}

std::string AnswerJudge::expected(std::size_t index, const model::Exchange& exchange) const {
  const auto& rule = *judging_->compiled->rules[index].rule;
  const auto list = fmt::format("{}", fmt::join(rule.values, ", "));
  switch (rule.test) {
    case RuleTest::present:
      return "present";
    case RuleTest::absent:
      return "absent";
    case RuleTest::form:
    case RuleTest::one_of:
      return rule.values.size() > 1 ? "one of " + list : list;
    case RuleTest::request:
      return short_text(exchange.request.headers.get(rule.values.front())) + ", as the request's " + list;
    case RuleTest::query:
      return "as the query's " + list + ": " +
             short_text(query_parameter(exchange.request, rule.values.front()).value_or("absent"));
    case RuleTest::container:
      return "the container of the request";
    case RuleTest::header:
      return short_text(exchange.response.headers.get(rule.values.front())) + ", as " + list;
    case RuleTest::status:
      return std::to_string(exchange.response.status);
    case RuleTest::status_for: {
      for (const auto& [name, statuses] : rule.table)
        if (name == exchange.response.headers.get(rule.name)) return fmt::format("{}", fmt::join(statuses, " or "));
      return {};
    }
    case RuleTest::md5:
    case RuleTest::crc64:
      return fmt::format("the {} of the {}'s body", rule.test == RuleTest::md5 ? "MD5" : "CRC64", list);
    case RuleTest::size:
      return "the size of the body";
    case RuleTest::range:
      return "the range that was asked for and came";
    case RuleTest::children:
      return "with " + list;
    case RuleTest::at_most:
      return "at most as many as the query's " + list;
    case RuleTest::sorted:
      return "in ascending order";
    case RuleTest::xml:
      return "XML, root " + list;
  }
  return {};
}

}  // namespace blobgauge::replayer
