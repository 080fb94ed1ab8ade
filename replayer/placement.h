#pragma once
// Where a case lives on the endpoint. By default in containers of its own, which it makes and deletes. On an endpoint
// that is only half there: under a prefix in a container that exists (`replay --container`), and with what it is given
// loaded by the endpoint's owner (`--fixtures-by`). Placing rewrites the case's templates, so that what runs is still
// a list of exact requests.
#include <map>
#include <string>
#include <vector>

#include "replayer/case.h"
#include "replayer/suite.h"

namespace blobgauge::replayer {

struct Place {
  std::string container;     // that exists; empty: the case makes its own
  bool owner_loads = false;  // fixtures marked `by_owner` are not sent
};

struct PlacedCase {
  Case item;
  std::map<std::string, std::string> names;  // what `${c}` stands for: "bg1-0-c", or "shared/bg1-0-c"
  std::vector<Step> loaded;                  // fixtures that the owner loads, in order
};

// Why the case cannot live there, for the reader; empty: it can. Inside another's container a case may not make, change
// or delete a container as a whole, nor rest on one that is not there, nor ask the account which ones there are.
std::string obstacle(const Suite& suite, const Case& item, const Place& place);

// `prefix` begins the names of its containers: lower-case letters, digits and single hyphens. There is no obstacle.
PlacedCase placed(const Suite& suite, const Case& item, const Place& place, const std::string& prefix);

}  // namespace blobgauge::replayer
