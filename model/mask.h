#pragma once
// What stands in the place of a secret. It begins with REDACTED, so that it can be searched for, has only characters
// that no encoding changes, and says what analysis needs of the value that it replaced:
//
//   REDACTED                       nothing
//   REDACTED-36                    its length in characters, decoded: of keys, and of fields that name somebody
//   REDACTED-jwt.aud.exp.iss.tid   a JSON web token (RFC 7519) with these claims, in its order; no value of them
#include <cstddef>
#include <string>
#include <string_view>

namespace blobgauge::model {

inline constexpr std::string_view redacted = "REDACTED";

// Is the value a mask of ours?
bool is_mask(std::string_view value);
// Is it what somebody else's tool put in a secret's place ("-REDACTED-", "[REDACTED]")?
bool is_foreign_mask(std::string_view value);
// The mask of a value; `sized`: with its length.
std::string mask_of(std::string_view value, bool sized);

// Where the JSON web token that begins at `text` ends; 0 if none does. Signed ones have three parts, encrypted ones
// five (RFC 7516), of which the claims are not known.
std::size_t token_size(std::string_view text);

// Base64 in either alphabet (RFC 4648 sections 4 and 5) with or without padding, into `out`, as long as it is printable
// ASCII; false where it is not. What is left over of the last group is passed over.
bool decode_printable(std::string_view text, std::string& out);

}  // namespace blobgauge::model
