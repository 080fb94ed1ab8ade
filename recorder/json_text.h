#pragma once
// A member of a JSON object as text, for readers of recordings in which any member may be missing or of another type.
#include <simdjson.h>

#include <string_view>

namespace blobgauge::recorder {

// Empty where there is no such member or it is no string. Points into the parser's buffer.
inline std::string_view json_text(const simdjson::dom::object& object, std::string_view key) {
  std::string_view out;
  if (object.at_key(key).get(out)) return {};
  return out;
}

}  // namespace blobgauge::recorder
