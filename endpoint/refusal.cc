#include "endpoint/refusal.h"

#include <fmt/format.h>

namespace blobgauge::endpoint {

Refusal refusal(const ErrorKind& kind, Details details) {
  Refusal out;
  out.status = kind.status;
  out.code = kind.code;
  out.message = kind.message;
  out.details = std::move(details);
  return out;
}

Refusal bad_header(std::string_view name, std::string_view value) {
  static constexpr ErrorKind kind{400, "InvalidHeaderValue",
                                  "The value for one of the HTTP headers is not in the correct format."};
  return refusal(kind, {{"HeaderName", std::string(name)}, {"HeaderValue", std::string(value)}});
}

Refusal missing_header(std::string_view name) {
  static constexpr ErrorKind kind{400, "MissingRequiredHeader",
                                  "An HTTP header that's mandatory for this request is not specified."};
  return refusal(kind, {{"HeaderName", std::string(name)}});
}

Refusal bad_query(std::string_view name, std::string_view value, std::string_view reason) {
  static constexpr ErrorKind kind{400, "InvalidQueryParameterValue",
                                  "Value for one of the query parameters specified in the request URI is invalid."};
  auto out = refusal(kind, {{"QueryParameterName", std::string(name)}, {"QueryParameterValue", std::string(value)}});
  if (!reason.empty()) out.details.emplace_back("Reason", std::string(reason));
  return out;
}

Refusal missing_query(std::string_view name) {
  static constexpr ErrorKind kind{400, "MissingRequiredQueryParameter",
                                  "A query parameter that's mandatory for this request is not specified."};
  return refusal(kind, {{"QueryParameterName", std::string(name)}});
}

Refusal not_here(std::string_view what) {
  return refusal(errors::not_implemented, {{"Reason", fmt::format("This endpoint does not do this: {}", what)}});
}

Refusal internal_error(std::string_view why) {
  static constexpr ErrorKind kind{500, "InternalError",
                                  "Server encountered an internal error. Please try again after some time."};
  return refusal(kind, {{"Reason", std::string(why)}});
}

}  // namespace blobgauge::endpoint
