#include "clients/service.h"

#include <fmt/format.h>

#include "model/file.h"
#include "model/yaml.h"

namespace blobgauge::clients {

using model::Result;
using model::yaml::Fields;

Result<Service> service_from_yaml(std::string_view text, std::string name) {
  BLOBGAUGE_TRY(const auto root, model::yaml::parse(text, name));
  Fields fields(root, name, "a service file");
  Service service;
  const auto* format = fields.required("format");
  if (fields.number_or("format", 0) != 1) fields.refuse("this version reads service format 1 only", format);
  if (const auto* requests = fields.required("requests"))
    for (std::size_t i = 0; i < requests->keys.size(); ++i) {
      Fields entry(requests->items[i], name, "a request");
      ServiceRequest request;
      request.method = entry.text("method");
      request.target = entry.text("target");
      request.headers = entry.pairs("headers");
      BLOBGAUGE_CHECK(entry.finish());
      service.requests.emplace(requests->keys[i], std::move(request));
    }
  service.headers = fields.pairs("headers");
  if (const auto* listing = fields.required("listing")) {
    Fields entry(*listing, name, "a listing");
    service.names = entry.text("names");
    service.next = entry.text("next");
    BLOBGAUGE_CHECK(entry.finish());
  }
  for (const auto* needed :
       {"probe", "create_container", "find_container", "delete_container", "list", "put", "get", "properties"})
    if (!service.requests.contains(needed)) fields.refuse(fmt::format("no request '{}'", needed));
  BLOBGAUGE_CHECK(fields.finish());
  return service;
}

Result<Service> load_service(const std::string& path) {
  BLOBGAUGE_TRY(const auto text, model::read_file(path));
  return service_from_yaml(text, path);
}

}  // namespace blobgauge::clients
