#pragma once
// Shared access signatures of the Blob service: account, service and user delegation, made, read and checked ("Create
// an account SAS", "Create a service SAS", "Create a user delegation SAS" of the REST reference). The string to sign
// depends on the token's own version (sv); 2015-04-05 to 2026 are covered. Thread-safe: values and functions only.
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.h"
#include "model/header.h"
#include "model/url.h"
#include "wire/sign.h"

namespace blobgauge::wire {

enum class SasKind { account, service, user_delegation };

// The token's fields by their query names ("sp", "se", ...), decoded, in the order in which they came.
class Sas {
 public:
  // Finds a SAS among a request's parameters; nothing without "sig". Fields it does not know stay in the request.
  static std::optional<Sas> find(const std::vector<model::QueryParameter>& query);

  SasKind kind() const;
  std::string get(std::string_view field) const;  // empty where absent
  bool has(std::string_view field) const;
  // Replaces or adds; an empty value removes. Chainable, for makers: Sas().set("sp", "r").set("se", ...).
  Sas& set(std::string_view field, std::string_view value);
  // Query text without '?', percent-encoded. A secret once it has a signature.
  std::string token() const;

 private:
  std::vector<model::QueryParameter> fields_;
};

// What a SAS stands for. Names are decoded; `blob` is empty for a container. `moment` is the snapshot or version that
// the request names.
struct SasResource {
  std::string account, container, blob, moment;
};

// The string to sign; `key_fields` of a user delegation SAS are in the token itself. Request headers and parameters are
// read only for the fields that srh and srq name (2026-04-06 and later).
std::string sas_text(const Sas& sas, const SasResource& resource, const model::Headers& headers = {},
                     const std::vector<model::QueryParameter>& query = {});
// Sets "sig". For a user delegation SAS `key` is the delegation key's value.
void sign_sas(Sas& sas, const SasResource& resource, const AccountKey& key);

// One request that leans on a SAS.
struct SasUse {
  SasResource resource;
  std::string permissions;   // any of these letters suffices; empty: no SAS can give this right
  char resource_type = 'o';  // 's', 'c' or 'o' as srt counts them
  std::string address;       // the client's, textual
  bool https = true;
  std::chrono::sys_seconds now;                               // tokens count in whole seconds
  const model::Headers* headers = nullptr;                    // may be null
  const std::vector<model::QueryParameter>* query = nullptr;  // may be null
};

// In the order in which they are tested.
enum class SasRefusal {
  malformed,  // a required field is missing or can't be read
  resource,   // the token is for another kind of resource than the request's
  signature,
  early,
  expired,
  address,
  protocol,
  service,
  resource_type,
  permission,
};

// `stored` gives sp, st, se of the access policy that "si" names, where there is one (service SAS only): a field stands
// in one place only. Null for no policy.
std::optional<SasRefusal> check_sas(const Sas& sas, const SasUse& use, const AccountKey& key,
                                    const Sas* stored = nullptr);

// "2026-01-02T03:04:05Z" and the shorter forms that a SAS may use (date only, no seconds, fractions, which are
// dropped); UTC. Years 0000 to 9999, of which the system clock's nanoseconds hold 1678 to 2261 only: compare in
// seconds.
std::optional<std::chrono::sys_seconds> parse_sas_time(std::string_view text);

}  // namespace blobgauge::wire
