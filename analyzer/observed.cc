#include "analyzer/observed.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "analyzer/element_reader.h"
#include "analyzer/elements.h"
#include "analyzer/observed_fields.h"
#include "analyzer/traffic_meter.h"
#include "model/text.h"
#include "model/url.h"
#include "wire/digest.h"

namespace blobgauge::analyzer {
namespace {

using model::OperationSurface;
using FieldMap = std::map<std::string, model::Field>;

constexpr std::size_t most_evidence = 3;
constexpr std::size_t most_sources = 64;

bool is_api_version(std::string_view text) {
  if (text.size() != 10) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (i == 4 || i == 7 ? text[i] != '-' : text[i] < '0' || text[i] > '9') return false;
  return true;
}

}  // namespace

Vocabulary vocabulary_of(const model::Catalogue& catalogue) {
  return {std::string(catalogue.role("api-version")),
          std::string(catalogue.role("error-code")),
          std::string(catalogue.role("error-code-element")),
          catalogue.role_names("open-header"),
          catalogue.role_names("open-element"),
          catalogue.role_names("of-one-run"),
          catalogue.role_names("url-header"),
          catalogue.addressing("secondary-suffix").empty() ? std::string()
                                                           : catalogue.addressing("secondary-suffix").front()};
}

namespace {

// What is counted of the answers of one status and API version, by number where there is one.
struct AnswerCounts {
  model::Answers* answers = nullptr;
  int status = 0;
  std::string version;
  std::vector<std::uint64_t> headers, elements;
};

// One operation: its part of the surface, and what finds the places in it.
struct Observed {
  Observed(OperationSurface& of, const ObservedFields::Rules& rules, SeenValues& seen)
      : operation(&of),
        query(of.query, rules, seen),
        request_headers(of.request_headers, rules, seen),
        response_headers(of.response_headers, rules, seen),
        elements(of.response_body, rules, seen) {}

  OperationSurface* operation;
  ObservedFields query, request_headers, response_headers, elements;
  std::vector<AnswerCounts> answers;
};

void count(std::vector<std::uint64_t>& counts, std::uint32_t id) {
  if (id >= counts.size()) counts.resize(id + 1u);
  ++counts[id];
}

}  // namespace

class Observer::Operations {
 public:
  Operations(Vocabulary vocabulary, ObserveOptions options)
      : vocabulary_(std::move(vocabulary)),
        options_(std::move(options)),
        rules_{most_names, counts(), options_.values, model::NameSet(vocabulary_.of_one_run),
               model::NameSet(vocabulary_.url_headers)},
        header_names_(true, longest_name, vocabulary_.open_headers),
        query_names_(false, longest_name, {}),
        element_names_(false, longest_name, {}),
        elements_(vocabulary_.open_elements, vocabulary_.error_element) {
    surface_.kind = options_.partial.empty() ? "observed" : "partial";
    surface_.client = options_.client;
    surface_.release = options_.release;
  }

  void add(const model::Exchange& exchange, std::string_view name) {
    auto& observed = observed_of(name);
    auto& operation = *observed.operation;
    if (counts()) {
      ++operation.exchanges;
      if (exchange.request.headers_complete) ++operation.complete;
    }
    if (!options_.scenario.empty()) {
      operation.scenarios.insert(options_.scenario);
      if (counts()) traffic_.add(exchange, name);
    }
    add_source(exchange);
    exchange_ = exchange.number;
    evidence_.clear();
    note(operation.evidence);
    add_request(observed, exchange.request);
    if (exchange.response.status != 0) {
      add_response(observed, exchange);
    } else if (exchange.response.status_known) {
      operation.statuses[0] += counts();
    }
  }

  model::Surface finish() {
    for (auto& observed : observed_) tell_counts(observed.second);
    for (auto& [name, operation] : surface_.operations) {
      std::uint64_t answered = 0, bodies = 0;
      for (const auto& [key, answers] : operation.answers) {
        answered += answers.count;
        bodies += answers.bodies;
      }
      settle(operation.query, operation.exchanges);
      settle(operation.request_headers, operation.complete);
      settle(operation.response_headers, answered);
      settle(operation.response_body, bodies);
    }
    for (const auto& [what, names] : left_out_)
      surface_.unresolved.push_back(
          fmt::format("{}: more than {} names, {} sightings not kept", what, most_names, names));
    if (!options_.scenario.empty() && counts() && !surface_.operations.empty())
      surface_.scenarios.emplace(options_.scenario, traffic_.finish());
    model::renumber_evidence(surface_);
    return std::move(surface_);
  }

 private:
  // Beyond so many different answers of an operation, which only a made-up trace has, counting is by name.
  static constexpr std::size_t most_counted = 256;

  // Partial evidence shows that something was sent, never how often or what was not.
  bool counts() const { return options_.partial.empty(); }

  Observed& observed_of(std::string_view name) {
    if (const auto found = observed_.find(name); found != observed_.end()) return found->second;
    auto& operation = surface_.operations[std::string(name)];
    operation.operation = name;
    return observed_.emplace(operation.operation, Observed(operation, rules_, seen_values_)).first->second;
  }

  void tell_counts(Observed& observed) const {
    for (auto* fields : {&observed.query, &observed.request_headers, &observed.response_headers, &observed.elements})
      fields->tell_counts();
    for (auto& counted : observed.answers) {
      for (std::uint32_t id = 0; id < counted.headers.size(); ++id)
        if (counted.headers[id]) counted.answers->headers[header_names_.key(id)] += counted.headers[id];
      for (std::uint32_t id = 0; id < counted.elements.size(); ++id)
        if (counted.elements[id]) counted.answers->elements[element_names_.key(id)] += counted.elements[id];
    }
  }

  void settle(FieldMap& fields, std::uint64_t known) const {
    for (auto& [key, field] : fields) {
      if (!counts()) {
        field.reason = "partial evidence: " + options_.partial;
        if (field.value.values.empty()) field.value = {};
        continue;
      }
      field.of += known;  // until here: sightings in exchanges that could not have shown absence
      field.presence = model::presence_of(field.seen, field.of, known);
      if (field.presence == model::Presence::undecided) field.reason = "only seen where not all headers were recorded";
      if (field.value.values.empty()) field.value = {};
    }
  }

  // "repository:path": the repository is who recorded it.
  std::string_view recorder_of(const model::Exchange& exchange) const {
    const std::string_view source = exchange.source;
    return source.empty() ? std::string_view(options_.trace) : source.substr(0, source.find(':'));
  }

  void add_provenance(model::Answers& answers, const model::Exchange& exchange) const {
    const auto recorder = printable(recorder_of(exchange), longest_name);
    if (!recorder.empty() && answers.recorders.size() < most_sources) answers.recorders.insert(recorder);
    const auto account = account_of(exchange.request);
    // A name that its recorder masked counts as one account of that recorder: there was at least one.
    if (!account.empty() && answers.accounts.size() < most_names) {
      wire::Digest digest(wire::Algorithm::sha256);
      digest.update(recorder + '\n' + account);
      answers.accounts.insert(wire::hex(digest.finish()).substr(0, 4));
    }
    // "Fri, 10 Dec 2021 23:18:29 GMT" (RFC 9110 section 5.6.7).
    const auto date = exchange.response.headers.get("Date");
    if (date.size() == 29 && model::parse_number(date.substr(12, 4)))
      answers.years.insert(std::string(date.substr(12, 4)));
  }

  // The first label of a host name, else (an address, a bare name) the first part of the path.
  std::string account_of(const model::Request& request) const {
    const std::string_view host = std::string_view(request.host).substr(0, request.host.find(':'));
    const auto dot = host.find('.');
    std::string out;
    if (dot != std::string_view::npos && !model::parse_number(host.substr(0, dot))) {
      out = model::lower(host.substr(0, dot));
    } else {
      const auto path = std::string_view(request.target).substr(0, request.target.find('?'));
      if (path.size() > 1) out = path.substr(1, path.find('/', 1) - 1);
    }
    const auto& suffix = vocabulary_.secondary_suffix;
    if (!suffix.empty() && out.size() > suffix.size() && out.ends_with(suffix)) out.resize(out.size() - suffix.size());
    return out;
  }

  void add_source(const model::Exchange& exchange) {
    if (surface_.sources.size() >= most_sources) return;
    const auto source = recorder_of(exchange);
    if (source.empty() || source == source_) return;
    source_ = source;
    surface_.sources.insert(printable(source, longest_name));
  }

  // The exchange at hand as evidence, one entry however many fields name it.
  void note(std::vector<std::string>& ids) {
    if (!options_.evidence || ids.size() >= most_evidence) return;
    if (evidence_.empty()) {
      auto line = options_.repeatable ? options_.trace : fmt::format("{}#{}", options_.trace, exchange_);
      evidence_ = options_.repeatable ? "x1" : fmt::format("x{}", surface_.evidence.size() + 1);
      surface_.evidence.emplace(evidence_, model::Evidence{"exchange", {std::move(line)}});
    }
    if (ids.empty() || ids.back() != evidence_) ids.push_back(evidence_);
  }

  ObservedField* sight(ObservedFields& fields, const Spelling& spelling, const OperationSurface& operation) {
    auto* const found = fields.sight(spelling);
    if (!found) {
      ++left_out_[operation.operation];
    } else if (!found->has_evidence) {
      note(found->field->evidence);
      found->has_evidence = found->field->evidence.size() >= most_evidence;
    }
    return found;
  }

  void add_request(Observed& observed, const model::Request& request) {
    const auto& operation = *observed.operation;
    begin_head();
    model::each_query_parameter(query_of(request.target), [&](std::string_view name, std::string_view value) {
      const auto& spelling = query_names_.of(name);
      if (!first(spelling)) return;
      if (auto* const field = sight(observed.query, spelling, operation)) observed.query.add_value(*field, value);
    });
    begin_head();
    for (const auto& header : request.headers) {
      const auto& spelling = header_names_.of(header.name);
      if (!first(spelling)) continue;
      auto* const field = sight(observed.request_headers, spelling, operation);
      if (!field) continue;
      if (!request.headers_complete) field->field->of += counts();
      observed.request_headers.add_value(*field, header.value);
    }
  }

  void add_response(Observed& observed, const model::Exchange& exchange) {
    auto& operation = *observed.operation;
    const auto& response = exchange.response;
    operation.statuses[response.status] += counts();
    model::Answers uncounted;
    AnswerCounts by_name;
    auto& counted = counts() ? counted_of(observed, response.status, version_of(exchange), by_name) : by_name;
    auto& answers = counts() ? *counted.answers : uncounted;
    const bool numbered = &counted != &by_name;
    ++answers.count;
    if (options_.provenance) add_provenance(answers, exchange);
    begin_head();
    for (const auto& header : response.headers) {
      const auto& spelling = header_names_.of(header.name);
      if (!first(spelling)) continue;
      auto* const field = sight(observed.response_headers, spelling, operation);
      if (!field) continue;
      observed.response_headers.add_value(*field, header.value);
      if (numbered && spelling.id != model::NameIds::none)
        count(counted.headers, spelling.id);
      else
        ++answers.headers[spelling.key];
    }
    std::string code(response.headers.get(vocabulary_.error_code));
    add_elements(observed, answers, numbered ? &counted : nullptr, response.body, code);
    if (code.empty()) return;
    auto text = printable(code, longest_name);
    if (operation.error_codes.size() < most_names) operation.error_codes.insert(text);
    if (answers.error_codes.size() < most_names) ++answers.error_codes[std::move(text)];
  }

  AnswerCounts& counted_of(Observed& observed, int status, std::string_view version, AnswerCounts& by_name) const {
    for (auto& known : observed.answers)
      if (known.status == status && known.version == version) return known;
    auto* const answers = &observed.operation->answers[{status, std::string(version)}];
    if (observed.answers.size() < most_counted)
      return observed.answers.emplace_back(AnswerCounts{answers, status, std::string(version), {}, {}});
    by_name.answers = answers;
    return by_name;
  }

  // `counted`: null where answers are counted by name.
  void add_elements(Observed& observed, model::Answers& answers, AnswerCounts* counted, const model::Body& body,
                    std::string& code) {
    if (!body.bytes || !elements_.read(*body.bytes)) return;
    ++answers.bodies;
    const auto add = [&](const std::string& path) {
      const auto& spelling = element_names_.of(path);
      if (!sight(observed.elements, spelling, *observed.operation)) return;
      if (counted && spelling.id != model::NameIds::none)
        count(counted->elements, spelling.id);
      else
        ++answers.elements[spelling.key];
    };
    // Where not all names can be kept, these are the first ones in their order, and not in the document's.
    const auto& kept = observed.operation->response_body;
    if (elements_.complete() && kept.size() + elements_.paths().size() <= most_names) {
      if (code.empty()) code = elements_.wanted();
      for (const auto id : elements_.paths()) add(elements_.path(id));
      return;
    }
    const auto all = read_elements(*body.bytes, vocabulary_.open_elements, vocabulary_.error_element);
    if (code.empty()) code = all->wanted;
    for (const auto& path : all->paths) add(path);
  }

  static std::string_view query_of(std::string_view target) {
    const auto mark = target.find('?');
    return mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
  }

  // What was asked for, else what was answered; recordings blank it out in several ways.
  std::string_view version_of(const model::Exchange& exchange) const {
    for (const auto* headers : {&exchange.request.headers, &exchange.response.headers})
      if (const auto version = headers->find(vocabulary_.api_version); version && is_api_version(*version))
        return *version;
    return {};
  }

  // A repeated name is sighted once in a head.
  void begin_head() {
    ++head_;
    unnumbered_.clear();
  }
  bool first(const Spelling& spelling) {
    if (spelling.id == model::NameIds::none) {
      if (std::find(unnumbered_.begin(), unnumbered_.end(), spelling.key) != unnumbered_.end()) return false;
      unnumbered_.push_back(spelling.key);
      return true;
    }
    if (spelling.id >= heads_.size()) heads_.resize(spelling.id + 1u);
    return std::exchange(heads_[spelling.id], head_) != head_;
  }

  const Vocabulary vocabulary_;
  const ObserveOptions options_;
  const ObservedFields::Rules rules_;
  SeenValues seen_values_;
  Spellings header_names_, query_names_, element_names_;
  ElementReader elements_;
  model::Surface surface_;
  std::unordered_map<std::string_view, Observed> observed_;  // the keys stand in surface_
  TrafficMeter traffic_;
  std::map<std::string, std::uint64_t> left_out_;
  std::vector<std::uint64_t> heads_;  // by number of a name: the last head that had it
  std::uint64_t head_ = 0;
  std::vector<std::string> unnumbered_;  // names of the head at hand
  std::string source_;                   // the last one
  std::uint64_t exchange_ = 0;
  std::string evidence_;
};

Observer::Observer(Vocabulary vocabulary, ObserveOptions options)
    : operations_(std::make_unique<Operations>(std::move(vocabulary), std::move(options))) {}
Observer::~Observer() = default;
void Observer::add(const model::Exchange& exchange, std::string_view operation) {
  operations_->add(exchange, operation);
}
model::Surface Observer::finish() { return operations_->finish(); }

}  // namespace blobgauge::analyzer
