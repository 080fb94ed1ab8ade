// Any text is a surface or an error with a place; what was read can be written, read and merged again.
#include <cstdlib>

#include "model/surface.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace blobgauge::model;
  const auto surface = surface_from_yaml({reinterpret_cast<const char*>(data), size}, "fuzz");
  if (!surface) return 0;
  const auto again = surface_from_yaml(to_yaml(*surface), "again");
  if (!again || to_yaml(*again) != to_yaml(*surface)) std::abort();
  if (!merge(*surface, *surface)) std::abort();
  return 0;
}
