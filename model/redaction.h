#pragma once
// Takes secrets out of what was recorded and leaves its shape: which credential was used, which fields a SAS had, is
// still there, the value that would let somebody in is the word REDACTED. What is a secret is data (`secrets` of
// specs/catalogue/api.yaml); docs/formats/trace.md lists what is masked and what is not.
//
// Every writer takes a Redaction, so that it can't be forgotten. Redacting twice changes nothing more.
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/catalogue.h"
#include "model/exchange.h"

namespace blobgauge::model {

inline constexpr std::string_view redacted = "REDACTED";

struct SecretNames {
  std::vector<std::string> headers;   // globs; the whole value is a secret, but for the scheme of a credential
  std::vector<std::string> queries;   // globs; names in queries, forms, JSON objects and command lines
  std::vector<std::string> elements;  // "Parent/Child": the text of these XML elements
};

// An exchange that passed a Redaction. Nothing else makes one, so who takes it can be given no secret by mistake.
class RedactedExchange {
 public:
  const Exchange& operator*() const { return exchange_; }
  const Exchange* operator->() const { return &exchange_; }

 private:
  friend class Redaction;
  explicit RedactedExchange(Exchange exchange) : exchange_(std::move(exchange)) {}
  Exchange exchange_;
};

// Immutable, cheap to copy, safe to share between threads.
class Redaction {
 public:
  explicit Redaction(SecretNames names);
  explicit Redaction(const Catalogue& catalogue);

  // Headers, target, marks and kept bodies of both sides. A secret that the request gave is also masked where the
  // response repeats it. A kept body that changed is marked; its size and digest stay those of what was sent.
  void apply(Exchange& exchange) const;
  RedactedExchange redact(Exchange exchange) const;
  // Anything that may have URLs, forms, JSON or XML in it: `sig=...` in plain form and percent-encoded up to four
  // times.
  std::string text(std::string_view text) const;
  // A command line: as text, and the values of options that are called key, token, secret or password.
  std::vector<std::string> command(const std::vector<std::string>& arguments) const;

 private:
  class Pass;
  std::shared_ptr<const SecretNames> names_;
};

}  // namespace blobgauge::model
