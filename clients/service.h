#pragma once
// The few requests that `verify` itself sends, as data (specs/scenarios/service): how fixtures come to an endpoint and
// how its state is looked at. docs/formats/scenario.md has the names.
#include <map>
#include <string>
#include <string_view>

#include "clients/scenario.h"
#include "model/error.h"

namespace blobgauge::clients {

struct ServiceRequest {
  std::string method, target;  // target and header values are templates
  Pairs headers;
};

struct Service {
  std::map<std::string, ServiceRequest, std::less<>> requests;
  Pairs headers;            // of every request
  std::string names, next;  // XPath into a listing
};

model::Result<Service> service_from_yaml(std::string_view text, std::string name);
model::Result<Service> load_service(const std::string& path);

}  // namespace blobgauge::clients
