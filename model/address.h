#pragma once
// Which account, container and blob a request is for. The account stands in the host ("acct.blob.core.windows.net") or
// is the first part of the path (an IP address, localhost, a bare host name, or a host that the user calls path style).
#include <string>
#include <string_view>
#include <vector>

#include "model/catalogue.h"
#include "model/exchange.h"
#include "model/name_set.h"

namespace blobgauge::model {

// What the user knows of hosts that the catalogue does not: globs over the host name without its port.
struct AddressHints {
  std::vector<std::string> path_style;
  std::vector<std::string> host_style;
};

struct Address {
  std::string account;    // without the secondary suffix; empty for a custom domain or where no host was given
  std::string container;  // decoded; empty on the service
  std::string blob;       // decoded, inner slashes and empty segments kept; empty on a container
  bool secondary = false;
  bool path_style = false;
  // Empty where the address is one of this service; otherwise why not, for people.
  std::string problem;
  // 0 service, 1 container, 2 blob. A lone path part may also name a blob of the root container.
  int level() const { return !blob.empty() ? 2 : !container.empty() ? 1 : 0; }
};

// Thread-safe; keeps nothing of the catalogue.
class AddressReader {
 public:
  explicit AddressReader(const Catalogue& catalogue, const AddressHints& hints = {});
  Address read(const Request& request) const;
  // Where a lone path part is a blob; empty where this API has no such container.
  const std::string& root_container() const { return root_container_; }

 private:
  enum class Style { host, path, foreign, unknown };
  Style style(std::string_view host) const;
  bool speaks_this_api(const Request& request, std::string_view query) const;
  std::string_view signing_account(const Request& request) const;
  NameSet hinted_path_style_, hinted_host_style_, host_style_, path_style_, foreign_;
  NameSet evidence_headers_, evidence_queries_, schemes_;
  const std::vector<std::string> templates_;  // empty: the first part of the path is the container, the rest the blob
  std::string secondary_suffix_, root_container_;
};

}  // namespace blobgauge::model
