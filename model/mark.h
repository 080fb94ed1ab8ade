#pragma once
// Marks of exchanges that a program looks for; all others are for people.
#include <string>
#include <string_view>

#include "model/exchange.h"

namespace blobgauge::model {

// "x-ms-copy-source: host not mapped: ...": the request went to a mapped server and names a resource at a host that was
// not mapped there. The server met the real host of that name, or none at all, so what it answered says nothing of it.
inline constexpr std::string_view host_not_mapped = "host not mapped";

std::string host_not_mapped_mark(std::string_view field, std::string_view why);
// The mark, where the exchange has it; null elsewhere. The exchange owns it.
const std::string* find_host_not_mapped(const Exchange& exchange);

}  // namespace blobgauge::model
