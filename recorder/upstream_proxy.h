#pragma once
// The proxy that stands between the recorder and the servers, and the servers that are met without it. Pure functions.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.h"
#include "model/url.h"
#include "wire/stream.h"

namespace blobgauge::recorder {

class UpstreamProxy {
 public:
  // `address`: "http://[USER[:PASSWORD]@]HOST[:PORT]", percent-encoded where needed; port 80 if there is none, as for
  // any http URL. `exceptions`: as NO_PROXY has them. Category::usage for anything else; the message has no secret.
  static model::Result<UpstreamProxy> parse(std::string_view address, std::string_view exceptions);

  // False for servers on this machine and for the exceptions: "host" and what is below it, ".domain" below it only,
  // "host:port", "address", "address/bits", "*".
  bool serves(const model::Url& server) const;
  const std::shared_ptr<const wire::HttpProxy>& address() const { return address_; }

 private:
  std::shared_ptr<const wire::HttpProxy> address_;
  std::vector<std::string> exceptions_;
};

}  // namespace blobgauge::recorder
