#include "replayer/answer_history.h"

#include <algorithm>

#include "model/text.h"
#include "model/url.h"
#include "replayer/answer_form.h"
#include "wire/digest.h"

namespace blobgauge::replayer {
namespace {

// FNV-1a; never 0, which means that nobody said. 64 bits: among 65,536 states two share one by a chance of 10^-10.
std::uint64_t digest_of(std::string_view text, std::uint64_t seed = 0xcbf29ce484222325U) {
  for (const char c : text) seed = (seed ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return seed ? seed : 1;
}

std::uint64_t digest_of(std::uint64_t number) { return digest_of(std::to_string(number)); }

bool is_among(const std::vector<std::string>& globs, std::string_view operation) {
  return model::matches_any(globs, operation);
}

// As an answer to a write says it.
std::uint64_t body_digest(const model::Exchange& exchange) {
  return digest_of(model::base64(wire::digest(wire::Algorithm::md5, *exchange.response.body.bytes)));
}

constexpr std::string_view length_header = "Content-Length";

bool printable_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

std::string_view path_of_target(std::string_view target) { return target.substr(0, target.find('?')); }

}  // namespace

AnswerHistoryBook::AnswerHistoryBook(const model::AnswerRules& rules) : rules_(rules.history), masks_(rules.masks) {
  facts_ = {"history-size", "history-content", "history-metadata"};
  subjects_ = {"size of the content", "digest of the content", "headers " + rules_.open + "*"};
  for (const auto& name : rules_.same) {
    facts_.push_back("history-" + model::lower(name));
    subjects_.push_back("header " + name);
  }
}

bool AnswerHistoryBook::key_of(const model::Exchange& exchange, std::uint64_t& key) const {
  if (rules_.empty() || exchange.response.status < 200 || exchange.response.status > 299) return false;
  const auto state = exchange.response.headers.find(rules_.state);
  static const auto is_tag = answer_form("quoted hexadecimal");
  if (!state || !is_tag(*state)) return false;
  const std::string_view target = exchange.request.target;
  if (const auto mark = target.find('?'); mark != std::string_view::npos)
    for (const auto& item : model::parse_query(target.substr(mark + 1)))
      for (const auto& name : rules_.unless_query)
        if (model::iequals(item.name, name)) return false;
  key = digest_of(*state, digest_of(path_of_target(target), digest_of(model::lower(exchange.request.host))));
  return true;
}

// Recorders differ in what they make of other values, and some put masks in their place.
bool AnswerHistoryBook::is_comparable(std::string_view value) const {
  return !value.empty() && printable_text(value) && !model::matches_any(masks_, value);
}

// The same for any order and any case of the names; 0 where it cannot be told.
std::uint64_t AnswerHistoryBook::open_set(const model::Headers& headers) const {
  std::uint64_t sum = 1;
  for (const auto& header : headers)
    if (header.name.size() > rules_.open.size() &&
        model::iequals(std::string_view(header.name).substr(0, rules_.open.size()), rules_.open)) {
      if (!header.value.empty() && !is_comparable(header.value)) return 0;
      sum += digest_of(header.value, digest_of(model::lower(header.name)));
    }
  return sum ? sum : 1;
}

void AnswerHistoryBook::say_value(std::string_view name, std::string_view value) const {
  const auto same = std::find_if(rules_.same.begin(), rules_.same.end(),
                                 [&](const std::string& one) { return model::iequals(one, name); });
  if (same != rules_.same.end() && is_comparable(value))
    said_.push_back({fixed + static_cast<std::size_t>(same - rules_.same.begin()), digest_of(value), value});
}

void AnswerHistoryBook::say_headers(const model::Headers& headers, const std::vector<std::string>& names) const {
  for (const auto& name : names)
    if (const auto value = headers.find(name)) say_value(name, *value);
}

void AnswerHistoryBook::say_of_write(const model::Exchange& exchange, const model::AnswerHistory::Write& write) const {
  const auto& sent = exchange.request.headers;
  say_headers(exchange.response.headers, rules_.same_in_writes);
  if (write.content) {
    const auto length = sent.get(length_header);
    if (const auto number = model::parse_number(length)) said_.push_back({size, digest_of(*number), length});
    if (const auto md5 = exchange.response.headers.find(rules_.md5)) said_.push_back({content, digest_of(*md5), *md5});
  }
  for (const auto& [name, setters] : write.sets)
    for (const auto& setter : setters)
      if (const auto value = sent.find(setter)) {
        say_value(name, *value);
        break;
      }
  if (write.open && exchange.request.headers_complete)
    if (const auto set = open_set(sent)) said_.push_back({open, set, {}});
}

void AnswerHistoryBook::say_of_read(const model::Exchange& exchange, Fidelity fidelity) const {
  const auto& response = exchange.response;
  const auto& headers = response.headers;
  say_headers(headers, rules_.same);
  if (fidelity != Fidelity::partial)
    if (const auto set = open_set(headers)) said_.push_back({open, set, {}});
  if (const auto range = headers.find(rules_.range)) {
    ContentRange parsed;
    if (parse_content_range(*range, parsed)) said_.push_back({size, digest_of(parsed.size), *range});
    return;
  }
  if (response.status != 200) return;
  const auto length = headers.get(length_header);
  if (const auto number = model::parse_number(length)) said_.push_back({size, digest_of(*number), length});
  if (response.body.bytes && response.body.complete && exchange.request.method == "GET")
    said_.push_back({content, 0, {}});
}

void AnswerHistoryBook::say(const model::Exchange& exchange, std::string_view operation, Fidelity fidelity) const {
  said_.clear();
  for (const auto& name : rules_.unless_request)
    if (exchange.request.headers.has(name)) return;
  for (const auto& text : rules_.unless_answer) {
    const auto equals = text.find('=');
    if (exchange.response.headers.get(text.substr(0, equals)) == text.substr(equals + 1)) return;
  }
  if (is_among(rules_.reads, operation)) return say_of_read(exchange, fidelity);
  for (const auto& write : rules_.writes)
    if (is_among(write.operations, operation)) return say_of_write(exchange, write);
}

void AnswerHistoryBook::add(const model::Exchange& exchange, std::string_view operation, Fidelity fidelity,
                            std::vector<Comparison>& out) {
  out.clear();
  std::uint64_t key = 0;
  if (!key_of(exchange, key)) return;
  say(exchange, operation, fidelity);
  if (said_.empty()) return;
  const auto [found, is_new] = states_.try_emplace(key);
  if (is_new) {
    found->second.resize(facts_.size());
    order_.push_back(key);
    if (order_.size() > most_states) {
      states_.erase(order_.front());
      order_.pop_front();
    }
  }
  for (const auto& one : said_) {
    auto& told = found->second[one.fact];
    if (!told.value) {
      if (one.value) told = {one.value, exchange.number, 0};
      continue;
    }
    const auto value = one.value ? one.value : body_digest(exchange);
    out.push_back({one.fact, value == told.value, told.first, one.actual});
    if (value == told.value && !told.second && told.first != exchange.number) told.second = exchange.number;
  }
}

void AnswerHistoryBook::compare(const model::Exchange& exchange, std::string_view operation, Fidelity fidelity,
                                std::vector<Comparison>& out) const {
  out.clear();
  std::uint64_t key = 0;
  if (!key_of(exchange, key)) return;
  const auto found = states_.find(key);
  if (found == states_.end()) return;
  say(exchange, operation, fidelity);
  for (const auto& one : said_) {
    const auto& told = found->second[one.fact];
    const auto other = told.first != exchange.number ? told.first : told.second;
    if (!told.value || !other) continue;
    out.push_back({one.fact, (one.value ? one.value : body_digest(exchange)) == told.value, other, one.actual});
  }
}

}  // namespace blobgauge::replayer
