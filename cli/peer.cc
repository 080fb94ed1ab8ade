#include "cli/peer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "cli/specs.h"
#include "replayer/sender.h"
#include "wire/tls.h"

namespace blobgauge::cli {
namespace {

// The endpoint's own address and authority, so that its certificate and its name are no reason to fail as a source. A
// client's certificate is not shown: the real service has none to show to a source either.
model::Result<wire::Destination> reached(const model::Profile& profile) {
  auto asked = profile;
  asked.url = profile.source_url;
  if (profile.source_url.authority() != profile.url.authority()) asked.resolve.clear();
  auto out = replayer::address_of(asked);
  if (asked.url.scheme == "https") {
    wire::TlsClientOptions options;
    options.ca_file = profile.ca_file;
    BLOBGAUGE_TRY(out.tls, wire::TlsClient::create(options));
  }
  return out;
}

}  // namespace

model::Result<const model::Profile*> Peer::open(const model::Profile& profile,
                                                const std::vector<replayer::Chosen>& cases) {
  const model::Profile* none = nullptr;
  if (std::none_of(cases.begin(), cases.end(), [](const auto& chosen) { return needs_peer(*chosen.item); }))
    return none;
  if (profile.peer) {
    profile_ = *profile.peer;
    return &profile_;
  }
  // What runs elsewhere cannot read from this machine's own address.
  const auto& host = profile.url.host;
  const bool here = host == "localhost" || host.starts_with("127.") || host == "::1" || host.ends_with(".localhost");
  const bool reads = std::any_of(cases.begin(), cases.end(),
                                 [](const auto& chosen) { return chosen.item->role == replayer::Role::import; });
  if (!here && reads)
    return model::fail(model::Category::usage, fmt::format("{} cannot read from a peer on this machine", host),
                       "name a peer in the profile that the endpoint can reach, or leave out the role import");
  BLOBGAUGE_TRY(profile_, model::load_profile(specs_path("profiles/emulator.yaml")));
  endpoint::ServerOptions options;
  BLOBGAUGE_TRY(auto known, reached(profile));
  options.reached.push_back(std::move(known));
  BLOBGAUGE_TRY(server_, endpoint::Server::start(std::move(options)));
  BLOBGAUGE_TRY(profile_, model::at_endpoint(std::move(profile_), server_->url()));
  profile_.name = "the reference endpoint";
  return &profile_;
}

std::string Peer::remark(const model::Results& results) const {
  std::set<std::string> roles;
  std::size_t count = 0;
  for (const auto& item : results.cases)
    if (item.role != "destination" && !item.role.empty()) {
      roles.insert(item.role);
      ++count;
    }
  if (roles.empty()) return {};
  return fmt::format(
      "role {}: {} cases with {} as the other side; not confirmed with the real service as the other side",
      fmt::join(roles, ", "), count, server_ ? "the reference endpoint" : profile_.url.text());
}

}  // namespace blobgauge::cli
