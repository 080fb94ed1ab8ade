#pragma once
// What a request becomes on its way through the proxy. Everything stays byte for byte but what proxying (absolute
// form, hop-by-hop fields) and a mapping (path, Host, addresses in headers, and with them the signature) need; each
// change is a mark. No input or output, so every rule is tested as text.
#include <optional>
#include <string>
#include <vector>

#include "model/error.h"
#include "model/exchange.h"
#include "model/url.h"
#include "recorder/mapping.h"
#include "recorder/upstream_proxy.h"
#include "wire/head.h"
#include "wire/sign.h"

namespace blobgauge::recorder {

// How a request reached the proxy.
struct Arrival {
  std::string tunnel;   // authority of the CONNECT around it, or empty
  bool secure = false;  // over TLS
};

// What leaves it.
struct Departure {
  model::Url server;        // scheme, host and port to connect to
  bool configured = false;  // the server is the target or a mapping's, not of the client's choice
  bool relayed = false;     // through the upstream proxy, by CONNECT for https; a plain head is written for the proxy
  std::string head;
};

// The request as it came, for requests that are not forwarded.
void describe_request(const wire::RequestHead& head, const Arrival& arrival, model::Request& request);

struct Rewriter {
  std::optional<model::Url> target;  // reverse mode: where everything goes
  bool rewrite_host = false;         // and its name becomes the Host field; else the client's stays, as it was signed
  Mapping mapping;
  bool map_addresses = true;
  std::vector<std::string> address_headers;  // fields that hold the URL of a resource
  std::optional<wire::Credential> resign;
  std::optional<UpstreamProxy> upstream;

  // Fills the exchange's request (but for its body) as the client sent it, and the marks. Category::usage where the
  // request is none that a proxy can forward; the message is for the client.
  model::Result<Departure> rewrite(const wire::RequestHead& head, const Arrival& arrival,
                                   model::Exchange& exchange) const;
};

}  // namespace blobgauge::recorder
