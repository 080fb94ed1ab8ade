// Arbitrary bytes as a log of AzCopy: exchanges that can be written, or an error.
#include <cstdlib>

#include "model/trace.h"
#include "recorder/import_azcopy_log.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace blobgauge;
  std::string text(reinterpret_cast<const char*>(data), size);
  auto log = recorder::AzcopyLog::read({"fuzz", recorder::as_utf8(recorder::bytes_of(std::move(text)))}, {"id"});
  if (!log) return 0;
  model::Exchange exchange;
  for (std::uint64_t number = 1;; ++number) {
    const auto more = log->next(exchange);
    if (!more || !*more) return 0;
    if (exchange.number != number || exchange.request.method.empty() || exchange.request.target.empty()) std::abort();
    if (!model::from_json_line(model::to_json_line(exchange))) std::abort();
  }
}
