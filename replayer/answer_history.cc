#include "replayer/answer_history.h"

#include <algorithm>
#include <cstring>

#include "model/text.h"
#include "model/url.h"
#include "replayer/answer_form.h"
#include "wire/digest.h"

namespace blobgauge::replayer {
namespace {

// Eight bytes at a time, folded as in wyhash; never 0, which means that nobody said. 64 bits: among 65,536 states two
// share one by a chance of 10^-10.
std::uint64_t digest_of(std::string_view text, std::uint64_t seed = 0xcbf29ce484222325U) {
  __extension__ using Wide = unsigned __int128;
  const auto fold = [&](std::uint64_t word) {
    const auto product = static_cast<Wide>(seed ^ word) * 0x9E3779B97F4A7C15u;
    seed = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64) ^ 0xD6E8FEB86659FD93u;
  };
  fold(text.size());
  for (std::uint64_t word; text.size() >= sizeof word; text.remove_prefix(sizeof word)) {
    std::memcpy(&word, text.data(), sizeof word);
    fold(word);
  }
  std::uint64_t rest = 0;
  if (!text.empty()) std::memcpy(&rest, text.data(), text.size());
  fold(rest);
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
constexpr std::size_t no_slot = ~std::size_t{0};  // of a header that the rules do not name

bool printable_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

std::string_view path_of_target(std::string_view target) { return target.substr(0, target.find('?')); }

}  // namespace

AnswerHistoryBook::AnswerHistoryBook(const model::AnswerRules& rules) : rules_(rules.history), masks_(rules.masks) {
  facts_ = {"history-size", "history-content", "history-metadata"};
  subjects_ = {"size of the content", "digest of the content", "headers " + rules_.open + "*"};
  if (rules_.empty()) return;
  for (const auto& name : rules_.same) {
    same_.push_back({facts_.size(), answer_slots_.add(name)});
    facts_.push_back("history-" + model::lower(name));
    subjects_.push_back("header " + name);
  }
  for (const auto& name : rules_.same_in_writes)
    if (const auto fact = fact_of(name)) same_in_writes_.push_back({*fact, answer_slots_.add(name)});
  const auto slot_of = [](HeaderSlots& slots, std::string_view name) {
    return name.empty() ? no_slot : slots.add(name);
  };
  state_ = slot_of(answer_slots_, rules_.state);
  md5_ = slot_of(answer_slots_, rules_.md5);
  range_ = slot_of(answer_slots_, rules_.range);
  answer_length_ = answer_slots_.add(length_header);
  request_length_ = request_slots_.add(length_header);
  for (const auto& name : rules_.unless_request) unless_request_.push_back(request_slots_.add(name));
  for (const auto& text : rules_.unless_answer) {
    const auto equals = text.find('=');
    unless_answer_.emplace_back(answer_slots_.add(text.substr(0, equals)), text.substr(equals + 1));
  }
  for (const auto& write : rules_.writes)
    for (const auto& [name, setters] : write.sets)
      for (const auto& setter : setters) request_slots_.add(setter);
}

std::optional<std::size_t> AnswerHistoryBook::fact_of(std::string_view header) const {
  const auto same = std::find_if(rules_.same.begin(), rules_.same.end(),
                                 [&](const std::string& one) { return model::iequals(one, header); });
  if (same == rules_.same.end()) return std::nullopt;
  return fixed + static_cast<std::size_t>(same - rules_.same.begin());
}

const AnswerHistoryBook::Teller& AnswerHistoryBook::teller_of(std::string_view operation) const {
  if (const auto found = tellers_.find(operation); found != tellers_.end()) return found->second;
  Teller teller;
  teller.reads = is_among(rules_.reads, operation);
  const auto write =
      std::find_if(rules_.writes.begin(), rules_.writes.end(),
                   [&](const model::AnswerHistory::Write& one) { return is_among(one.operations, operation); });
  if (!teller.reads && write != rules_.writes.end()) {
    teller.write = static_cast<std::size_t>(write - rules_.writes.begin());
    for (const auto& [name, setters] : write->sets) {
      const auto fact = fact_of(name);
      if (!fact) continue;
      teller.sets.push_back({*fact, {}});
      for (const auto& setter : setters) teller.sets.back().second.push_back(*request_slots_.find(setter));
    }
  }
  return tellers_.emplace(operation, std::move(teller)).first->second;
}

bool AnswerHistoryBook::key_of(const model::Exchange& exchange, std::uint64_t& key) const {
  if (rules_.empty() || exchange.response.status < 200 || exchange.response.status > 299) return false;
  answer_slots_.fill(exchange.response.headers, answer_);
  static const auto is_tag = answer_form("quoted hexadecimal");
  if (state_ == no_slot || !answer_[state_] || !is_tag(*answer_[state_])) return false;
  const std::string_view target = exchange.request.target;
  if (const auto mark = target.find('?'); mark != std::string_view::npos) {
    bool other = false;
    model::each_query_parameter(target.substr(mark + 1), [&](std::string_view item, std::string_view) {
      for (const auto& name : rules_.unless_query) other = other || model::iequals(item, name);
    });
    if (other) return false;
  }
  const auto host = digest_of(model::lower(exchange.request.host));
  key = digest_of(*answer_[state_], digest_of(path_of_target(target), host));
  return true;
}

// Recorders differ in what they make of other values, and some put masks in their place.
bool AnswerHistoryBook::is_comparable(std::string_view value) const {
  return !value.empty() && printable_text(value) && !masks_.contains(value);
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

void AnswerHistoryBook::say_value(std::size_t fact, std::string_view value) const {
  if (is_comparable(value)) said_.push_back({fact, digest_of(value), value});
}

void AnswerHistoryBook::say_headers(const std::vector<Same>& headers) const {
  for (const auto& [fact, slot] : headers)
    if (answer_[slot]) say_value(fact, *answer_[slot]);
}

void AnswerHistoryBook::say_of_write(const model::Exchange& exchange, const Teller& teller) const {
  const auto& write = rules_.writes[*teller.write];
  say_headers(same_in_writes_);
  if (write.content) {
    const auto length = request_[request_length_].value_or(std::string_view{});
    if (const auto number = model::parse_number(length)) said_.push_back({size, digest_of(*number), length});
    if (md5_ != no_slot && answer_[md5_]) said_.push_back({content, digest_of(*answer_[md5_]), *answer_[md5_]});
  }
  for (const auto& [fact, setters] : teller.sets)
    for (const auto slot : setters)
      if (request_[slot]) {
        say_value(fact, *request_[slot]);
        break;
      }
  if (write.open && exchange.request.headers_complete)
    if (const auto set = open_set(exchange.request.headers)) said_.push_back({open, set, {}});
}

void AnswerHistoryBook::say_of_read(const model::Exchange& exchange, Fidelity fidelity) const {
  const auto& response = exchange.response;
  say_headers(same_);
  if (fidelity != Fidelity::partial)
    if (const auto set = open_set(response.headers)) said_.push_back({open, set, {}});
  if (range_ != no_slot && answer_[range_]) {
    ContentRange parsed;
    if (parse_content_range(*answer_[range_], parsed))
      said_.push_back({size, digest_of(parsed.size), *answer_[range_]});
    return;
  }
  if (response.status != 200) return;
  const auto length = answer_[answer_length_].value_or(std::string_view{});
  if (const auto number = model::parse_number(length)) said_.push_back({size, digest_of(*number), length});
  if (response.body.bytes && response.body.complete && exchange.request.method == "GET")
    said_.push_back({content, 0, {}});
}

void AnswerHistoryBook::say(const model::Exchange& exchange, std::string_view operation, Fidelity fidelity) const {
  said_.clear();
  const auto& teller = teller_of(operation);
  if (!teller.reads && !teller.write) return;
  request_slots_.fill(exchange.request.headers, request_);
  for (const auto slot : unless_request_)
    if (request_[slot]) return;
  for (const auto& [slot, value] : unless_answer_)
    if (answer_[slot].value_or(std::string_view{}) == value) return;
  if (teller.reads) return say_of_read(exchange, fidelity);
  say_of_write(exchange, teller);
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
