#include <pugixml.hpp>

#include "endpoint/conditions.h"
#include "endpoint/range.h"
#include "endpoint/resource.h"
#include "endpoint/xml.h"
#include "model/text.h"

namespace blobgauge::endpoint {
namespace {

Outcome<Blob*> readable_blob(Call& call) {
  BLOBGAUGE_TRY(Blob * blob, blob_of(call));
  BLOBGAUGE_CHECK(blob->lease.permit_read(Leased::blob, call.request.header("x-ms-lease-id"), call.now));
  BLOBGAUGE_CHECK(permit_read(call.request, blob->modified));
  return blob;
}

Outcome<Blob*> changeable_blob(Call& call) {
  if (call.request.has_parameter("snapshot"))
    return refuse(bad_query("snapshot", call.request.parameter("snapshot"), "A snapshot cannot be changed."));
  BLOBGAUGE_TRY(Blob * blob, blob_of(call));
  BLOBGAUGE_CHECK(permit_change(call, *blob));
  return blob;
}

bool is_true(std::string_view value) { return model::iequals(value, "true"); }

// Limit of a range whose hash is asked for.
constexpr std::uint64_t hashed_range = 4u << 20;

}  // namespace

Outcome<Answer> put_blob(Call& call) {
  const auto& request = call.request;
  const auto& digests = request.body.digests;
  BLOBGAUGE_TRY(auto metadata, read_metadata(request.headers));
  BLOBGAUGE_TRY(auto tags, read_tags_header(request));
  BLOBGAUGE_TRY(auto tier, read_tier(request, call.now));
  BLOBGAUGE_CHECK(check_hashes(request, digests));
  BLOBGAUGE_TRY(Container * container, permit_creation(call));
  Blob blob;
  blob.http = read_properties(request.headers);
  // The request's own fields serve where the blob's are not given.
  const auto fallback = [&](std::string& value, std::string_view name) {
    if (value.empty()) value = request.header(name);
  };
  fallback(blob.http.type, "Content-Type");
  fallback(blob.http.encoding, "Content-Encoding");
  fallback(blob.http.language, "Content-Language");
  fallback(blob.http.cache_control, "Cache-Control");
  if (blob.http.type.empty()) blob.http.type = "application/octet-stream";
  if (blob.http.md5.empty()) blob.http.md5 = digests.md5;
  blob.content = request.body.content;
  blob.created = blob.modified = call.store.clock.next();
  blob.metadata = std::move(metadata);
  blob.tags = std::move(tags);
  blob.tier = std::move(tier);
  const auto modified = blob.modified;
  replace(container->blobs[request.address.blob], std::move(blob), call.now);
  auto out = answer(201).with("Content-MD5", digests.md5).stamped(modified);
  if (request.version >= version_of_crc64) out.with("x-ms-content-crc64", digests.crc64);
  return out.with("x-ms-request-server-encrypted", "true");
}

Outcome<Answer> get_blob(Call& call) {
  const auto& request = call.request;
  const bool md5 = is_true(request.header("x-ms-range-get-content-md5"));
  const bool crc64 = is_true(request.header("x-ms-range-get-content-crc64"));
  if (md5 && crc64) return refuse(errors::both_range_hashes);
  BLOBGAUGE_TRY(Blob * blob, readable_blob(call));
  if (blob->tier.name == "Archive") return refuse(errors::blob_archived);
  const auto text = request.headers.has("x-ms-range") ? request.header("x-ms-range") : request.header("Range");
  const auto range = parse_range(text);
  if ((md5 || crc64) && !range)
    return refuse(bad_header(md5 ? "x-ms-range-get-content-md5" : "x-ms-range-get-content-crc64", "true"));
  const auto size = blob->content.size();
  const bool snapshot = request.has_parameter("snapshot");
  if (!range) {
    auto out = answer(200);
    add_blob_headers(out, request, *blob, call.now, snapshot);
    if (!blob->http.md5.empty()) out.with("Content-MD5", blob->http.md5);
    out.content = blob->content;
    return out;
  }
  if (range->first >= size) {
    auto wrong = refusal(errors::invalid_range);
    wrong.headers.add("Content-Range", "bytes */" + std::to_string(size));
    return refuse(std::move(wrong));
  }
  const auto last = std::min(range->last, size - 1);
  const auto length = last - range->first + 1;
  if ((md5 || crc64) && length > hashed_range) return refuse(errors::out_of_range_input);
  auto out = answer(206);
  add_blob_headers(out, request, *blob, call.now, snapshot);
  out.content = blob->content.slice(range->first, length);
  out.with("Content-Range",
           "bytes " + std::to_string(range->first) + "-" + std::to_string(last) + "/" + std::to_string(size));
  if (!blob->http.md5.empty()) out.with("x-ms-blob-content-md5", blob->http.md5);
  if (md5 || crc64) {
    std::string bytes(length, '\0');
    if (auto read = out.content->read(0, bytes); !read) return refuse(internal_error(read.error().message));
    const auto digests = digest(bytes);
    if (md5) out.with("Content-MD5", digests.md5);
    if (crc64) out.with("x-ms-content-crc64", digests.crc64);
  }
  return out;
}

Outcome<Answer> get_blob_properties(Call& call) {
  BLOBGAUGE_TRY(Blob * blob, readable_blob(call));
  auto out = answer(200);
  add_blob_headers(out, call.request, *blob, call.now, call.request.has_parameter("snapshot"));
  if (!blob->http.md5.empty()) out.with("Content-MD5", blob->http.md5);
  return out.with("Content-Length", std::to_string(blob->content.size()));
}

Outcome<Answer> get_blob_metadata(Call& call) {
  BLOBGAUGE_TRY(Blob * blob, readable_blob(call));
  auto out = answer(200);
  add_metadata(out, blob->metadata);
  return out.stamped(blob->modified);
}

Outcome<Answer> set_blob_metadata(Call& call) {
  BLOBGAUGE_TRY(auto metadata, read_metadata(call.request.headers));
  BLOBGAUGE_TRY(Blob * blob, changeable_blob(call));
  blob->metadata = std::move(metadata);
  blob->modified = call.store.clock.next();
  return answer(200).stamped(blob->modified).with("x-ms-request-server-encrypted", "true");
}

Outcome<Answer> set_blob_properties(Call& call) {
  for (const auto page_only : {"x-ms-blob-content-length", "x-ms-sequence-number-action"})
    if (call.request.headers.has(page_only)) return refuse(not_here("page blobs"));
  BLOBGAUGE_TRY(Blob * blob, changeable_blob(call));
  // All six are replaced: what the request does not name is cleared.
  blob->http = read_properties(call.request.headers);
  blob->modified = call.store.clock.next();
  return answer(200).stamped(blob->modified);
}

Outcome<Answer> set_blob_tier(Call& call) {
  const auto& request = call.request;
  if (request.header("x-ms-access-tier").empty()) return refuse(missing_header("x-ms-access-tier"));
  BLOBGAUGE_TRY(auto tier, read_tier(request, call.now));
  const auto priority = request.header("x-ms-rehydrate-priority");
  if (!priority.empty() && !model::iequals(priority, "Standard") && !model::iequals(priority, "High"))
    return refuse(bad_header("x-ms-rehydrate-priority", priority));
  BLOBGAUGE_TRY(Blob * blob, blob_of(call));
  BLOBGAUGE_CHECK(blob->lease.permit_read(Leased::blob, request.header("x-ms-lease-id"), call.now));
  if (blob->tier.name == "Archive" && tier.name != "Archive") {
    if (!blob->tier.archive_status.empty()) return refuse(errors::blob_being_rehydrated);
    // Rehydration takes hours on the service, and never ends here: the tier stays what it is.
    blob->tier.archive_status = "rehydrate-pending-to-" + model::lower(tier.name);
    blob->tier.rehydrate_priority = model::iequals(priority, "High") ? "High" : "Standard";
    return answer(202);
  }
  blob->tier = std::move(tier);
  return answer(200);
}

Outcome<Answer> get_blob_tags(Call& call) {
  BLOBGAUGE_TRY(Blob * blob, blob_of(call));
  BLOBGAUGE_CHECK(blob->lease.permit_read(Leased::blob, call.request.header("x-ms-lease-id"), call.now));
  XmlWriter xml(XmlWriter::Start::line_break);
  xml.open("Tags");
  if (blob->tags.empty()) {
    xml.leaf("TagSet", "");
  } else {
    xml.open("TagSet");
    for (const auto& [key, value] : blob->tags) {
      xml.open("Tag");
      xml.leaf("Key", key);
      xml.leaf("Value", value);
      xml.close("Tag");
    }
    xml.close("TagSet");
  }
  xml.close("Tags");
  auto out = document(xml.take());
  out.chunked = false;
  return out;
}

Outcome<Answer> set_blob_tags(Call& call) {
  BLOBGAUGE_TRY(const auto text, body_text(call.request));
  BLOBGAUGE_CHECK(check_hashes(call.request, call.request.body.digests));
  pugi::xml_document parsed;
  if (!parsed.load_buffer(text.data(), text.size()) || !parsed.child("Tags")) return refuse(errors::invalid_xml);
  Tags tags;
  for (const auto& element : parsed.child("Tags").child("TagSet").children("Tag"))
    if (!tags.emplace(element.child("Key").text().as_string(), element.child("Value").text().as_string()).second)
      return refuse(errors::invalid_tags);
  BLOBGAUGE_CHECK(check_tags(tags));
  BLOBGAUGE_TRY(Blob * blob, blob_of(call));
  BLOBGAUGE_CHECK(blob->lease.permit_write(Leased::blob, call.request.header("x-ms-lease-id"), call.now));
  blob->tags = std::move(tags);
  return answer(204);
}

Outcome<Answer> snapshot_blob(Call& call) {
  const auto& request = call.request;
  BLOBGAUGE_TRY(auto metadata, read_metadata(request.headers));
  BLOBGAUGE_TRY(Blob * blob, blob_of(call));
  BLOBGAUGE_CHECK(blob->lease.permit_read(Leased::blob, request.header("x-ms-lease-id"), call.now));
  BLOBGAUGE_CHECK(permit_write(request, blob->modified));
  BLOBGAUGE_TRY(Container * container, container_of(call));
  Blob copy = *blob;
  copy.lease = {};
  const auto moment = call.store.clock.next();
  if (!metadata.empty()) {
    copy.metadata = std::move(metadata);
    copy.modified = moment;
  }
  const auto modified = copy.modified;
  const auto name = iso_time(moment);
  container->blobs[request.address.blob].snapshots.emplace(name, std::move(copy));
  return answer(201).with("x-ms-snapshot", name).stamped(modified).with("x-ms-request-server-encrypted", "false");
}

Outcome<Answer> delete_blob(Call& call) {
  const auto& request = call.request;
  const auto scope = model::lower(request.header("x-ms-delete-snapshots"));
  if (!scope.empty() && scope != "include" && scope != "only")
    return refuse(bad_header("x-ms-delete-snapshots", scope));
  if (model::iequals(request.parameter("deletetype"), "permanent")) return refuse(not_here("permanent deletion"));
  const auto done = [&] { return answer(202).with("x-ms-delete-type-permanent", "true"); };
  BLOBGAUGE_TRY(Container * container, container_of(call));
  const auto found = container->blobs.find(request.address.blob);
  if (found == container->blobs.end()) return refuse(errors::blob_not_found);
  auto& entry = found->second;
  const auto clean = [&] {
    if (entry.empty()) container->blobs.erase(found);
  };
  if (request.has_parameter("snapshot")) {
    if (!scope.empty()) return refuse(bad_header("x-ms-delete-snapshots", scope));
    BLOBGAUGE_TRY(Blob * snapshot, blob_of(call));
    BLOBGAUGE_CHECK(permit_write(request, snapshot->modified));
    entry.snapshots.erase(entry.snapshots.find(request.parameter("snapshot")));
    clean();
    return done();
  }
  if (!entry.current) {
    if (entry.uncommitted.empty()) return refuse(errors::blob_not_found);
    entry.uncommitted.clear();
    clean();
    return done();
  }
  BLOBGAUGE_CHECK(permit_change(call, *entry.current));
  if (scope == "only") {
    entry.snapshots.clear();
    return done();
  }
  if (!entry.snapshots.empty() && scope.empty()) return refuse(errors::snapshots_present);
  container->blobs.erase(found);
  return done();
}

Outcome<Answer> lease_blob(Call& call) {
  BLOBGAUGE_TRY(Blob * blob, blob_of(call));
  BLOBGAUGE_CHECK(permit_write(call.request, blob->modified));
  return lease_action(call, blob->lease, Leased::blob, blob->modified);
}

}  // namespace blobgauge::endpoint
