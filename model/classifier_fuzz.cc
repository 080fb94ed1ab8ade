// Requests made of arbitrary bytes: what is classified has a name, what is not has a reason.
#include <cstdlib>

#include "model/classifier.h"
#include "model/text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace blobgauge::model;
  static const auto catalogue = Catalogue::load("specs/catalogue");
  if (!catalogue) std::abort();
  static const Classifier classifier(*catalogue);
  // Lines: method, host, target, then headers as name:value.
  const auto lines = split({reinterpret_cast<const char*>(data), size}, '\n');
  Exchange exchange;
  auto& request = exchange.request;
  request.method = lines[0];
  if (lines.size() > 1) request.host = lines[1];
  if (lines.size() > 2) request.target = lines[2];
  for (std::size_t i = 3; i < lines.size(); ++i) {
    const auto colon = lines[i].find(':');
    if (colon != std::string_view::npos)
      request.headers.add(std::string(lines[i].substr(0, colon)), std::string(lines[i].substr(colon + 1)));
  }
  request.headers_complete = size % 2 == 0;
  const auto said = classifier.classify(exchange);
  if (said.name.empty() || (said.name == unclassified && said.reason.empty())) std::abort();
  return 0;
}
