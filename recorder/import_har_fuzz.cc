// Arbitrary bytes as a HAR: exchanges that can be exported and come back, or an error.
#include <cstdlib>

#include "recorder/import_har.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace blobgauge;
  std::string text(reinterpret_cast<const char*>(data), size);
  auto har = recorder::Har::read({"fuzz", recorder::as_utf8(recorder::bytes_of(std::move(text)))});
  if (!har) return 0;
  for (;;) {
    model::Exchange exchange;
    const auto more = har->next(exchange);
    if (!more || !*more) return 0;
    if (exchange.request.method.empty() || !model::from_json_line(model::to_json_line(exchange))) std::abort();
    auto entry = recorder::to_har_entry(exchange);
    const auto back = recorder::parse_har_entry(entry);
    if (!back || back->skip) std::abort();
    if (back->exchange.request.target != exchange.request.target) std::abort();
    if (back->exchange.response.status != exchange.response.status) std::abort();
    if (back->exchange.request.headers != exchange.request.headers) std::abort();
  }
}
