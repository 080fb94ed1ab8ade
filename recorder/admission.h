#pragma once
// Where the proxy opens connections to. An open proxy lends its place in the network, and on a cloud machine its
// identity, to everybody who reaches it: so it serves named hosts only, and some addresses under no name at all.
// Pure functions; docs/recorder.md says what is allowed by default.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace blobgauge::recorder {

// True for addresses of this machine ("127.0.0.1", "::1") and for "localhost".
bool is_loopback(std::string_view host);

// Immutable but for own(), which is called before the first question.
class Admission {
 public:
  // `hosts`: globs over names and addresses, without ports. `never`: services that give machines their identity, as
  // "ADDRESS" or "ADDRESS:PORT"; link-local addresses (RFC 3927, RFC 4291) need not be named. What is no address there
  // is passed over.
  explicit Admission(std::vector<std::string> hosts = {}, std::vector<std::string> never = {});
  // The proxy's own listener: requests for it would go round in circles.
  void own(std::string address, std::uint16_t port);

  // Why nothing is sent to a host of this name, in words for the client; nothing where it is allowed.
  std::optional<std::string> refuses(std::string_view host, std::uint16_t port) const;
  // The same for the address that a name has led to, whoever chose the name: asked before connecting, because names of
  // an attacker's zone can lead anywhere.
  std::optional<std::string> refuses_address(std::string_view address, std::uint16_t port) const;

 private:
  std::vector<std::string> hosts_, never_;
  std::string own_address_;
  std::uint16_t own_port_ = 0;
};

}  // namespace blobgauge::recorder
