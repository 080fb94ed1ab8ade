#include "endpoint/resource.h"

#include <algorithm>

#include "endpoint/conditions.h"
#include "model/text.h"

namespace blobgauge::endpoint {
namespace {

constexpr std::string_view metadata_prefix = "x-ms-meta-";

// A C# identifier, as the reference asks for.
bool is_identifier(std::string_view name) {
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = model::ascii_lower(name[i]);
    const bool letter = (c >= 'a' && c <= 'z') || c == '_';
    if (!letter && (i == 0 || c < '0' || c > '9')) return false;
  }
  return !name.empty();
}

bool is_tag_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const char l = model::ascii_lower(c);
    return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view(" +-./:=_").find(c) != std::string::npos;
  });
}

}  // namespace

Outcome<Container*> container_of(Call& call) {
  return call.store.container(call.request.address.account, call.request.address.container);
}

Outcome<Blob*> blob_of(Call& call) {
  BLOBGAUGE_TRY(Container * container, container_of(call));
  const auto entry = container->blobs.find(call.request.address.blob);
  if (entry == container->blobs.end()) return refuse(errors::blob_not_found);
  const auto moment = call.request.parameter("snapshot");
  if (moment.empty()) {
    if (!entry->second.current) return refuse(errors::blob_not_found);
    return &*entry->second.current;
  }
  const auto snapshot = entry->second.snapshots.find(moment);
  if (snapshot == entry->second.snapshots.end()) return refuse(errors::blob_not_found);
  return &snapshot->second;
}

Outcome<void> permit_change(Call& call, const Blob& blob) {
  BLOBGAUGE_CHECK(blob.lease.permit_write(Leased::blob, call.request.header("x-ms-lease-id"), call.now));
  return permit_write(call.request, blob.modified);
}

Outcome<Container*> permit_creation(Call& call) {
  const auto& request = call.request;
  BLOBGAUGE_CHECK(check_blob_name(request.address.blob));
  BLOBGAUGE_TRY(Container * container, container_of(call));
  const auto entry = container->blobs.find(request.address.blob);
  const Blob* blob = entry == container->blobs.end() || !entry->second.current ? nullptr : &*entry->second.current;
  const Lease none;
  const Lease& lease = blob ? blob->lease : none;
  BLOBGAUGE_CHECK(lease.permit_write(Leased::blob, request.header("x-ms-lease-id"), call.now));
  BLOBGAUGE_CHECK(permit_replace(request, blob ? std::optional(blob->modified) : std::nullopt));
  if (blob && !request.grant.allows('w')) return refuse(errors::unauthorized_overwrite);
  return container;
}

Outcome<model::Headers> read_metadata(const model::Headers& headers) {
  model::Headers out;
  std::size_t size = 0;
  for (const auto& field : headers) {
    if (!model::lower(field.name).starts_with(metadata_prefix)) continue;
    const auto name = field.name.substr(metadata_prefix.size());
    if (name.empty()) return refuse(errors::empty_metadata_key);
    if (!is_identifier(name)) return refuse(errors::invalid_metadata);
    size += name.size() + field.value.size();
    if (const auto known = out.find(name)) {
      out.set(name, std::string(*known) + "," + field.value);
    } else {
      out.add(name, field.value);
    }
  }
  if (size > 8192) return refuse(errors::metadata_too_large);
  return out;
}

void add_metadata(Answer& answer, const model::Headers& metadata) {
  for (const auto& field : metadata) answer.with(std::string(metadata_prefix) + field.name, field.value);
}

HttpProperties read_properties(const model::Headers& headers) {
  const auto get = [&](std::string_view name) { return std::string(headers.get(name)); };
  return {get("x-ms-blob-content-type"), get("x-ms-blob-content-encoding"), get("x-ms-blob-content-language"),
          get("x-ms-blob-content-md5"),  get("x-ms-blob-cache-control"),    get("x-ms-blob-content-disposition")};
}

Outcome<Tier> read_tier(const Request& request, Moment now) {
  Tier out;
  const auto name = request.header("x-ms-access-tier");
  if (name.empty()) return out;
  for (const auto known : {"Hot", "Cool", "Cold", "Archive"})
    if (model::iequals(name, known)) {
      out.name = known;
      out.changed = now;
      return out;
    }
  return refuse(bad_header("x-ms-access-tier", name));
}

Outcome<void> check_tags(const Tags& tags) {
  if (tags.size() > 10) return refuse(errors::invalid_tags);
  for (const auto& [key, value] : tags)
    if (key.empty() || key.size() > 128 || value.size() > 256 || !is_tag_text(key) || !is_tag_text(value))
      return refuse(errors::invalid_tags);
  return {};
}

Outcome<Tags> read_tags_header(const Request& request) {
  Tags out;
  for (auto& parameter : model::parse_query(request.header("x-ms-tags"))) {
    // '+' stands for a space here: the value has the form of a query.
    std::replace(parameter.name.begin(), parameter.name.end(), '+', ' ');
    if (!out.emplace(std::move(parameter.name), std::move(parameter.value)).second) return refuse(errors::invalid_tags);
  }
  BLOBGAUGE_CHECK(check_tags(out));
  return out;
}

Outcome<void> check_hashes(const Request& request, const Digests& actual, std::string_view md5_name,
                           std::string_view crc64_name) {
  const auto md5 = request.header(md5_name);
  if (!md5.empty()) {
    const auto bytes = model::from_base64(md5);
    if (!bytes || bytes->size() != 16) return refuse(errors::invalid_md5);
    if (md5 != actual.md5)
      return refuse(errors::md5_mismatch,
                    {{"UserSpecifiedMd5", std::string(md5)}, {"ServerCalculatedMd5", actual.md5}});
  }
  const auto crc64 = request.header(crc64_name);
  if (!crc64.empty() && crc64 != actual.crc64)
    return refuse(errors::crc64_mismatch,
                  {{"UserSpecifiedCrc", std::string(crc64)}, {"ServerCalculatedCrc", actual.crc64}});
  return {};
}

void add_hashes(Answer& answer, const Request& request, const Digests& actual, std::string_view md5_name) {
  const bool md5_sent = !request.header(md5_name).empty();
  const bool knows_crc64 = request.version >= version_of_crc64;
  if (md5_sent || !knows_crc64) answer.with("Content-MD5", actual.md5);
  if (knows_crc64 && (!md5_sent || request.version >= version_of_both_hashes))
    answer.with("x-ms-content-crc64", actual.crc64);
}

void add_lease_headers(Answer& answer, const Lease& lease, Moment now) {
  answer.with("x-ms-lease-status", lease.locked(now) ? "locked" : "unlocked");
  answer.with("x-ms-lease-state", std::string(lease_state_text(lease.state(now))));
  if (lease.state(now) == Lease::State::leased)
    answer.with("x-ms-lease-duration", lease.infinite() ? "infinite" : "fixed");
}

void add_blob_headers(Answer& answer, const Request& request, const Blob& blob, Moment now, bool snapshot) {
  const bool head = request.is_head();
  const auto optional = [&](const char* name, const std::string& value) {
    if (!value.empty()) answer.with(name, value);
  };
  // A SAS may say what these five shall be.
  const auto shown = [&](std::string_view field, const std::string& own) {
    return request.grant.sas && request.grant.sas->has(field) ? request.grant.sas->get(field) : own;
  };
  if (!blob.tags.empty()) answer.with("x-ms-tag-count", std::to_string(blob.tags.size()));
  add_metadata(answer, blob.metadata);
  optional("Content-Type", shown("rsct", blob.http.type));
  optional("Content-Encoding", shown("rsce", blob.http.encoding));
  optional("Content-Language", shown("rscl", blob.http.language));
  optional("Cache-Control", shown("rscc", blob.http.cache_control));
  answer.stamped(blob.modified).with("x-ms-creation-time", http_date(blob.created));
  if (!snapshot) add_lease_headers(answer, blob.lease, now);
  answer.with("x-ms-blob-type", "BlockBlob");
  optional("Content-Disposition", shown("rscd", blob.http.disposition));
  if (blob.copy) {
    answer.with("x-ms-copy-id", blob.copy->id).with("x-ms-copy-source", blob.copy->source);
    answer.with("x-ms-copy-status", blob.copy->status).with("x-ms-copy-progress", blob.copy->progress);
    answer.with("x-ms-copy-completion-time", http_date(blob.copy->completed));
  }
  answer.with("x-ms-server-encrypted", "true");
  if (head) {
    answer.with("x-ms-access-tier", blob.tier.name);
    if (blob.tier.changed) {
      answer.with("x-ms-access-tier-change-time", http_date(*blob.tier.changed));
    } else {
      answer.with("x-ms-access-tier-inferred", "true");
    }
    optional("x-ms-archive-status", blob.tier.archive_status);
    optional("x-ms-rehydrate-priority", blob.tier.rehydrate_priority);
  }
  answer.with("Accept-Ranges", "bytes");
}

void replace(BlobEntry& entry, Blob blob, Moment now) {
  if (entry.current) {
    blob.created = entry.current->created;
    blob.lease = std::move(entry.current->lease);
    blob.lease.written(now);
  }
  entry.current = std::move(blob);
  entry.uncommitted.clear();
}

Outcome<Answer> lease_action(Call& call, Lease& lease, Leased what, Moment modified) {
  const auto& request = call.request;
  const auto action = model::lower(request.header("x-ms-lease-action"));
  const auto id = request.header("x-ms-lease-id");
  const auto proposed = request.header("x-ms-proposed-lease-id");
  if (!proposed.empty() && !is_guid(proposed)) return refuse(bad_header("x-ms-proposed-lease-id", proposed));
  const auto done = [&](int status, const std::string& lease_id) {
    auto out = answer(status).stamped(modified);
    if (!lease_id.empty()) out.with("x-ms-lease-id", lease_id);
    return out;
  };
  if (action == "acquire") {
    const auto text = request.header("x-ms-lease-duration");
    if (text.empty()) return refuse(missing_header("x-ms-lease-duration"));
    const auto seconds = text == "-1" ? std::optional<std::uint64_t>(0) : model::parse_number(text);
    if (!seconds || (text != "-1" && (*seconds < 15 || *seconds > 60)))
      return refuse(bad_header("x-ms-lease-duration", text));
    BLOBGAUGE_TRY(auto acquired,
                  lease.acquire(what, proposed, text == "-1" ? -1 : static_cast<int>(*seconds), call.now));
    return done(201, acquired);
  }
  if (action == "break") {
    std::optional<int> period;
    if (const auto text = request.header("x-ms-lease-break-period"); !text.empty()) {
      const auto seconds = model::parse_number(text);
      if (!seconds || *seconds > 60) return refuse(bad_header("x-ms-lease-break-period", text));
      period = static_cast<int>(*seconds);
    }
    BLOBGAUGE_TRY(const int wait, lease.break_after(what, period, call.now));
    return done(202, "").with("x-ms-lease-time", std::to_string(wait));
  }
  if (action != "renew" && action != "change" && action != "release")
    return refuse(action.empty() ? missing_header("x-ms-lease-action") : bad_header("x-ms-lease-action", action));
  if (id.empty()) return refuse(missing_header("x-ms-lease-id"));
  if (action == "renew") {
    BLOBGAUGE_TRY(auto renewed, lease.renew(what, id, call.now));
    return done(200, renewed);
  }
  if (action == "release") {
    BLOBGAUGE_CHECK(lease.release(what, id, call.now));
    return done(200, "");
  }
  if (proposed.empty()) return refuse(missing_header("x-ms-proposed-lease-id"));
  BLOBGAUGE_TRY(auto changed, lease.change(what, id, proposed, call.now));
  return done(200, changed);
}

}  // namespace blobgauge::endpoint
