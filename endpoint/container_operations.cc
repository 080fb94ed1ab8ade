#include <pugixml.hpp>

#include "endpoint/conditions.h"
#include "endpoint/resource.h"
#include "endpoint/xml.h"
#include "model/text.h"

namespace blobgauge::endpoint {
namespace {

// Where a lease id is given it must fit, also for reads.
Outcome<Container*> readable_container(Call& call) {
  BLOBGAUGE_TRY(Container * container, container_of(call));
  BLOBGAUGE_CHECK(container->lease.permit_read(Leased::container, call.request.header("x-ms-lease-id"), call.now));
  return container;
}

// The lease of a container protects its existence only: other changes need no lease id, but a wrong one is refused.
Outcome<Container*> changeable_container(Call& call) {
  BLOBGAUGE_TRY(Container * container, readable_container(call));
  BLOBGAUGE_CHECK(permit_write(call.request, container->modified));
  return container;
}

Outcome<std::string> read_public_access(const Request& request) {
  const auto value = request.header("x-ms-blob-public-access");
  if (value.empty() || value == "blob" || value == "container") return std::string(value);
  return refuse(bad_header("x-ms-blob-public-access", value));
}

void add_container_headers(Answer& out, const Container& container, Moment now) {
  add_metadata(out, container.metadata);
  out.stamped(container.modified);
  add_lease_headers(out, container.lease, now);
  if (!container.public_access.empty()) out.with("x-ms-blob-public-access", container.public_access);
}

}  // namespace

Outcome<Answer> create_container(Call& call) {
  const auto& name = call.request.address.container;
  BLOBGAUGE_CHECK(check_container_name(name));
  BLOBGAUGE_TRY(auto metadata, read_metadata(call.request.headers));
  BLOBGAUGE_TRY(auto access, read_public_access(call.request));
  if (call.account.containers.contains(name)) return refuse(errors::container_exists);
  auto& container = call.account.containers[name];
  container.modified = call.store.clock.next();
  container.metadata = std::move(metadata);
  container.public_access = std::move(access);
  return answer(201).stamped(container.modified);
}

Outcome<Answer> delete_container(Call& call) {
  BLOBGAUGE_TRY(Container * container, container_of(call));
  BLOBGAUGE_CHECK(container->lease.permit_write(Leased::container, call.request.header("x-ms-lease-id"), call.now));
  BLOBGAUGE_CHECK(permit_write(call.request, container->modified));
  call.account.containers.erase(call.request.address.container);
  return answer(202);
}

Outcome<Answer> get_container_properties(Call& call) {
  BLOBGAUGE_TRY(Container * container, readable_container(call));
  auto out = answer(200);
  add_container_headers(out, *container, call.now);
  out.with("x-ms-has-immutability-policy", "false")
      .with("x-ms-has-legal-hold", "false")
      .with("x-ms-immutable-storage-with-versioning-enabled", "false")
      .with("x-ms-default-encryption-scope", "$account-encryption-key")
      .with("x-ms-deny-encryption-scope-override", "false");
  return out;
}

Outcome<Answer> get_container_metadata(Call& call) {
  BLOBGAUGE_TRY(Container * container, readable_container(call));
  auto out = answer(200);
  add_metadata(out, container->metadata);
  return out.stamped(container->modified);
}

Outcome<Answer> set_container_metadata(Call& call) {
  BLOBGAUGE_TRY(auto metadata, read_metadata(call.request.headers));
  BLOBGAUGE_TRY(Container * container, changeable_container(call));
  container->metadata = std::move(metadata);
  container->modified = call.store.clock.next();
  return answer(200).stamped(container->modified);
}

Outcome<Answer> get_container_acl(Call& call) {
  BLOBGAUGE_TRY(Container * container, readable_container(call));
  XmlWriter xml;
  if (container->policies.empty()) {
    xml.leaf("SignedIdentifiers", "");
  } else {
    xml.open("SignedIdentifiers");
    for (const auto& [id, policy] : container->policies) {
      xml.open("SignedIdentifier");
      xml.leaf("Id", id);
      xml.open("AccessPolicy");
      for (const auto& [field, element] :
           {std::pair{"st", "Start"}, std::pair{"se", "Expiry"}, std::pair{"sp", "Permission"}})
        if (policy.has(field)) xml.leaf(element, policy.get(field));
      xml.close("AccessPolicy");
      xml.close("SignedIdentifier");
    }
    xml.close("SignedIdentifiers");
  }
  auto out = document(xml.take());
  if (!container->public_access.empty()) out.with("x-ms-blob-public-access", container->public_access);
  return out.stamped(container->modified);
}

Outcome<Answer> set_container_acl(Call& call) {
  BLOBGAUGE_TRY(auto access, read_public_access(call.request));
  BLOBGAUGE_TRY(const auto text, body_text(call.request));
  std::vector<std::pair<std::string, wire::Sas>> policies;
  if (!text.empty()) {
    pugi::xml_document parsed;
    if (!parsed.load_buffer(text.data(), text.size())) return refuse(errors::invalid_xml);
    const auto root = parsed.child("SignedIdentifiers");
    if (!root) return refuse(errors::invalid_xml);
    for (const auto& element : root.children("SignedIdentifier")) {
      const std::string id = element.child("Id").text().as_string();
      if (id.empty() || id.size() > 64 || policies.size() == 5) return refuse(errors::invalid_xml);
      wire::Sas policy;
      const auto given = element.child("AccessPolicy");
      for (const auto& [field, name] :
           {std::pair{"st", "Start"}, std::pair{"se", "Expiry"}, std::pair{"sp", "Permission"}}) {
        const std::string value = given.child(name).text().as_string();
        if (std::string_view(field) != "sp" && !value.empty() && !wire::parse_sas_time(value))
          return refuse(errors::invalid_xml);
        policy.set(field, value);
      }
      policies.emplace_back(id, std::move(policy));
    }
  }
  BLOBGAUGE_TRY(Container * container, changeable_container(call));
  container->public_access = std::move(access);
  container->policies = std::move(policies);
  container->modified = call.store.clock.next();
  return answer(200).stamped(container->modified);
}

Outcome<Answer> lease_container(Call& call) {
  BLOBGAUGE_TRY(Container * container, container_of(call));
  BLOBGAUGE_CHECK(permit_write(call.request, container->modified));
  return lease_action(call, container->lease, Leased::container, container->modified);
}

}  // namespace blobgauge::endpoint
