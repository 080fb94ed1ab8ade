#pragma once
// Reading a copy source. A host that is this endpoint itself is served from the store, without any connection: a client
// that was told a name which leads elsewhere must still get its copy, and a test must need no network.
#include <memory>
#include <string>
#include <vector>

#include "endpoint/service.h"
#include "wire/client.h"

namespace blobgauge::endpoint {

class SourceReader {
 public:
  // `aliases` are globs over host names, with or without a port; `reached` says how hosts are connected to of which
  // somebody knows better than the system. `service` must outlive it.
  SourceReader(Service& service, std::vector<std::string> aliases, std::vector<wire::Destination> reached)
      : service_(service), aliases_(std::move(aliases)), reached_(std::move(reached)) {}
  // The address that the endpoint listens on, once that is known.
  void own_address(std::string host, std::uint16_t port);

  // `authority` is a host name, with or without a port.
  bool is_alias(std::string_view authority) const;
  bool is_own(const model::Url& url) const;
  // The source that the request names, with its hashes where the route wants them. Only an unreadable x-ms-copy-source
  // is refused; what goes wrong with the source itself is in the result.
  wire::Task<Outcome<CopySource>> read(const Request& request, const Route& route);

 private:
  wire::Task<CopySource> fetch(const model::Url& url, const Request& request);
  model::Result<wire::Destination> destination_of(const model::Url& url);

  Service& service_;
  std::vector<std::string> aliases_;
  std::vector<wire::Destination> reached_;
  std::string host_;
  std::uint16_t port_ = 0;
  wire::Client client_;
  std::shared_ptr<const wire::TlsClient> tls_;  // made when first needed
};

}  // namespace blobgauge::endpoint
