#include <fmt/format.h>

#include <pugixml.hpp>
#include <sstream>

#include "endpoint/list.h"
#include "endpoint/resource.h"
#include "endpoint/xml.h"
#include "model/text.h"

namespace blobgauge::endpoint {
namespace {

// Elements of the service's properties in its order, each with what a new account has.
constexpr std::pair<std::string_view, std::string_view> default_properties[] = {
    {"Logging",
     "<Logging><Version>1.0</Version><Read>false</Read><Write>false</Write><Delete>false</Delete><RetentionPolicy>"
     "<Enabled>false</Enabled></RetentionPolicy></Logging>"},
    {"HourMetrics",
     "<HourMetrics><Version>1.0</Version><Enabled>true</Enabled><IncludeAPIs>true</IncludeAPIs><RetentionPolicy>"
     "<Enabled>true</Enabled><Days>7</Days></RetentionPolicy></HourMetrics>"},
    {"MinuteMetrics",
     "<MinuteMetrics><Version>1.0</Version><Enabled>false</Enabled><RetentionPolicy><Enabled>false</Enabled>"
     "</RetentionPolicy></MinuteMetrics>"},
    {"Cors", "<Cors />"},
    {"DefaultServiceVersion", ""},
    {"DeleteRetentionPolicy", "<DeleteRetentionPolicy><Enabled>false</Enabled></DeleteRetentionPolicy>"},
    {"StaticWebsite", "<StaticWebsite><Enabled>false</Enabled></StaticWebsite>"}};

bool known_property(std::string_view name) {
  for (const auto& [known, xml] : default_properties)
    if (known == name) return true;
  return false;
}

}  // namespace

Outcome<Answer> list_containers(Call& call) {
  const auto& request = call.request;
  BLOBGAUGE_TRY(const auto limit, read_max_results(request));
  bool with_metadata = false;
  for (const auto part : model::split(request.parameter("include"), ','))
    with_metadata = with_metadata || model::iequals(part, "metadata");
  const auto prefix = request.parameter("prefix"), marker = request.parameter("marker");
  const auto root = "/" + request.address.account + "/";
  if (!marker.empty() && !marker.starts_with(root)) return refuse(bad_query("marker", marker));
  const auto endpoint = service_endpoint(request);
  XmlWriter xml;
  xml.open("EnumerationResults", {{"ServiceEndpoint", endpoint}});
  echo_list_parameters(xml, request);
  xml.open("Containers");
  auto at = marker.empty() ? call.account.containers.lower_bound(prefix)
                           : call.account.containers.lower_bound(marker.substr(root.size()));
  std::size_t count = 0;
  for (; at != call.account.containers.end() && count < limit; ++at) {
    const auto& [name, container] = *at;
    if (!name.starts_with(prefix)) continue;
    ++count;
    xml.open("Container");
    xml.leaf("Name", name);
    xml.open("Properties");
    xml.leaf("Last-Modified", http_date(container.modified));
    xml.leaf("Etag", etag_of(container.modified));
    xml.leaf("LeaseStatus", container.lease.locked(call.now) ? "locked" : "unlocked");
    xml.leaf("LeaseState", lease_state_text(container.lease.state(call.now)));
    if (container.lease.state(call.now) == Lease::State::leased)
      xml.leaf("LeaseDuration", container.lease.infinite() ? "infinite" : "fixed");
    if (!container.public_access.empty()) xml.leaf("PublicAccess", container.public_access);
    xml.leaf("DefaultEncryptionScope", "$account-encryption-key");
    xml.leaf("DenyEncryptionScopeOverride", "false");
    xml.leaf("HasImmutabilityPolicy", "false");
    xml.leaf("HasLegalHold", "false");
    xml.leaf("ImmutableStorageWithVersioningEnabled", "false");
    xml.close("Properties");
    if (with_metadata) write_metadata(xml, container.metadata);
    xml.close("Container");
  }
  while (at != call.account.containers.end() && !at->first.starts_with(prefix)) ++at;
  xml.close("Containers");
  xml.leaf("NextMarker", at == call.account.containers.end() ? "" : root + at->first);
  xml.close("EnumerationResults");
  return document(xml.take());
}

Outcome<Answer> get_service_properties(Call& call) {
  XmlWriter xml;
  xml.open("StorageServiceProperties");
  for (const auto& [name, standard] : default_properties) {
    const auto own = call.account.service_properties.find(std::string(name));
    xml.raw(own == call.account.service_properties.end() ? standard : std::string_view(own->second));
  }
  xml.close("StorageServiceProperties");
  return document(xml.take());
}

Outcome<Answer> set_service_properties(Call& call) {
  BLOBGAUGE_TRY(const auto text, body_text(call.request));
  pugi::xml_document parsed;
  if (!parsed.load_buffer(text.data(), text.size())) return refuse(errors::invalid_xml);
  const auto root = parsed.child("StorageServiceProperties");
  if (!root) return refuse(errors::invalid_xml);
  std::map<std::string, std::string> changed;
  for (const auto& element : root.children()) {
    if (!known_property(element.name())) return refuse(errors::invalid_xml);
    // What would change the behaviour of other operations, and does not here, is refused, not swallowed.
    if (element.name() == std::string_view("Cors") && element.child("CorsRule")) return refuse(not_here("CORS rules"));
    for (const auto feature : {"DeleteRetentionPolicy", "StaticWebsite"})
      if (element.name() == std::string_view(feature) && element.child("Enabled").text().as_bool())
        return refuse(not_here(feature));
    std::ostringstream out;
    element.print(out, "", pugi::format_raw);
    changed[element.name()] = out.str();
  }
  for (auto& [name, xml] : changed) call.account.service_properties[name] = std::move(xml);
  return answer(202);
}

Outcome<Answer> get_service_stats(Call& call) {
  // Only a read-access secondary has statistics.
  return refuse(bad_query("comp", call.request.parameter("comp")));
}

Outcome<Answer> get_account_information(Call&) {
  return answer(200)
      .with("x-ms-sku-name", "Standard_LRS")
      .with("x-ms-account-kind", "StorageV2")
      .with("x-ms-is-hns-enabled", "false");
}

}  // namespace blobgauge::endpoint
