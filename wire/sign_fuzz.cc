// SAS tokens and Authorization values as strangers send them.
#include <cstdint>
#include <cstdlib>

#include "wire/sign_sas.h"

using namespace blobgauge;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto key = wire::AccountKey::parse("AAAA").value();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto query = model::parse_query(text);
  if (auto sas = wire::Sas::find(query)) {
    wire::SasUse use{{"a", "box", "dir/x", "m"}, "r", 'o', "10.0.0.1", true, {}};
    use.query = &query;
    (void)wire::check_sas(*sas, use, key);
    // What we sign ourselves is never refused for its signature.
    sas->set("srh", "").set("srq", "");
    wire::sign_sas(*sas, use.resource, key);
    if (wire::check_sas(*sas, use, key) == wire::SasRefusal::signature) std::abort();
  }
  (void)wire::parse_shared_key(text);
  (void)wire::parse_sas_time(text);
  return 0;
}
