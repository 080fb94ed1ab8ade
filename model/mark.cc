#include "model/mark.h"

#include <fmt/format.h>

#include <algorithm>

namespace blobgauge::model {

std::string host_not_mapped_mark(std::string_view field, std::string_view why) {
  return fmt::format("{}: {}: {}", field, host_not_mapped, why);
}

const std::string* find_host_not_mapped(const Exchange& exchange) {
  const auto& marks = exchange.marks;
  const auto has = [part = fmt::format(": {}: ", host_not_mapped)](const std::string& mark) {
    return mark.find(part) != std::string::npos;
  };
  const auto found = std::find_if(marks.begin(), marks.end(), has);
  return found == marks.end() ? nullptr : &*found;
}

}  // namespace blobgauge::model
