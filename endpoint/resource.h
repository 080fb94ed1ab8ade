#pragma once
// What several operations do alike: find the resource, read and write its metadata, properties, tags, tier and hashes.
#include "endpoint/operations.h"

namespace blobgauge::endpoint {

// The container of the request's address.
Outcome<Container*> container_of(Call& call);
// The blob or snapshot that the request names; BlobNotFound where there is none.
Outcome<Blob*> blob_of(Call& call);
// Lease and conditions in front of a write to `blob`.
Outcome<void> permit_change(Call& call, const Blob& blob);
// The same in front of an operation that makes or replaces the blob, and the SAS that may create but not overwrite.
// Gives the container; nothing stands under the blob's name yet if it is new.
Outcome<Container*> permit_creation(Call& call);

// x-ms-meta-*, names without the prefix.
Outcome<model::Headers> read_metadata(const model::Headers& headers);
void add_metadata(Answer& answer, const model::Headers& metadata);

// x-ms-blob-content-* and x-ms-blob-cache-control.
HttpProperties read_properties(const model::Headers& headers);
// x-ms-access-tier; the account's default where absent.
Outcome<Tier> read_tier(const Request& request, Moment now);
// x-ms-tags, "key=value&key=value", percent-encoded.
Outcome<Tags> read_tags_header(const Request& request);
Outcome<void> check_tags(const Tags& tags);

// The hash of what was sent, against Content-MD5 and x-ms-content-crc64 (or the names given).
Outcome<void> check_hashes(const Request& request, const Digests& actual, std::string_view md5_name = "Content-MD5",
                           std::string_view crc64_name = "x-ms-content-crc64");
// Which hash an answer shows depends on the version and on which one was sent.
void add_hashes(Answer& answer, const Request& request, const Digests& actual,
                std::string_view md5_name = "Content-MD5");

// Everything that Get Blob and Get Blob Properties show of a blob, in the service's order.
void add_blob_headers(Answer& answer, const Request& request, const Blob& blob, Moment now, bool snapshot);
// Replaces the current blob; keeps the lease, drops uncommitted blocks.
void replace(BlobEntry& entry, Blob blob, Moment now);

// Two of the lease headers, and the duration where leased.
void add_lease_headers(Answer& answer, const Lease& lease, Moment now);
// All five lease actions; `answer` gets status and headers.
Outcome<Answer> lease_action(Call& call, Lease& lease, Leased what, Moment modified);

}  // namespace blobgauge::endpoint
