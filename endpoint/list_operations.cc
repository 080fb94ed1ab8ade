#include "endpoint/list.h"
#include "endpoint/operations.h"
#include "endpoint/resource.h"
#include "model/text.h"

namespace blobgauge::endpoint {
namespace {

struct Includes {
  bool snapshots = false, metadata = false, uncommitted = false, copy = false, tags = false;
};

// Names that ask for something this endpoint never has (deleted blobs, versions, policies) change nothing.
Outcome<Includes> read_includes(const Request& request) {
  static constexpr std::string_view known[] = {"deleted",   "versions",   "deletedwithversions", "immutabilitypolicy",
                                               "legalhold", "permissions"};
  Includes out;
  const auto text = request.parameter("include");
  if (text.empty()) return out;
  for (const auto part : model::split(text, ',')) {
    const auto name = model::lower(model::trim(part));
    if (name == "snapshots") {
      out.snapshots = true;
    } else if (name == "metadata") {
      out.metadata = true;
    } else if (name == "uncommittedblobs") {
      out.uncommitted = true;
    } else if (name == "copy") {
      out.copy = true;
    } else if (name == "tags") {
      out.tags = true;
    } else if (std::find(std::begin(known), std::end(known), name) == std::end(known)) {
      return refuse(bad_query("include", text, "Invalid query parameter value."));
    }
  }
  return out;
}

void write_uncommitted(XmlWriter& xml, std::string_view name) {
  xml.open("Blob");
  xml.resource_name(name);
  xml.open("Properties");
  for (const auto& [element, value] :
       {std::pair{"Content-Length", "0"}, std::pair{"BlobType", "BlockBlob"}, std::pair{"AccessTier", "Hot"},
        std::pair{"AccessTierInferred", "true"}, std::pair{"LeaseStatus", "unlocked"},
        std::pair{"LeaseState", "available"}, std::pair{"ServerEncrypted", "false"}})
    xml.leaf(element, value);
  xml.close("Properties");
  xml.leaf("OrMetadata", "");
  xml.close("Blob");
}

void write_blob(XmlWriter& xml, const ListedBlob& listed, const Includes& includes, Moment now, bool modern) {
  const Blob& blob = *listed.blob;
  const bool snapshot = !listed.snapshot.empty();
  xml.open("Blob");
  xml.resource_name(listed.name);
  if (snapshot) xml.leaf("Snapshot", listed.snapshot);
  xml.open("Properties");
  xml.leaf("Creation-Time", http_date(blob.created));
  xml.leaf("Last-Modified", http_date(blob.modified));
  const auto etag = etag_of(blob.modified);
  xml.leaf("Etag", std::string_view(etag).substr(1, etag.size() - 2));  // without quotes in this list
  xml.leaf("Content-Length", std::to_string(blob.content.size()));
  xml.leaf("Content-Type", blob.http.type);
  xml.leaf("Content-Encoding", blob.http.encoding);
  xml.leaf("Content-Language", blob.http.language);
  xml.leaf("Content-CRC64", "");
  xml.leaf("Content-MD5", blob.http.md5);
  xml.leaf("Cache-Control", blob.http.cache_control);
  xml.leaf("Content-Disposition", blob.http.disposition);
  xml.leaf("BlobType", "BlockBlob");
  if (!snapshot) {
    xml.leaf("AccessTier", blob.tier.name);
    if (!blob.tier.changed) xml.leaf("AccessTierInferred", "true");
    if (!blob.tier.archive_status.empty()) xml.leaf("ArchiveStatus", blob.tier.archive_status);
    if (!blob.tier.rehydrate_priority.empty()) xml.leaf("RehydratePriority", blob.tier.rehydrate_priority);
    if (blob.tier.changed) xml.leaf("AccessTierChangeTime", http_date(*blob.tier.changed));
    xml.leaf("LeaseStatus", blob.lease.locked(now) ? "locked" : "unlocked");
    xml.leaf("LeaseState", lease_state_text(blob.lease.state(now)));
    if (blob.lease.state(now) == Lease::State::leased)
      xml.leaf("LeaseDuration", blob.lease.infinite() ? "infinite" : "fixed");
  }
  if (includes.copy && blob.copy) {
    xml.leaf("CopyId", blob.copy->id);
    xml.leaf("CopySource", blob.copy->source);
    xml.leaf("CopyStatus", blob.copy->status);
    xml.leaf("CopyProgress", blob.copy->progress);
    xml.leaf("CopyCompletionTime", http_date(blob.copy->completed));
  }
  xml.leaf("ServerEncrypted", "true");
  if (!blob.tags.empty()) xml.leaf("TagCount", std::to_string(blob.tags.size()));
  xml.close("Properties");
  if (includes.metadata) write_metadata(xml, blob.metadata);
  if (includes.tags && !blob.tags.empty()) {
    xml.open("Tags");
    xml.open("TagSet");
    for (const auto& [key, value] : blob.tags) {
      xml.open("Tag");
      xml.leaf("Key", key);
      xml.leaf("Value", value);
      xml.close("Tag");
    }
    xml.close("TagSet");
    xml.close("Tags");
  }
  if (modern) xml.leaf("OrMetadata", "");
  xml.close("Blob");
}

}  // namespace

Outcome<Answer> list_blobs(Call& call) {
  const auto& request = call.request;
  ListQuery query;
  query.prefix = request.parameter("prefix");
  query.delimiter = request.parameter("delimiter");
  BLOBGAUGE_TRY(query.limit, read_max_results(request));
  BLOBGAUGE_TRY(const auto includes, read_includes(request));
  query.snapshots = includes.snapshots;
  query.uncommitted = includes.uncommitted;
  if (query.snapshots && !query.delimiter.empty())
    return refuse(bad_query("include", request.parameter("include"), "Snapshots cannot be listed with a delimiter."));
  if (const auto marker = request.parameter("marker"); !marker.empty()) {
    query.from = decode_marker(marker);
    if (!query.from) return refuse(bad_query("marker", marker));
  } else if (const auto from = request.parameter("startFrom"); !from.empty()) {
    query.from = ListPlace{std::string(from), {}};
  }
  BLOBGAUGE_TRY(Container * container, container_of(call));
  const auto page = list_page(*container, query);
  const auto endpoint = service_endpoint(request);
  XmlWriter xml;
  xml.open("EnumerationResults", {{"ServiceEndpoint", endpoint}, {"ContainerName", request.address.container}});
  echo_list_parameters(xml, request);
  if (page.entries.empty()) {
    xml.leaf("Blobs", "");
  } else {
    xml.open("Blobs");
    for (const auto& entry : page.entries) {
      if (const auto* prefix = std::get_if<ListedPrefix>(&entry)) {
        xml.open("BlobPrefix");
        xml.resource_name(prefix->name);
        xml.close("BlobPrefix");
      } else if (const auto& listed = std::get<ListedBlob>(entry); listed.blob) {
        write_blob(xml, listed, includes, call.now, request.version >= version_of_modern_lists);
      } else {
        write_uncommitted(xml, listed.name);
      }
    }
    xml.close("Blobs");
  }
  xml.leaf("NextMarker", page.next ? encode_marker(*page.next) : std::string());
  xml.close("EnumerationResults");
  return document(xml.take());
}

}  // namespace blobgauge::endpoint
