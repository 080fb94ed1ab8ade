// Any exchange takes pseudonyms without harm: no text changes its length or what is neither letter nor digit, and the
// operation stays what it was.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "model/classifier.h"
#include "model/pseudonyms.h"
#include "model/test_hash.h"

namespace {

bool alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

void compare(const std::string& before, const std::string& after) {
  if (before.size() != after.size()) std::abort();
  for (std::size_t i = 0; i < before.size(); ++i)
    if (before[i] != after[i] && !(alphanumeric(before[i]) && alphanumeric(after[i]))) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace blobgauge::model;
  static const auto catalogue = Catalogue::load("specs/catalogue");
  if (!catalogue) std::abort();  // to be run in the project's folder
  static const Pseudonyms pseudonyms(*catalogue, test_hash("key"));
  static const Classifier classifier(*catalogue);
  const std::string text(reinterpret_cast<const char*>(data), size);
  Exchange before;
  before.request.method = "PUT";
  before.request.host = "acct.blob.core.windows.net";
  before.request.target = "/" + text;
  for (const auto* name : {"x-ms-copy-source", "x-ms-meta-a", "x-ms-tags", "x-ms-if-tags", "WWW-Authenticate",
                           "X-Forwarded-For", "Content-Disposition", "Authorization", "X-Other"})
    before.request.headers.add(name, text);
  for (const auto* begin : {"", "<a><Name>", "{\"name\":\"", "--b\r\n"}) {
    before.response.body.bytes = begin + text;
    auto after = before;
    pseudonyms.apply(after);
    compare(*before.response.body.bytes, *after.response.body.bytes);
    compare(before.request.target, after.request.target);
    for (auto a = before.request.headers.begin(), b = after.request.headers.begin(); a != before.request.headers.end();
         ++a, ++b)
      compare(a->value, b->value);
    if (classifier.classify(before).name != classifier.classify(after).name) std::abort();
  }
  (void)pseudonyms.command({text, text, "-" + text});
  return 0;
}
