#pragma once
// A URL split without changing a byte of it: signatures are computed over what was sent, so nothing is normalised.
// RFC 3986 section 3.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.h"

namespace blobgauge::model {

struct QueryParameter {
  std::string name;       // decoded
  std::string value;      // decoded; '+' is kept as it is, because Azure does
  bool has_value = true;  // "a" and "a=" differ on the wire
};

struct Url {
  std::string scheme;      // lower case
  std::string host;        // as sent, IPv6 without brackets
  std::uint16_t port = 0;  // 0: none given
  std::string path;        // raw, begins with '/' or is empty
  std::string query;       // raw, without '?'
  bool has_query = false;

  std::uint16_t effective_port() const { return port ? port : scheme == "https" ? 443 : 80; }
  // "host" or "host:port" where the port is not the scheme's own.
  std::string authority() const;
  // Path and query, what a request line carries in origin form.
  std::string target() const;
  std::string text() const;
};

// Accepts http and https URLs; user information is refused (it would be a secret in a command line).
Result<Url> parse_url(std::string_view text);
// Origin form ("/a?b") or absolute form; scheme and host stay empty for the former.
Result<Url> parse_target(std::string_view target);

std::vector<QueryParameter> parse_query(std::string_view raw);
// The same without a copy: `visit(name, value)`, decoded, for each in its order; the texts are valid until it returns.
template <class Visit>
void each_query_parameter(std::string_view raw, Visit visit);
// The first value, names compared exactly.
std::optional<std::string> query_value(std::string_view raw, std::string_view name);

std::string percent_decode(std::string_view text);
// Encodes everything but the unreserved set of RFC 3986 section 2.3 and the characters in `keep`.
std::string percent_encode(std::string_view text, std::string_view keep = {});

template <class Visit>
void each_query_parameter(std::string_view raw, Visit visit) {
  std::string decoded_name, decoded_value;
  const auto decoded = [](std::string_view text, std::string& room) {
    return text.find('%') == std::string_view::npos ? text : std::string_view(room = percent_decode(text));
  };
  while (!raw.empty()) {
    const auto part = raw.substr(0, raw.find('&'));
    raw.remove_prefix(std::min(part.size() + 1, raw.size()));
    if (part.empty()) continue;
    const auto mark = std::min(part.find('='), part.size());
    visit(decoded(part.substr(0, mark), decoded_name),
          decoded(part.substr(std::min(mark + 1, part.size())), decoded_value));
  }
}

}  // namespace blobgauge::model
