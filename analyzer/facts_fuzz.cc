#include <cstddef>
#include <cstdint>
#include <string_view>

#include "analyzer/facts.h"
#include "analyzer/value_flow.h"

// Facts come from another program: whatever they say, reading and solving them ends.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto facts = blobgauge::analyzer::facts_from_text({reinterpret_cast<const char*>(data), size}, "fuzz");
  if (facts) blobgauge::analyzer::ValueFlow{*facts};
  return 0;
}
