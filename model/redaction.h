#pragma once
// Takes secrets out of what was recorded and leaves its shape: which credential was used, which fields a SAS had, what
// a token claims by name, is still there; in the place of the value that would let somebody in, or that names somebody,
// stands a mask (model/mask.h). What is a secret is data (`secrets` of specs/catalogue/api.yaml); docs/formats/trace.md
// lists what is masked and what is not.
//
// Every writer takes a Redaction, so that it can't be forgotten. Masking twice changes nothing more.
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/catalogue.h"
#include "model/exchange.h"
#include "model/mask.h"
#include "model/pseudonyms.h"

namespace blobgauge::model {

struct SecretNames {
  std::vector<std::string> headers;   // globs; the whole value is a secret, but for the scheme of a credential
  std::vector<std::string> queries;   // globs; names in queries, forms, JSON objects and command lines
  std::vector<std::string> elements;  // "Parent/Child": the text of these XML elements
  // Which of these, and which further names of queries, leave the length of their value.
  std::vector<std::string> sized = {};
  // Words before a credential that stay, and those of them after which an account and a colon stay too.
  std::vector<std::string> schemes = {}, account_schemes = {};
  std::vector<std::string> phrases = {};  // what stands before a secret in single quotes, in texts for people
};

// A secret that masking would take out: where it stands and which rule knows it, never the secret.
struct FoundSecret {
  std::string place;   // "request header Authorization", "response body"
  std::size_t at = 0;  // byte of that text
  std::string what;    // "sig", "token"
};

// An exchange that passed a Redaction. Nothing else makes one, so who takes it can be given no secret by mistake. It
// refers to that exchange, which must outlive it.
class RedactedExchange {
 public:
  const Exchange& operator*() const { return *exchange_; }
  const Exchange* operator->() const { return exchange_; }

 private:
  friend class Redaction;
  explicit RedactedExchange(const Exchange& exchange) : exchange_(&exchange) {}
  const Exchange* exchange_;
};

// Immutable, cheap to copy, safe to share between threads.
class Redaction {
 public:
  explicit Redaction(const SecretNames& names);
  explicit Redaction(const Catalogue& catalogue);
  // One that puts pseudonyms in the place of names too. Those are made anew each time that they pass it.
  Redaction with(std::shared_ptr<const Pseudonyms> pseudonyms) const;
  // Whose pseudonyms these are; empty: names stay.
  std::string pseudonym_key() const { return pseudonyms_ ? pseudonyms_->key_id() : std::string(); }

  // Every text of both sides. A secret that the exchange showed in one place is also masked where another repeats it,
  // in any encoding. A kept body that changed is marked; its size and digest stay those of what was sent.
  void apply(Exchange& exchange) const;
  RedactedExchange redact(Exchange& exchange) const;  // the same, with the proof
  // What `apply` would mask.
  std::vector<FoundSecret> find(const Exchange& exchange) const;

  // Anything that may have URLs, forms, JSON, XML or header lines in it, in plain form or encoded several times.
  std::string text(std::string_view text) const;
  // A command line: as text, and the values of options that are called key, token, secret or password.
  std::vector<std::string> command(const std::vector<std::string>& arguments) const;

 private:
  friend class StreamRedaction;
  struct Rules;
  std::shared_ptr<const Rules> rules_;
  std::shared_ptr<const Pseudonyms> pseudonyms_;
};

// Redaction::apply for the exchanges of one recording after the other, faster: it remembers which texts were clean.
// Not thread-safe.
class StreamRedaction {
 public:
  explicit StreamRedaction(Redaction redaction);
  ~StreamRedaction();
  void apply(Exchange& exchange);

 private:
  struct Memory;
  std::unique_ptr<Memory> memory_;
};

}  // namespace blobgauge::model
