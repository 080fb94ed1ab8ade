// Any bytes are masked without harm; masking twice changes nothing more; no signature is left in a plain query.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "model/redaction.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace blobgauge::model;
  static const Redaction redaction{
      SecretNames{{"Authorization", "x-*-key"}, {"sig", "*_token", "*secret*"}, {"UserDelegationKey/Value"}}};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto once = redaction.text(text);
  if (redaction.text(once) != once) std::abort();
  const auto planted = redaction.text(std::string(text) + " ?sig=SENTINEL ");
  if (planted.find("SENTINEL") != std::string::npos && text.find("SENTINEL") == std::string_view::npos) std::abort();
  Exchange exchange;
  exchange.request.headers.add("Authorization", std::string(text));
  exchange.response.body.bytes = std::string(text);
  redaction.apply(exchange);
  return 0;
}
