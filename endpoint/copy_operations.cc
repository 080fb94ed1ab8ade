#include "endpoint/block.h"
#include "endpoint/conditions.h"
#include "endpoint/resource.h"
#include "model/text.h"

namespace blobgauge::endpoint {
namespace {

// The error of a failed read of the source, as the operations with an immediate result show it: the source's own status
// and message under one code, described since 2024-08-04.
Refusal source_failed(const Request& request, const CopySource& source) {
  Refusal out = refusal(errors::copy_source);
  out.status = source.status;
  if (!source.message.empty()) out.message = source.message;
  if (request.version >= version_of_source_errors && source.status != 304 && !source.code.empty()) {
    out.headers.add("x-ms-copy-source-status-code", std::to_string(source.status));
    out.headers.add("x-ms-copy-source-error-code", source.code);
    out.details = {{"CopySourceStatusCode", std::to_string(source.status)},
                   {"CopySourceErrorCode", source.code},
                   {"CopySourceErrorMessage", source.message}};
  }
  return out;
}

bool failed(const CopySource& source) { return source.status < 200 || source.status > 299; }

Outcome<void> check_source_hashes(const Request& request, const CopySource& source) {
  return check_hashes(request, source.digests, "x-ms-source-content-md5", "x-ms-source-content-crc64");
}

// Properties of the source's answer; those that the request names win.
HttpProperties copied_properties(const Request& request, const CopySource& source, bool from_source) {
  auto out = read_properties(request.headers);
  if (from_source) {
    const auto inherit = [&](std::string& value, std::string_view name) {
      if (value.empty()) value = source.headers.get(name);
    };
    inherit(out.type, "Content-Type");
    inherit(out.encoding, "Content-Encoding");
    inherit(out.language, "Content-Language");
    inherit(out.cache_control, "Cache-Control");
    inherit(out.disposition, "Content-Disposition");
  }
  if (out.type.empty()) out.type = "application/octet-stream";
  return out;
}

// The source's metadata, unless the request brings its own.
Outcome<model::Headers> copied_metadata(const Request& request, const CopySource& source) {
  BLOBGAUGE_TRY(auto own, read_metadata(request.headers));
  if (!own.empty()) return own;
  model::Headers out;
  for (const auto& field : source.headers)
    if (model::lower(field.name).starts_with("x-ms-meta-")) out.add(field.name.substr(10), field.value);
  return out;
}

Outcome<Tags> copied_tags(const Request& request, const CopySource& source) {
  if (model::iequals(request.header("x-ms-copy-source-tag-option"), "COPY")) {
    if (!source.tags) return refuse(not_here("tags of a source outside this endpoint"));
    return *source.tags;
  }
  return read_tags_header(request);
}

CopyState finished_copy(Call& call, std::string source_text) {
  const auto size = std::to_string(call.source->content.size());
  return {new_guid(), std::move(source_text), "success", size + "/" + size, call.now};
}

// x-ms-copy-source without what a SAS adds to it.
std::string shown_source(std::string_view url) {
  const auto parsed = model::parse_url(url);
  if (!parsed) return std::string(url.substr(0, url.find('?')));
  auto out = parsed->scheme + "://" + parsed->authority() + parsed->path;
  if (const auto snapshot = model::query_value(parsed->query, "snapshot")) out += "?snapshot=" + *snapshot;
  return out;
}

// The blob that both copies make; hashes are of no interest to the asynchronous one.
Outcome<Moment> make_copy(Call& call) {
  const auto& request = call.request;
  const auto& source = *call.source;
  BLOBGAUGE_TRY(auto metadata, copied_metadata(request, source));
  BLOBGAUGE_TRY(auto tags, copied_tags(request, source));
  BLOBGAUGE_TRY(auto tier, read_tier(request, call.now));
  BLOBGAUGE_TRY(Container * container, permit_creation(call));
  Blob blob;
  blob.http = copied_properties(request, source, true);
  blob.http.md5 = source.headers.get("Content-MD5");
  blob.content = source.content;
  blob.blocks = source.blocks;
  blob.created = blob.modified = call.store.clock.next();
  blob.metadata = std::move(metadata);
  blob.tags = std::move(tags);
  blob.tier = std::move(tier);
  blob.copy = finished_copy(call, shown_source(request.header("x-ms-copy-source")));
  const auto modified = blob.modified;
  replace(container->blobs[request.address.blob], std::move(blob), call.now);
  return modified;
}

const CopyState& copy_state(Call& call) {
  return *call.account.containers.find(call.request.address.container)
              ->second.blobs[call.request.address.blob]
              .current->copy;
}

}  // namespace

Outcome<Answer> put_blob_from_url(Call& call) {
  const auto& request = call.request;
  const auto& source = *call.source;
  if (request.body.size() != 0) return refuse(bad_header("Content-Length", std::to_string(request.body.size())));
  BLOBGAUGE_TRY(auto own_metadata, read_metadata(request.headers));
  BLOBGAUGE_TRY(auto tier, read_tier(request, call.now));
  if (failed(source)) return refuse(source_failed(request, source));
  BLOBGAUGE_CHECK(check_source_hashes(request, source));
  const bool from_source = !model::iequals(request.header("x-ms-copy-source-blob-properties"), "false");
  BLOBGAUGE_TRY(auto metadata, from_source ? copied_metadata(request, source) : Outcome<model::Headers>(own_metadata));
  BLOBGAUGE_TRY(auto tags, copied_tags(request, source));
  BLOBGAUGE_TRY(Container * container, permit_creation(call));
  Blob blob;
  blob.http = copied_properties(request, source, from_source);
  blob.http.md5 = source.digests.md5;
  blob.content = source.content;
  blob.created = blob.modified = call.store.clock.next();
  blob.metadata = std::move(metadata);
  blob.tags = std::move(tags);
  blob.tier = std::move(tier);
  const auto modified = blob.modified;
  replace(container->blobs[request.address.blob], std::move(blob), call.now);
  auto out = answer(201).stamped(modified);
  add_hashes(out, request, source.digests, "x-ms-source-content-md5");
  return out.with("x-ms-request-server-encrypted", "true");
}

Outcome<Answer> put_block_from_url(Call& call) {
  const auto& request = call.request;
  const auto& source = *call.source;
  if (request.body.size() != 0) return refuse(bad_header("Content-Length", std::to_string(request.body.size())));
  if (failed(source)) return refuse(source_failed(request, source));
  if (source.content.size() == 0) return refuse(errors::invalid_range);
  BLOBGAUGE_CHECK(check_source_hashes(request, source));
  BLOBGAUGE_CHECK(stage_block(call, source.content));
  auto out = answer(201);
  add_hashes(out, request, source.digests, "x-ms-source-content-md5");
  return out.with("x-ms-request-server-encrypted", "true");
}

Outcome<Answer> copy_blob(Call& call) {
  const auto& request = call.request;
  const auto& source = *call.source;
  if (failed(source)) {
    // Conditions on the source have an error of their own here; other errors are the source's.
    if (source.code == "ConditionNotMet") return refuse(errors::source_condition);
    if (request.version >= version_of_source_errors || !source.same_account)
      return refuse(source_failed(request, source));
    Refusal own;
    own.status = source.status;
    own.code = source.code;
    own.message = source.message;
    return refuse(std::move(own));
  }
  BLOBGAUGE_TRY(const auto modified, make_copy(call));
  const auto& copy = copy_state(call);
  return answer(202).stamped(modified).with("x-ms-copy-id", copy.id).with("x-ms-copy-status", copy.status);
}

Outcome<Answer> copy_blob_from_url(Call& call) {
  const auto& request = call.request;
  const auto& source = *call.source;
  if (failed(source)) return refuse(source_failed(request, source));
  BLOBGAUGE_CHECK(check_source_hashes(request, source));
  BLOBGAUGE_TRY(const auto modified, make_copy(call));
  const auto& copy = copy_state(call);
  auto out = answer(202).stamped(modified);
  add_hashes(out, request, source.digests, "x-ms-source-content-md5");
  return out.with("x-ms-copy-id", copy.id)
      .with("x-ms-copy-status", copy.status)
      .with("x-ms-request-server-encrypted", "true");
}

Outcome<Answer> abort_copy(Call& call) {
  if (call.request.parameter("copyid").empty()) return refuse(missing_query("copyid"));
  BLOBGAUGE_TRY(Blob * blob, blob_of(call));
  (void)blob;  // copies end within their own request: none is ever pending
  return refuse(errors::no_pending_copy);
}

}  // namespace blobgauge::endpoint
