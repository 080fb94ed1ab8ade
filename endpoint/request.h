#pragma once
// One request as the endpoint's core sees it: taken apart, with its body already received. No sockets here.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "endpoint/content.h"
#include "endpoint/digest.h"
#include "endpoint/refusal.h"
#include "model/header.h"
#include "model/url.h"
#include "wire/sign_sas.h"

namespace blobgauge::endpoint {

struct Fault;

enum class Level { service, container, blob };

// What a request addresses. Names are decoded.
struct Address {
  std::string account, container, blob;
  bool path_style = false;
  Level level() const { return !blob.empty() ? Level::blob : !container.empty() ? Level::container : Level::service; }
};

// Path style (/account/container/blob) on IP addresses and plain names, host style where the host is ACCOUNT.blob.*
// or ACCOUNT-secondary.blob.*. `authority` may carry a port.
Outcome<Address> parse_address(std::string_view authority, std::string_view raw_path, bool container_asked);

// Who asks, once that is known.
struct Grant {
  enum class Kind { anonymous, shared_key, sas, bearer };
  Kind kind = Kind::anonymous;
  std::optional<wire::Sas> sas;
  // Letters that the request may lean on; everything for the account key and a token.
  bool allows(char permission) const;
};

struct Body {
  Content content;
  Digests digests;
  std::uint64_t size() const { return content.size(); }
};

struct Request {
  std::string method;
  model::Url url;         // path and query as sent
  std::string authority;  // Host, or that of an absolute target
  model::Headers headers;
  std::string client_address;  // without port
  bool secure = false;
  std::string request_id;

  std::vector<model::QueryParameter> query;
  Address address;
  std::string version;  // x-ms-version, else the SAS's, else the oldest
  Grant grant;
  Body body;
  std::vector<const Fault*> faults;  // shown to this request

  // First value, empty where absent; names compare without case.
  std::string_view parameter(std::string_view name) const;
  bool has_parameter(std::string_view name) const;
  std::string_view header(std::string_view name) const { return headers.get(name); }
  bool is_head() const { return method == "HEAD"; }
  bool reads() const { return method == "GET" || method == "HEAD"; }
};

// The body as text, for XML documents; refused beyond `limit` bytes.
Outcome<std::string> body_text(const Request& request, std::uint64_t limit = 8u << 20);

inline constexpr std::string_view highest_version = "2026-10-06";
inline constexpr std::string_view oldest_version = "2009-09-19";
// Where rules changed by version.
inline constexpr std::string_view version_of_error_code = "2017-07-29";
inline constexpr std::string_view version_of_bearer = "2017-11-09";
inline constexpr std::string_view version_of_crc64 = "2019-02-02";
inline constexpr std::string_view version_of_modern_lists = "2019-12-12";
inline constexpr std::string_view version_of_source_errors = "2024-08-04";
inline constexpr std::string_view version_of_both_hashes = "2026-10-06";

}  // namespace blobgauge::endpoint
