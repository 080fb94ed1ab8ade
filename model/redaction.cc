#include "model/redaction.h"

#include <algorithm>
#include <utility>

#include "model/secret_scan.h"
#include "model/text.h"

namespace blobgauge::model {
namespace {

// Options of command lines whose values are secrets, beside the names of queries.
const std::vector<std::string> secret_options = {"key",   "*-key", "*_key",   "*accountkey", "*secret*",
                                                 "*pass", "token", "*-token", "*passwd*",    "*password*"};
// Options whose value is one if it has a colon: "user:password".
const NameSet credential_options{{"u", "user", "proxy-user"}};

SecretRules compiled(const SecretNames& names, const std::vector<std::string>& more_names) {
  SecretRules rules;
  rules.headers = NameSet(names.headers);
  rules.names = NameSet(concatenated(concatenated(names.queries, names.sized), more_names));
  rules.sized = NameSet(names.sized);
  rules.schemes = NameSet(names.schemes);
  rules.account_schemes = NameSet(names.account_schemes);
  for (const auto& element : names.elements) {
    const auto slash = element.find('/');
    if (slash == std::string::npos) continue;
    rules.elements.push_back({element.substr(0, slash), element.substr(slash + 1), rules.sized.contains(element)});
  }
  for (const auto& phrase : names.phrases) rules.phrases.push_back(phrase + " ");
  return rules;
}

SecretNames names_of(const Catalogue& catalogue) {
  SecretNames names{catalogue.secrets("headers"), catalogue.secrets("queries"), catalogue.role_names("secret-element")};
  names.sized = catalogue.secrets("sized");
  names.schemes = catalogue.secrets("schemes");
  names.account_schemes = catalogue.addressing("account-schemes");
  names.phrases = catalogue.secrets("phrases");
  return names;
}

// A command line's first dash or dashes are not a part of the option's name.
std::string_view option_name(std::string_view argument) {
  const auto begin = argument.find_first_not_of('-');
  return begin == std::string_view::npos ? std::string_view{} : argument.substr(begin);
}

// "Proxy-Authorization: is for the proxy" has the form of a field with a secret value. No credential is several words
// of small letters.
bool is_prose_about_a_field(std::string_view mark) {
  const auto colon = mark.find(": ");
  if (colon == std::string_view::npos) return false;
  const auto words = mark.substr(colon + 2);
  return words.find(' ') != std::string_view::npos &&
         words.find_first_not_of("abcdefghijklmnopqrstuvwxyz ,'") == std::string_view::npos;
}

// Every text of an exchange, by its place; bodies and what they may repeat come later.
class Walk {
 public:
  Walk(const SecretRules& rules, std::vector<FoundSecret>* findings, TextMemory* clean = nullptr)
      : scan_(rules,
              findings ? SecretScan::Told([this](std::string_view what, std::size_t at) {
                findings_->push_back({place_, at, std::string(what)});
              })
                       : SecretScan::Told{},
              clean),
        findings_(findings) {}

  void apply(Exchange& exchange) {
    scan_.forget();
    auto& request = exchange.request;
    auto& response = exchange.response;
    each(
        exchange, [&](std::string& text) { scan_.mask(text); },
        [&](Header& header) { scan_.mask_header(header.name, header.value); });
    const bool in_request = body("request body", request.body), in_response = body("response body", response.body);
    // Answers repeat what they refuse ("the signature ... is not the same").
    if (scan_.knows())
      each(
          exchange, [&](std::string& text) { scan_.hunt(text); }, [&](Header& header) { scan_.hunt(header.value); });
    // What the request shows last, its body may have shown first.
    const bool again = hunt_body("request body", request.body);
    if (in_request || again) exchange.marks.push_back("request body: a secret was masked");
    if (in_response) exchange.marks.push_back("response body: a secret was masked");
  }

 private:
  // `text` takes each text, `field` each header.
  template <class Text, class Field>
  void each(Exchange& exchange, Text text, Field field) {
    auto& request = exchange.request;
    auto& response = exchange.response;
    const auto side = [&](std::string_view name, auto& message) {
      for (auto& header : message.headers) {
        at(name, "header ", header.name);
        field(header);
      }
      for (auto& header : message.body.trailers) {
        at(name, "trailer ", header.name);
        field(header);
      }
      at(name, "chunk extension");
      for (auto& extension : message.body.extensions) text(extension);
    };
    at("host");
    text(request.host);
    at("request ", "target");
    text(request.target);
    side("request ", request);
    at("response ", "reason");
    text(response.reason);
    side("response ", response);
    at("mark");
    for (auto& mark : exchange.marks)
      if (!is_prose_about_a_field(mark)) text(mark);
    at("source");
    text(exchange.source);
    at("label");
    text(exchange.label);
  }

  bool body(std::string_view name, Body& body) {
    if (!body.bytes) return false;
    at(name);
    const bool masked = scan_.mask(*body.bytes);
    return hunt_body(name, body) || masked;
  }

  bool hunt_body(std::string_view name, Body& body) {
    if (!body.bytes) return false;
    at(name);
    return scan_.hunt(*body.bytes, !body.complete || body.bytes->size() < body.size);
  }

  void at(std::string_view place, std::string_view part = {}, std::string_view name = {}) {
    if (findings_) place_.assign(place).append(part).append(name);
  }

  SecretScan scan_;
  std::vector<FoundSecret>* findings_;
  std::string place_;
};

}  // namespace

struct Redaction::Rules {
  SecretRules recorded, typed;  // of exchanges, and of command lines
};

Redaction::Redaction(const SecretNames& names)
    : rules_(std::make_shared<const Rules>(Rules{compiled(names, {}), compiled(names, secret_options)})) {}

Redaction::Redaction(const Catalogue& catalogue) : Redaction(names_of(catalogue)) {}

std::string Redaction::text(std::string_view text) const {
  std::string out(text);
  SecretScan(rules_->recorded).mask(out);
  return pseudonyms_ ? pseudonyms_->text(out) : out;
}

Redaction Redaction::with(std::shared_ptr<const Pseudonyms> pseudonyms) const {
  Redaction out = *this;
  out.pseudonyms_ = std::move(pseudonyms);
  return out;
}

void Redaction::apply(Exchange& exchange) const {
  Walk(rules_->recorded, nullptr).apply(exchange);
  if (pseudonyms_) pseudonyms_->apply(exchange);
}

std::vector<FoundSecret> Redaction::find(const Exchange& exchange) const {
  std::vector<FoundSecret> findings;
  Exchange copy = exchange;
  Walk(rules_->recorded, &findings).apply(copy);
  return findings;
}

RedactedExchange Redaction::redact(Exchange& exchange) const {
  apply(exchange);
  return RedactedExchange(exchange);
}

struct StreamRedaction::Memory {
  explicit Memory(Redaction of) : redaction(std::move(of)), walk(redaction.rules_->recorded, nullptr, &clean) {}

  Redaction redaction;
  TextMemory clean;
  Walk walk;
};

StreamRedaction::StreamRedaction(Redaction redaction) : memory_(std::make_unique<Memory>(std::move(redaction))) {}
StreamRedaction::~StreamRedaction() = default;

void StreamRedaction::apply(Exchange& exchange) {
  memory_->walk.apply(exchange);
  if (const auto& pseudonyms = memory_->redaction.pseudonyms_) pseudonyms->apply(exchange);
}

std::vector<std::string> Redaction::command(const std::vector<std::string>& arguments) const {
  SecretScan scan(rules_->typed);
  std::vector<std::string> out;
  bool secret_follows = false, credential_follows = false;
  for (const auto& argument : arguments) {
    const bool option = argument.starts_with('-');
    const bool secret = !option && (secret_follows || (credential_follows && argument.find(':') != std::string::npos));
    out.push_back(secret ? (is_mask(argument) ? argument : std::string(redacted)) : argument);
    if (!secret) scan.mask(out.back());
    const auto name = option && argument.find('=') == std::string::npos ? option_name(argument) : std::string_view{};
    secret_follows = rules_->typed.names.contains(name);
    credential_follows = credential_options.contains(name);
  }
  for (auto& argument : out) scan.hunt(argument);
  return pseudonyms_ ? pseudonyms_->command(out) : out;
}

}  // namespace blobgauge::model
