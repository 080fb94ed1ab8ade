#include "endpoint/authorization.h"

#include <fmt/format.h>

#include <algorithm>

#include "endpoint/delegation_key.h"
#include "endpoint/fault.h"
#include "model/text.h"

namespace blobgauge::endpoint {
namespace {

// What a client that could sign in is told to ask for.
constexpr std::string_view challenge =
    "Bearer authorization_uri=https://login.microsoftonline.com/00000000-0000-0000-0000-000000000000/oauth2/authorize "
    "resource_id=https://storage.azure.com";

Refusal in_front(const ErrorKind& kind, std::string detail, bool echo = false) {
  auto out = refusal(kind);
  if (!detail.empty()) out.details.emplace_back("AuthenticationErrorDetail", std::move(detail));
  out.in_front = true;
  out.echo = echo;
  return out;
}

Outcome<void> read_version(Request& request) {
  auto version = std::string(request.header("x-ms-version"));
  if (version.empty()) version = request.parameter("api-version");
  if (version.empty() && request.has_parameter("sig")) version = request.parameter("sv");
  if (version.empty()) version = oldest_version;
  if (!wire::parse_sas_time(version) || version.size() != 10 || version > highest_version || version < oldest_version) {
    auto wrong = bad_header("x-ms-version", version);
    wrong.in_front = true;
    wrong.echo = false;
    request.version = highest_version;
    return refuse(std::move(wrong));
  }
  request.version = std::move(version);
  return {};
}

Outcome<void> check_date(const Request& request, Moment now) {
  const auto text = request.headers.has("x-ms-date") ? request.header("x-ms-date") : request.header("Date");
  const auto date = parse_http_date(text);
  if (!date) return refuse(in_front(errors::authentication_failed, "The Date header in the request is incorrect."));
  const auto skew = std::chrono::duration_cast<std::chrono::seconds>(clock_skew);
  if (date->plus(skew) < now || now.plus(skew) < *date)
    return refuse(in_front(errors::authentication_failed, fmt::format("Request date header too old: '{}'", text)));
  return {};
}

Outcome<void> check_shared_key(Request& request, const Account& account, Moment now) {
  const auto claim = wire::parse_shared_key(request.header("Authorization"));
  if (!claim) return refuse(in_front(errors::malformed_authentication, {}));
  BLOBGAUGE_CHECK(check_date(request, now));
  const auto text = wire::shared_key_text(request.method, signed_url(request), request.headers, claim->account);
  const bool right = claim->account == request.address.account &&
                     std::any_of(account.keys.begin(), account.keys.end(),
                                 [&](const auto& key) { return key.accepts(text, claim->signature); });
  if (!right)
    return refuse(in_front(
        errors::authentication_failed,
        fmt::format("The MAC signature found in the HTTP request is not the same as any computed signature. Server "
                    "used following string to sign: '{}'.",
                    text)));
  request.grant.kind = Grant::Kind::shared_key;
  return {};
}

const wire::Sas* stored_policy(const wire::Sas& sas, const Request& request, const Account& account) {
  const auto container = account.containers.find(request.address.container);
  if (container == account.containers.end()) return nullptr;
  for (const auto& [id, policy] : container->second.policies)
    if (id == sas.get("si")) return &policy;
  return nullptr;
}

Refusal sas_refusal(wire::SasRefusal why, const wire::Sas& sas, const wire::SasUse& use, Moment now) {
  using enum wire::SasRefusal;
  switch (why) {
    case malformed:
      return in_front(errors::authentication_failed,
                      "A field of the shared access signature is missing or unreadable.");
    case resource:
      return in_front(errors::authentication_failed,
                      fmt::format("The shared access signature is for a resource of kind '{}'.", sas.get("sr")));
    case signature:
      return in_front(errors::authentication_failed,
                      fmt::format("Signature did not match. String to sign used was {}",
                                  wire::sas_text(sas, use.resource, use.headers ? *use.headers : model::Headers{})));
    case early:
    case expired:
      return in_front(
          errors::authentication_failed,
          fmt::format("Signature not valid in the specified time frame: Start [{}] - Expiry [{}] - Current [{}]",
                      sas.get("st"), sas.get("se"), http_date(now)));
    case address: {
      auto out = in_front(errors::authorization_failure, {}, true);
      return out;
    }
    case protocol:
      return refusal(errors::protocol_mismatch);
    case service:
      return refusal(errors::service_mismatch);
    case resource_type:
      return refusal(errors::resource_type_mismatch);
    case permission:
      break;
  }
  return refusal(errors::permission_mismatch);
}

// As a fault names the check that it leaves out.
std::string_view check_name(wire::SasRefusal why) {
  static constexpr std::string_view names[] = {"malformed", "resource", "signature", "early",         "expired",
                                               "address",   "protocol", "service",   "resource type", "permission"};
  return names[static_cast<std::size_t>(why)];
}

// A token that is read for its signature only: what it permits is looked at when the operation is known.
constexpr std::string_view any_permission = "racwdxyltmeopfi";

wire::SasUse use_of(const Request& request, Moment now) {
  wire::SasUse use;
  const auto moment =
      request.has_parameter("snapshot") ? request.parameter("snapshot") : request.parameter("versionid");
  const bool has_blob = request.address.level() == Level::blob;
  use.resource = {request.address.account, request.address.container, has_blob ? request.address.blob : "",
                  std::string(moment)};
  use.address = request.client_address;
  use.https = request.secure;
  use.now = whole_seconds(now);
  use.headers = &request.headers;
  use.query = &request.query;
  return use;
}

// What account keys and user delegation keys sign is checked alike; the latter have a time of their own.
std::vector<wire::AccountKey> keys_for(const wire::Sas& sas, const Account& account) {
  if (sas.kind() != wire::SasKind::user_delegation) return account.keys;
  return {delegation_key(account, DelegationFields::of(sas))};
}

Outcome<void> check_key_time(const wire::Sas& sas, Moment now) {
  if (sas.kind() != wire::SasKind::user_delegation) return {};
  const auto start = wire::parse_sas_time(sas.get("skt")), expiry = wire::parse_sas_time(sas.get("ske"));
  if (start && expiry && *start <= whole_seconds(now) && whole_seconds(now) < *expiry) return {};
  return refuse(in_front(errors::authentication_failed,
                         fmt::format("Signature not valid in the specified key time frame: Key start [{}] - Key "
                                     "expiry [{}] - Current [{}]",
                                     sas.get("skt"), sas.get("ske"), http_date(now))));
}

Outcome<void> check_sas(Request& request, const Account& account, wire::Sas sas, Moment now) {
  // Nobody knows how a token of a later version is signed.
  if (sas.get("sv") > highest_version)
    return refuse(in_front(errors::authentication_failed,
                           fmt::format("The signature's version is not supported: '{}'.", sas.get("sv"))));
  auto use = use_of(request, now);
  use.permissions = any_permission;
  if (sas.kind() == wire::SasKind::account) {
    const auto types = sas.get("srt");
    use.resource_type = types.empty() ? 'o' : types[0];
  }
  const wire::Sas* policy = sas.has("si") ? stored_policy(sas, request, account) : nullptr;
  if (sas.has("si") && !policy)
    return refuse(in_front(errors::authentication_failed, "The stored access policy of the signature does not exist."));
  std::optional<wire::SasRefusal> why = wire::SasRefusal::signature;
  for (const auto& key : keys_for(sas, account)) {
    why = wire::check_sas(sas, use, key, policy);
    if (why != wire::SasRefusal::signature) break;
  }
  if (why && !passes_over(request, check_name(*why))) return refuse(sas_refusal(*why, sas, use, now));
  BLOBGAUGE_CHECK(check_key_time(sas, now));
  // The policy's fields are the token's from here on.
  if (policy)
    for (const auto field : {"sp", "st", "se"})
      if (!sas.has(field)) sas.set(field, policy->get(field));
  request.grant = {Grant::Kind::sas, std::move(sas)};
  return {};
}

Outcome<void> check_bearer(Request& request, const Store& store, std::string_view token) {
  if (request.version < version_of_bearer)
    return refuse(
        in_front(errors::authentication_failed, "Authentication scheme Bearer is not supported in this version."));
  if (std::find(store.tokens.begin(), store.tokens.end(), token) == store.tokens.end()) {
    auto out = in_front(errors::invalid_authentication, "The token is none of those that this endpoint was given.");
    out.headers.add("WWW-Authenticate", std::string(challenge));
    return refuse(std::move(out));
  }
  request.grant.kind = Grant::Kind::bearer;
  return {};
}

}  // namespace

Outcome<void> authenticate(Request& request, Store& store, Moment now) {
  BLOBGAUGE_CHECK(read_version(request));
  Account* account = store.account(request.address.account);
  if (!account)
    return refuse(in_front(errors::authentication_failed,
                           fmt::format("No account '{}' is served here.", request.address.account)));
  const auto authorization = request.header("Authorization");
  if (!authorization.empty()) {
    constexpr std::string_view bearer = "Bearer ";
    if (model::iequals(authorization.substr(0, bearer.size()), bearer))
      return check_bearer(request, store, model::trim(authorization.substr(bearer.size())));
    if (authorization.starts_with("SharedKeyLite ")) return refuse(not_here("SharedKeyLite"));
    return check_shared_key(request, *account, now);
  }
  if (auto sas = wire::Sas::find(request.query)) return check_sas(request, *account, std::move(*sas), now);
  return {};
}

Outcome<void> permit(const Request& request, const Route& route, Store& store, Moment now) {
  if (request.grant.kind == Grant::Kind::shared_key || request.grant.kind == Grant::Kind::bearer) return {};
  if (request.grant.kind == Grant::Kind::sas && passes_over(request, "permission")) return {};
  if (request.grant.kind == Grant::Kind::sas) {
    const auto& sas = *request.grant.sas;
    if (sas.kind() == wire::SasKind::account && sas.get("srt").find(resource_type(route)) == std::string::npos) {
      auto wrong = refusal(errors::resource_type_mismatch);
      wrong.details.emplace_back("ExtendedErrorDetail",
                                 fmt::format("The signature permits resource types '{}', this operation needs '{}'.",
                                             sas.get("srt"), resource_type(route)));
      return refuse(std::move(wrong));
    }
    const auto letters = route.permissions == "*" ? any_permission : route.permissions;
    if (!letters.empty() && sas.get("sp").find_first_of(letters) != std::string::npos) {
      // A service SAS reaches containers only to list and find what is in them.
      const bool reaches =
          sas.kind() == wire::SasKind::account || route.level == Level::blob ||
          (route.level == Level::container && (letters == "l" || letters == "f" || route.permissions == "*"));
      if (reaches) return {};
    }
    return refuse(errors::permission_mismatch);
  }
  const auto container = store.account(request.address.account)->containers.find(request.address.container);
  if (route.public_read && container != store.account(request.address.account)->containers.end()) {
    const auto& access = container->second.public_access;
    if (access == "container" || (access == "blob" && route.level == Level::blob)) return {};
  }
  (void)now;
  // Clients of versions that know bearer tokens are challenged; older ones are told nothing.
  if (request.reads() && request.version < version_of_modern_lists) {
    auto hidden = refusal(errors::resource_not_found);
    hidden.in_front = true;
    hidden.echo = false;
    return refuse(std::move(hidden));
  }
  auto unknown = refusal(errors::no_authentication);
  unknown.headers.add("WWW-Authenticate", std::string(challenge));
  return refuse(std::move(unknown));
}

}  // namespace blobgauge::endpoint
