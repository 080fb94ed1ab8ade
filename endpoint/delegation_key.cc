#include "endpoint/delegation_key.h"

#include <fmt/format.h>

#include <pugixml.hpp>

#include "endpoint/operations.h"
#include "endpoint/resource.h"
#include "endpoint/xml.h"

namespace blobgauge::endpoint {
namespace {

// Every accepted token is this user's; the tenant is that of the challenge.
constexpr std::string_view object_id = "00000000-0000-0000-0000-000000000001";
constexpr std::string_view tenant_id = "00000000-0000-0000-0000-000000000000";
// The reference: the expiry lies within seven days of the call.
constexpr std::chrono::hours longest_life{7 * 24};

}  // namespace

DelegationFields DelegationFields::of(const wire::Sas& sas) {
  return {sas.get("skoid"), sas.get("sktid"), sas.get("skt"), sas.get("ske"), sas.get("sks"), sas.get("skv")};
}

std::string delegation_key_text(const Account& account, const DelegationFields& fields) {
  return account.keys.front().sign(fmt::format("user delegation key\n{}\n{}\n{}\n{}\n{}\n{}", fields.oid, fields.tid,
                                               fields.start, fields.expiry, fields.service, fields.version));
}

wire::AccountKey delegation_key(const Account& account, const DelegationFields& fields) {
  return wire::AccountKey::parse(delegation_key_text(account, fields)).value();
}

Outcome<Answer> get_user_delegation_key(Call& call) {
  if (call.request.grant.kind != Grant::Kind::bearer)
    return refuse(errors::authentication_failed,
                  {{"AuthenticationErrorDetail", "Only authentication scheme Bearer is supported"}});
  BLOBGAUGE_TRY(const auto text, body_text(call.request));
  pugi::xml_document parsed;
  if (!parsed.load_buffer(text.data(), text.size())) return refuse(errors::invalid_xml);
  const auto info = parsed.child("KeyInfo");
  if (!info) return refuse(errors::invalid_xml);
  // A key for one other user only: its owner is part of what is signed, and there is one user here.
  if (info.child("DelegatedUserTid")) return refuse(not_here("user delegation keys bound to a user"));
  DelegationFields fields{
      std::string(object_id), std::string(tenant_id), info.child_value("Start"), info.child_value("Expiry"), "b",
      call.request.version};
  const auto now = whole_seconds(call.now);
  // Without a fraction: clients write the times of a SAS anew, and in whole seconds.
  if (fields.start.empty()) fields.start = iso_time(call.now.seconds()).substr(0, 19) + "Z";
  const auto start = wire::parse_sas_time(fields.start), expiry = wire::parse_sas_time(fields.expiry);
  if (!start || !expiry) return refuse(errors::invalid_xml_value);
  if (*expiry <= *start || *expiry <= now || *expiry > now + longest_life) return refuse(errors::out_of_range_input);
  XmlWriter xml;
  xml.open("UserDelegationKey");
  xml.leaf("SignedOid", fields.oid);
  xml.leaf("SignedTid", fields.tid);
  xml.leaf("SignedStart", fields.start);
  xml.leaf("SignedExpiry", fields.expiry);
  xml.leaf("SignedService", fields.service);
  xml.leaf("SignedVersion", fields.version);
  xml.leaf("Value", delegation_key_text(call.account, fields));
  xml.close("UserDelegationKey");
  return document(xml.take());
}

}  // namespace blobgauge::endpoint
