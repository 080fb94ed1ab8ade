#include "endpoint/route.h"

#include <algorithm>

#include "model/text.h"

namespace blobgauge::endpoint {
namespace {

using enum Level;

std::vector<Route> make_routes() {
  std::vector<Route> out = {
      {"List Containers", "GET", service, "", "list", "l", list_containers},
      {"Get Blob Service Properties", "GET", service, "service", "properties", "r", get_service_properties},
      {"Set Blob Service Properties", "PUT", service, "service", "properties", "w", set_service_properties},
      {"Get Blob Service Stats", "GET", service, "service", "stats", "r", get_service_stats},
      {"Get User Delegation Key", "POST", service, "service", "userdelegationkey", "", get_user_delegation_key},
      {"Blob Batch", "POST", service, "", "batch", "*"},
      {"Find Blobs by Tags", "GET", service, "", "blobs", "f"},
      {"Create Container", "PUT", container, "container", "", "cw", create_container},
      {"Get Container Properties", "GET", container, "container", "", "r", get_container_properties},
      {"Get Container Metadata", "GET", container, "container", "metadata", "r", get_container_metadata},
      {"Set Container Metadata", "PUT", container, "container", "metadata", "w", set_container_metadata},
      {"Get Container ACL", "GET", container, "container", "acl", "", get_container_acl},
      {"Set Container ACL", "PUT", container, "container", "acl", "", set_container_acl},
      {"Lease Container", "PUT", container, "container", "lease", "dw", lease_container},
      {"Delete Container", "DELETE", container, "container", "", "d", delete_container},
      {"Restore Container", "PUT", container, "container", "undelete", "w"},
      {"Rename Container", "PUT", container, "container", "rename", ""},
      {"List Blobs", "GET", container, "container", "list", "l", list_blobs},
      {"Find Blobs by Tags (container)", "GET", container, "container", "blobs", "f"},
      {"Blob Batch (container)", "POST", container, "container", "batch", "*"},
      {"Put Blob (block)", "PUT", blob, "", "", "cw", put_blob},
      {"Put Blob (append)", "PUT", blob, "", "", "cw"},
      {"Put Blob (page)", "PUT", blob, "", "", "cw"},
      {"Put Blob From URL", "PUT", blob, "", "", "cw", put_blob_from_url},
      {"Copy Blob", "PUT", blob, "", "", "cw", copy_blob},
      {"Copy Blob From URL", "PUT", blob, "", "", "cw", copy_blob_from_url},
      {"Get Blob", "GET", blob, "", "", "r", get_blob},
      {"Get Blob Properties", "HEAD", blob, "", "", "r", get_blob_properties},
      {"Delete Blob", "DELETE", blob, "", "", "dxy", delete_blob},
      {"Get Blob Metadata", "GET", blob, "", "metadata", "r", get_blob_metadata},
      {"Set Blob Metadata", "PUT", blob, "", "metadata", "w", set_blob_metadata},
      {"Set Blob Properties (HTTP headers)", "PUT", blob, "", "properties", "w", set_blob_properties},
      {"Get Blob Tags", "GET", blob, "", "tags", "t", get_blob_tags},
      {"Set Blob Tags", "PUT", blob, "", "tags", "t", set_blob_tags},
      {"Set Blob Tier", "PUT", blob, "", "tier", "w", set_blob_tier},
      {"Lease Blob", "PUT", blob, "", "lease", "dw", lease_blob},
      {"Snapshot Blob", "PUT", blob, "", "snapshot", "cw", snapshot_blob},
      {"Abort Copy Blob", "PUT", blob, "", "copy", "w", abort_copy},
      {"Undelete Blob", "PUT", blob, "", "undelete", "w"},
      {"Put Block", "PUT", blob, "", "block", "w", put_block},
      {"Put Block From URL", "PUT", blob, "", "block", "w", put_block_from_url},
      {"Put Block List", "PUT", blob, "", "blocklist", "w", put_block_list},
      {"Get Block List", "GET", blob, "", "blocklist", "r", get_block_list},
      {"Query Blob Contents", "POST", blob, "", "query", "r"},
      {"Set Blob Expiry", "PUT", blob, "", "expiry", "w"},
      {"Set Blob Immutability Policy", "PUT", blob, "", "immutabilityPolicies", "i"},
      {"Delete Blob Immutability Policy", "DELETE", blob, "", "immutabilityPolicies", "i"},
      {"Set Blob Legal Hold", "PUT", blob, "", "legalhold", "i"},
      {"Append Block", "PUT", blob, "", "appendblock", "aw"},
      {"Append Blob Seal", "PUT", blob, "", "seal", "aw"},
      {"Put Page", "PUT", blob, "", "page", "w"},
      {"Get Page Ranges", "GET", blob, "", "pagelist", "r"},
      {"Incremental Copy Blob", "PUT", blob, "", "incrementalcopy", "cw"},
  };
  // The same at every level.
  for (const auto level : {service, container, blob})
    out.push_back({"Get Account Information", "GET", level, "account", "properties", "*", get_account_information});
  for (auto& route : out) {
    const auto is = [&](std::initializer_list<std::string_view> names) {
      return std::find(names.begin(), names.end(), route.name) != names.end();
    };
    route.body = is({"Put Blob (block)", "Put Block", "Put Block List", "Set Blob Tags", "Set Container ACL",
                     "Set Blob Service Properties", "Get User Delegation Key"});
    route.source = is({"Put Blob From URL", "Put Block From URL", "Copy Blob", "Copy Blob From URL"});
    route.digests = route.source && route.name != "Copy Blob";
    route.public_read = is({"Get Blob", "Get Blob Properties", "Get Blob Metadata", "Get Block List", "List Blobs",
                            "Get Container Properties", "Get Container Metadata"});
  }
  return out;
}

const Route* named(std::string_view name) {
  for (const auto& route : routes())
    if (route.name == name) return &route;
  return nullptr;
}

// A PUT without comp is told apart by its headers.
Outcome<const Route*> route_of_put(const Request& request) {
  const auto type = request.header("x-ms-blob-type");
  const bool copies = !request.header("x-ms-copy-source").empty();
  if (copies && type.empty())
    return named(model::iequals(request.header("x-ms-requires-sync"), "true") ? "Copy Blob From URL" : "Copy Blob");
  if (type.empty()) return refuse(missing_header("x-ms-blob-type"));
  if (type == "AppendBlob") return named("Put Blob (append)");
  if (type == "PageBlob") return named("Put Blob (page)");
  if (type != "BlockBlob") return refuse(bad_header("x-ms-blob-type", type));
  return named(copies ? "Put Blob From URL" : "Put Blob (block)");
}

}  // namespace

const std::vector<Route>& routes() {
  static const std::vector<Route> table = make_routes();
  return table;
}

Outcome<const Route*> find_route(const Request& request) {
  const auto level = request.address.level();
  const auto restype = request.parameter("restype"), comp = request.parameter("comp");
  std::vector<const Route*> fitting;
  bool known_restype = restype.empty(), known_comp = comp.empty();
  for (const auto& route : routes()) {
    if (route.level != level) continue;
    known_restype = known_restype || model::iequals(route.restype, restype);
    known_comp = known_comp || model::iequals(route.comp, comp);
    if (model::iequals(route.restype, restype) && model::iequals(route.comp, comp)) fitting.push_back(&route);
  }
  if (!known_restype) return refuse(bad_query("restype", restype));
  if (!known_comp || (fitting.empty() && !comp.empty())) return refuse(bad_query("comp", comp));
  if (fitting.empty()) return refuse(restype.empty() ? missing_query("comp") : bad_query("restype", restype));
  if (level == Level::blob && comp.empty() && restype.empty() && request.method == "PUT") return route_of_put(request);
  if (level == Level::blob && model::iequals(comp, "block") && request.method == "PUT")
    return named(request.header("x-ms-copy-source").empty() ? "Put Block" : "Put Block From URL");
  const Route* reads = nullptr;
  for (const auto* route : fitting) {
    if (route->method == request.method) return route;
    if (route->method == "GET") reads = route;
  }
  // HEAD is taken wherever GET is.
  if (reads && request.is_head()) return reads;
  auto wrong = refusal(errors::unsupported_verb);
  std::string allowed;
  for (const auto* route : fitting)
    if (allowed.find(route->method) == std::string::npos)
      allowed += (allowed.empty() ? "" : ",") + std::string(route->method);
  wrong.headers.add("Allow", allowed);
  return refuse(std::move(wrong));
}

char resource_type(const Route& route) {
  switch (route.level) {
    case Level::service:
      return 's';
    case Level::container:
      return 'c';
    case Level::blob:
      return 'o';
  }
  return 'o';
}

}  // namespace blobgauge::endpoint
