#pragma once
// SharedKey signing and checking for the Blob service ("Authorize with Shared Key" of the REST reference). Pure
// functions over what is on the wire, so the side that signs and the side that checks can't drift apart. Thread-safe.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.h"
#include "model/header.h"
#include "model/url.h"

namespace blobgauge::wire {

// The bytes of an account key. They leave this class as signatures only; it has no way to be printed.
class AccountKey {
 public:
  // Base64 as portals and connection strings show it. The error never repeats the text.
  static model::Result<AccountKey> parse(std::string_view base64);
  // Base64 of HMAC-SHA256.
  std::string sign(std::string_view text) const;
  // Constant time over the signature's bytes.
  bool accepts(std::string_view text, std::string_view signature) const;

 private:
  explicit AccountKey(std::string bytes) : bytes_(std::move(bytes)) {}
  std::string bytes_;
};

struct Credential {
  std::string account;
  AccountKey key;
};

// A request's parameters as the service reads them, and signs them: '+' stands for a space, as in a form, and "%2B" for
// a plus. Clients on Go's net/url and others write spaces so.
std::vector<model::QueryParameter> service_query(std::string_view raw);

// The string to sign. `url` gives path and query exactly as in the request target: with a path-style address the
// account stands in the path too, so it appears twice in the result, and that is right.
std::string shared_key_text(std::string_view method, const model::Url& url, const model::Headers& headers,
                            std::string_view account);

// Value of the Authorization field. All other fields must be final: what is added afterwards is not covered.
std::string shared_key_authorization(std::string_view method, const model::Url& url, const model::Headers& headers,
                                     const Credential& credential);

// "SharedKey ACCOUNT:SIGNATURE", taken apart; nothing if the value is of another form.
struct SharedKeyClaim {
  std::string account;
  std::string signature;
};
std::optional<SharedKeyClaim> parse_shared_key(std::string_view authorization);

// Whether the claim in the Authorization field fits the request. Dates are the caller's to judge: it has the clock.
bool shared_key_fits(std::string_view method, const model::Url& url, const model::Headers& headers,
                     const Credential& credential);

// The service's order of canonicalised header names, which is not that of their bytes: '-' and ''' count only where
// all else is equal, and '_' sorts before digits and letters. True if `a` comes before `b`; both in lower case.
bool signs_before(std::string_view a, std::string_view b);

}  // namespace blobgauge::wire
