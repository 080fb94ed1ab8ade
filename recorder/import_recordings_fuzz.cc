// Arbitrary bytes as one line of recordings: an exchange or an error.
#include <cstdlib>

#include "recorder/import_recordings.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto exchange = blobgauge::recorder::parse_recording({reinterpret_cast<const char*>(data), size});
  if (exchange && exchange->request.method.empty()) std::abort();
  return 0;
}
