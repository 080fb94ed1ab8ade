#include "recorder/admission.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "model/text.h"

namespace blobgauge::recorder {
namespace {

// IPv4 as ::ffff:a.b.c.d, so that one address has one form.
using Bytes = std::array<unsigned char, 16>;

constexpr Bytes v4_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};        // RFC 4291 section 2.5.5.2
constexpr Bytes nat64_prefix{0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0};  // RFC 6052 section 2.1
constexpr std::size_t v4_at = 12;

std::optional<Bytes> bytes_of(std::string_view text) {
  const std::string name(text.substr(0, text.find('%')));  // a link-local address may name its interface
  Bytes out = v4_prefix;
  if (::inet_pton(AF_INET, name.c_str(), out.data() + v4_at) == 1) return out;
  if (::inet_pton(AF_INET6, name.c_str(), out.data()) != 1) return std::nullopt;
  // A translator makes the IPv4 address of it that is meant.
  if (std::equal(nat64_prefix.begin(), nat64_prefix.begin() + v4_at, out.begin()))
    std::copy(v4_prefix.begin(), v4_prefix.begin() + v4_at, out.begin());
  return out;
}

bool is_v4(const Bytes& bytes) { return std::equal(v4_prefix.begin(), v4_prefix.begin() + v4_at, bytes.begin()); }

bool is_link_local(const Bytes& bytes) {
  if (is_v4(bytes)) return bytes[12] == 169 && bytes[13] == 254;
  return bytes[0] == 0xFE && (bytes[1] & 0xC0) == 0x80;
}

bool is_loopback(const Bytes& bytes) {
  constexpr Bytes one{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return is_v4(bytes) ? bytes[12] == 127 : bytes == one;
}

// Who connects to these meets this machine too.
bool is_unspecified(const Bytes& bytes) { return is_v4(bytes) ? bytes[12] == 0 : bytes == Bytes{}; }

// "ADDRESS" for every port, or "IPV4:PORT".
bool stands_for(std::string_view entry, const Bytes& address, std::uint16_t port) {
  if (const auto whole = bytes_of(entry)) return *whole == address;
  const auto colon = entry.rfind(':');
  if (colon == std::string_view::npos) return false;
  return bytes_of(entry.substr(0, colon)) == address && model::parse_number(entry.substr(colon + 1)) == port;
}

}  // namespace

bool is_loopback(std::string_view host) {
  const auto bytes = bytes_of(host);
  return bytes ? is_loopback(*bytes) : model::iequals(host, "localhost");
}

Admission::Admission(std::vector<std::string> hosts, std::vector<std::string> never)
    : hosts_(std::move(hosts)), never_(std::move(never)) {}

void Admission::own(std::string address, std::uint16_t port) {
  own_address_ = std::move(address);
  own_port_ = port;
}

std::optional<std::string> Admission::refuses(std::string_view host, std::uint16_t port) const {
  if (auto why = refuses_address(host, port)) return why;
  if (model::matches_any(hosts_, host)) return std::nullopt;
  return fmt::format("{} is not among the hosts that this proxy serves; start it with --allow-host '{}'", host, host);
}

std::optional<std::string> Admission::refuses_address(std::string_view address, std::uint16_t port) const {
  const auto bytes = bytes_of(address);
  if (!bytes) return std::nullopt;
  if (is_link_local(*bytes)) return fmt::format("{} is link-local and not proxied", address);
  if (std::any_of(never_.begin(), never_.end(), [&](const auto& each) { return stands_for(each, *bytes, port); }))
    return fmt::format("{} gives machines their identity and is not proxied", address);
  const bool here = is_loopback(*bytes) || is_unspecified(*bytes) || bytes == bytes_of(own_address_);
  if (here && port == own_port_) return std::string("this request would go round in circles: its server is this proxy");
  return std::nullopt;
}

}  // namespace blobgauge::recorder
