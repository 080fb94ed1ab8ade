// Any bytes are masked without harm; masking twice changes nothing more; no signature is left in a plain query, however
// it is encoded; a secret that was met in one place is met in the other; what was remembered of earlier exchanges
// changes nothing.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "model/redaction.h"
#include "model/url.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace blobgauge::model;
  static const Redaction redaction{SecretNames{{"Authorization", "x-*-key"},
                                               {"sig", "*_token", "*secret*"},
                                               {"UserDelegationKey/Value"},
                                               {"sip", "x-a-key"},
                                               {"Basic", "Bearer"},
                                               {"SharedKey"},
                                               {"MAC signature"}}};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto once = redaction.text(text);
  if (redaction.text(once) != once) std::abort();
  std::string url = " ?sp=r&sig=SENTINEL ";
  for (int depth = 0; depth < 4; ++depth, url = percent_encode(url)) {
    const auto planted = redaction.text(std::string(text) + " " + url);
    if (planted.find("SENTINEL") != std::string::npos && text.find("SENTINEL") == std::string_view::npos) std::abort();
  }
  Exchange exchange;
  exchange.request.headers.add("Authorization", std::string(text));
  exchange.response.body.bytes = std::string(text);
  const auto recorded = exchange;
  redaction.apply(exchange);
  const auto masked = exchange;
  redaction.apply(exchange);
  if (exchange.request.headers != masked.request.headers) std::abort();
  static StreamRedaction stream{redaction};
  for (int again = 0; again < 2; ++again) {
    auto streamed = recorded;
    streamed.request.headers.add(std::string(text), std::string(text));
    auto alone = streamed;
    stream.apply(streamed);
    redaction.apply(alone);
    if (streamed.request.headers != alone.request.headers || streamed.response.body.bytes != alone.response.body.bytes)
      std::abort();
  }
  return 0;
}
