#pragma once
// Makes the exact request of a step: holes filled, default headers, length, signature. Everything but the sending, so
// tests see the bytes that a case stands for.
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/header.h"
#include "model/profile.h"
#include "model/spec.h"
#include "replayer/case.h"
#include "replayer/content.h"
#include "replayer/suite.h"
#include "replayer/template.h"
#include "wire/sign.h"

namespace blobgauge::replayer {

struct Outgoing {
  std::string method;
  std::string target;  // origin form as sent, with the SAS where one was asked for
  std::string shown;   // the same without it, for messages
  model::Headers headers;
  Content content;
  bool chunked = false;
  std::vector<std::string> secrets;  // texts inside target and headers that must not be kept
};

// The text with "REDACTED" in the place of each secret that is in it.
std::string without_secrets(std::string text, const std::vector<std::string>& secrets);

// What a run can show. `token` and `sas` are empty where the profile has none.
struct Credentials {
  Credentials(wire::Credential account_key) : key(std::move(account_key)) {}  // NOLINT: most runs have a key alone
  wire::Credential key;
  bool has_key = true;  // false: `key` stands in for none, and is refused like any wrong one
  std::string token, sas;
};

class RequestMaker {
 public:
  using Clock = std::function<std::chrono::system_clock::time_point()>;
  // References are kept. `auth` is of steps that ask for nothing: "key", "none", "bearer", "sas KIND LETTERS", or
  // "given sas", the one that the profile has.
  RequestMaker(const Suite& suite, const model::Profile& profile, Credentials credentials, std::string auth,
               Clock clock = std::chrono::system_clock::now);

  // Gives a scope the names that every case has (docs/formats/cases.md).
  void equip(Scope& scope) const;
  // `${peer_url /T}` and `${peer_signed KIND LETTERS /T}`, of the endpoint that this maker makes requests for; `name`
  // is "peer" or "second".
  void equip_as(std::string_view name, Scope& scope) const;
  // Category::input where a hole has no value or the credential kind is not known.
  model::Result<Outgoing> make(const RequestTemplate& request, const Scope& scope,
                               const model::Dialect* dialect = nullptr) const;

 private:
  model::Result<std::string> sas_token(std::string_view kind, std::string_view letters, std::string_view target,
                                       const Scope& scope, const wire::AccountKey& key) const;
  // "KIND LETTERS /TARGET" -> URL with a SAS.
  model::Result<std::string> signed_url(std::string_view argument, const Scope& scope) const;
  model::Status authorize(const RequestTemplate& request, const Scope& scope, Outgoing& out) const;

  const Suite& suite_;
  const model::Profile& profile_;
  Credentials credentials_;
  wire::Credential wrong_;  // same account, another key: must be refused
  std::string auth_;
  Clock clock_;
};

// The fields in the order and spelling of a client release, with the constants that it sends everywhere.
model::Headers in_dialect(const model::Headers& headers, const model::Dialect& dialect);

}  // namespace blobgauge::replayer
