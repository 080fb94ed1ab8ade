#include "analyzer/observed.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analyzer/elements.h"
#include "analyzer/traffic_meter.h"
#include "model/name_set.h"
#include "model/text.h"
#include "model/url.h"
#include "model/value.h"
#include "wire/digest.h"

namespace blobgauge::analyzer {
namespace {

using model::Field;
using model::OperationSurface;
using FieldMap = std::map<std::string, Field>;

constexpr std::size_t most_evidence = 3;
constexpr std::size_t longest_value = 256;
constexpr std::size_t most_sources = 64;

// Printable ASCII as it is, every other byte percent-encoded: a surface is UTF-8 whatever crossed the wire.
std::string printable(std::string_view text, std::size_t longest) {
  std::string out;
  for (const char c : text.substr(0, longest)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte > 0x7e)
      out += fmt::format("%{:02X}", byte);
    else
      out += c;
  }
  if (text.size() > longest) out += "...";
  return out;
}

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

class Observer::Operations {
 public:
  Operations(Vocabulary vocabulary, ObserveOptions options)
      : vocabulary_(std::move(vocabulary)),
        options_(std::move(options)),
        of_one_run_(vocabulary_.of_one_run),
        url_headers_(vocabulary_.url_headers) {
    surface_.kind = options_.partial.empty() ? "observed" : "partial";
    surface_.client = options_.client;
    surface_.release = options_.release;
  }

  void add(const model::Exchange& exchange, std::string_view name) {
    auto& operation = surface_.operations[std::string(name)];
    operation.operation = name;
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
    add_request(operation, exchange.request);
    if (exchange.response.status != 0) {
      add_response(operation, exchange);
    } else if (exchange.response.status_known) {
      operation.statuses[0] += counts();
    }
  }

  model::Surface finish() {
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
  // Partial evidence shows that something was sent, never how often or what was not.
  bool counts() const { return options_.partial.empty(); }

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
  std::string recorder_of(const model::Exchange& exchange) const {
    return exchange.source.empty() ? options_.trace : exchange.source.substr(0, exchange.source.find(':'));
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
    const auto source = recorder_of(exchange);
    if (!source.empty() && surface_.sources.size() < most_sources)
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

  Field* sight(FieldMap& fields, const std::string& key, std::string_view name, std::string_view operation) {
    auto found = fields.find(key);
    if (found == fields.end()) {
      if (fields.size() >= most_names) {
        ++left_out_[std::string(operation)];
        return nullptr;
      }
      found = fields.emplace(key, Field{}).first;
      found->second.name = name;
      // Grows from the empty set; a default Value is already dynamic.
      if (options_.values) found->second.value = {model::ValueKind::constant, {}};
    }
    Field& field = found->second;
    if (name < field.name) field.name = name;
    field.seen += counts();
    note(field.evidence);
    return &field;
  }

  void add_value(Field* field, std::string_view value) const {
    if (!field || !options_.values || open(field->name)) return;
    if (url_headers_.contains(field->name))
      model::add_template(field->value, without_resource(value));
    else if (of_one_run_.contains(field->name))
      model::add_template(field->value, printable(value, longest_value));
    else
      model::add_seen_value(field->value, printable(value, longest_value));
  }

  // Scheme and query of a URL: how it is sent, and with which credential, is the client's; which resource, the run's.
  static std::string without_resource(std::string_view url) {
    const auto scheme = url.find("://");
    std::string out(scheme == std::string_view::npos ? std::string_view{} : url.substr(0, scheme + 3));
    out += "{resource}";
    char separator = '?';
    for (const auto& parameter : model::parse_query(query_of(url))) {
      out += separator + parameter.name + '=' + model::template_of(parameter.value);
      separator = '&';
    }
    return printable(out, longest_value);
  }

  // What the user chose is named but not kept.
  static bool open(const std::string& name) { return !name.empty() && name.back() == '*'; }

  // The name under which a header is kept, in the spelling that was sent.
  std::string header_name(std::string_view name) const {
    for (const auto& prefix : vocabulary_.open_headers)
      if (name.size() > prefix.size() && model::iequals(name.substr(0, prefix.size()), prefix))
        return printable(name.substr(0, prefix.size()), longest_name) + "*";
    return printable(name, longest_name);
  }

  void add_request(OperationSurface& operation, const model::Request& request) {
    seen_.clear();
    for (const auto& parameter : model::parse_query(query_of(request.target))) {
      const auto name = printable(parameter.name, longest_name);
      if (!first(name)) continue;
      add_value(sight(operation.query, name, name, operation.operation), parameter.value);
    }
    seen_.clear();
    for (const auto& header : request.headers) {
      const auto name = header_name(header.name);
      const auto key = model::lower(name);
      if (!first(key)) continue;
      auto* field = sight(operation.request_headers, key, name, operation.operation);
      if (field && !request.headers_complete) field->of += counts();
      add_value(field, header.value);
    }
  }

  void add_response(OperationSurface& operation, const model::Exchange& exchange) {
    const auto& response = exchange.response;
    operation.statuses[response.status] += counts();
    model::Answers uncounted;
    auto& answers = counts() ? operation.answers[{response.status, version_of(exchange)}] : uncounted;
    ++answers.count;
    if (options_.provenance) add_provenance(answers, exchange);
    seen_.clear();
    for (const auto& header : response.headers) {
      const auto name = header_name(header.name);
      const auto key = model::lower(name);
      if (!first(key)) continue;
      auto* field = sight(operation.response_headers, key, name, operation.operation);
      add_value(field, header.value);
      if (field) ++answers.headers[key];
    }
    std::string code(response.headers.get(vocabulary_.error_code));
    add_elements(operation, answers, response.body, code);
    if (code.empty()) return;
    auto text = printable(code, longest_name);
    if (operation.error_codes.size() < most_names) operation.error_codes.insert(text);
    if (answers.error_codes.size() < most_names) ++answers.error_codes[std::move(text)];
  }

  void add_elements(OperationSurface& operation, model::Answers& answers, const model::Body& body, std::string& code) {
    if (!body.bytes) return;
    const auto elements = read_elements(*body.bytes, vocabulary_.open_elements, vocabulary_.error_element);
    if (!elements) return;
    ++answers.bodies;
    if (code.empty()) code = elements->wanted;
    for (const auto& path : elements->paths) {
      const auto name = printable(path, longest_name);
      if (sight(operation.response_body, name, name, operation.operation)) ++answers.elements[name];
    }
  }

  static std::string_view query_of(std::string_view target) {
    const auto mark = target.find('?');
    return mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
  }

  // What was asked for, else what was answered; recordings blank it out in several ways.
  std::string version_of(const model::Exchange& exchange) const {
    for (const auto* headers : {&exchange.request.headers, &exchange.response.headers})
      if (const auto version = headers->find(vocabulary_.api_version); version && is_api_version(*version))
        return std::string(*version);
    return {};
  }

  bool first(const std::string& name) {
    if (std::find(seen_.begin(), seen_.end(), name) != seen_.end()) return false;
    seen_.push_back(name);
    return true;
  }

  const Vocabulary vocabulary_;
  const ObserveOptions options_;
  const model::NameSet of_one_run_, url_headers_;
  model::Surface surface_;
  TrafficMeter traffic_;
  std::map<std::string, std::uint64_t> left_out_;
  std::vector<std::string> seen_;  // names of the head at hand: a repeated header is sighted once
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
