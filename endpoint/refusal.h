#pragma once
// The service's errors, as values: status, code and message of the reference's "Blob service error codes" and "Common
// REST API error codes", with the texts that recordings show.
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "model/header.h"

namespace blobgauge::endpoint {

struct ErrorKind {
  int status;
  std::string_view code, message;
};

struct Refusal {
  int status = 500;
  std::string code, message;
  std::vector<std::pair<std::string, std::string>> details;  // elements after Message, in order
  model::Headers headers;                                    // beside those of every answer
  // Refused in front of the service: the answer has no API version; `echo` false: no client request id either.
  bool in_front = false;
  bool echo = true;
};

template <class T>
using Outcome = tl::expected<T, Refusal>;

using Details = std::vector<std::pair<std::string, std::string>>;
Refusal refusal(const ErrorKind& kind, Details details = {});
inline tl::unexpected<Refusal> refuse(const ErrorKind& kind, Details details = {}) {
  return tl::unexpected<Refusal>(refusal(kind, std::move(details)));
}
inline tl::unexpected<Refusal> refuse(Refusal refusal) { return tl::unexpected<Refusal>(std::move(refusal)); }

// Forms that carry what was wrong.
Refusal bad_header(std::string_view name, std::string_view value);
Refusal missing_header(std::string_view name);
Refusal bad_query(std::string_view name, std::string_view value, std::string_view reason = {});
Refusal missing_query(std::string_view name);
// What this endpoint does not do: 501, nothing is changed.
Refusal not_here(std::string_view what);
// An own fault or a full disk.
Refusal internal_error(std::string_view why);

namespace errors {
// clang-format off
inline constexpr ErrorKind authentication_failed{403, "AuthenticationFailed", "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature."};
inline constexpr ErrorKind authorization_failure{403, "AuthorizationFailure", "This request is not authorized to perform this operation."};
inline constexpr ErrorKind permission_mismatch{403, "AuthorizationPermissionMismatch", "This request is not authorized to perform this operation using this permission."};
inline constexpr ErrorKind protocol_mismatch{403, "AuthorizationProtocolMismatch", "This request is not authorized to perform this operation using this protocol."};
inline constexpr ErrorKind resource_type_mismatch{403, "AuthorizationResourceTypeMismatch", "This request is not authorized to perform this operation using this resource type."};
inline constexpr ErrorKind service_mismatch{403, "AuthorizationServiceMismatch", "This request is not authorized to perform this operation using this service."};
inline constexpr ErrorKind source_ip_mismatch{403, "AuthorizationSourceIPMismatch", "This request is not authorized to perform this operation using this source IP {0}."};
inline constexpr ErrorKind unauthorized_overwrite{403, "UnauthorizedBlobOverwrite", "This request is not authorized to perform blob overwrites."};
inline constexpr ErrorKind invalid_authentication{401, "InvalidAuthenticationInfo", "Server failed to authenticate the request. Please refer to the information in the www-authenticate header."};
inline constexpr ErrorKind malformed_authentication{400, "InvalidAuthenticationInfo", "Authentication information is not given in the correct format. Check the value of Authorization header."};
inline constexpr ErrorKind no_authentication{401, "NoAuthenticationInformation", "Server failed to authenticate the request. Please refer to the information in the www-authenticate header."};
inline constexpr ErrorKind blob_archived{409, "BlobArchived", "This operation is not permitted on an archived blob."};
inline constexpr ErrorKind blob_being_rehydrated{409, "BlobBeingRehydrated", "This operation is not permitted because the blob is being rehydrated."};
inline constexpr ErrorKind blob_exists{409, "BlobAlreadyExists", "The specified blob already exists."};
inline constexpr ErrorKind blob_not_found{404, "BlobNotFound", "The specified blob does not exist."};
inline constexpr ErrorKind block_count{409, "BlockCountExceedsLimit", "The uncommitted block count cannot exceed the maximum limit of 100,000 blocks."};
inline constexpr ErrorKind block_list_too_long{400, "BlockListTooLong", "The block list may not contain more than 50,000 blocks."};
inline constexpr ErrorKind both_range_hashes{400, "BothCrc64AndMd5RangeHeaderPresent", "Both x-ms-range-get-content-crc64 and x-ms-range-get-content-md5 headers are present."};
inline constexpr ErrorKind condition_not_met{412, "ConditionNotMet", "The condition specified using HTTP conditional header(s) is not met."};
inline constexpr ErrorKind not_modified{304, "ConditionNotMet", "The condition specified using HTTP conditional header(s) is not met."};
inline constexpr ErrorKind container_exists{409, "ContainerAlreadyExists", "The specified container already exists."};
inline constexpr ErrorKind container_not_found{404, "ContainerNotFound", "The specified container does not exist."};
inline constexpr ErrorKind copy_source{400, "CannotVerifyCopySource", "Could not verify the copy source within the specified time."};
inline constexpr ErrorKind crc64_mismatch{400, "Crc64Mismatch", "The CRC64 value specified in the request did not match with the CRC64 value calculated by the server."};
inline constexpr ErrorKind empty_metadata_key{400, "EmptyMetadataKey", "The key for one of the metadata key-value pairs is empty."};
inline constexpr ErrorKind invalid_block{400, "InvalidBlobOrBlock", "The specified blob or block content is invalid."};
inline constexpr ErrorKind invalid_block_list{400, "InvalidBlockList", "The specified block list is invalid."};
inline constexpr ErrorKind invalid_input{400, "InvalidInput", "One of the request inputs is not valid."};
inline constexpr ErrorKind invalid_md5{400, "InvalidMd5", "The MD5 value specified in the request is invalid. The MD5 value must be 128 bits and Base64-encoded."};
inline constexpr ErrorKind invalid_metadata{400, "InvalidMetadata", "The metadata specified is invalid. It has characters that are not permitted."};
inline constexpr ErrorKind invalid_range{416, "InvalidRange", "The range specified is invalid for the current size of the resource."};
// Spelled so by the service.
inline constexpr ErrorKind invalid_resource_name{400, "InvalidResourceName", "The specifed resource name contains invalid characters."};
inline constexpr ErrorKind invalid_tags{400, "InvalidTags", "The tags specified are invalid."};
inline constexpr ErrorKind invalid_uri{400, "InvalidUri", "The requested URI does not represent any resource on the server."};
inline constexpr ErrorKind invalid_xml{400, "InvalidXmlDocument", "XML specified is not syntactically valid."};
inline constexpr ErrorKind invalid_xml_value{400, "InvalidXmlNodeValue", "The value provided for one of the XML nodes in the request body was not in the correct format."};
inline constexpr ErrorKind md5_mismatch{400, "Md5Mismatch", "The MD5 value specified in the request did not match with the MD5 value calculated by the server."};
inline constexpr ErrorKind metadata_too_large{400, "MetadataTooLarge", "The size of the specified metadata exceeds the maximum size permitted."};
inline constexpr ErrorKind missing_content_length{411, "MissingContentLengthHeader", "Content-Length HTTP header is missing."};
inline constexpr ErrorKind no_pending_copy{409, "NoPendingCopyOperation", "There is currently no pending copy operation."};
inline constexpr ErrorKind not_implemented{501, "NotImplemented", "The requested operation is not implemented on the specified resource."};
inline constexpr ErrorKind out_of_range_input{400, "OutOfRangeInput", "One of the request inputs is out of range."};
inline constexpr ErrorKind out_of_range_query{400, "OutOfRangeQueryParameterValue", "One of the query parameters specified in the request URI is outside the permissible range."};
inline constexpr ErrorKind request_too_large{413, "RequestBodyTooLarge", "The request body is too large and exceeds the maximum permissible limit."};
inline constexpr ErrorKind resource_not_found{404, "ResourceNotFound", "The specified resource does not exist."};
inline constexpr ErrorKind snapshots_present{409, "SnapshotsPresent", "This operation is not permitted because the blob has snapshots."};
inline constexpr ErrorKind source_condition{412, "SourceConditionNotMet", "The source condition specified using HTTP conditional header(s) is not met."};
inline constexpr ErrorKind unsatisfiable_condition{400, "UnsatisfiableCondition", "The request includes an unsatisfiable condition for this operation."};
inline constexpr ErrorKind unsupported_verb{405, "UnsupportedHttpVerb", "The resource doesn't support specified Http Verb."};
// clang-format on
}  // namespace errors

}  // namespace blobgauge::endpoint
